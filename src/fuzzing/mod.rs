//! What must hold for every input, not only that nothing panics: the bodies of the fuzz targets.
//!
//! Compiled for fuzzing, and for the tests, which replay the seeds in `tests/fixtures/fuzz`. No part of the library.

mod certificate;
mod encoding;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod layer;
mod ocsp;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod world;

pub use certificate::certificate;
pub use encoding::{encoding, xfcc_json, xfcc_text};
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub use layer::layer;
pub use ocsp::ocsp_answer;

/// Printable ASCII: what may stand in one line of a log.
fn is_one_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}
