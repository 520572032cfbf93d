use std::fmt;

use super::text_pattern::Values;
use super::truth::Truth;
use crate::error::ConfigError;
use crate::escape::Escaped;

/// Which DNS name a certificate must have: a name, or `*.` and a name for exactly one label more.
///
/// Compared without regard to the case of A to Z, as DNS is; nothing else is folded, and no trailing dot is removed. A
/// certificate that itself has a wildcard in its name matches no wildcard here.
///
/// ```
/// use tower_client_cert::{DnsPattern, Rule};
///
/// let exchange = Rule::dns(DnsPattern::new("*.exchange.example")?.any_value());
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsPattern {
    names: Box<[Box<str>]>,
    values: Values,
}

impl DnsPattern {
    /// One name, or `*.` and a name.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is no host name, and for `*` at any other place.
    pub fn new(name: impl AsRef<str>) -> Result<Self, ConfigError> {
        Self::one_of([name])
    }

    /// One of several names. An empty list matches nothing.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] as for [`new`](Self::new).
    pub fn one_of<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, ConfigError> {
        let names = names.into_iter().map(|name| checked(name.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { names, values: Values::One })
    }

    /// Is content when one of several DNS names matches. Default: there must be exactly one.
    #[must_use]
    pub fn any_value(self) -> Self {
        Self { values: Values::Any, ..self }
    }

    pub(crate) fn judge<'v>(&self, values: impl Iterator<Item = Option<&'v str>>) -> Truth {
        self.values.judge(values, |value| self.names.iter().any(|name| matches(name, value)))
    }

    pub(crate) fn matches_nothing(&self) -> bool {
        self.names.is_empty()
    }
}

fn checked(name: &str) -> Result<Box<str>, ConfigError> {
    let labels = name.strip_prefix(WILDCARD).unwrap_or(name);
    let is_host_name = name.len() <= MAX_NAME_BYTES && labels.split('.').all(is_label);
    if is_host_name && (labels.len() == name.len() || labels.contains('.')) {
        return Ok(name.into());
    }
    let problem = "is no DNS name, expected one such as a.example or *.a.example, in its ASCII form";
    Err(ConfigError::Pattern { value: name.to_owned(), problem: problem.to_owned() })
}

fn matches(wanted: &str, found: &str) -> bool {
    let Some(parent) = wanted.strip_prefix(WILDCARD) else {
        return wanted.eq_ignore_ascii_case(found);
    };
    let Some((label, rest)) = found.split_once('.') else { return false };
    is_label(label) && rest.eq_ignore_ascii_case(parent)
}

/// Letters, digits, hyphens and, as they occur in practice, underscores.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_BYTES
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl fmt::Display for DnsPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.names.is_empty() {
            return f.write_str("one of an empty list");
        }
        for (place, name) in self.names.iter().take(MAX_SHOWN_NAMES).enumerate() {
            write!(f, "{}\"{}\"", if place == 0 { "" } else { " or " }, Escaped(name))?;
        }
        f.write_str(if self.values == Values::Any { " among its values" } else { "" })
    }
}

const WILDCARD: &str = "*.";
/// Bytes of one name (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;
/// Bytes of one label (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;
/// Names of a list that a denial shows.
const MAX_SHOWN_NAMES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_ascii_case() {
        assert!(matches("a.example", "A.Example"));
        for found in ["a.example.", " a.example", "b.example", "a.example.evil.test", "xa.example", "a\u{2024}example"]
        {
            assert!(!matches("a.example", found), "{found}");
        }
        assert!(!matches("kelvin.example", "\u{212a}elvin.example"));
    }

    #[test]
    fn a_wildcard_stands_for_exactly_one_whole_label() {
        assert!(matches("*.a.example", "svc-1.A.example"));
        for found in
            ["a.example", ".a.example", "x.y.a.example", "*.a.example", "xa.example", "x y.a.example", "é.a.example"]
        {
            assert!(!matches("*.a.example", found), "{found}");
        }
    }

    #[test]
    fn patterns_that_are_no_names_are_refused() {
        for name in
            ["", "*", "*.", "*.com", "a.*.example", "w*.example", "a..example", "a.example.", "ä.example", "a/b"]
        {
            assert!(DnsPattern::new(name).is_err(), "{name}");
        }
        assert!(DnsPattern::new("a".repeat(64)).is_err());
        assert!(DnsPattern::new("xn--bcher-kva.example").is_ok());
    }
}
