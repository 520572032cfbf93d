//! SHA-256 fingerprints.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::hex::{LowerHex, digit_value};

/// A SHA-256 fingerprint, of a certificate or of a public key.
///
/// Shown as 64 lower-case hexadecimal digits; read with or without colons, in any case.
///
/// ```
/// use tower_client_cert::certificate::Fingerprint;
///
/// let pinned: Fingerprint = "AB:".repeat(32).trim_end_matches(':').parse()?;
/// assert_eq!(pinned.to_string(), "ab".repeat(32));
/// # Ok::<(), tower_client_cert::certificate::ParseFingerprintError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; LENGTH_OCTETS]);

impl Fingerprint {
    /// Makes a fingerprint from the 32 octets of a SHA-256.
    #[must_use]
    pub const fn new(octets: [u8; LENGTH_OCTETS]) -> Self {
        Self(octets)
    }

    /// Computes the fingerprint of these octets.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the 32 octets of the SHA-256.
    #[must_use]
    pub const fn as_octets(&self) -> &[u8; LENGTH_OCTETS] {
        &self.0
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair_characters = match text.len() {
            PLAIN_CHARACTERS => 2,
            COLON_CHARACTERS => 3,
            _ => return Err(ParseFingerprintError),
        };
        let mut octets = [0; LENGTH_OCTETS];
        for (octet, pair) in octets.iter_mut().zip(text.as_bytes().chunks(pair_characters)) {
            *octet = match pair {
                [high, low] | [high, low, b':'] => digit(*high)? * 16 + digit(*low)?,
                _ => return Err(ParseFingerprintError),
            };
        }
        Ok(Self(octets))
    }
}

fn digit(character: u8) -> Result<u8, ParseFingerprintError> {
    digit_value(character).ok_or(ParseFingerprintError)
}

/// Shows the octets as upper-case hexadecimal digits, the form of OpenTelemetry's `tls.client.hash.sha256`.
impl fmt::UpperHex for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LowerHex(&self.0).fmt(f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Text that is not a SHA-256 fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseFingerprintError;

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fingerprint is not sha-256, expected 64 hexadecimal digits, plain or in pairs joined by colons")
    }
}

impl std::error::Error for ParseFingerprintError {}

/// Octets of a SHA-256.
const LENGTH_OCTETS: usize = 32;
const PLAIN_CHARACTERS: usize = 64;
const COLON_CHARACTERS: usize = 95;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_plain_with_colons_and_in_any_case() {
        let fingerprint = Fingerprint::of(b"abc");
        let plain = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint.to_string(), plain);
        let pairs: Vec<_> = (0..32).map(|at| plain[2 * at..2 * at + 2].to_uppercase()).collect();
        for text in [plain.to_owned(), plain.to_uppercase(), pairs.join(":"), pairs.join(":").to_lowercase()] {
            assert_eq!(text.parse(), Ok(fingerprint), "{text}");
        }
    }

    #[test]
    fn a_fingerprint_can_be_shown_in_upper_case() {
        let shown = format!("{:X}", Fingerprint::of(b"abc"));
        assert_eq!(shown, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
    }

    #[test]
    fn the_error_says_what_was_expected() {
        let error = "abc".parse::<Fingerprint>().unwrap_err();
        assert!(error.to_string().contains("64 hexadecimal digits"), "{error}");
    }

    #[test]
    fn anything_else_is_refused() {
        let plain = "ab".repeat(32);
        let texts = [
            String::new(),
            plain[2..].to_owned(),
            format!("{plain}a"),
            format!("{plain}ab"),
            format!("{}ag", &plain[2..]),
            format!("{}:", "ab:".repeat(31) + "ab"),
            "ab-".repeat(31) + "ab",
            "a:b".repeat(31) + "ab",
            "ab:".repeat(31) + ":a",
            "é".repeat(32),
            "00".repeat(20),
        ];
        for text in texts {
            assert_eq!(text.parse::<Fingerprint>(), Err(ParseFingerprintError), "{text}");
        }
    }
}
