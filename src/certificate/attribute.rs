//! One attribute of a distinguished name, and how its value becomes text.

use std::borrow::Cow;
use std::fmt;

use super::der::{Element, Elements, tag};
use super::error::CertificateError;
use super::object_identifier::ObjectIdentifier;
use super::octets::{Octets, Whole};
use super::rfc4514;

/// One attribute of a distinguished name: its type and its value.
///
/// The value has a text if it is one of the string types of X.520 and well formed; any other value is kept as bytes,
/// has no text and is equal to nothing. There is deliberately no `==` on attributes: compare [`text`](Self::text),
/// which is exact.
#[derive(Clone)]
pub struct Attribute {
    oid: ObjectIdentifier,
    /// For the name that it is in.
    pub(super) place: PlaceInRdn,
    text: Text,
    value_der: Octets,
}

impl Attribute {
    /// Reads an `AttributeTypeAndValue` (RFC 5280 section 4.1.2.4).
    pub(super) fn from_element(
        field: &'static str,
        whole: &Whole,
        element: Element<'_>,
        place: PlaceInRdn,
    ) -> Result<Self, CertificateError> {
        let mut elements = Elements::new(field, element.content);
        let oid = ObjectIdentifier::from_element(field, elements.any()?)?;
        let value = elements.any()?;
        elements.finish(field)?;
        Ok(Self { oid, place, text: Text::of(value), value_der: whole.part(field, value.encoded)? })
    }

    /// Returns the attribute's type, such as `2.5.4.10` for an organization.
    #[must_use]
    pub fn oid(&self) -> &ObjectIdentifier {
        &self.oid
    }

    /// Returns the attribute's short name, such as `O`, if it has one of those that this crate knows.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        rfc4514::key(&self.oid)
    }

    /// Returns the value's text; `None` for a value that is no well-formed string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.text {
            Text::AsItStands { header_octets } => {
                let content = self.value_der.get(usize::from(*header_octets)..)?;
                std::str::from_utf8(content).ok()
            }
            Text::Decoded(text) => Some(text),
            Text::None => None,
        }
    }

    /// The bytes in memory that it points to alone.
    pub(super) fn bytes_beside(&self) -> usize {
        let text = if let Text::Decoded(text) = &self.text { text.len() } else { 0 };
        self.oid.bytes_beside() + text
    }

    /// Returns the value as it stands in the certificate: DER with tag and length.
    #[must_use]
    pub fn value_der(&self) -> &[u8] {
        &self.value_der
    }
}

/// Shows the attribute as RFC 4514 text, such as `O=Big Partner Foo SA`; pure ASCII.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rfc4514::write_attribute(f, self)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({self})")
    }
}

/// Where an attribute stands in its relative distinguished name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceInRdn {
    First,
    Later,
}

/// The text of a value.
#[derive(Clone)]
enum Text {
    /// The content of the value is the text, in UTF-8.
    AsItStands {
        /// Octets of tag and length before it.
        header_octets: u8,
    },
    /// Of a string type that is not UTF-8.
    Decoded(Box<str>),
    None,
}

impl Text {
    fn of(value: Element<'_>) -> Self {
        let header_octets = u8::try_from(value.encoded.len().saturating_sub(value.content.len()));
        match (text(value), header_octets) {
            (Some(text), Ok(header_octets)) if text.as_bytes() == value.content => Self::AsItStands { header_octets },
            (Some(text), _) => Self::Decoded(text.into()),
            (None, _) => Self::None,
        }
    }
}

