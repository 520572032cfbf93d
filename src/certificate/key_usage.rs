//! Key usage.

use std::fmt;

use super::der::{Element, tag};
use super::error::{CertificateError, Problem};

/// What a certificate's key may be used for (RFC 5280 section 4.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Reads the value of a key usage extension.
    ///
    /// One without any bit set, which the standard forbids, is read as allowing nothing.
    pub(super) fn read(value: &[u8]) -> Result<Self, CertificateError> {
        match bit_string(FIELD, Element::only(FIELD, tag::BIT_STRING, value)?)? {
            [] => Ok(Self(0)),
            [first] => Ok(Self(u16::from_be_bytes([*first, 0]))),
            [first, second] => Ok(Self(u16::from_be_bytes([*first, *second]))),
            _ => Err(CertificateError::new(FIELD, Problem::BitString)),
        }
    }

    /// Tells whether the key may verify signatures other than on certificates and CRLs; a TLS client needs this.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.has(0)
    }

    /// Tells whether the key may verify signatures that hold against denial (once `nonRepudiation`).
    #[must_use]
    pub const fn content_commitment(self) -> bool {
        self.has(1)
    }

    /// Tells whether the key may encipher keys.
    #[must_use]
    pub const fn key_encipherment(self) -> bool {
        self.has(2)
    }

    /// Tells whether the key may encipher data.
    #[must_use]
    pub const fn data_encipherment(self) -> bool {
        self.has(3)
    }

    /// Tells whether the key may be used to agree on keys.
    #[must_use]
    pub const fn key_agreement(self) -> bool {
        self.has(4)
    }

    /// Tells whether the key may verify signatures on certificates.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.has(5)
    }

    /// Tells whether the key may verify signatures on CRLs.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.has(6)
    }

    /// Tells whether a key agreed upon may only encipher.
    #[must_use]
    pub const fn encipher_only(self) -> bool {
        self.has(7)
    }

    /// Tells whether a key agreed upon may only decipher.
    #[must_use]
    pub const fn decipher_only(self) -> bool {
        self.has(8)
    }

    /// Iterates over the names of the bits that are set, in the standard's order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(bit, _)| self.has(*bit)).map(|(_, name)| name)
    }

    const fn has(self, bit: u8) -> bool {
        self.0 & (FIRST_BIT >> bit) != 0
    }
}

/// Shows the names of the bits that are set, such as `digitalSignature, keyAgreement`, or `none`.
impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.names().collect();
        if names.is_empty() {
            return f.write_str("none");
        }
        f.write_str(&names.join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

/// The octets of a BIT STRING; X.690 section 11.2.1: its unused bits are zero.
pub(super) fn bit_string<'a>(field: &'static str, element: Element<'a>) -> Result<&'a [u8], CertificateError> {
    match element.content {
        [0, octets @ ..] => Ok(octets),
        [unused_bits @ 1..=7, octets @ ..] if trailing_zeros(octets) >= u32::from(*unused_bits) => Ok(octets),
        _ => Err(CertificateError::new(field, Problem::BitString)),
    }
}

fn trailing_zeros(octets: &[u8]) -> u32 {
    octets.last().map_or(0, |last| last.trailing_zeros())
}

const NAMES: [(u8, &str); 9] = [
    (0, "digitalSignature"),
    (1, "contentCommitment"),
    (2, "keyEncipherment"),
    (3, "dataEncipherment"),
    (4, "keyAgreement"),
    (5, "keyCertSign"),
    (6, "cRLSign"),
    (7, "encipherOnly"),
    (8, "decipherOnly"),
];

const FIELD: &str = "key usage";
/// Bit 0 of a named bit list is the highest bit of the first octet.
const FIRST_BIT: u16 = 1 << 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shown(value: &[u8]) -> String {
        KeyUsage::read(value).map_or_else(|error| error.to_string(), |usage| usage.to_string())
    }

    #[test]
    fn each_bit_is_read_by_its_name() {
        assert_eq!(shown(&[3, 2, 7, 0x80]), "digitalSignature");
        assert_eq!(shown(&[3, 2, 6, 0x40]), "contentCommitment");
        assert_eq!(shown(&[3, 2, 5, 0x20]), "keyEncipherment");
        assert_eq!(shown(&[3, 2, 4, 0x10]), "dataEncipherment");
        assert_eq!(shown(&[3, 2, 3, 0x08]), "keyAgreement");
        assert_eq!(shown(&[3, 2, 2, 0x04]), "keyCertSign");
        assert_eq!(shown(&[3, 2, 1, 0x02]), "cRLSign");
        assert_eq!(shown(&[3, 2, 0, 0x01]), "encipherOnly");
        assert_eq!(shown(&[3, 3, 7, 0x00, 0x80]), "decipherOnly");
        assert_eq!(shown(&[3, 3, 7, 0x88, 0x80]), "digitalSignature, keyAgreement, decipherOnly");
    }

    #[test]
    fn each_accessor_reads_its_own_bit() {
        let accessors: [fn(KeyUsage) -> bool; 9] = [
            KeyUsage::digital_signature,
            KeyUsage::content_commitment,
            KeyUsage::key_encipherment,
            KeyUsage::data_encipherment,
            KeyUsage::key_agreement,
            KeyUsage::key_cert_sign,
            KeyUsage::crl_sign,
            KeyUsage::encipher_only,
            KeyUsage::decipher_only,
        ];
        for (set, (_, name)) in NAMES.into_iter().enumerate() {
            let usage = KeyUsage(FIRST_BIT >> set);
            assert_eq!(usage.to_string(), name);
            for (asked, accessor) in accessors.iter().enumerate() {
                assert_eq!(accessor(usage), asked == set, "{name}, accessor {asked}");
            }
        }
    }

    #[test]
    fn no_bit_at_all_allows_nothing() {
        assert_eq!(shown(&[3, 1, 0]), "none");
        assert_eq!(shown(&[3, 2, 7, 0]), "none");
    }

    #[test]
    fn malformed_bit_strings_are_refused() {
        let malformed = "key usage: malformed bit string";
        assert_eq!(shown(&[3, 0]), malformed);
        assert_eq!(shown(&[3, 1, 1]), malformed, "unused bits of no octet");
        assert_eq!(shown(&[3, 2, 8, 0x80]), malformed);
        assert_eq!(shown(&[3, 2, 7, 0xc0]), malformed, "unused bit is set");
        assert_eq!(shown(&[3, 4, 0, 0x80, 0, 0]), malformed, "too many bits");
        assert_eq!(shown(&[3, 2, 7, 0x80, 0]), "key usage: 1 octets too many");
        assert_eq!(shown(&[4, 2, 7, 0x80]), "key usage: found tag 04, expected 03");
    }
}
