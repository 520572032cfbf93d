//! Distinguished names: from DER to text, and from text to what rules compare.

use super::is_one_line;
use crate::authorization::{DistinguishedNamePattern, Truth};
use crate::certificate::der::{Element, tag};
use crate::certificate::{DistinguishedName, ObjectIdentifier};
#[cfg(feature = "config")]
use crate::der_writer::{element, object_identifier};

/// Reads a name, writes it as text, and asks whether the pattern of that text means this name and no longer one.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn distinguished_name(der: &[u8]) {
    let Some(name) = read(der) else { return };
    assert_eq!(name.der(), der, "the name is not what was read");
    let text = name.to_string();
    assert!(is_one_line(&text), "not one line: {text:?}");
    assert!(text.len() <= der.len() * MAX_TEXT_BYTES_PER_OCTET, "{} bytes out of {} octets", text.len(), der.len());
    for attribute in name.iter() {
        assert!(ObjectIdentifier::of_attribute(attribute.oid().as_str()).is_some_and(|oid| &oid == attribute.oid()));
        let only = name.attribute(attribute.oid()).is_some();
        assert_eq!(only, name.attributes(attribute.oid()).count() == 1, "a second {} is overlooked", attribute.oid());
    }
    if name.is_empty() || text.len() > MAX_PATTERN_BYTES {
        return;
    }
    let pattern = text.parse::<DistinguishedNamePattern>();
    let verdict = pattern.as_ref().map(|pattern| pattern.judge(&name));
    assert_eq!(verdict.ok(), Some(Truth::Yes), "{text} does not mean the name that it was written for");
}

/// Reads a pattern in any of the three spellings, and asks whether a name of its parts fits it and a longer one does not.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn name_pattern(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let pattern = match text.parse::<DistinguishedNamePattern>() {
        Ok(pattern) => pattern,
        Err(error) => return assert!(is_one_line(&error.to_string()), "not one line: {error}"),
    };
    assert!(is_one_line(&pattern.to_string()), "not one line: {pattern}");
    #[cfg(feature = "config")]
    means_its_parts(&pattern);
}

#[cfg(feature = "config")]
fn means_its_parts(pattern: &DistinguishedNamePattern) {
    let Ok(rdns) = pattern.to_rdns() else { return };
    let encoded = |(oid, tag, content): &(ObjectIdentifier, u8, Vec<u8>)| {
        element(tag::SEQUENCE, &[object_identifier(oid.as_str()), element(*tag, content)].concat())
    };
    let sets: Vec<Vec<u8>> =
        rdns.iter().map(|rdn| element(tag::SET, &rdn.iter().flat_map(encoded).collect::<Vec<_>>())).collect();
    let Some(name) = read(&element(tag::SEQUENCE, &sets.concat())) else { return };
    assert_eq!(pattern.judge(&name), Truth::Yes, "{pattern} does not mean {name}");
    let again = name.to_string();
    if again.len() <= MAX_PATTERN_BYTES {
        let verdict = again.parse::<DistinguishedNamePattern>().map(|again| again.judge(&name));
        assert_eq!(verdict.ok(), Some(Truth::Yes), "{pattern} is written {again}, which means another name");
    }
    for set in &sets {
        let longer = read(&element(tag::SEQUENCE, &[sets.concat(), set.clone()].concat()));
        assert!(longer.is_none_or(|longer| pattern.judge(&longer) != Truth::Yes), "{pattern} means a longer name too");
    }
}

fn read(der: &[u8]) -> Option<DistinguishedName> {
    // Whether it is a SEQUENCE at all is not asked here.
    Element::only("name", tag::SEQUENCE, der).ok()?;
    match DistinguishedName::from_encoded("name", der) {
        Ok(name) => Some(name),
        Err(error) => {
            assert!(is_one_line(&error.to_string()), "not one line: {error}");
            None
        }
    }
}

/// As in a certificate, and the type of an attribute is at most as long as its digits in decimal.
const MAX_TEXT_BYTES_PER_OCTET: usize = 12;
/// The longest text that is read as a name.
const MAX_PATTERN_BYTES: usize = 4096;
