//! PEM (RFC 7468) in one line: percent-encoded, or with its line breaks changed or lost.

use super::certificates::Certificates;
use super::{EncodingError, percent};

pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    let text = percent::decode(value, |byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))?;
    decode_text(&text, certificates)
}

/// PEM without escapes.
pub(super) fn decode_text(text: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    let mut cursor = Cursor { text, rest: text };
    cursor.skip_line_break();
    // Runs once per block; `Certificates` ends it at the limit.
    loop {
        cursor.take_block(certificates)?;
        cursor.skip_line_break();
        if cursor.rest.is_empty() {
            return Ok(());
        }
    }
}

/// What is left of the percent-decoded text.
struct Cursor<'a> {
    text: &'a [u8],
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn take_block(&mut self, certificates: &mut Certificates) -> Result<(), EncodingError> {
        self.take(BEGIN, BEGIN_EXPECTED)?;
        certificates.ensure_room()?;
        let body = self.take_body()?;
        self.take(END, END_EXPECTED)?;
        certificates.add_base64(&body)
    }

    fn take(&mut self, line: &[u8], expected: &'static str) -> Result<(), EncodingError> {
        self.rest = self.rest.strip_prefix(line).ok_or_else(|| self.malformed(expected))?;
        Ok(())
    }

    /// Base64 up to the end line, without its line breaks.
    fn take_body(&mut self) -> Result<Vec<u8>, EncodingError> {
        let length = memchr::memmem::find(self.rest, DASHES);
        let Some((mut body, end_line)) = length.and_then(|length| self.rest.split_at_checked(length)) else {
            self.rest = &[];
            return Err(self.malformed(END_EXPECTED));
        };
        let mut base64 = Vec::with_capacity(body.len());
        while let Some((&byte, after)) = without_line_break(body).split_first() {
            base64.push(byte);
            // Up to what may be a line break, at once.
            let line = after.iter().position(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t'));
            let (line, rest) = line.and_then(|length| after.split_at_checked(length)).unwrap_or((after, &[]));
            base64.extend_from_slice(line);
            body = rest;
        }
        self.rest = end_line;
        Ok(base64)
    }

    fn skip_line_break(&mut self) {
        self.rest = without_line_break(self.rest);
    }

    fn malformed(&self, expected: &'static str) -> EncodingError {
        EncodingError::PemMalformed {
            offset_bytes: self.text.len() - self.rest.len(),
            found: name_of(self.rest),
            expected,
        }
    }
}

/// The text without one line break at its beginning, if there is one: LF or CRLF, a blank or tab in its place, or LF or
/// CRLF followed by a blank or tab, as header lines were once folded (RFC 9112 section 5.2).
fn without_line_break(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\r\n").or_else(|| text.strip_prefix(b"\n")).unwrap_or(text);
    text.strip_prefix(b" ").or_else(|| text.strip_prefix(b"\t")).unwrap_or(text)
}

/// What stands where a begin or end line should, without showing any of it.
fn name_of(text: &[u8]) -> &'static str {
    if text.is_empty() {
        return "the end of the value";
    }
    if text.starts_with(b"-----BEGIN+") || text.starts_with(b"-----END+") {
        return "a plus sign for a blank, as in form encoding";
    }
    if text.starts_with(b"-----BEGIN ") {
        return "a begin line with another label";
    }
    if text.starts_with(b"-----END ") {
        return "an end line with another label";
    }
    "other text"
}

const DASHES: &[u8] = b"-----";
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";
const BEGIN_EXPECTED: &str = "a begin line with the label CERTIFICATE";
const END_EXPECTED: &str = "an end line with the label CERTIFICATE";
