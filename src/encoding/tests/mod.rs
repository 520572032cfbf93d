//! Decoding of what gateways send, and refusal of everything that resembles it.

mod acceptance;
mod encoders;
mod lists;
mod messages;
mod refusals;
mod structured_fields;
mod xfcc;

use super::{Encoding, EncodingError, decode_value as decode};

/// The decoded DER of a value, with the default limit.
fn decoded(value: impl AsRef<[u8]>, encoding: Encoding) -> Result<Vec<Vec<u8>>, EncodingError> {
    let certificates = decode(value.as_ref(), encoding, MAX_CERTIFICATES)?;
    Ok(certificates.iter().map(|certificate| certificate.to_vec()).collect())
}

const MAX_CERTIFICATES: usize = 10;
