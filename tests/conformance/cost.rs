//! What the worst header costs that ten certificates can make.

use std::time::Duration;

use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, SignatureAlgorithm};

use crate::layer::{self, Verdict};
use crate::support::pki::crafted::{authority, one_name, two_names};
use crate::support::pki::{self, Minted};

#[test]
fn no_header_of_ten_certificates_takes_more_than_50_ms_of_cpu() {
    let algorithms: [(&str, &'static SignatureAlgorithm); 2] =
        [("P-256", &PKCS_ECDSA_P256_SHA256), ("P-521", &PKCS_ECDSA_P521_SHA512)];
    for (name, algorithm) in algorithms {
        for (shape, chain) in [("one name", one_name(algorithm)), ("two names", two_names(algorithm))] {
            let anchor = authority("Root", algorithm).self_signed();
            let builder = layer::anchors([anchor.der()]).map(|anchors| layer::builder(anchors, pki::now()));
            let (verdict, cpu) = layer::send(builder, chain.iter().map(Minted::der));
            eprintln!("{name}, {shape}, {} certificates: {cpu:?}, {verdict}", chain.len());
            assert!(matches!(verdict, Verdict::Refused { .. }));
            assert!(cpu < MAX_CPU_TIME, "{name}, {shape}: {cpu:?}");
        }
    }
}

/// CPU time of one request, without optimisation of anything but the signatures.
const MAX_CPU_TIME: Duration = Duration::from_millis(50);
