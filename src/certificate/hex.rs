//! Octets as lower-case hexadecimal digits.

use std::fmt;

/// Shows octets as lower-case hexadecimal digits without separators.
#[derive(Clone, Copy, Debug)]
pub(super) struct LowerHex<'a>(pub(super) &'a [u8]);

impl fmt::Display for LowerHex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}
