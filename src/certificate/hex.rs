//! Hexadecimal digits.

use std::fmt;

/// Shows octets as lower-case hexadecimal digits without separators.
#[derive(Clone, Copy, Debug)]
pub(super) struct LowerHex<'a>(pub(super) &'a [u8]);

impl fmt::Display for LowerHex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// The value of a hexadecimal digit in either case.
pub(crate) fn digit_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
