//! What the worst header costs that ten certificates can make.

use std::time::Duration;

use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, SignatureAlgorithm};

use crate::layer::{self, Verdict};
use crate::support::pki::{self, Minted, Shape};

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

/// Nine authorities that all bear the anchor's name: every order of them is a path to try.
fn one_name(algorithm: &'static SignatureAlgorithm) -> Vec<Minted> {
    let authorities: Vec<_> = (0..9).map(|_| authority("Root", algorithm).self_signed()).collect();
    let leaf = authorities[0].issue(&Shape::partner());
    [vec![leaf], authorities].into_iter().flatten().collect()
}

/// Authorities of two names that certify each other, so that as many as possible may take part.
fn two_names(algorithm: &'static SignatureAlgorithm) -> Vec<Minted> {
    let (root, other) = (authority("Root", algorithm).self_signed(), authority("Other", algorithm).self_signed());
    let leaf = root.issue(&Shape::partner());
    let mut chain = vec![leaf];
    for _ in 0..4 {
        chain.push(root.issue(&authority("Other", algorithm)));
        chain.push(other.issue(&authority("Root", algorithm)));
    }
    chain.push(root);
    chain
}

fn authority(name: &str, algorithm: &'static SignatureAlgorithm) -> Shape {
    Shape::authority(name).algorithm(algorithm)
}

/// CPU time of one request, without optimisation of anything but the signatures.
const MAX_CPU_TIME: Duration = Duration::from_millis(50);
