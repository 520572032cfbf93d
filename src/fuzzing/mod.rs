//! What must hold for every input, not only that nothing panics: the bodies of the fuzz targets.
//!
//! Compiled for fuzzing, and for the tests, which replay the seeds in `tests/fixtures/fuzz`. No part of the library.

#[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
mod access_document;
mod certificate;
#[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
mod configuration;
mod crl;
mod distinguished_name;
mod encoding;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod layer;
mod ocsp;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod poll;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod remembered;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod world;

#[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
pub use access_document::access_document;
pub use certificate::certificate;
#[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
pub use configuration::configuration;
pub use crl::crl;
pub use distinguished_name::{distinguished_name, name_pattern};
pub use encoding::{encoding, xfcc_json, xfcc_text};
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub use layer::layer;
pub use ocsp::ocsp_answer;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub use remembered::remembered;

/// Printable ASCII: what may stand in one line of a log.
fn is_one_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Whether these octets stand in the input.
fn holds(der: &[u8], part: &[u8]) -> bool {
    part.is_empty() || der.windows(part.len()).any(|window| window == part)
}
