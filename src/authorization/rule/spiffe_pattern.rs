use std::fmt;

use super::truth::Truth;
use crate::error::ConfigError;
use crate::escape::Escaped;

/// Which SPIFFE ID a certificate must have (SPIFFE X.509-SVID section 2: exactly one URI, which is the ID).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpiffePattern {
    id: Box<str>,
    extent: Extent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Exact,
    /// The ID and everything below it, by whole segments.
    Below,
}

impl SpiffePattern {
    pub(crate) fn exact(id: &str) -> Result<Self, ConfigError> {
        Self::of(id, Extent::Exact)
    }

    /// A trust domain, or an ID and everything below.
    pub(crate) fn below(id: &str) -> Result<Self, ConfigError> {
        Self::of(id, Extent::Below)
    }

    fn of(id: &str, extent: Extent) -> Result<Self, ConfigError> {
        let problem = "is no SPIFFE ID, expected one such as spiffe://example.org/service, without a slash at the end";
        if is_spiffe_id(id) {
            return Ok(Self { id: id.into(), extent });
        }
        Err(ConfigError::Pattern { value: id.to_owned(), problem: problem.to_owned() })
    }

    pub(crate) fn judge<'v>(&self, mut uris: impl Iterator<Item = &'v str>) -> Truth {
        match (uris.next(), uris.next()) {
            (None, _) => Truth::No,
            (Some(uri), None) if is_spiffe_id(uri) => self.matches(uri).into(),
            // Other URIs say clearly that there is no SPIFFE ID; one that only resembles an ID does not.
            (Some(uri), None) if !uri.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("spiffe")) => Truth::No,
            _ => Truth::Unclear,
        }
    }

    fn matches(&self, id: &str) -> bool {
        match id.strip_prefix(&*self.id) {
            Some("") => true,
            Some(rest) => self.extent == Extent::Below && rest.starts_with('/'),
            None => false,
        }
    }
}

/// SPIFFE-ID section 2: no query, fragment, port, user, escape, upper-case trust domain, empty or dot segment.
fn is_spiffe_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("spiffe://") else { return false };
    let mut parts = rest.split('/');
    let domain = parts.next().unwrap_or_default();
    let is_domain = (1..=MAX_DOMAIN_BYTES).contains(&domain.len())
        && domain.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'));
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    text.len() <= MAX_ID_BYTES && is_domain && parts.all(is_segment)
}

impl fmt::Display for SpiffePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extent = if self.extent == Extent::Below { " or below" } else { "" };
        write!(f, "\"{}\"{extent}", Escaped(&self.id))
    }
}

/// Bytes of one SPIFFE ID (SPIFFE-ID section 2.3).
const MAX_ID_BYTES: usize = 2048;
/// Bytes of one trust domain (SPIFFE-ID section 2.3).
const MAX_DOMAIN_BYTES: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(pattern: Result<SpiffePattern, ConfigError>, uris: &[&str]) -> Truth {
        pattern.unwrap().judge(uris.iter().copied())
    }

    #[test]
    fn an_id_is_compared_as_a_whole_and_below_by_segment() {
        let exact = || SpiffePattern::exact("spiffe://example.org/billing");
        let below = || SpiffePattern::below("spiffe://example.org/billing");
        assert_eq!(judge(exact(), &["spiffe://example.org/billing"]), Truth::Yes);
        assert_eq!(judge(exact(), &["spiffe://example.org/billing/a"]), Truth::No);
        assert_eq!(judge(below(), &["spiffe://example.org/billing"]), Truth::Yes);
        assert_eq!(judge(below(), &["spiffe://example.org/billing/a"]), Truth::Yes);
        assert_eq!(judge(below(), &["spiffe://example.org/billing-evil"]), Truth::No);
        assert_eq!(judge(SpiffePattern::below("spiffe://example.org"), &["spiffe://example.org.evil/x"]), Truth::No);
        assert_eq!(judge(exact(), &[]), Truth::No);
        assert_eq!(judge(exact(), &["https://example.org/billing"]), Truth::No);
    }

    #[test]
    fn ids_that_are_doubled_or_not_normal_are_unclear_and_so_never_allowed() {
        let id = "spiffe://example.org/billing";
        let below = || SpiffePattern::below("spiffe://example.org/billing");
        assert_eq!(judge(below(), &[id, id]), Truth::Unclear);
        for uri in [
            "SPIFFE://example.org/billing",
            "spiffe://Example.org/billing",
            "spiffe://example.org:443/billing",
            "spiffe://user@example.org/billing",
            "spiffe://example.org/billing/",
            "spiffe://example.org//billing",
            "spiffe://example.org/./billing",
            "spiffe://example.org/billing/../x",
            "spiffe://example.org/billing/%61",
            "spiffe://example.org/billing?x",
            "spiffe://example.org/billing#x",
            "spiffe:///billing",
        ] {
            assert_eq!(judge(below(), &[uri]), Truth::Unclear, "{uri}");
            assert!(SpiffePattern::exact(uri).is_err(), "{uri}");
        }
    }
}
