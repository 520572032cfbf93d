//! Base64 of PEM text, as Apache httpd's function `base64` makes it of a certificate variable.

use super::certificates::{self, Certificates};
use super::{EncodingError, pem};

/// The text inside is not percent-decoded: a value is encoded once or twice, never as many times as it takes.
pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    pem::decode_text(&certificates::base64(value)?, certificates)
}
