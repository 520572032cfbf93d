//! Hexadecimal digits of one DER certificate.

use super::EncodingError;
use super::certificates::Certificates;
use crate::certificate::digit_value;

pub(super) fn decode(value: &[u8], certificates: &mut Certificates) -> Result<(), EncodingError> {
    let mut der = Vec::with_capacity(value.len() / 2);
    let mut rest = value;
    while let Some((pair, after)) = rest.split_first_chunk() {
        let malformed = |found| EncodingError::HexMalformed { offset_bytes: value.len() - rest.len(), found };
        let [high, low] = pair.map(digit_value);
        let (Some(high), Some(low)) = (high, low) else {
            return Err(malformed("something else than two hexadecimal digits"));
        };
        der.push(high * 16 + low);
        rest = after;
    }
    if !rest.is_empty() {
        let offset_bytes = value.len() - rest.len();
        return Err(EncodingError::HexMalformed { offset_bytes, found: "half a byte" });
    }
    certificates.add_der(der)
}
