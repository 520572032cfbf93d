//! Anchors whose keys no algorithm is for.

use tower_client_cert::AdviceCode;

use crate::scene;
use crate::support::pki::Shape;

#[test]
fn an_algorithm_is_missed_for_the_key_of_each_anchor_that_none_is_for() {
    use webpki::aws_lc_rs as provider;
    static ALONE: [&[&dyn rustls_pki_types::SignatureVerificationAlgorithm]; 5] = [
        &[provider::ECDSA_P256_SHA256],
        &[provider::ECDSA_P384_SHA384],
        &[provider::ECDSA_P521_SHA512],
        &[provider::RSA_PKCS1_2048_8192_SHA256],
        &[provider::ED25519],
    ];
    let keys = [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_ECDSA_P521_SHA512,
        &rcgen::PKCS_RSA_SHA256,
        &rcgen::PKCS_ED25519,
    ];
    for (key_kind, key) in keys.into_iter().enumerate() {
        let root = Shape::authority("Root").algorithm(key).self_signed();
        for (algorithm_kind, algorithms) in ALONE.into_iter().enumerate() {
            let advice = scene::trusting(&root).signature_algorithms(algorithms).build().unwrap().advice();
            let is_told = advice.iter().any(|advice| advice.code() == AdviceCode::AlgorithmMissing);
            assert_eq!(is_told, key_kind != algorithm_kind, "key {key_kind}, algorithm {algorithm_kind}");
        }
    }
}
