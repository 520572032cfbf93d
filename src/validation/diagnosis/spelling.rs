//! Names that RFC 5280 section 7.1 would take for the same, and webpki, which compares octets, does not.

use crate::certificate::{Attribute, DistinguishedName};

/// Whether two names differ in octets, but only by case, blanks or string types.
///
/// Whoever sends a certificate chooses one of them, so the comparison ends at the first difference.
pub(super) fn is_variant(one: &DistinguishedName, other: &DistinguishedName) -> bool {
    let is_comparable = |name: &DistinguishedName| !name.is_empty() && name.der().len() <= MAX_COMPARED_OCTETS;
    if one.der() == other.der() || !is_comparable(one) || !is_comparable(other) {
        return false;
    }
    let is_same = |(one, other): (&Attribute, &Attribute)| {
        let texts = one.text().zip(other.text());
        one.oid() == other.oid() && texts.is_some_and(|(one, other)| folded(one).eq(folded(other)))
    };
    one.iter().count() == other.iter().count() && one.iter().zip(other.iter()).all(is_same)
}

/// The words, each with a blank after it, in upper case: that is one for letters which have two lower cases.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.split_whitespace().flat_map(|word| word.chars().flat_map(char::to_uppercase).chain([' ']))
}

/// Octets of a name that is compared. Those that are in use have a few hundred.
const MAX_COMPARED_OCTETS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(one: &str, other: &str) -> bool {
        folded(one).eq(folded(other))
    }

    #[test]
    fn case_and_blanks_are_folded_and_nothing_else_is() {
        for (one, other) in [("Big  Foo ", "big foo"), ("Zürich", "ZÜRICH"), ("ΑΡΧΗΣ", "Αρχης"), ("", "  ")]
        {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [("Big Foo", "BigFoo"), ("Big Foo", "Big Foo SA"), ("Zürich", "Zurich"), ("a", "")] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
