use std::time::Duration;

use super::address_ranges::{AddressRanges, forwarded_address};
use super::dns_pattern::DnsPattern;
use super::evidence_condition::EvidenceCondition;
use super::name_pattern::DistinguishedNamePattern;
use super::pin::Pin;
use super::serial_pattern::SerialPattern;
use super::spiffe_pattern::SpiffePattern;
use super::text_pattern::{TextPattern, Values};
use super::truth::Truth;
use crate::authorization::access_request::Facts;
use crate::certificate::{
    AlternativeName, Certificate, DistinguishedName, Fingerprint, ObjectIdentifier, Policies, Purpose,
};
use crate::validation::IssuedBy;

/// One thing that a rule asks of a certificate or a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Attribute { of: Whose, oid: ObjectIdentifier, pattern: TextPattern },
    Certificate(Pin),
    ClientAddress { ranges: AddressRanges, proxies_before_gateway: usize },
    DirectoryName { name: DistinguishedNamePattern, values: Values },
    Dns(DnsPattern),
    Email(TextPattern),
    Evidence(EvidenceCondition),
    ExtensionDer { oid: ObjectIdentifier, der: Box<[u8]> },
    ExtensionText { oid: ObjectIdentifier, pattern: TextPattern },
    Gateway(Box<str>),
    Ip { ranges: AddressRanges, values: Values },
    IssuedBy(IssuedBy),
    Name { of: Whose, name: DistinguishedNamePattern },
    Policy(ObjectIdentifier),
    PublicKey(Fingerprint),
    Purpose(Purpose),
    RemainingLifetime { at_least: Duration },
    Serial(SerialPattern),
    SpiffeId(SpiffePattern),
    TotalLifetime { at_most: Duration },
    Uri(TextPattern),
    UserPrincipalName(TextPattern),
}

/// Whose name in the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Issuer,
    Subject,
}

impl Whose {
    pub(crate) fn name(self, certificate: &Certificate) -> &DistinguishedName {
        match self {
            Self::Issuer => certificate.issuer(),
            Self::Subject => certificate.subject(),
        }
    }
}

impl Condition {
    /// Whether there is a value for which it can hold, as far as its shape tells.
    pub(crate) fn can_hold(&self) -> bool {
        match self {
            Self::ClientAddress { ranges, .. } | Self::Ip { ranges, .. } => !ranges.is_empty(),
            Self::Dns(pattern) => !pattern.matches_nothing(),
            Self::Policy(oid) => *oid != *ANY_POLICY,
            Self::TotalLifetime { at_most } => !at_most.is_zero(),
            _ => !self.text_pattern().is_some_and(TextPattern::matches_nothing),
        }
    }

    /// The pattern of a condition that has one.
    pub(crate) fn text_pattern(&self) -> Option<&TextPattern> {
        match self {
            Self::Attribute { pattern, .. }
            | Self::Email(pattern)
            | Self::ExtensionText { pattern, .. }
            | Self::Uri(pattern)
            | Self::UserPrincipalName(pattern) => Some(pattern),
            _ => None,
        }
    }

    /// Whether it asks for something that the holder of a key cannot write into a certificate at will.
    fn is_beyond_claims(&self) -> bool {
        matches!(
            self,
            Self::Certificate(_)
                | Self::ClientAddress { .. }
                | Self::Evidence(_)
                | Self::Gateway(_)
                | Self::IssuedBy(_)
                | Self::PublicKey(_)
        )
    }

