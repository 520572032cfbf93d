//! Key identifiers.

use std::fmt;

use super::der::{Element, Elements, tag};
use super::error::CertificateError;
use super::hex::LowerHex;
use super::octets::{Octets, Whole};

/// A name for a key, chosen by a CA (RFC 5280 sections 4.2.1.1 and 4.2.1.2).
///
/// Helps to find an issuer and to explain what is missing; proves nothing. Shown as lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyIdentifier(Octets);

impl KeyIdentifier {
    /// Returns the identifier's octets.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// Reads the value of a subject key identifier extension.
    pub(super) fn read_subject(whole: &Whole, value: &[u8]) -> Result<Self, CertificateError> {
        const FIELD: &str = "subject key identifier";
        let element = Element::only(FIELD, tag::OCTET_STRING, value)?;
        whole.part(FIELD, element.content).map(Self)
    }

    /// Reads the value of an authority key identifier extension, which may name the issuer in other ways instead.
    pub(super) fn read_authority(whole: &Whole, value: &[u8]) -> Result<Option<Self>, CertificateError> {
        const FIELD: &str = "authority key identifier";
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, value)?;
        let key_identifier = elements.optional(FIELD, tag::context(0))?;
        let _issuer = elements.optional(FIELD, tag::context_constructed(1))?;
        let _serial_number = elements.optional(FIELD, tag::context(2))?;
        elements.finish(FIELD)?;
        key_identifier.map(|element| whole.part(FIELD, element.content).map(Self)).transpose()
    }

    /// Tells whether the value of an authority key identifier extension names the key and nothing else.
    pub(super) fn is_by_key_alone(value: &[u8]) -> bool {
        let field = "authority key identifier";
        let by_key = |elements: Elements<'_>| {
            let mut elements = elements;
            elements.optional(field, tag::context(0)).is_ok_and(|key| key.is_some()) && elements.is_empty()
        };
        Elements::inside(field, tag::SEQUENCE, value).is_ok_and(by_key)
    }
}

impl fmt::Display for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LowerHex(&self.0).fmt(f)
    }
}

impl fmt::Debug for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyIdentifier({self})")
    }
}
