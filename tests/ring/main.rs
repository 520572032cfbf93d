//! What the ring provider can and cannot verify. Runs where it is the only provider:
//! `cargo test --no-default-features --features ring --test ring`.

#![cfg(test)]
#![cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]

#[path = "../pipeline/scene.rs"]
#[allow(dead_code, reason = "each test crate uses another part of the scene")]
mod scene;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

use rcgen::{PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};
use tower_client_cert::{Intermediates, Reason};

use crate::scene::{ask, builder, trusting, with_certificate};
use crate::support::pki::{P521Pki, Pki, Shape};

#[tokio::test]
async fn chains_of_the_usual_algorithms_are_accepted() {
    let pki = Pki::new();
    let asked = ask(&builder(&pki).build().unwrap(), with_certificate(&pki.good())).await;
    assert!(asked.identity().is_some(), "{:?}", asked.refusal());
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519, &PKCS_RSA_SHA256] {
        let root = Shape::authority("Root").algorithm(algorithm).self_signed();
        let leaf = root.issue(&Shape::partner().algorithm(algorithm));
        let asked = ask(&trusting(&root).build().unwrap(), with_certificate(&leaf)).await;
        assert!(asked.identity().is_some(), "{algorithm:?}: {:?}", asked.refusal());
    }
}

#[tokio::test]
async fn a_chain_of_p521_authorities_is_refused_for_its_algorithm_and_not_for_its_issuer() {
    let pki = P521Pki::new();
    let known = Intermediates::from_der(pki.intermediate.der()).unwrap();
    let layer = trusting(&pki.root).intermediates(known).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.leaf)).await;
    assert_eq!(asked.reason(), Some(Reason::AlgorithmUnsupported), "{:?}", asked.refusal());
}
