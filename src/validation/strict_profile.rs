//! Rules of RFC 5280 on the form of certificates. Nothing here depends on them, so they are asked only where the anchors
//! say `strict_profile`.

use std::net::IpAddr;

use super::ValidatedPath;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::{AlternativeName, Certificate, KeyUsage, Purpose};

/// Holds every certificate below the anchor to the profile.
pub(super) fn check(path: &ValidatedPath) -> Checked {
    for (place, certificate) in path.certificates() {
        let rule = match place {
            Place::Anchor => anchor_breaks(certificate),
            Place::EndEntity => end_entity_breaks(certificate),
            Place::Intermediate { .. } => intermediate_breaks(certificate),
        };
        if let Some(rule) = rule {
            return Err(path.refuse(place, ValidationProblem::ProfileViolated { rule }));
        }
    }
    Ok(None)
}

/// The rule that the certificate of an anchor breaks.
pub(super) fn anchor_breaks(certificate: &Certificate) -> Option<&'static str> {
    let key_ids = (certificate.authority_key_id(), certificate.subject_key_id());
    let differ = matches!(key_ids, (Some(authority), Some(subject)) if authority != subject);
    first_broken(&[
        ("an authority has critical basic constraints", is_critical(certificate, BASIC_CONSTRAINTS) == Some(false)),
        ("an authority has a subject key identifier", certificate.subject_key_id().is_none()),
        ("a trust anchor has no extended key usage", certificate.purposes().is_some()),
        ("a certificate that is not self-issued has an authority key identifier", lacks_authority_key_id(certificate)),
        ("the key identifiers of a self-issued anchor are the same", certificate.is_self_issued() && differ),
    ])
    .or_else(|| any_breaks(certificate))
}

fn intermediate_breaks(certificate: &Certificate) -> Option<&'static str> {
    first_broken(&[
        ("an authority has a subject key identifier", certificate.subject_key_id().is_none()),
        ("a certificate that is not self-issued has an authority key identifier", lacks_authority_key_id(certificate)),
        ("an authority has a subject", certificate.subject().is_empty()),
        ("policy constraints are critical", is_critical(certificate, POLICY_CONSTRAINTS) == Some(false)),
    ])
    .or_else(|| any_breaks(certificate))
}

fn end_entity_breaks(certificate: &Certificate) -> Option<&'static str> {
    let may_sign = certificate.key_usage().is_some_and(KeyUsage::key_cert_sign);
    let is_for_any = certificate.purposes().is_some_and(|purposes| purposes.contains(&Purpose::ANY));
    let has_subject = !certificate.subject().is_empty();
    first_broken(&[
        ("a certificate has an authority key identifier", certificate.authority_key_id().is_none()),
        ("name constraints stand in certificates of authorities", is_critical(certificate, NAME_CONSTRAINTS).is_some()),
        ("keyCertSign stands in certificates of authorities", may_sign),
        ("extended key usage is not critical", is_critical(certificate, EXTENDED_KEY_USAGE) == Some(true)),
        ("a client is not for any purpose", is_for_any),
        (
            "alternative names are critical if there is no subject, and only then",
            is_critical(certificate, SUBJECT_ALTERNATIVE_NAME) == Some(has_subject),
        ),
        ("a DNS name is of letters, digits and dashes", certificate.alternative_names().iter().any(is_malformed_dns)),
    ])
    .or_else(|| any_breaks(certificate))
}

fn any_breaks(certificate: &Certificate) -> Option<&'static str> {
    first_broken(&[
        ("key identifiers are not critical", is_critical(certificate, SUBJECT_KEY_ID) == Some(true)),
        ("key identifiers are not critical", is_critical(certificate, AUTHORITY_KEY_ID) == Some(true)),
        ("an authority key identifier names the key alone", certificate.names_issuer_by_key_alone() == Some(false)),
        ("a certificate has an issuer", certificate.issuer().is_empty()),
        ("a serial number is positive", certificate.serial().as_octets().iter().all(|octet| *octet == 0)),
        (
            "authority information access is not critical",
            is_critical(certificate, AUTHORITY_INFORMATION_ACCESS) == Some(true),
        ),
    ])
}

fn first_broken(rules: &[(&'static str, bool)]) -> Option<&'static str> {
    rules.iter().find(|(_, is_broken)| *is_broken).map(|(rule, _)| *rule)
}

fn lacks_authority_key_id(certificate: &Certificate) -> bool {
    !certificate.is_self_issued() && certificate.authority_key_id().is_none()
}

fn is_critical(certificate: &Certificate, dotted: &str) -> Option<bool> {
    certificate.find_extension(dotted).map(|extension| extension.is_critical)
}

/// RFC 5280 section 4.2.1.6: preferred name syntax, with the wildcard that RFC 6125 allows as the whole first label.
fn is_malformed_dns(name: &AlternativeName) -> bool {
    let AlternativeName::Dns(name) = name else { return false };
    let labels = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        let is_known = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && is_known && !label.starts_with('-') && !label.ends_with('-')
    };
    labels.parse::<IpAddr>().is_ok() || !labels.split('.').all(is_label)
}

const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const NAME_CONSTRAINTS: &str = "2.5.29.30";
const POLICY_CONSTRAINTS: &str = "2.5.29.36";
const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const SUBJECT_KEY_ID: &str = "2.5.29.14";
