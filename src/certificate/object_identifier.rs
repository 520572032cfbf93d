//! Object identifiers as dotted text.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::der::{Element, tag};
use super::error::{CertificateError, Problem};
use super::familiar;

/// An object identifier, such as `2.5.4.10`.
///
/// Kept as dotted text without leading zeros, so that equal text means equal identifier.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectIdentifier(Cow<'static, str>);

impl ObjectIdentifier {
    /// Dotted text that is known to be well formed.
    pub(crate) const fn known(dotted: &'static str) -> Self {
        Self(Cow::Borrowed(dotted))
    }

    /// Returns the type of an attribute of a name, by its short name such as `O` or as dotted text.
    pub(crate) fn of_attribute(name: &str) -> Option<Self> {
        super::rfc4514::attribute_type(name)
    }

    /// Returns the short name of an attribute type, such as `O`.
    pub(crate) fn attribute_key(&self) -> Option<&'static str> {
        super::rfc4514::key(self)
    }

    /// Returns the dotted text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes in memory that it points to alone.
    pub(super) fn bytes_beside(&self) -> usize {
        match &self.0 {
            Cow::Borrowed(_) => 0,
            Cow::Owned(dotted) => dotted.capacity(),
        }
    }

    pub(crate) fn from_element(field: &'static str, element: Element<'_>) -> Result<Self, CertificateError> {
        let malformed = || CertificateError::new(field, Problem::ObjectIdentifier);
        if element.tag != tag::OBJECT_IDENTIFIER {
            let problem = Problem::UnexpectedTag { found: element.tag, expected: tag::OBJECT_IDENTIFIER };
            return Err(CertificateError::new(field, problem));
        }
        Self::from_content(element.content).ok_or_else(malformed)
    }

    pub(crate) fn from_content(content: &[u8]) -> Option<Self> {
        familiar::dotted(content).map(Self::known).or_else(|| Self::read(content))
    }

    fn read(content: &[u8]) -> Option<Self> {
        if content.len() > MAX_OBJECT_IDENTIFIER_OCTETS || content.last()? & CONTINUES != 0 {
            return None;
        }
        let mut dotted = String::with_capacity(content.len() * 3);
        let mut arc: Option<u128> = None;
        for &octet in content {
            let low = u128::from(octet & !CONTINUES);
            let value = match arc {
                // X.690 section 8.19.2: the leading octet of an arc is not 80.
                None if octet == CONTINUES => return None,
                None => low,
                Some(high) => high.checked_mul(128)?.checked_add(low)?,
            };
            if octet & CONTINUES != 0 {
                arc = Some(value);
                continue;
            }
            arc = None;
            push_arc(&mut dotted, value).ok()?;
        }
        dotted.shrink_to_fit();
        Some(Self(Cow::Owned(dotted)))
    }
}

/// X.690 section 8.19.4: the first two arcs share one number, and only below root arc 2 may the second exceed 39.
fn push_arc(dotted: &mut String, value: u128) -> fmt::Result {
    if dotted.is_empty() {
        let root = (value / 40).min(2);
        write!(dotted, "{root}.{}", value - root * 40)
    } else {
        write!(dotted, ".{value}")
    }
}

impl FromStr for ObjectIdentifier {
    type Err = ParseObjectIdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_DOTTED_CHARACTERS {
            return Err(ParseObjectIdentifierError);
        }
        let mut arcs = Vec::new();
        for arc in text.split('.') {
            let is_canonical = arc.bytes().all(|byte| byte.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'));
            let arc: u128 = arc.parse().map_err(|_| ParseObjectIdentifierError)?;
            if !is_canonical {
                return Err(ParseObjectIdentifierError);
            }
            arcs.push(arc);
        }
        match arcs.as_slice() {
            [0 | 1, 0..=39, ..] | [2, 0..=MAX_ARC_BELOW_2, ..] => Ok(Self(Cow::Owned(text.to_owned()))),
            _ => Err(ParseObjectIdentifierError),
        }
    }
}

impl fmt::Display for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectIdentifier({self})")
    }
}