/// Decodes the string types that occur in names.
///
/// The ASCII types are read as ASCII rather than as their narrower alphabets: `*`, `@` or `_` in a `PrintableString`
/// is common and unambiguous.
fn text(value: Element<'_>) -> Option<Cow<'_, str>> {
    match value.tag {
        tag::UTF8_STRING => std::str::from_utf8(value.content).ok().map(Cow::Borrowed),
        tag::NUMERIC_STRING | tag::PRINTABLE_STRING | tag::IA5_STRING | tag::VISIBLE_STRING => {
            ascii(value.content).map(Cow::Borrowed)
        }
        tag::TELETEX_STRING => latin_1(value.content).map(Cow::Owned),
        tag::BMP_STRING => bmp(value.content).map(Cow::Owned),
        tag::UNIVERSAL_STRING => universal(value.content).map(Cow::Owned),
        _ => None,
    }
}

pub(super) fn ascii(content: &[u8]) -> Option<&str> {
    std::str::from_utf8(content).ok().filter(|text| text.is_ascii())
}

/// `TeletexString` is T.61, but everybody writes Latin-1; with control characters that switch T.61 to another character
/// set it is neither.
fn latin_1(content: &[u8]) -> Option<String> {
    let switches_set = |octet: &u8| matches!(octet, 0x0e | 0x0f | 0x1b | 0x80..=0x9f);
    (!content.iter().any(switches_set)).then(|| content.iter().copied().map(char::from).collect())
}

/// UCS-2 in network order; surrogates are not part of it.
fn bmp(content: &[u8]) -> Option<String> {
    let (pairs, []) = content.as_chunks::<2>() else {
        return None;
    };
    pairs.iter().map(|pair| char::from_u32(u16::from_be_bytes(*pair).into())).collect()
}

fn universal(content: &[u8]) -> Option<String> {
    let (quads, []) = content.as_chunks::<4>() else {
        return None;
    };
    quads.iter().map(|quad| char::from_u32(u32::from_be_bytes(*quad))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(tag: u8, content: &[u8]) -> Option<String> {
        text(Element { tag, content, encoded: &[] }).map(Cow::into_owned)
    }

    #[test]
    fn every_string_type_decodes_to_its_text() {
        let cases: [(u8, &[u8], &str); 11] = [
            (tag::UTF8_STRING, "Zürich 東京".as_bytes(), "Zürich 東京"),
            (tag::UTF8_STRING, b"", ""),
            (tag::UTF8_STRING, b"a\0b", "a\0b"),
            (tag::PRINTABLE_STRING, b"Big Partner Foo SA", "Big Partner Foo SA"),
            (tag::PRINTABLE_STRING, b"*.a_b@c", "*.a_b@c"),
            (tag::IA5_STRING, b"a@example.com", "a@example.com"),
            (tag::NUMERIC_STRING, b"0 12", "0 12"),
            (tag::VISIBLE_STRING, b"~", "~"),
            (tag::TELETEX_STRING, b"Z\xfcrich", "Zürich"),
            (tag::BMP_STRING, b"\0Z\0\xfc\x67\x71", "Zü東"),
            (tag::UNIVERSAL_STRING, b"\0\0\0Z\0\x01\xf6\0", "Z\u{1f600}"),
        ];
        for (tag, content, text) in cases {
            assert_eq!(decoded(tag, content).as_deref(), Some(text), "tag {tag:02x}");
        }
    }

    #[test]
    fn malformed_strings_have_no_text() {
        let cases: [(u8, &[u8]); 13] = [
            (tag::UTF8_STRING, b"Z\xfcrich"),
            (tag::UTF8_STRING, b"\xed\xa0\x80"),
            (tag::UTF8_STRING, b"\xc0\x80"),
            (tag::PRINTABLE_STRING, b"Z\xfcrich"),
            (tag::IA5_STRING, b"\x80"),
            (tag::NUMERIC_STRING, b"\xff"),
            (tag::VISIBLE_STRING, b"\xa0"),
            (tag::TELETEX_STRING, b"a\x1bb"),
            (tag::TELETEX_STRING, b"a\x9bb"),
            (tag::BMP_STRING, b"\0Z\0"),
            (tag::BMP_STRING, b"\xd8\x3d\xde\0"),
            (tag::UNIVERSAL_STRING, b"\0\0\0Z\0"),
            (tag::UNIVERSAL_STRING, b"\0\x11\0\0"),
        ];
        for (tag, content) in cases {
            assert_eq!(decoded(tag, content), None, "tag {tag:02x}");
        }
    }

    #[test]
    fn values_that_are_no_strings_have_no_text() {
        for tag in [tag::INTEGER, tag::OCTET_STRING, tag::SEQUENCE, 0x15, 0x19, 0x1b, 0x2c] {
            assert_eq!(decoded(tag, b"Foo"), None, "tag {tag:02x}");
        }
    }
}
