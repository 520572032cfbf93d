use std::fmt;
use std::str::FromStr;

use super::name_text::{self, Value};
use super::truth::Truth;
use crate::certificate::{Attribute, DistinguishedName, ObjectIdentifier};
use crate::error::ConfigError;
use crate::escape::Escaped;

/// A whole distinguished name, compared as structure: the same relative distinguished names in the same order, each
/// with the same attributes in any order, every value byte for byte.
///
/// Three spellings are read. Text that begins with `/` is OpenSSL's one-line form, and text with a space after a comma
/// or around an equals sign is OpenSSL's comma form; both begin with the most general part, as the certificate does.
/// Anything else is RFC 4514, which begins with the most specific part and has no such spaces.
///
/// ```
/// use tower_client_cert::DistinguishedNamePattern;
///
/// let rfc_4514: DistinguishedNamePattern = "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH".parse()?;
/// let slash: DistinguishedNamePattern = "/C=CH/O=Big Partner Foo SA/CN=data-exchange-svc01".parse()?;
/// let comma: DistinguishedNamePattern = "C = CH, O = Big Partner Foo SA, CN = data-exchange-svc01".parse()?;
/// assert!(rfc_4514 == slash && slash == comma);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DistinguishedNamePattern {
    /// In the certificate's order, the attributes of each sorted.
    rdns: Box<[Box<[Wanted]>]>,
    text: Box<str>,
}

type Wanted = (ObjectIdentifier, Value);

impl DistinguishedNamePattern {
    pub(crate) fn judge(&self, name: &DistinguishedName) -> Truth {
        if name.rdns().count() == self.rdns.len()
            && name.rdns().zip(&self.rdns).all(|(found, wanted)| same(found, wanted))
        {
            return Truth::Yes;
        }
        // A value that is no text might be anything; that it is not the wanted one is not clear.
        if name.iter().any(|attribute| attribute.text().is_none()) { Truth::Unclear } else { Truth::No }
    }
}

#[cfg(feature = "config")]
impl DistinguishedNamePattern {
    /// The name as fields of a sample.
    pub(crate) fn to_rdns(&self) -> Result<Vec<crate::authorization::sample::Rdn>, ConfigError> {
        let attribute = |(oid, value): &Wanted| match value {
            Value::Text(text) => Ok((oid.clone(), crate::certificate::der::tag::UTF8_STRING, text.as_bytes().to_vec())),
            Value::Der(_) => Err(ConfigError::Pattern {
                value: self.text.to_string(),
                problem: "has a value in hexadecimal, expected text in a sample".to_owned(),
            }),
        };
        self.rdns.iter().map(|rdn| rdn.iter().map(attribute).collect()).collect()
    }
}

/// Whether each wanted attribute is there, and nothing else.
fn same(found: &[Attribute], wanted: &[Wanted]) -> bool {
    let matches = |attribute: &Attribute, (oid, value): &Wanted| {
        attribute.oid() == oid
            && match value {
                Value::Der(der) => attribute.value_der() == &**der,
                Value::Text(text) => attribute.text() == Some(text),
            }
    };
    // X.501 section 9.3: no two attributes of one relative distinguished name have the same type, so counting suffices
    // once each side covers the other.
    found.len() == wanted.len()
        && wanted.iter().all(|wanted| found.iter().any(|attribute| matches(attribute, wanted)))
        && found.iter().all(|attribute| wanted.iter().any(|wanted| matches(attribute, wanted)))
}

/// Two spellings of one name are equal.
impl PartialEq for DistinguishedNamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.rdns == other.rdns
    }
}

impl Eq for DistinguishedNamePattern {}

impl FromStr for DistinguishedNamePattern {
    type Err = ConfigError;

    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for text that is no distinguished name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = |problem: &str| ConfigError::Pattern { value: text.to_owned(), problem: problem.to_owned() };
        let mut rdns = name_text::parse(text).map_err(malformed)?;
        for rdn in &mut rdns {
            rdn.sort();
        }
        Ok(Self { rdns: rdns.into_iter().map(Vec::into_boxed_slice).collect(), text: text.into() })
    }
}

impl fmt::Display for DistinguishedNamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(&self.text))
    }
}
