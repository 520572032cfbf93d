use std::fmt;

use super::name_text::hex_octets;
use crate::authorization::access_request::Facts;
use crate::error::ConfigError;
use crate::escape::Escaped;
use crate::validation::IssuedBy;

/// A serial number together with the authority that gave it: alone it proves nothing, since every authority counts for
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SerialPattern {
    /// Without leading zeros.
    octets: Box<[u8]>,
    text: Box<str>,
    issuer: IssuedBy,
}

impl SerialPattern {
    /// Hexadecimal digits, with or without colons.
    pub(crate) fn new(text: &str, issuer: IssuedBy) -> Result<Self, ConfigError> {
        let mut digits = text.replace(':', "");
        if digits.len() % 2 == 1 {
            digits.insert(0, '0');
        }
        let octets = hex_octets(&digits).filter(|_| digits.len() <= MAX_SERIAL_DIGITS);
        let octets = octets.map(|octets| without_zeros(&octets).to_vec()).filter(|octets| !octets.is_empty());
        match octets {
            Some(octets) => Ok(Self { octets: octets.into(), text: text.into(), issuer }),
            None => Err(ConfigError::Pattern {
                value: text.to_owned(),
                problem: "is no serial number, expected hexadecimal digits of a number above zero".to_owned(),
            }),
        }
    }

    /// The issuer must be the certificate's own, not one further up: a CA below it counts for itself too.
    pub(crate) fn judge(&self, facts: &Facts<'_>) -> bool {
        let serial = facts.certificate.serial();
        let own_issuer = facts.authorities().take(1);
        let label = facts.anchor_label.filter(|_| facts.intermediates.is_empty());
        serial.is_positive()
            && *without_zeros(serial.as_octets()) == *self.octets
            && self.issuer.is_among(label, own_issuer)
    }
}

fn without_zeros(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default()
}

impl fmt::Display for SerialPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "serial number {} directly from {}", Escaped(&self.text), self.issuer)
    }
}

/// Digits of one serial number (RFC 5280 section 4.1.2.2: 20 octets, and one more in practice).
const MAX_SERIAL_DIGITS: usize = 42;
