//! The certificates found so far in one header value.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use rustls_pki_types::CertificateDer;

use super::{EncodingError, der};

/// Collects certificates up to a limit; the only place where base64 and DER are judged, whatever was around them.
pub(super) struct Certificates {
    max_certificates: usize,
    found: Vec<CertificateDer<'static>>,
}

impl Certificates {
    pub(super) fn with_limit(max_certificates: usize) -> Self {
        Self { max_certificates, found: Vec::new() }
    }

    /// For certificates that have to be compared before they count.
    pub(super) fn empty_with_same_limit(&self) -> Self {
        Self::with_limit(self.max_certificates)
    }

    /// Adds the certificate that strict base64 stands for: standard alphabet, padding, zero trailing bits.
    pub(super) fn add_base64(&mut self, text: &[u8]) -> Result<(), EncodingError> {
        self.ensure_room()?;
        self.add_der(base64(text)?)
    }

    /// Adds one certificate in DER.
    pub(super) fn add_der(&mut self, certificate: Vec<u8>) -> Result<(), EncodingError> {
        self.ensure_room()?;
        der::ensure_one_sequence(&certificate)?;
        self.found.push(CertificateDer::from(certificate));
        Ok(())
    }

    /// Adds the certificates whose DER stands in strict base64 without anything between them.
    pub(super) fn add_concatenated_base64(&mut self, text: &[u8]) -> Result<(), EncodingError> {
        let concatenated = base64(text)?;
        let mut rest = concatenated.as_slice();
        // Runs once per certificate; the limit of certificates ends it.
        loop {
            self.ensure_room()?;
            let (certificate, after) = der::first_sequence(rest)?;
            self.add_der(certificate.to_vec())?;
            if after.is_empty() {
                return Ok(());
            }
            rest = after;
        }
    }

    /// Refuses one certificate too many before anything is done with it.
    pub(super) fn ensure_room(&self) -> Result<(), EncodingError> {
        if self.found.len() < self.max_certificates {
            return Ok(());
        }
        Err(EncodingError::TooManyCertificates { max_certificates: self.max_certificates })
    }

    pub(super) fn into_vec(self) -> Vec<CertificateDer<'static>> {
        self.found
    }
}

/// Undoes strict base64.
pub(crate) fn base64(text: &[u8]) -> Result<Vec<u8>, EncodingError> {
    STANDARD.decode(text).map_err(|error| base64_malformed(&error, text))
}

fn base64_malformed(error: &DecodeError, text: &[u8]) -> EncodingError {
    let (offset_bytes, found) = match *error {
        DecodeError::InvalidByte(offset, byte) => (offset, name_of(byte)),
        DecodeError::InvalidLastSymbol { offset, .. } => (offset, "bits after the end that are not zero"),
        DecodeError::InvalidLength(_) => (text.len(), "an incomplete group"),
        DecodeError::InvalidPadding => (text.len(), "missing or incomplete padding"),
    };
    EncodingError::Base64Malformed { offset_bytes, found }
}

fn name_of(byte: u8) -> &'static str {
    match byte {
        b'=' => "misplaced padding",
        b'-' | b'_' => "a character of the base64url alphabet",
        b' ' => "a blank",
        b'\t' | b'\r' | b'\n' => "a line break or tab",
        b',' => "a comma",
        b'%' => "a percent sign",
        128.. => "a byte outside ASCII",
        _ => "a character outside the alphabet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_no_base64_is_named_by_its_kind() {
        let cases: [(&[u8], &str); 10] = [
            (b"AA=A", "misplaced padding"),
            (b"AA-A", "a character of the base64url alphabet"),
            (b"AA_A", "a character of the base64url alphabet"),
            (b"AA A", "a blank"),
            (b"AA\tA", "a line break or tab"),
            (b"AA\nA", "a line break or tab"),
            (b"AA,A", "a comma"),
            (b"AA%A", "a percent sign"),
            (b"AA\x80A", "a byte outside ASCII"),
            (b"AA!A", "a character outside the alphabet"),
        ];
        for (text, found) in cases {
            let error = STANDARD.decode(text).map_err(|error| base64_malformed(&error, text)).unwrap_err();
            assert_eq!(error, EncodingError::Base64Malformed { offset_bytes: 2, found }, "{text:?}");
        }
    }
}
