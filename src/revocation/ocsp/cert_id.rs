use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::certificate::der::{Element, Elements, tag};
use crate::certificate::{Certificate, CertificateError, serial_octets};

#[cfg(feature = "ocsp")]
use super::client::encode::{integer, octet_string, sequence};

/// How a `CertID` names the issuer (RFC 6960 section 4.1.1). The hash is an index: whether an answer holds is told by its
/// signature alone.
#[cfg(feature = "ocsp")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertIdHash {
    /// SHA-1, which every responder knows (RFC 5019 section 2.1.1). The default.
    #[default]
    Sha1,
    /// SHA-256, which some responders do not look up.
    Sha256,
}

/// Name and key of an issuer, hashed both ways.
#[derive(Clone, Debug)]
pub(super) struct IssuerHashes {
    sha1: [[u8; 20]; 2],
    sha256: [[u8; 32]; 2],
}

/// A `CertID` as it stands in an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct CertId<'a> {
    algorithm: &'a [u8],
    issuer_name_hash: &'a [u8],
    issuer_key_hash: &'a [u8],
    /// The content octets of the serial number.
    pub(super) serial: &'a [u8],
}

impl IssuerHashes {
    pub(super) fn of(issuer: &Certificate) -> Result<Self, CertificateError> {
        let name = issuer.subject().der();
        // RFC 6960 section 4.1.1: the key's BIT STRING without tag, length and count of unused bits.
        let key = issuer.signed_parts()?.key;
        Ok(Self {
            sha1: [name, key].map(|octets| Sha1::digest(octets).into()),
            sha256: [name, key].map(|octets| Sha256::digest(octets).into()),
        })
    }

    /// The encoded `CertID` of a certificate.
    #[cfg(feature = "ocsp")]
    pub(super) fn cert_id(&self, hash: CertIdHash, serial: &[u8]) -> Vec<u8> {
        let (algorithm, [name, key]): (_, [&[u8]; 2]) = match hash {
            CertIdHash::Sha1 => (SHA1_IDENTIFIER, self.sha1.each_ref().map(<[u8; 20]>::as_slice)),
            CertIdHash::Sha256 => (SHA256_IDENTIFIER, self.sha256.each_ref().map(<[u8; 32]>::as_slice)),
        };
        sequence(&[algorithm, &octet_string(name), &octet_string(key), &integer(serial)])
    }
}

impl<'a> CertId<'a> {
    pub(super) fn read(element: Element<'a>) -> Result<Self, CertificateError> {
        let mut elements = Elements::new(FIELD, element.content);
        let mut identifier = Elements::new(FIELD, elements.expect(FIELD, tag::SEQUENCE)?.content);
        let algorithm = identifier.expect(FIELD, tag::OBJECT_IDENTIFIER)?.content;
        // NULL or nothing: both occur.
        identifier.optional(FIELD, NULL)?;
        identifier.finish(FIELD)?;
        let issuer_name_hash = elements.expect(FIELD, tag::OCTET_STRING)?.content;
        let issuer_key_hash = elements.expect(FIELD, tag::OCTET_STRING)?.content;
        let serial = serial_octets(elements.expect(FIELD, tag::INTEGER)?)?;
        elements.finish(FIELD)?;
        Ok(Self { algorithm, issuer_name_hash, issuer_key_hash, serial })
    }

    /// Whether it names a certificate of this issuer, by either hash.
    pub(super) fn is_issued_by(&self, issuer: &IssuerHashes) -> bool {
        let found = [self.issuer_name_hash, self.issuer_key_hash];
        match self.algorithm {
            SHA1 => found == issuer.sha1.each_ref().map(<[u8; 20]>::as_slice),
            SHA256 => found == issuer.sha256.each_ref().map(<[u8; 32]>::as_slice),
            _ => false,
        }
    }
}

/// The SHA-1 by which a responder names its key (RFC 6960 section 4.2.1, `KeyHash`).
pub(super) fn key_hash(certificate: &Certificate) -> Result<[u8; 20], CertificateError> {
    Ok(Sha1::digest(certificate.signed_parts()?.key).into())
}

const FIELD: &str = "certificate identifier";
const NULL: u8 = 0x05;
/// 1.3.14.3.2.26.
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 2.16.840.1.101.3.4.2.1.
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// `AlgorithmIdentifier` with NULL, as responders compare it octet for octet.
#[cfg(feature = "ocsp")]
const SHA1_IDENTIFIER: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];
#[cfg(feature = "ocsp")]
const SHA256_IDENTIFIER: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
