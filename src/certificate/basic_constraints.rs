//! Basic constraints.

use super::der::{Elements, tag};
use super::error::{CertificateError, Problem};

/// Whether a certificate is a CA's, and how long a path below it may be (RFC 5280 section 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    is_ca: bool,
    path_len: Option<u32>,
}

impl BasicConstraints {
    /// Tells whether the certificate may issue others.
    #[must_use]
    pub const fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// Returns how many intermediates may follow below this one; `None` is no limit.
    #[must_use]
    pub const fn path_len(&self) -> Option<u32> {
        self.path_len
    }

    /// Reads the value of a basic constraints extension.
    pub(super) fn read(value: &[u8]) -> Result<Self, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, value)?;
        let is_ca = match elements.optional(FIELD, tag::BOOLEAN)? {
            Some(element) => boolean(FIELD, element.content)?,
            None => false,
        };
        let path_len = match elements.optional(FIELD, tag::INTEGER)? {
            Some(element) => Some(length(element.content)?),
            None => None,
        };
        elements.finish(FIELD)?;
        Ok(Self { is_ca, path_len })
    }
}

/// Reads a BOOLEAN; an explicit FALSE where it is the default is against DER, but common and unambiguous.
pub(crate) fn boolean(field: &'static str, content: &[u8]) -> Result<bool, CertificateError> {
    match content {
        [0x00] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(CertificateError::new(field, Problem::Boolean)),
    }
}

fn length(content: &[u8]) -> Result<u32, CertificateError> {
    match *content {
        [only @ ..=0x7f] => Ok(u32::from(only)),
        [0, low @ 0x80..=0xff] => Ok(u32::from(low)),
        [high @ 1..=0x7f, low] => Ok(u32::from(u16::from_be_bytes([high, low]))),
        _ => Err(CertificateError::new(FIELD, Problem::Integer)),
    }
}

const FIELD: &str = "basic constraints";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read() {
        let cases: [(&[u8], bool, Option<u32>); 7] = [
            (&[0x30, 0], false, None),
            (&[0x30, 3, 1, 1, 0], false, None),
            (&[0x30, 3, 1, 1, 0xff], true, None),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0], true, Some(0)),
            (&[0x30, 6, 1, 1, 0xff, 2, 1, 0x7f], true, Some(127)),
            (&[0x30, 7, 1, 1, 0xff, 2, 2, 0, 0x80], true, Some(128)),
            (&[0x30, 7, 1, 1, 0xff, 2, 2, 0x7f, 0xff], true, Some(32767)),
        ];
        for (value, is_ca, path_len) in cases {
            let constraints = BasicConstraints::read(value).unwrap();
            assert_eq!((constraints.is_ca(), constraints.path_len()), (is_ca, path_len), "{value:02x?}");
        }
    }

    #[test]
    fn malformed_constraints_are_refused() {
        let cases: [&[u8]; 9] = [
            &[],
            &[0x30, 1],
            &[0x31, 0],
            &[0x30, 3, 1, 1, 1],
            &[0x30, 4, 1, 2, 0xff, 0xff],
            &[0x30, 3, 2, 1, 0x80],
            &[0x30, 4, 2, 2, 0, 1],
            &[0x30, 5, 2, 3, 1, 0, 0],
            &[0x30, 6, 2, 1, 0, 1, 1, 0xff],
        ];
        for value in cases {
            assert!(BasicConstraints::read(value).is_err(), "{value:02x?}");
        }
    }
}
