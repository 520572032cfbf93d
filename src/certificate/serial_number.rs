//! Serial numbers.

use std::fmt;

use super::der::Element;
use super::error::{CertificateError, Problem};
use super::hex::LowerHex;
use super::octets::{Octets, Whole};

/// A certificate's serial number (RFC 5280 section 4.1.2.2).
///
/// Shown as lower-case hexadecimal digits, two for each octet, without separators: what `openssl x509 -serial` prints,
/// in lower case. The octet 00 that DER puts before a positive number whose first bit is set is not shown.
///
/// Zero and negative numbers are against the standard, which nevertheless asks readers to cope with them; they are
/// read, and shown as `00` and with a leading `-`. Two serial numbers are equal exactly when their encodings are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber(Octets);

impl SerialNumber {
    pub(super) fn from_element(whole: &Whole, element: Element<'_>) -> Result<Self, CertificateError> {
        whole.part(FIELD, serial_octets(element)?).map(Self)
    }

    /// Returns the content octets of the INTEGER as they stand in the certificate: two's complement, big-endian.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        &self.0
    }

    /// Tells whether the number is above zero, as the standard demands.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.is_negative() && self.0.iter().any(|octet| *octet != 0)
    }

    fn is_negative(&self) -> bool {
        self.0.first().is_some_and(|first| first & SIGN != 0)
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative() {
            return write!(f, "-{}", LowerHex(without_sign_octet(&negated(&self.0))));
        }
        LowerHex(without_sign_octet(&self.0)).fmt(f)
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

/// The content octets of an INTEGER that is a serial number.
pub(crate) fn serial_octets(element: Element<'_>) -> Result<&[u8], CertificateError> {
    let error = |problem| CertificateError::new(FIELD, problem);
    let octets = element.content;
    if octets.len() > MAX_SERIAL_OCTETS {
        return Err(error(Problem::TooLarge { octets: octets.len(), limit: MAX_SERIAL_OCTETS }));
    }
    if !is_shortest_integer(octets) {
        return Err(error(Problem::Integer));
    }
    Ok(octets)
}

/// X.690 section 8.3.2: the first nine bits are neither all zero nor all one.
pub(super) fn is_shortest_integer(octets: &[u8]) -> bool {
    match octets {
        [] => false,
        [0x00, second, ..] => second & SIGN != 0,
        [0xff, second, ..] => second & SIGN == 0,
        _ => true,
    }
}

/// Two's complement of a number; the result may have a leading octet 00.
fn negated(octets: &[u8]) -> Vec<u8> {
    let mut negated: Vec<u8> = octets.iter().map(|octet| !octet).collect();
    for octet in negated.iter_mut().rev() {
        let (sum, overflowed) = octet.overflowing_add(1);
        *octet = sum;
        if !overflowed {
            break;
        }
    }
    negated
}

fn without_sign_octet(octets: &[u8]) -> &[u8] {
    match octets {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => octets,
    }
}

const FIELD: &str = "serial number";
const SIGN: u8 = 0x80;
/// Octets of an encoded serial number: the standard's 20, and one for the sign, which some CAs do not count.
pub(crate) const MAX_SERIAL_OCTETS: usize = 21;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::der::tag;

    fn serial(octets: &[u8]) -> Result<SerialNumber, CertificateError> {
        let whole = Whole::new(octets.to_vec().into());
        SerialNumber::from_element(&whole, Element { tag: tag::INTEGER, content: whole.der(), encoded: &[] })
    }

    #[test]
    fn serials_read_as_lower_case_hex_without_the_sign_octet() {
        let cases: [(&[u8], &str); 10] = [
            (&[0x01], "01"),
            (&[0x7f], "7f"),
            (&[0x00, 0x80], "80"),
            (&[0x00, 0xff, 0x00, 0x01], "ff0001"),
            (&[0x00], "00"),
            (&[0xff], "-01"),
            (&[0x80], "-80"),
            (&[0xff, 0x00], "-0100"),
            (&[0xff, 0x7f], "-81"),
            (&[0x80, 0x00], "-8000"),
        ];
        for (octets, shown) in cases {
            assert_eq!(serial(octets).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn only_numbers_above_zero_are_positive() {
        assert!(serial(&[1]).unwrap().is_positive());
        assert!(serial(&[0, 0x80]).unwrap().is_positive());
        assert!(!serial(&[0]).unwrap().is_positive());
        assert!(!serial(&[0x80]).unwrap().is_positive());
    }

    #[test]
    fn serials_that_are_empty_padded_or_too_long_are_refused() {
        for octets in [&[][..], &[0, 0], &[0, 1], &[0, 0x7f, 1], &[0xff, 0xff], &[0xff, 0x80]] {
            assert_eq!(serial(octets), Err(CertificateError::new(FIELD, Problem::Integer)));
        }
        assert!(serial(&[0x11; 21]).is_ok());
        let too_large = Problem::TooLarge { octets: 22, limit: 21 };
        assert_eq!(serial(&[0x11; 22]), Err(CertificateError::new(FIELD, too_large)));
    }
}
