//! What the worst header costs that ten certificates can make.

use std::time::Duration;

use rcgen::{DnType, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P521_SHA512, SignatureAlgorithm};
use tower_client_cert::TrustAnchors;

use crate::layer::{self, Verdict};
use crate::support::pki::crafted::{authority, one_name, two_names};
use crate::support::pki::{self, Minted, Shape};

const ALGORITHMS: [(&str, &SignatureAlgorithm); 2] =
    [("P-256", &PKCS_ECDSA_P256_SHA256), ("P-521", &PKCS_ECDSA_P521_SHA512)];

#[test]
fn no_header_of_ten_certificates_takes_more_than_50_ms_of_cpu() {
    for (name, algorithm) in ALGORITHMS {
        for (shape, chain) in [("one name", one_name(algorithm)), ("two names", two_names(algorithm))] {
            let anchor = authority("Root", algorithm).self_signed();
            is_cheap(&format!("{name}, {shape}"), layer::anchors([anchor.der()]).unwrap(), &chain);
        }
    }
}

#[test]
fn no_header_with_long_names_takes_more_than_50_ms_of_cpu_however_many_anchors_there_are() {
    is_cheap("long names", many_authorities(), &long_names());
}

fn is_cheap(name: &str, anchors: TrustAnchors, chain: &[Minted]) {
    let builder = Ok(layer::builder(anchors, pki::now()));
    let (verdict, cpu) = layer::send(builder, chain.iter().map(Minted::der));
    eprintln!("{name}, {} certificates: {cpu:?}, {verdict}", chain.len());
    assert!(matches!(verdict, Verdict::Refused { .. }));
    assert!(cpu < MAX_CPU_TIME, "{name}: {cpu:?}");
}

fn many_authorities() -> TrustAnchors {
    let authority = |number| Shape::authority(&format!("Authority {number}")).self_signed();
    let authorities: Vec<_> = (0..100).map(authority).collect();
    layer::anchors(authorities.iter().map(Minted::der)).unwrap()
}

/// Three authorities of each of three names, so that 27 ways lead to an issuer whose name fills the header.
fn long_names() -> Vec<Minted> {
    let far = Shape::authority("Far").subject(&[(DnType::CommonName, &"x".repeat(12_000))]).self_signed();
    let three = |issuer: &Minted, name: &str| [0; 3].map(|_| issuer.issue(&Shape::authority(name)));
    let upper = three(&far, "Upper");
    let middle = three(&upper[0], "Middle");
    let lower = three(&middle[0], "Lower");
    std::iter::once(lower[0].issue(&Shape::partner())).chain(lower).chain(middle).chain(upper).collect()
}

/// CPU time of one request, without optimisation of anything but the signatures.
const MAX_CPU_TIME: Duration = Duration::from_millis(50);