    pub(crate) fn judge(&self, facts: &Facts<'_>) -> Truth {
        if !facts.has_vouched_claims && !self.is_beyond_claims() {
            return Truth::Unclear;
        }
        let certificate = facts.certificate;
        let request = &facts.request;
        match self {
            Self::Attribute { of, oid, pattern } => {
                pattern.judge(of.name(certificate).attributes(oid).map(|attribute| attribute.text()), request)
            }
            Self::Certificate(pin) => (certificate.fingerprint() == pin.fingerprint()).into(),
            Self::ClientAddress { ranges, proxies_before_gateway } => {
                let entry = request.values.forwarded_for(*proxies_before_gateway);
                match entry.and_then(forwarded_address) {
                    Some(address) => ranges.contain(address).into(),
                    None => Truth::Unclear,
                }
            }
            Self::DirectoryName { name, values } => directory_name(name, *values, certificate),
            Self::Dns(pattern) => pattern.judge(dns_names(certificate).map(Some)),
            Self::Email(pattern) => pattern.judge(emails(certificate).map(Some), request),
            Self::Evidence(condition) => condition.holds(facts.evidence.evidence(), facts.clock).into(),
            Self::ExtensionDer { oid, der } => (certificate.extension(oid) == Some(&**der)).into(),
            Self::ExtensionText { oid, pattern } => {
                pattern.judge(certificate.extension(oid).into_iter().map(Certificate::text_of), request)
            }
            Self::Gateway(name) => (facts.gateway == &**name).into(),
            Self::Ip { ranges, values } => values.judge(ips(certificate).map(Some), |address| ranges.contain(address)),
            Self::IssuedBy(authority) => authority.is_among(facts.anchor_label, facts.authorities()).into(),
            Self::Name { of, name } => name.judge(of.name(certificate)),
            Self::Policy(oid) => is_asserted(oid, facts).map_or(Truth::Unclear, Truth::from),
            Self::PublicKey(fingerprint) => (certificate.public_key_fingerprint() == fingerprint).into(),
            Self::Purpose(purpose) => certificate.purposes().unwrap_or_default().contains(purpose).into(),
            Self::RemainingLifetime { at_least } => {
                let remaining = facts.valid_until.duration_since(facts.clock.now()).unwrap_or(Duration::ZERO);
                (remaining >= *at_least).into()
            }
            Self::Serial(pattern) => pattern.judge(facts).into(),
            Self::SpiffeId(pattern) => pattern.judge(uris(certificate)),
            Self::TotalLifetime { at_most } => {
                let total = certificate.not_after().duration_since(certificate.not_before());
                total.map_or(Truth::Unclear, |total| (total <= *at_most).into())
            }
            Self::Uri(pattern) => pattern.judge(uris(certificate).map(Some), request),
            Self::UserPrincipalName(pattern) => pattern.judge(user_principal_names(certificate), request),
        }
    }
}

fn directory_name(pattern: &DistinguishedNamePattern, values: Values, certificate: &Certificate) -> Truth {
    let mut each = certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::DirectoryName(name) => Some(pattern.judge(name)),
        _ => None,
    });
    match values {
        Values::Any => Truth::any(each.chain([Truth::No])),
        Values::One => match (each.next(), each.next()) {
            (None, _) => Truth::No,
            (Some(truth), None) => truth,
            (Some(_), Some(_)) => Truth::Unclear,
        },
    }
}

pub(super) fn dns_names(certificate: &Certificate) -> impl Iterator<Item = &str> {
    certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::Dns(name) => Some(name.as_str()),
        _ => None,
    })
}

pub(super) fn emails(certificate: &Certificate) -> impl Iterator<Item = &str> {
    certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::Email(name) => Some(name.as_str()),
        _ => None,
    })
}

pub(super) fn ips(certificate: &Certificate) -> impl Iterator<Item = std::net::IpAddr> {
    certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::Ip(address) => Some(*address),
        _ => None,
    })
}

pub(super) fn uris(certificate: &Certificate) -> impl Iterator<Item = &str> {
    certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::Uri(name) => Some(name.as_str()),
        _ => None,
    })
}

/// A principal name of another string type is one that cannot be read.
pub(super) fn user_principal_names(certificate: &Certificate) -> impl Iterator<Item = Option<&str>> {
    certificate.alternative_names().iter().filter_map(|name| match name {
        AlternativeName::UserPrincipalName(name) => Some(Some(name.as_str())),
        AlternativeName::OtherName { type_id, .. } if *type_id == *USER_PRINCIPAL_NAME => Some(None),
        _ => None,
    })
}

/// RFC 5280 section 6.1.3 (d): the client's certificate names the policy, and every intermediate names it or any policy.
/// Stricter than the standard: mappings are not followed, and any policy that is inhibited anywhere is inhibited
/// everywhere. `None` where the policy extensions of an authority cannot be read.
fn is_asserted(policy: &ObjectIdentifier, facts: &Facts<'_>) -> Option<bool> {
    let above = facts.intermediates.iter().map(|authority| authority.policy_extensions().ok());
    let above: Vec<_> = above.collect::<Option<_>>()?;
    let any_counts = above.iter().all(|policies| policies.inhibit_any_policy.is_none());
    let allows = |policies: &Policies| {
        let names = |wanted: &str| policies.asserted.iter().any(|named| *named == *wanted);
        !policies.has_mappings && (names(policy.as_str()) || (any_counts && names(ANY_POLICY)))
    };
    let own = facts.certificate.policies().unwrap_or_default();
    Some(*policy != *ANY_POLICY && own.contains(policy) && above.iter().all(allows))
}

const ANY_POLICY: &str = "2.5.29.32.0";
const USER_PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";
