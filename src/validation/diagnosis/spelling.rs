//! Names that RFC 5280 section 7.1 would take for the same, and webpki, which compares octets, does not.

use crate::certificate::DistinguishedName;

/// Whether two names differ in octets, but only by case, blanks or string types.
pub(super) fn is_variant(one: &DistinguishedName, other: &DistinguishedName) -> bool {
    one.der() != other.der() && !one.is_empty() && folded(one).is_some_and(|one| Some(one) == folded(other))
}

/// Object identifier and text of each attribute; `None` where one has no text.
fn folded(name: &DistinguishedName) -> Option<Vec<(&str, String)>> {
    name.iter().map(|attribute| Some((attribute.oid().as_str(), folded_text(attribute.text()?)))).collect()
}

fn folded_text(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
