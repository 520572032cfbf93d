//! The signature algorithms that are accepted in certificates.

use rustls_pki_types::SignatureVerificationAlgorithm;

/// The algorithms of the enabled provider: RSA of 2048 to 8192 bits (PKCS #1 v1.5 and PSS), ECDSA with SHA-2, Ed25519.
///
/// With both providers, aws-lc-rs is used. ring has neither P-521 nor ecdsa-with-SHA512. MD5, SHA-1, SHA-224 and
/// smaller keys are in neither list. Empty without a provider.
pub(crate) const DEFAULT: &[&dyn SignatureVerificationAlgorithm] = PROVIDED;

#[cfg(feature = "aws-lc-rs")]
const PROVIDED: &[&dyn SignatureVerificationAlgorithm] = {
    use webpki::aws_lc_rs as provider;
    &[
        provider::ECDSA_P256_SHA256,
        provider::ECDSA_P256_SHA384,
        provider::ECDSA_P256_SHA512,
        provider::ECDSA_P384_SHA256,
        provider::ECDSA_P384_SHA384,
        provider::ECDSA_P384_SHA512,
        provider::ECDSA_P521_SHA256,
        provider::ECDSA_P521_SHA384,
        provider::ECDSA_P521_SHA512,
        provider::ED25519,
        provider::RSA_PKCS1_2048_8192_SHA256,
        provider::RSA_PKCS1_2048_8192_SHA384,
        provider::RSA_PKCS1_2048_8192_SHA512,
        provider::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        provider::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        provider::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
        provider::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        provider::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        provider::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    ]
};

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
const PROVIDED: &[&dyn SignatureVerificationAlgorithm] = {
    use webpki::ring as provider;
    &[
        provider::ECDSA_P256_SHA256,
        provider::ECDSA_P256_SHA384,
        provider::ECDSA_P384_SHA256,
        provider::ECDSA_P384_SHA384,
        provider::ED25519,
        provider::RSA_PKCS1_2048_8192_SHA256,
        provider::RSA_PKCS1_2048_8192_SHA384,
        provider::RSA_PKCS1_2048_8192_SHA512,
        provider::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        provider::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        provider::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
        provider::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        provider::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        provider::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    ]
};

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
const PROVIDED: &[&dyn SignatureVerificationAlgorithm] = &[];
