//! Keys that sign, of every kind that this crate accepts.

use std::fmt;

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData as _, SigningKey as _,
};

use super::der::{element, known_oid, sequence, tag};
use super::must;
use crate::validation::KeyKind;

/// A key pair and the one signature algorithm that is used with it.
pub(super) struct TestKey {
    kind: KeyKind,
    pair: KeyPair,
}

impl TestKey {
    pub(super) fn generate(kind: KeyKind) -> Self {
        let pair = match kind {
            KeyKind::Ed25519 => KeyPair::generate_for(&PKCS_ED25519),
            KeyKind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
            KeyKind::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
            #[cfg(feature = "aws-lc-rs")]
            KeyKind::P521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
            #[cfg(feature = "aws-lc-rs")]
            KeyKind::Rsa => KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048),
            #[cfg(not(feature = "aws-lc-rs"))]
            KeyKind::P521 | KeyKind::Rsa => Err(rcgen::Error::KeyGenerationUnavailable),
        };
        Self { kind, pair: must(pair, "no key of this kind could be made") }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        must(self.pair.sign(message), "the key does not sign")
    }

    /// The `AlgorithmIdentifier` of the signatures.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        let algorithm = match self.kind {
            KeyKind::Ed25519 => known_oid("1.3.101.112"),
            KeyKind::P256 => known_oid("1.2.840.10045.4.3.2"),
            KeyKind::P384 => known_oid("1.2.840.10045.4.3.3"),
            KeyKind::P521 => known_oid("1.2.840.10045.4.3.4"),
            // RFC 4055 section 5: the parameters of RSA with PKCS #1 v1.5 are NULL.
            KeyKind::Rsa => return sequence(&[known_oid("1.2.840.113549.1.1.11"), element(tag::NULL, &[])]),
        };
        sequence(&[algorithm])
    }

    /// The `SubjectPublicKeyInfo`.
    pub(super) fn public_key(&self) -> Vec<u8> {
        self.pair.subject_public_key_info()
    }

    /// PKCS #8.
    pub(super) fn private_key_der(&self) -> Vec<u8> {
        self.pair.serialize_der()
    }
}

impl fmt::Debug for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestKey").field("kind", &self.kind).finish_non_exhaustive()
    }
}
