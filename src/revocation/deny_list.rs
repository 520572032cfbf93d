use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::error::DenyListMatch;
use crate::certificate::{Certificate, Fingerprint};
use crate::error::{ConfigError, Origin};

/// Certificates and keys that the operator refuses, whoever issued them and whatever the authority says.
///
/// It works from the next request on, without waiting for the authority to publish anything. An entry is asked of every
/// certificate of a path, the anchor's included.
///
/// As text it has one entry per line; empty lines and lines that begin with `#` are passed over:
///
/// ```text
/// # stolen laptop
/// certificate AB:CD:...            the SHA-256 of a certificate
/// public-key abcd...               the SHA-256 of a public key (SubjectPublicKeyInfo): survives a renewal
/// issuer abcd... serial 0a:1b:2c   a serial number, by the SHA-256 of its issuer's certificate or public key
/// ```
///
/// Fingerprints and serial numbers are hexadecimal in any case, with or without colons; a serial number may have leading
/// zeros or `0x` before it.
///
/// ```
/// use tower_client_cert::DenyList;
///
/// let denied = DenyList::parse(&format!("certificate {}", "ab:".repeat(32).trim_end_matches(':')))?;
/// assert_eq!(denied.len(), 1);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DenyList {
    certificates: HashSet<Fingerprint>,
    public_keys: HashSet<Fingerprint>,
    serials: HashSet<IssuedSerial>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct IssuedSerial {
    issuer: Fingerprint,
    serial: Box<str>,
}

impl DenyList {
    /// A list without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a list from text.
    ///
    /// # Errors
    ///
    /// [`ConfigError::DenyListEntry`] for the first line that is no entry.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::read(text, &Origin::Memory)
    }

    /// Reads a list from a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the file cannot be read, [`ConfigError::DenyListEntry`] for the first line that is no
    /// entry.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        Self::read(&text, &Origin::File(path.to_owned()))
    }

    /// Adds the certificate with this SHA-256.
    #[must_use]
    pub fn certificate(mut self, fingerprint: Fingerprint) -> Self {
        self.certificates.insert(fingerprint);
        self
    }

    /// Adds every certificate whose public key (`SubjectPublicKeyInfo`) has this SHA-256.
    #[must_use]
    pub fn public_key(mut self, fingerprint: Fingerprint) -> Self {
        self.public_keys.insert(fingerprint);
        self
    }

    /// Adds the certificate with a serial number, by the SHA-256 of its issuer's certificate or public key. The key is
    /// the better name: an issuer may have several certificates for it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::DenyListEntry`] for a serial number that is not hexadecimal.
    pub fn serial(mut self, issuer: Fingerprint, serial: &str) -> Result<Self, ConfigError> {
        let refused = || ConfigError::DenyListEntry { origin: Origin::Memory, line: 1, value: serial.to_owned() };
        let serial = normalized(serial).ok_or_else(refused)?;
        self.serials.insert(IssuedSerial { issuer, serial });
        Ok(self)
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.certificates.len() + self.public_keys.len() + self.serials.len()
    }

    /// Tells whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry for a certificate of a path; `issuer` is the next one up, `None` for the anchor.
    pub(super) fn find(&self, certificate: &Certificate, issuer: Option<&Certificate>) -> Option<DenyListMatch> {
        if self.certificates.contains(certificate.fingerprint()) {
            return Some(DenyListMatch::Certificate);
        }
        if self.public_keys.contains(certificate.public_key_fingerprint()) {
            return Some(DenyListMatch::PublicKey);
        }
        let issuer = issuer.filter(|_| !self.serials.is_empty())?;
        let serial = normalized(&certificate.serial().to_string())?;
        [issuer.public_key_fingerprint(), issuer.fingerprint()]
            .into_iter()
            .any(|issuer| self.serials.contains(&IssuedSerial { issuer: *issuer, serial: serial.clone() }))
            .then_some(DenyListMatch::IssuerAndSerial)
    }

    fn read(text: &str, origin: &Origin) -> Result<Self, ConfigError> {
        let mut list = Self::default();
        // An editor's byte order mark would make the first line no entry.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            list.read_entry(line).ok_or_else(|| ConfigError::DenyListEntry {
                origin: origin.clone(),
                line: index + 1,
                value: line.to_owned(),
            })?;
        }
        Ok(list)
    }

    fn read_entry(&mut self, line: &str) -> Option<()> {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        match words.as_slice() {
            ["certificate", fingerprint] => {
                self.certificates.insert(fingerprint.parse().ok()?);
            }
            ["public-key", fingerprint] => {
                self.public_keys.insert(fingerprint.parse().ok()?);
            }
            ["issuer", issuer, "serial", serial @ ..] => {
                let entry = IssuedSerial { issuer: issuer.parse().ok()?, serial: normalized(&serial.concat())? };
                self.serials.insert(entry);
            }
            _ => return None,
        }
        Some(())
    }
}

/// A serial number as hexadecimal digits without leading zeros, after a `-` if it is negative.
fn normalized(serial: &str) -> Option<Box<str>> {
    let serial = serial.trim();
    let (sign, digits) = serial.strip_prefix('-').map_or(("", serial), |digits| ("-", digits));
    let digits = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits);
    let digits: String = digits.chars().filter(|character| !matches!(character, ':' | ' ')).collect();
    if digits.is_empty() || !digits.bytes().all(|character| character.is_ascii_hexdigit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0').to_ascii_lowercase();
    let significant = if significant.is_empty() { "0".to_owned() } else { significant };
    Some(format!("{sign}{significant}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_serial_number_is_one() {
        for spelling in ["0a1b2c", "A1B2C", "0A:1B:2C", "00:0a:1b:2c", "0x0A1B2C", "0Xa1b2c", " 0a 1b 2c ", "000a1B2c"]
        {
            assert_eq!(normalized(spelling).as_deref(), Some("a1b2c"), "{spelling}");
        }
        for (spelling, expected) in [("00", "0"), ("-01", "-1"), ("-0x00:80", "-80")] {
            assert_eq!(normalized(spelling).as_deref(), Some(expected));
        }
        for wrong in ["", "0x", "-", ":", "12g4", "1,2", "0x-1", "--1"] {
            assert_eq!(normalized(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn text_is_read_line_by_line() {
        let (one, two) = ("ab".repeat(32), "CD:".repeat(32));
        let two = two.trim_end_matches(':');
        let text = format!(
            "\u{feff}# stolen\n\n  certificate {one}\r\npublic-key {two}\nissuer {one} serial 0a:1b\nissuer {one} serial 0A 1B\n"
        );
        assert_eq!(DenyList::parse(&text).unwrap().len(), 3);
        assert!(DenyList::parse("# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn a_line_that_is_no_entry_is_told_with_its_number() {
        let fingerprint = "ab".repeat(32);
        for line in [
            "certificate".to_owned(),
            "certificate abcd".to_owned(),
            format!("Certificate {fingerprint}"),
            format!("certificate {fingerprint} x"),
            fingerprint.clone(),
            format!("issuer {fingerprint}"),
            format!("issuer {fingerprint} serial"),
            format!("issuer {fingerprint} serial xyz"),
            "issuer abcd serial 01".to_owned(),
            format!("certificate {fingerprint} # why"),
        ] {
            let error = DenyList::parse(&format!("# first\n{line}\n")).unwrap_err();
            assert!(
                matches!(&error, ConfigError::DenyListEntry { line: 2, value, .. } if *value == line),
                "{line}: {error}"
            );
        }
        assert!(matches!(DenyList::from_file("/nonexistent/denied"), Err(ConfigError::File { .. })));
    }
}
