//! Percent-encoding (RFC 3986 section 2.1), undone exactly once.

use std::borrow::Cow;

use super::EncodingError;
use crate::certificate::digit_value;

/// Replaces each `%XX` by the byte it stands for, provided that `is_expected` says such a byte can occur.
///
/// A plus sign stays a plus sign: it is a character of base64, and the form encoding that turns blanks into plus signs is
/// not used by any gateway here. An escaped percent sign would leave something to decode again and is refused whatever
/// `is_expected` says.
pub(super) fn decode(value: &[u8], is_expected: impl Fn(u8) -> bool) -> Result<Cow<'_, [u8]>, EncodingError> {
    if memchr::memchr(b'%', value).is_none() {
        return Ok(Cow::Borrowed(value));
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((plain, escape)) = memchr::memchr(b'%', rest).and_then(|place| rest.split_at_checked(place)) {
        decoded.extend_from_slice(plain);
        let malformed =
            |found| EncodingError::PercentEncodingMalformed { offset_bytes: value.len() - escape.len(), found };
        let Some((&[_, high, low], after)) = escape.split_first_chunk() else {
            return Err(malformed("cut short"));
        };
        let (Some(high), Some(low)) = (digit_value(high), digit_value(low)) else {
            return Err(malformed("not followed by two hexadecimal digits"));
        };
        match high * 16 + low {
            b'%' => return Err(malformed("an escaped percent sign, as after encoding twice")),
            escaped if is_expected(escaped) => decoded.push(escaped),
            _ => return Err(malformed("an escape of a byte that cannot occur here")),
        }
        rest = after;
    }
    decoded.extend_from_slice(rest);
    Ok(Cow::Owned(decoded))
}
