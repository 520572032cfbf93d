//! Base64 of one DER certificate without anything around it.

use super::certificates::Certificates;
use super::{EncodingError, percent};

pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    // Traefik before 2.9.2 escaped its base64 as a form would.
    let text = percent::decode(value, |byte| matches!(byte, b'+' | b'/' | b'='))?;
    certificates.add_base64(&text)
}
