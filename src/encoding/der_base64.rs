//! Base64 of DER without anything around it: one certificate, several joined by commas, or several in one.

use super::certificates::Certificates;
use super::{EncodingError, percent};

/// One certificate.
pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    // Traefik before 2.9.2 escaped its base64 as a form would.
    let text = percent::decode(value, |byte| matches!(byte, b'+' | b'/' | b'='))?;
    certificates.add_base64(&text)
}

/// Certificates joined by commas. Traefik puts no blank after the comma, so a blank is a second line that was merged.
pub(super) fn decode_list(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    value.split(|byte| *byte == b',').try_for_each(|member| decode(member, certificates))
}

/// Certificates whose DER was joined before it became base64.
pub(super) fn decode_concatenated(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    certificates.add_concatenated_base64(value)
}
