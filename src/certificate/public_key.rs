//! Public keys: what kind they are and how strong, not the keys themselves.

use std::fmt;

use super::der::{Elements, tag};
use super::error::{CertificateError, Problem};
use super::key_usage::bit_string;
use super::object_identifier::ObjectIdentifier;
use super::octets::{Octets, Whole};
use super::serial_number::is_shortest_integer;

/// What is known of a certificate's public key: algorithm, and curve or size.
///
/// Shown as `RSA 2048`, `P-256` or `Ed25519`, and by object identifier where this crate knows no name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: ObjectIdentifier,
    curve: Option<ObjectIdentifier>,
    rsa: Option<RsaPublicKey>,
    /// The key itself where its form must be judged and is short: the point of an elliptic curve key.
    point: Octets,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7).
    pub(super) fn read(whole: &Whole, encoded: &[u8]) -> Result<Self, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, encoded)?;
        let identifier = elements.expect(FIELD, tag::SEQUENCE)?;
        let key = bit_string(FIELD, elements.expect(FIELD, tag::BIT_STRING)?)?;
        elements.finish(FIELD)?;

        let mut inside = Elements::new(FIELD, identifier.content);
        let algorithm = ObjectIdentifier::from_element(FIELD, inside.any()?)?;
        let parameters = if inside.is_empty() { None } else { Some(inside.any()?) };
        inside.finish(FIELD)?;

        let curve = match parameters {
            // RFC 5480 section 2.1.1: only named curves; a key with spelled-out parameters has no curve here.
            Some(parameters) if algorithm == *EC_PUBLIC_KEY && parameters.tag == tag::OBJECT_IDENTIFIER => {
                Some(ObjectIdentifier::from_element(FIELD, parameters)?)
            }
            _ => None,
        };
        let is_rsa = algorithm == *RSA_ENCRYPTION || algorithm == *RSASSA_PSS;
        let rsa = if is_rsa { Some(RsaPublicKey::read(key)?) } else { None };
        let point = if rsa.is_none() && key.len() <= MAX_POINT_OCTETS { key } else { &[] };
        Ok(Self { algorithm, curve, rsa, point: whole.part(FIELD, point)? })
    }

    /// Returns the algorithm's object identifier.
    #[must_use]
    pub const fn algorithm(&self) -> &ObjectIdentifier {
        &self.algorithm
    }

    /// Returns the named curve of an elliptic curve key (ECDSA); `None` for other keys and for unnamed curves.
    #[must_use]
    pub const fn curve(&self) -> Option<&ObjectIdentifier> {
        self.curve.as_ref()
    }

    /// Returns the octets of a key on an elliptic curve; empty for other keys and for those that are too long to be one.
    pub(crate) fn point(&self) -> &[u8] {
        &self.point
    }

    /// Returns what is known of an RSA key; `None` for other keys.
    #[must_use]
    pub const fn rsa(&self) -> Option<&RsaPublicKey> {
        self.rsa.as_ref()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let oid = self.curve.as_ref().unwrap_or(&self.algorithm);
        match NAMES.iter().find(|(dotted, _)| oid == *dotted) {
            Some((_, name)) => f.write_str(name)?,
            None => oid.fmt(f)?,
        }
        match &self.rsa {
            Some(rsa) => write!(f, " {}", rsa.modulus_bits),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// The properties of an RSA key that decide whether it is acceptable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RsaPublicKey {
    modulus_bits: usize,
    has_odd_modulus: bool,
    exponent: Option<u64>,
}

impl RsaPublicKey {
    /// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
    fn read(key: &[u8]) -> Result<Self, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, key)?;
        let modulus = positive(elements.expect(FIELD, tag::INTEGER)?.content)?;
        let exponent = positive(elements.expect(FIELD, tag::INTEGER)?.content)?;
        elements.finish(FIELD)?;
        let too_large = Problem::TooLarge { octets: modulus.len(), limit: MAX_MODULUS_OCTETS };
        if modulus.len() > MAX_MODULUS_OCTETS {
            return Err(CertificateError::new(FIELD, too_large));
        }
        let leading_zeros = modulus.first().map_or(0, |octet| octet.leading_zeros());
        let unused_bits = usize::try_from(leading_zeros).unwrap_or(usize::MAX);
        Ok(Self {
            modulus_bits: (modulus.len() * 8).saturating_sub(unused_bits),
            has_odd_modulus: modulus.last().is_some_and(|octet| octet % 2 == 1),
            exponent: small(exponent),
        })
    }

    /// Returns the size of the modulus in bits.
    #[must_use]
    pub const fn modulus_bits(&self) -> usize {
        self.modulus_bits
    }

    /// Tells whether the modulus is odd, as every product of two large primes is.
    #[must_use]
    pub const fn has_odd_modulus(&self) -> bool {
        self.has_odd_modulus
    }

    /// Returns the public exponent; `None` if it has more than 64 bits.
    #[must_use]
    pub const fn exponent(&self) -> Option<u64> {
        self.exponent
    }
}

