use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::authority::TestAuthority;
use super::key::TestKey;
use super::must;
use crate::certificate::{Certificate, Fingerprint};

/// A certificate that a [`TestAuthority`] has issued, with its private key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TestCertificate {
    pub(super) der: CertificateDer<'static>,
    pub(super) key: Arc<TestKey>,
    pub(super) serial: Vec<u8>,
    /// The name in DER, as certificates and lists of this one as issuer repeat it.
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Option<TestAuthority>,
}

impl TestCertificate {
    /// The certificate.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The certificate as PEM with lines of 64 characters.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// The private key (PKCS #8), for a client that does TLS.
    #[must_use]
    pub fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.private_key_der()).into()
    }

    /// The private key (PKCS #8) as PEM.
    #[must_use]
    pub fn key_pem(&self) -> String {
        pem("PRIVATE KEY", &self.key.private_key_der())
    }

    /// This certificate and the intermediates above it, without the root: what a client presents in TLS.
    #[must_use]
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        let authorities = self.authorities().filter(|authority| authority.certificate().issuer.is_some());
        let above = authorities.map(|authority| authority.certificate().der.clone());
        std::iter::once(self.der.clone()).chain(above).collect()
    }

    /// The serial number, big-endian and without leading zeros.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The SHA-256 of the certificate, as deny-lists and pins have it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        *self.read().fingerprint()
    }

    /// The SHA-256 of the public key (`SubjectPublicKeyInfo`).
    #[must_use]
    pub fn public_key_fingerprint(&self) -> Fingerprint {
        *self.read().public_key_fingerprint()
    }

    /// The authorities above, the issuer first and the root last.
    pub(super) fn authorities(&self) -> impl Iterator<Item = TestAuthority> {
        std::iter::successors(self.issuer.clone(), |authority| authority.certificate().issuer.clone())
    }

    fn read(&self) -> Certificate {
        must(Certificate::from_der(self.der.clone()), "the certificate cannot be read")
    }
}

/// PEM with lines of 64 characters (RFC 7468 section 2).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (position, character) in STANDARD.encode(der).chars().enumerate() {
        if position > 0 && position % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END " + label + "-----\n"
}
