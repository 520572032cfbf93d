//! Rules on made-up certificates: every string type and every oddity that an issuer can be talked into.

#[cfg(feature = "config")]
mod document;
mod hostile_kinds;
mod hostile_names;
mod properties;
mod rules;
mod table;
mod words;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::access_request::{Facts, Parameters, RequestFacts, RequestValues};
use super::rule::{Rule, Truth};
use super::sample::{SampleCertificate, SampleName, text_rdn};
use crate::certificate::der::tag::{OCTET_STRING, UTF8_STRING};
use crate::certificate::{Certificate, ObjectIdentifier};
use crate::clock::Clock;
use crate::evidence::Evidence;

pub(super) const O: &str = "2.5.4.10";
pub(super) const OU: &str = "2.5.4.11";
pub(super) const CN: &str = "2.5.4.3";

#[derive(Debug)]
pub(super) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        now()
    }
}

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_772_366_400)
}

pub(super) fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

pub(super) fn sample() -> SampleCertificate {
    SampleCertificate::new(now() - days(10), now() + days(20))
}

/// `C=CH, O=Big Partner Foo SA, CN=data-exchange-svc01`.
pub(super) fn partner() -> SampleCertificate {
    let subject =
        vec![text_rdn("2.5.4.6", "CH"), text_rdn(O, "Big Partner Foo SA"), text_rdn(CN, "data-exchange-svc01")];
    SampleCertificate { subject, ..sample() }
}

pub(super) fn with_names(names: impl IntoIterator<Item = SampleName>) -> SampleCertificate {
    SampleCertificate { alternative_names: names.into_iter().collect(), ..partner() }
}

pub(super) fn dns(name: &str) -> SampleName {
    SampleName::Dns(name.to_owned())
}

pub(super) fn uri(name: &str) -> SampleName {
    SampleName::Uri(name.to_owned())
}

pub(super) fn email(name: &str) -> SampleName {
    SampleName::Email(name.to_owned())
}

pub(super) fn upn(name: &str) -> SampleName {
    SampleName::UserPrincipalName { tag: UTF8_STRING, content: name.as_bytes().to_vec() }
}

/// Everything that a rule can look at.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) certificate: Arc<Certificate>,
    pub(super) intermediates: Vec<Arc<Certificate>>,
    pub(super) anchor: Arc<Certificate>,
    pub(super) anchor_label: Option<&'static str>,
    pub(super) evidence: Evidence,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) template: Option<&'static str>,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) forwarded: Vec<&'static str>,
    pub(super) user: Option<&'static str>,
}

impl Scene {
    pub(super) fn of(certificate: &SampleCertificate) -> Self {
        let anchor = SampleCertificate { serial: vec![9], ..sample() };
        Self {
            certificate: Arc::new(certificate.read().unwrap()),
            intermediates: Vec::new(),
            anchor: Arc::new(anchor.read().unwrap()),
            anchor_label: Some("carc-i101l"),
            evidence: Evidence::default(),
            method: "GET",
            path: "/restricted".to_owned(),
            template: None,
            headers: Vec::new(),
            forwarded: Vec::new(),
            user: None,
        }
    }

    pub(super) fn request(&self) -> RequestFacts<'_> {
        RequestFacts {
            method: self.method,
            path: &self.path,
            parameters: self.template.map_or(Parameters::None, Parameters::Template),
            values: self,
        }
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            has_vouched_claims: true,
            certificate: &self.certificate,
            intermediates: &self.intermediates,
            anchor: Some(&self.anchor),
            anchor_label: self.anchor_label,
            gateway: "nginx",
            evidence: &self.evidence,
            valid_until: self.certificate.not_after(),
            clock: &Fixed,
            request: self.request(),
        }
    }

    pub(super) fn judge(&self, rule: &Rule) -> Truth {
        rule.judge(&self.facts())
    }

    pub(super) fn allows(&self, rule: &Rule) -> bool {
        let judged = self.judge(rule) == Truth::Yes;
        assert_eq!(rule.check(&self.facts()).is_ok(), judged, "{rule}");
        judged
    }
}

impl RequestValues for Scene {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.iter().filter(|(known, _)| *known == name);
        lines.next().filter(|_| lines.next().is_none()).map(|(_, value)| *value)
    }

    fn forwarded_for(&self, place_from_right: usize) -> Option<&str> {
        self.forwarded.iter().rev().nth(place_from_right).copied()
    }

    fn user(&self) -> Option<&str> {
        self.user
    }
}

pub(super) fn oid(dotted: &str) -> ObjectIdentifier {
    dotted.parse().unwrap()
}

pub(super) fn allows(rule: &Rule, certificate: &SampleCertificate) -> bool {
    Scene::of(certificate).allows(rule)
}
