//! Byte sequences of structured fields: one (RFC 9440 section 2.2) or a list of them (section 2.3).

use super::certificates::Certificates;
use super::{EncodingError, trimmed};

/// One certificate.
pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    match take(value, 0, certificates)? {
        [] => Ok(()),
        after => Err(malformed(
            value.len() - after.len(),
            if after.starts_with(b",") { "a second member of a list" } else { "more text" },
            "nothing after the byte sequence",
        )),
    }
}

/// A list of certificates (RFC 9651 section 4.2.1: blanks and tabs around a comma, none at the end).
pub(super) fn decode_list(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    let mut rest = value;
    // Runs once per certificate; the limit of certificates ends it.
    loop {
        rest = trimmed(take(rest, value.len() - rest.len(), certificates)?);
        if rest.is_empty() {
            return Ok(());
        }
        let offset_bytes = value.len() - rest.len();
        let after = rest.strip_prefix(b",");
        rest = trimmed(after.ok_or_else(|| malformed(offset_bytes, "more text", "a comma or the end"))?);
    }
}

/// Reads one byte sequence (RFC 9651 section 4.2.7) and returns what follows it.
///
/// Stricter than a general parser of structured fields: padding is required and trailing bits must be zero, so that one
/// certificate has one spelling, and parameters are refused, as RFC 9440 defines none.
fn take<'a>(value: &'a [u8], offset_bytes: usize, found: &mut Certificates) -> Result<&'a [u8], EncodingError> {
    let Some(rest) = value.strip_prefix(b":") else {
        let what = if value.is_empty() { "the end of the value" } else { "another first character" };
        return Err(malformed(offset_bytes, what, "a colon"));
    };
    let Some(length) = rest.iter().position(|&byte| byte == b':') else {
        let end = offset_bytes + value.len();
        return Err(malformed(end, "the end of the value", "a colon that ends the byte sequence"));
    };
    let (text, after) = rest.split_at_checked(length).unwrap_or_default();
    if text.is_empty() {
        return Err(malformed(offset_bytes + 1, "an empty byte sequence", "base64 of a certificate"));
    }
    let after = after.get(1..).unwrap_or_default();
    if after.starts_with(b";") {
        return Err(malformed(offset_bytes + length + 2, "parameters", "nothing after the byte sequence"));
    }
    found.add_base64(text)?;
    Ok(after)
}

fn malformed(offset_bytes: usize, found: &'static str, expected: &'static str) -> EncodingError {
    EncodingError::ByteSequenceMalformed { offset_bytes, found, expected }
}
