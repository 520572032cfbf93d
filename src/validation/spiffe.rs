use std::str::FromStr;

use super::Trust;
use super::error::{Place, ValidationError};
use super::problem::ValidationProblem;
use super::trust::Bundle;
use crate::certificate::{AlternativeName, Certificate};

/// A SPIFFE trust domain, such as `example.org` (SPIFFE ID standard, section 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrustDomain(Box<str>);

impl TrustDomain {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The anchors for this certificate. Its SPIFFE ID chooses them before anything is validated, so that the authority of
/// one trust domain cannot speak for another.
pub(super) fn bundle_for<'a>(
    end_entity: &Certificate,
    trust: &'a Trust,
) -> Result<Option<&'a Bundle>, Box<ValidationError>> {
    if !trust.has_trust_domains() {
        return Ok(trust.bundle(None));
    }
    let refuse = |problem| Err(Box::new(ValidationError::new(problem, Place::EndEntity, end_entity)));
    let uris = || {
        end_entity.alternative_names().iter().filter_map(|name| match name {
            AlternativeName::Uri(uri) => Some(uri.as_str()),
            _ => None,
        })
    };
    let Some(id) = uris().find(|uri| has_scheme(uri)) else {
        return Ok(trust.bundle(None));
    };
    // X509-SVID section 2: exactly one URI.
    if uris().count() != 1 {
        return refuse(ValidationProblem::SpiffeIdInvalid { problem: "it stands beside other URIs" });
    }
    // X509-SVID section 5.2: what may sign certificates or lists is no workload's.
    if end_entity.key_usage().is_some_and(|usage| usage.key_cert_sign() || usage.crl_sign()) {
        let problem = "it stands beside the key usage keyCertSign or cRLSign, which no workload has";
        return refuse(ValidationProblem::SpiffeIdInvalid { problem });
    }
    let trust_domain = match trust_domain_of(id) {
        Ok(trust_domain) => trust_domain,
        Err(problem) => return refuse(ValidationProblem::SpiffeIdInvalid { problem }),
    };
    match trust.bundle(Some(&trust_domain)) {
        Some(bundle) => Ok(Some(bundle)),
        None => refuse(ValidationProblem::TrustDomainUnknown { trust_domain: trust_domain.0.into() }),
    }
}

/// Schemes are the same in any case (RFC 3986 section 3.1), so that `SPIFFE:` is a malformed ID rather than none.
fn has_scheme(uri: &str) -> bool {
    uri.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
}

/// The trust domain of a SPIFFE ID of a workload (SPIFFE ID standard, section 2). Nothing is normalised.
fn trust_domain_of(id: &str) -> Result<TrustDomain, &'static str> {
    if id.len() > MAX_ID_BYTES {
        return Err("it has more than 2048 bytes");
    }
    let rest = id.strip_prefix("spiffe://").ok_or("it does not begin with spiffe://")?;
    if rest.contains(['%', '?', '#', '@', ':']) {
        return Err("it has an escape, query, fragment, port or user");
    }
    let (trust_domain, path) = rest.split_once('/').ok_or("it has no path, and so names no workload")?;
    let trust_domain =
        trust_domain.parse().map_err(|()| "its trust domain is not of a-z, 0-9, dot, dash, underscore")?;
    for segment in path.split('/') {
        if segment.is_empty() || segment == "." || segment == ".." {
            return Err("its path has an empty segment or one of dots");
        }
        if !segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
            return Err("its path is not of letters, digits, dot, dash, underscore");
        }
    }
    Ok(trust_domain)
}

impl FromStr for TrustDomain {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        if text.is_empty() || text.len() > MAX_TRUST_DOMAIN_BYTES || !text.bytes().all(is_known) {
            return Err(());
        }
        Ok(Self(text.into()))
    }
}

const SCHEME: &str = "spiffe:";
/// Bytes of a SPIFFE ID (section 2.3).
const MAX_ID_BYTES: usize = 2048;
/// Bytes of a trust domain (section 2.3).
const MAX_TRUST_DOMAIN_BYTES: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trust_domain_of_a_workload_is_read() {
        for (id, expected) in [
            ("spiffe://example.org/ns/a", "example.org"),
            ("spiffe://example.org/x", "example.org"),
            ("spiffe://1.2.3.4/A_b-c.d", "1.2.3.4"),
            ("spiffe://a_b/...", "a_b"),
        ] {
            assert_eq!(trust_domain_of(id), Ok(expected.parse().unwrap()), "{id}");
        }
    }

    #[test]
    fn whatever_two_readers_could_read_differently_is_refused() {
        let long = format!("spiffe://example.org/{}", "a".repeat(2048));
        let long_domain = format!("spiffe://{}/a", "a".repeat(256));
        for id in [
            "spiffe://example.org",
            "spiffe://example.org/",
            "spiffe://example.org/a/",
            "spiffe://example.org//a",
            "spiffe://example.org/./a",
            "spiffe://example.org/a/..",
            "spiffe://example.org/%61",
            "spiffe://example.org/a?b",
            "spiffe://example.org/a#b",
            "spiffe://example.org:443/a",
            "spiffe://user@example.org/a",
            "spiffe://Example.org/a",
            "SPIFFE://example.org/a",
            "spiffe:/example.org/a",
            "spiffe:///a",
            "spiffe://exam ple/a",
            "spiffe://example.org/a b",
            "spiffe://example.org/ä",
            "https://example.org/a",
            &long,
            &long_domain,
        ] {
            assert!(trust_domain_of(id).is_err(), "{id}");
        }
    }

    #[test]
    fn the_longest_of_everything_is_read_and_nothing_longer() {
        let id = |bytes: usize| format!("spiffe://example.org/{}", "a".repeat(bytes - "spiffe://example.org/".len()));
        assert!(trust_domain_of(&id(2048)).is_ok());
        assert!(trust_domain_of(&id(2049)).is_err());
        let domain = |bytes: usize| format!("spiffe://{}/a", "a".repeat(bytes));
        assert_eq!(trust_domain_of(&domain(255)).unwrap().as_str(), "a".repeat(255));
        assert!(trust_domain_of(&domain(256)).is_err());
    }

    #[test]
    fn the_scheme_is_recognized_in_any_case_and_at_the_start_only() {
        assert!(has_scheme("spiffe://a/b"));
        assert!(has_scheme("SpIfFe:nonsense"));
        assert!(!has_scheme("https://spiffe://a"));
        assert!(!has_scheme("spiff"));
        assert!(!has_scheme("spiffé://a"));
    }
}
