//! A signed certificate, with its key where there is one.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, Issuer, KeyPair, PublicKeyData as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{ListShape, Shape};

/// A certificate that was issued, and which can issue others.
#[derive(Debug)]
pub(crate) struct Minted {
    params: CertificateParams,
    key: Option<KeyPair>,
    der: CertificateDer<'static>,
}

impl Minted {
    pub(super) fn self_signed(shape: &Shape) -> Self {
        let key = shape.key_pair();
        let certificate = shape.params.self_signed(&key).unwrap();
        Self { params: shape.params.clone(), key: Some(key), der: certificate.der().clone() }
    }

    /// Signs `shape`, whether or not this is a certification authority.
    pub(crate) fn issue(&self, shape: &Shape) -> Self {
        let issuer = Issuer::from_params(&self.params, self.key.as_ref().unwrap());
        let params = shape.params.clone();
        if let Some(foreign) = &shape.foreign_key {
            let certificate = params.signed_by(foreign, &issuer).unwrap();
            return Self { params, key: None, der: certificate.der().clone() };
        }
        let key = shape.key_pair();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self { params, key: Some(key), der: certificate.der().clone() }
    }

    /// A certificate for the key of this one, as cross-certification makes it.
    pub(crate) fn certified_again_by(&self, issuer: &Self) -> Self {
        let key = self.key.as_ref().unwrap();
        let certificate =
            self.params.signed_by(key, &Issuer::from_params(&issuer.params, issuer.key.as_ref().unwrap())).unwrap();
        Self { params: self.params.clone(), key: None, der: certificate.der().clone() }
    }

    /// Another certificate for the same name and key, by the same issuer.
    pub(crate) fn renewed(&self, shape: &Shape, issuer: &Self) -> Self {
        let key = KeyPair::try_from(self.key.as_ref().unwrap().serialize_der()).unwrap();
        let by = Issuer::from_params(&issuer.params, issuer.key.as_ref().unwrap());
        let certificate = shape.params.signed_by(&key, &by).unwrap();
        Self { params: shape.params.clone(), key: Some(key), der: certificate.der().clone() }
    }

    /// Signs a revocation list, in DER.
    pub(crate) fn sign_list(&self, list: &ListShape) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.params, self.key.as_ref().unwrap());
        list.params.signed_by(&issuer).unwrap().der().to_vec()
    }

    /// The key, for what is signed by hand.
    pub(crate) fn key_pair(&self) -> &KeyPair {
        self.key.as_ref().unwrap()
    }

    /// The certificate without its key.
    pub(crate) fn copy(&self) -> Self {
        Self { params: self.params.clone(), key: None, der: self.der.clone() }
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn certificate_der(&self) -> CertificateDer<'static> {
        self.der.clone()
    }

    /// The `SubjectPublicKeyInfo`.
    pub(crate) fn public_key_der(&self) -> Vec<u8> {
        self.key.as_ref().unwrap().subject_public_key_info()
    }

    pub(crate) fn pem(&self) -> String {
        pem(&self.der)
    }

    /// What nginx and Application Gateway put into the header.
    pub(crate) fn escaped_pem(&self) -> String {
        escaped_pem(&self.der)
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.as_ref().unwrap().serialize_pem()
    }

    pub(crate) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.as_ref().unwrap().serialize_der()).unwrap()
    }

    /// The same certificate with the last bit of its signature turned.
    pub(crate) fn with_broken_signature(&self) -> Vec<u8> {
        let mut der = self.der.to_vec();
        let last = der.len() - 1;
        der[last] ^= 1;
        der
    }
}

/// PEM with lines of 64 characters.
pub(crate) fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in body.as_bytes().chunks(64) {
        text.push_str(std::str::from_utf8(line).unwrap());
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// PEM with everything but unreserved characters percent-escaped, upper case: the bytes nginx and Application Gateway
/// send.
pub(crate) fn escaped_pem(der: &[u8]) -> String {
    let mut escaped = String::new();
    for byte in pem(der).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => write!(escaped, "%{byte:02X}").unwrap(),
        }
    }
    escaped
}