impl PartialEq<str> for ObjectIdentifier {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

/// Text that is not an object identifier in dotted form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseObjectIdentifierError;

impl fmt::Display for ParseObjectIdentifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("object identifier is not numbers joined by dots, expected a form such as 2.5.4.10")
    }
}

impl std::error::Error for ParseObjectIdentifierError {}

const CONTINUES: u8 = 0x80;
/// The greatest arc below root arc 2: with 80 for the root it still fits the number in which both are encoded.
const MAX_ARC_BELOW_2: u128 = u128::MAX - 80;
/// Octets of one encoded object identifier; those in use stay under 40.
const MAX_OBJECT_IDENTIFIER_OCTETS: usize = 128;
/// Characters of one dotted object identifier.
const MAX_DOTTED_CHARACTERS: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn dotted(content: &[u8]) -> Option<String> {
        ObjectIdentifier::from_content(content).map(|oid| oid.to_string())
    }

    #[test]
    fn encoded_identifiers_read_as_dotted_text() {
        assert_eq!(dotted(&[0x55, 4, 10]).as_deref(), Some("2.5.4.10"));
        assert_eq!(dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]).as_deref(), Some("1.2.840.113549"));
        assert_eq!(dotted(&[0]).as_deref(), Some("0.0"));
        assert_eq!(dotted(&[0x27]).as_deref(), Some("0.39"));
        assert_eq!(dotted(&[0x4f]).as_deref(), Some("1.39"));
        assert_eq!(dotted(&[0x50]).as_deref(), Some("2.0"));
        assert_eq!(dotted(&[0x88, 0x37]).as_deref(), Some("2.999"));
    }

    #[test]
    fn familiar_identifiers_have_the_text_that_would_be_made_of_them() {
        for (content, dotted) in familiar::ALL {
            assert_eq!(familiar::dotted(content), Some(*dotted));
            assert_eq!(ObjectIdentifier::read(content), Some(ObjectIdentifier::known(dotted)));
        }
    }

    #[test]
    fn an_arc_of_128_bits_is_read_and_a_longer_one_is_refused() {
        let mut uuid = vec![0x69, 0x83];
        uuid.extend([0xff; 17]);
        uuid.push(0x7f);
        assert_eq!(dotted(&uuid), Some(format!("2.25.{}", u128::MAX)));
        uuid[1] = 0x84;
        assert_eq!(dotted(&uuid), None);
    }

    #[test]
    fn malformed_encodings_are_refused() {
        assert_eq!(dotted(&[]), None);
        assert_eq!(dotted(&[0x55, 0x84]), None, "last arc does not end");
        assert_eq!(dotted(&[0x55, 0x80, 0x04]), None, "arc with a leading zero");
        assert_eq!(dotted(&[0x80]), None);
        assert_eq!(dotted(&[1; 129]), None, "too long");
        assert!(dotted(&[1; 128]).is_some());
    }

    #[test]
    fn dotted_text_is_read_only_in_its_one_spelling() {
        assert_eq!("2.5.4.10".parse(), Ok(ObjectIdentifier::known("2.5.4.10")));
        assert_eq!("2.999".parse(), Ok(ObjectIdentifier::known("2.999")));
        let greatest = format!("2.{}", u128::MAX - 80);
        assert_eq!(greatest.parse::<ObjectIdentifier>().map(|oid| oid.to_string()), Ok(greatest));
        let greater = format!("2.{}", u128::MAX - 79);
        let longest = format!("1.2{}", ".1".repeat((MAX_DOTTED_CHARACTERS - 3) / 2));
        assert_eq!(longest.len() + 1, MAX_DOTTED_CHARACTERS);
        assert!(longest.replacen("1.2", "1.20", 1).parse::<ObjectIdentifier>().is_ok());
        let long = longest.replacen("1.2", "1.35", 1) + "11";
        let error = "1.40".parse::<ObjectIdentifier>().unwrap_err();
        assert!(error.to_string().contains("object identifier"), "{error}");
        for text in
            ["", "2", "2.", ".2.5", "2..5", "3.1", "1.40", "02.5", "2.05", "+2.5", " 2.5", "2.5a", &long, &greater]
        {
            assert_eq!(text.parse::<ObjectIdentifier>(), Err(ParseObjectIdentifierError), "{text}");
        }
    }
}
