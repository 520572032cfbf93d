//! The outermost layer of DER: one SEQUENCE from the first to the last byte.

use super::EncodingError;

/// Refuses bytes that are not exactly one non-empty SEQUENCE with a definite length in its shortest form.
///
/// X.690 section 10.1 makes the shortest form a duty. What is inside the SEQUENCE is for the parser of certificates.
pub(super) fn ensure_one_sequence(bytes: &[u8]) -> Result<(), EncodingError> {
    let (_, rest) = first_sequence(bytes)?;
    if rest.is_empty() {
        return Ok(());
    }
    Err(EncodingError::DerMalformed { length_bytes: bytes.len(), found: "a sequence with bytes after its end" })
}

/// Splits off the SEQUENCE at the beginning: it, and what follows it.
pub(super) fn first_sequence(bytes: &[u8]) -> Result<(&[u8], &[u8]), EncodingError> {
    let malformed = |found| EncodingError::DerMalformed { length_bytes: bytes.len(), found };

    let (&tag, rest) = bytes.split_first().ok_or_else(|| malformed("no bytes"))?;
    if tag != SEQUENCE {
        return Err(malformed("another tag than SEQUENCE"));
    }
    let (&first, rest) = rest.split_first().ok_or_else(|| malformed("a tag without a length"))?;
    let (declared, content) = match first {
        0..=MAX_SHORT_LENGTH => (usize::from(first), rest),
        INDEFINITE_LENGTH => return Err(malformed("an indefinite length")),
        _ => {
            let octets = usize::from(first & MAX_SHORT_LENGTH);
            if octets > MAX_LENGTH_BYTES {
                return Err(malformed("a length of more than four bytes"));
            }
            let (length, content) = rest.split_at_checked(octets).ok_or_else(|| malformed("an incomplete length"))?;
            let declared = length.iter().fold(0, |sum, &octet| sum * 256 + usize::from(octet));
            if length.first() == Some(&0) || declared <= usize::from(MAX_SHORT_LENGTH) {
                return Err(malformed("a length that is not in its shortest form"));
            }
            (declared, content)
        }
    };
    let rest_bytes = content.len().checked_sub(declared).ok_or_else(|| malformed("a sequence that is cut short"))?;
    if declared == 0 {
        return Err(malformed("an empty sequence"));
    }
    bytes.split_at_checked(bytes.len() - rest_bytes).ok_or_else(|| malformed("a sequence that is cut short"))
}

const SEQUENCE: u8 = 0x30;
const MAX_SHORT_LENGTH: u8 = 0x7f;
const INDEFINITE_LENGTH: u8 = 0x80;
/// Bytes of the length itself; four stand for 4 GiB and fit every `usize` this crate runs with.
const MAX_LENGTH_BYTES: usize = 4;
