//! Decoding of what gateways send, and refusal of everything that resembles it.

mod acceptance;
mod encoders;
mod lists;
mod refusals;
mod structured_fields;
mod xfcc;

use rustls_pki_types::CertificateDer;

use super::certificates::Certificates;
use super::{Encoding, EncodingError};

/// The decoded DER of a value, with the default limit.
fn decoded(value: impl AsRef<[u8]>, encoding: Encoding) -> Result<Vec<Vec<u8>>, EncodingError> {
    let certificates = decode(value.as_ref(), encoding, MAX_CERTIFICATES)?;
    Ok(certificates.iter().map(|certificate| certificate.to_vec()).collect())
}

/// As the line does it, for a request with this one value.
fn decode(
    value: &[u8],
    encoding: Encoding,
    max_certificates: usize,
) -> Result<Vec<CertificateDer<'static>>, EncodingError> {
    let mut certificates = Certificates::with_limit(max_certificates);
    super::decode(value, encoding, &mut certificates)?;
    Ok(certificates.into_vec())
}

const MAX_CERTIFICATES: usize = 10;
