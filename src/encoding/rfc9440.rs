//! A byte sequence of structured fields (RFC 9440 section 2.1, RFC 9651 section 3.3.5).

use super::EncodingError;
use super::certificates::Certificates;

/// Stricter than a general parser of structured fields: padding is required and trailing bits must be zero, so that one
/// certificate has one spelling, and parameters are refused, as RFC 9440 defines none.
pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    let malformed =
        |offset_bytes, found, expected| EncodingError::ByteSequenceMalformed { offset_bytes, found, expected };

    let Some(rest) = value.strip_prefix(b":") else {
        return Err(malformed(0, "another first character", "a colon"));
    };
    let Some(length) = rest.iter().position(|&byte| byte == b':') else {
        return Err(malformed(value.len(), "the end of the value", "a colon that ends the byte sequence"));
    };
    let (text, after) = rest.split_at_checked(length).unwrap_or_default();
    if text.is_empty() {
        return Err(malformed(1, "an empty byte sequence", "base64 of a certificate"));
    }
    let end = length + 2;
    match after.get(1..).unwrap_or_default() {
        [] => certificates.add_base64(text),
        [b';', ..] => Err(malformed(end, "parameters", "nothing after the byte sequence")),
        [b',', ..] => Err(malformed(end, "a second member of a list", "nothing after the byte sequence")),
        _ => Err(malformed(end, "more text", "nothing after the byte sequence")),
    }
}
