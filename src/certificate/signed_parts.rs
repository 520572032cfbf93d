//! The parts of a certificate that a signature check needs.

use super::der::{Elements, tag};
use super::error::CertificateError;
use super::key_usage::bit_string;

/// What was signed, with which algorithm, and the certificate's own key, each as it stands in the certificate.
#[derive(Clone, Copy)]
pub(crate) struct SignedParts<'a> {
    /// The `TBSCertificate` with tag and length.
    pub(crate) message: &'a [u8],
    /// The content of the outer `AlgorithmIdentifier`.
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// The content of the `AlgorithmIdentifier` of the certificate's own key.
    pub(crate) key_algorithm: &'a [u8],
    /// The certificate's own key.
    pub(crate) key: &'a [u8],
}

impl<'a> SignedParts<'a> {
    /// Reads a certificate that has been read as a whole before.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let mut outer = Elements::inside(FIELD, tag::SEQUENCE, der)?;
        let message = outer.expect(FIELD, tag::SEQUENCE)?;
        let algorithm = outer.expect(FIELD, tag::SEQUENCE)?.content;
        let signature = bit_string(FIELD, outer.expect(FIELD, tag::BIT_STRING)?)?;
        let mut inner = Elements::new(FIELD, message.content);
        inner.optional(FIELD, tag::context_constructed(0))?;
        inner.expect(FIELD, tag::INTEGER)?;
        // Signature algorithm, issuer, validity, subject.
        for _ in 0..4 {
            inner.expect(FIELD, tag::SEQUENCE)?;
        }
        let mut key_info = Elements::new(FIELD, inner.expect(FIELD, tag::SEQUENCE)?.content);
        let key_algorithm = key_info.expect(FIELD, tag::SEQUENCE)?.content;
        let key = bit_string(FIELD, key_info.expect(FIELD, tag::BIT_STRING)?)?;
        Ok(Self { message: message.encoded, algorithm, signature, key_algorithm, key })
    }
}

const FIELD: &str = "certificate";
