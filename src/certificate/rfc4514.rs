//! Distinguished names as RFC 4514 text, the way `openssl x509 -nameopt RFC2253` writes them.

use std::fmt::{self, Write as _};

use super::attribute::Attribute;
use super::object_identifier::ObjectIdentifier;

/// The short name of an attribute type, if the table has one.
pub(super) fn key(oid: &ObjectIdentifier) -> Option<&'static str> {
    KEYS.iter().find(|(dotted, _)| oid == *dotted).map(|(_, key)| *key)
}

/// The attribute type of a short name, in any case (RFC 4514 section 2.3), or of an object identifier.
pub(super) fn attribute_type(name: &str) -> Option<ObjectIdentifier> {
    let known = KEYS.iter().find(|(_, key)| key.eq_ignore_ascii_case(name));
    known.map(|(dotted, _)| ObjectIdentifier::known(dotted)).or_else(|| name.parse().ok())
}

/// Writes one attribute as `key=value`; the output is printable ASCII.
///
/// RFC 4514 section 2.4: a value is written as `#` and its DER in hexadecimal if its type is shown as an object
/// identifier, or if it has no string form.
pub(super) fn write_attribute(f: &mut fmt::Formatter<'_>, attribute: &Attribute) -> fmt::Result {
    match (key(attribute.oid()), attribute.text()) {
        (Some(key), Some(text)) => {
            write!(f, "{key}=")?;
            write_text(f, text)
        }
        (key, _) => {
            write!(f, "{}=#", key.unwrap_or(attribute.oid().as_str()))?;
            attribute.value_der().iter().try_for_each(|octet| write!(f, "{octet:02X}"))
        }
    }
}

/// Writes a string value, escaped as RFC 4514 section 2.4 asks, and further: everything outside of printable ASCII is
/// written as its UTF-8 octets, so that no name can bring line breaks or text that runs backwards into a log.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let octets = text.as_bytes();
    for (at, octet) in octets.iter().copied().enumerate() {
        let is_first = at == 0;
        let is_last = at + 1 == octets.len();
        let is_escaped = match octet {
            b'"' | b'+' | b',' | b';' | b'<' | b'>' | b'\\' => true,
            b' ' => is_first || is_last,
            b'#' => is_first,
            _ => false,
        };
        match octet {
            b' '..=b'~' if is_escaped => write!(f, "\\{}", char::from(octet))?,
            b' '..=b'~' => f.write_char(char::from(octet))?,
            _ => write!(f, "\\{octet:02X}")?,
        }
    }
    Ok(())
}

/// The nine names of RFC 4514 section 3, and the short names of OpenSSL for what else occurs in practice.
///
/// Frozen: logs and tests depend on it. `SN` is a surname; the serial number of a device or company is `serialNumber`.
/// `street` is RFC 4514's `STREET` as OpenSSL writes it; names are read without regard to case.
const KEYS: [(&str, &str); 31] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.8", "ST"),
    ("2.5.4.7", "L"),
    ("2.5.4.9", "street"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.97", "organizationIdentifier"),
    ("2.5.4.4", "SN"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.16", "postalAddress"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.18", "postOfficeBox"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.41", "name"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.2.840.113549.1.9.8", "unstructuredAddress"),
];
