//! What conditions found, for denials.

use std::fmt::Display;
use std::time::Duration;

use super::Rule;
use super::condition::{self, Condition};
use super::truth::Truth;
use crate::authorization::access_request::Facts;
use crate::certificate::{AlternativeName, Certificate};
use crate::escape::Escaped;
use crate::evidence::Outcome;
use crate::utc::Utc;

impl Condition {
    /// What there is in place of what was wanted, escaped and bounded.
    pub(super) fn found(&self, facts: &Facts<'_>) -> String {
        let certificate = facts.certificate;
        match self {
            Self::Attribute { of, oid, .. } => {
                texts(of.name(certificate).attributes(oid).map(|attribute| attribute.text()))
            }
            Self::Certificate(_) => certificate.fingerprint().to_string(),
            Self::ClientAddress { proxies_before_gateway, .. } => {
                texts(facts.request.values.forwarded_for(*proxies_before_gateway).into_iter().map(Some))
            }
            Self::DirectoryName { .. } => {
                let is_directory = |name: &&AlternativeName| matches!(name, AlternativeName::DirectoryName(_));
                list(certificate.alternative_names().iter().filter(is_directory))
            }
            Self::Dns(_) => texts(condition::dns_names(certificate).map(Some)),
            Self::Email(_) => texts(condition::emails(certificate).map(Some)),
            Self::Evidence(_) => evidence(facts),
            Self::ExtensionDer { oid, .. } => match certificate.extension(oid) {
                Some(der) => format!("other {} octets", der.len()),
                None => NONE.to_owned(),
            },
            Self::ExtensionText { oid, .. } => texts(certificate.extension(oid).into_iter().map(Certificate::text_of)),
            Self::Gateway(_) => quoted(facts.gateway),
            Self::Ip { .. } => list(condition::ips(certificate)),
            Self::IssuedBy(_) => format!(
                "anchor {}, issuer {}",
                facts.anchor_label.map_or_else(|| "without label".to_owned(), quoted),
                certificate.issuer()
            ),
            Self::Name { of, .. } => of.name(certificate).to_string(),
            Self::Policy(_) => list(certificate.policies().unwrap_or_default()),
            Self::PublicKey(_) => certificate.public_key_fingerprint().to_string(),
            Self::Purpose(_) => list(certificate.purposes().unwrap_or_default()),
            Self::RemainingLifetime { .. } => format!("valid until {}", Utc(facts.valid_until)),
            Self::Serial(_) => format!("{} from {}", certificate.serial(), certificate.issuer()),
            Self::SpiffeId(_) | Self::Uri(_) => texts(condition::uris(certificate).map(Some)),
            Self::TotalLifetime { .. } => {
                let total = certificate.not_after().duration_since(certificate.not_before());
                format!("{} s", total.unwrap_or(Duration::ZERO).as_secs())
            }
            Self::UserPrincipalName(_) => texts(condition::user_principal_names(certificate)),
        }
    }
}

/// What each of several rules found: for a list of alternatives, all of which failed, and for a negation.
pub(super) fn by_rules(rules: &[Rule], facts: &Facts<'_>) -> String {
    let mut parts = Vec::new();
    for rule in rules.iter().take(MAX_SHOWN) {
        parts.push(match rule.judge(facts) {
            Truth::Yes => rule.to_string(),
            Truth::No | Truth::Unclear => rule.denial(facts).found().to_owned(),
        });
    }
    parts.dedup();
    if parts.is_empty() { NONE.to_owned() } else { parts.join("; ") }
}

fn evidence(facts: &Facts<'_>) -> String {
    list(facts.evidence.evidence().entries().iter().map(|entry| match &entry.outcome {
        Outcome::Passed { checked_at, next_update: Some(next_update), .. } => {
            format!("{} passed at {}, next update {}", entry.check.name(), Utc(*checked_at), Utc(*next_update))
        }
        Outcome::Passed { checked_at, .. } => format!("{} passed at {}", entry.check.name(), Utc(*checked_at)),
        Outcome::Allowed { options, .. } => format!("{} passed by {options}", entry.check.name()),
        Outcome::Tolerated { why, .. } => format!("{} tolerated by {why}", entry.check.name()),
        Outcome::Skipped { .. } => format!("{} skipped", entry.check.name()),
        Outcome::NotConfigured => format!("{} not configured", entry.check.name()),
    }))
}

fn texts<'v>(values: impl Iterator<Item = Option<&'v str>>) -> String {
    list(values.map(|value| value.map_or_else(|| "a value that is no text".to_owned(), quoted)))
}

fn list(values: impl IntoIterator<Item = impl Display>) -> String {
    let mut values = values.into_iter();
    let shown: Vec<_> = values.by_ref().take(MAX_SHOWN).map(|value| value.to_string()).collect();
    match (shown.as_slice(), values.next()) {
        ([], _) => NONE.to_owned(),
        ([only], None) => only.clone(),
        (several, None) => format!("{} values: {}", several.len(), several.join(", ")),
        (several, Some(_)) => format!("more than {} values: {}, ...", several.len(), several.join(", ")),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", Escaped(text))
}

const NONE: &str = "none";
/// Values that a denial shows.
const MAX_SHOWN: usize = 8;