/// The octets of a positive INTEGER without its sign octet.
fn positive(octets: &[u8]) -> Result<&[u8], CertificateError> {
    match octets {
        _ if !is_shortest_integer(octets) => Err(CertificateError::new(FIELD, Problem::Integer)),
        [0] | [0x80..=0xff, ..] => Err(CertificateError::new(FIELD, Problem::Integer)),
        _ => Ok(octets.strip_prefix(&[0]).unwrap_or(octets)),
    }
}

fn small(magnitude: &[u8]) -> Option<u64> {
    if magnitude.len() > 8 {
        return None;
    }
    Some(magnitude.iter().fold(0, |number, octet| number * 256 + u64::from(*octet)))
}

const NAMES: [(&str, &str); 11] = [
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.2.840.10045.2.1", "EC"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.101.110", "X25519"),
];

const FIELD: &str = "subject public key info";
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
/// Octets of an uncompressed point on P-521, the longest that is accepted.
const MAX_POINT_OCTETS: usize = 133;
/// Octets of an RSA modulus: 16384 bits, twice what any verifier here accepts.
const MAX_MODULUS_OCTETS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<RsaPublicKey, CertificateError> {
        let integer = |octets: &[u8]| [&[2, u8::try_from(octets.len()).unwrap()], octets].concat();
        let content = [integer(modulus), integer(exponent)].concat();
        RsaPublicKey::read(&[&[0x30, u8::try_from(content.len()).unwrap()], &content[..]].concat())
    }

    #[test]
    fn the_size_of_an_rsa_key_is_that_of_its_modulus_without_sign_octet() {
        assert_eq!(rsa(&[0, 0xff, 1], &[3]).unwrap().modulus_bits(), 16);
        assert_eq!(rsa(&[0x7f, 1], &[3]).unwrap().modulus_bits(), 15);
        assert_eq!(rsa(&[1, 1], &[3]).unwrap().modulus_bits(), 9);
        assert_eq!(rsa(&[1], &[3]).unwrap().modulus_bits(), 1);
    }

    #[test]
    fn parity_and_exponent_are_kept_for_key_policies() {
        let key = rsa(&[0x7f, 1], &[1, 0, 1]).unwrap();
        assert!(key.has_odd_modulus());
        assert_eq!(key.exponent(), Some(65537));
        assert!(!rsa(&[0x7f, 2], &[3]).unwrap().has_odd_modulus());
        assert_eq!(rsa(&[5], &[0, 255, 255, 255, 255, 255, 255, 255, 255]).unwrap().exponent(), Some(u64::MAX));
        assert_eq!(rsa(&[5], &[1; 9]).unwrap().exponent(), None);
    }

    #[test]
    fn the_largest_modulus_that_is_read_has_2048_octets() {
        let of_size = |octets: usize| {
            let length = |octets: usize| [&[0x82][..], &u16::try_from(octets).unwrap().to_be_bytes()].concat();
            let modulus = [&[2][..], &length(octets), &vec![1; octets]].concat();
            let content = [&modulus[..], &[2, 1, 3]].concat();
            RsaPublicKey::read(&[&[0x30][..], &length(content.len()), &content].concat())
        };
        assert_eq!(of_size(2048).unwrap().modulus_bits(), 2048 * 8 - 7);
        let too_large = Problem::TooLarge { octets: 2049, limit: 2048 };
        assert_eq!(of_size(2049), Err(CertificateError::new(FIELD, too_large)));
    }

    #[test]
    fn rsa_numbers_that_are_zero_negative_or_padded_are_refused() {
        for bad in [&[][..], &[0], &[0x80], &[0xff, 1], &[0, 1]] {
            let expected = Err(CertificateError::new(FIELD, Problem::Integer));
            assert_eq!(rsa(bad, &[3]), expected);
            assert_eq!(rsa(&[5], bad), expected);
        }
    }
}
