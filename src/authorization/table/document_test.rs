//! Tests of rules, in the document of the rules.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::AccessTable;
use super::document_rule::problem;
use crate::authorization::access_request::{Facts, Parameters, RequestFacts, RequestValues};
use crate::authorization::presence::{Absence, CertificateMissing};
use crate::authorization::rule::DistinguishedNamePattern;
use crate::authorization::sample::{SampleCertificate, SampleName};
use crate::certificate::der::tag::UTF8_STRING;
use crate::certificate::{Certificate, ObjectIdentifier};
use crate::clock::Clock;
use crate::document::{OneOrMany, table};
use crate::error::ConfigError;
use crate::evidence::Evidence;

table! {
    /// One `[[test]]`: a request, a certificate by its fields or as PEM, and what is expected.
    TestTable {
        name: String,
        expect: String,
        method: String,
        path: String,
        template: String,
        anonymous: bool,
        certificate: String,
        subject: String,
        issuer: String,
        issued_by: String,
        dns: OneOrMany<String>,
        uri: OneOrMany<String>,
        email: OneOrMany<String>,
        user_principal_name: OneOrMany<String>,
        ip: OneOrMany<String>,
        directory_name: String,
        purpose: OneOrMany<String>,
        policy: OneOrMany<String>,
        gateway: String,
        headers: BTreeMap<String, String>,
        user: String,
    }
}

impl TestTable {
    /// What the test is called, by its name or its place in the list alone.
    pub(super) fn label(&self, number: usize) -> String {
        self.name.as_deref().map_or_else(|| format!("test {number}"), |name| format!("test {number} \"{name}\""))
    }

    /// What went otherwise than expected; `None` where nothing did.
    pub(super) fn failure(&self, table: &AccessTable, clock: &dyn Clock) -> Result<Option<String>, ConfigError> {
        let allow = match self.expect.as_deref() {
            Some("allow") => true,
            Some("deny") => false,
            _ => return Err(problem("test", "has no expect, expected \"allow\" or \"deny\"")),
        };
        let path = self.path.as_deref().ok_or_else(|| problem("test", "has no path"))?;
        let request = RequestFacts {
            method: self.method.as_deref().unwrap_or("GET"),
            path,
            parameters: self.template.as_deref().map_or(Parameters::None, Parameters::Template),
            values: self,
        };
        let missing = || CertificateMissing::new(Absence::NotPresented { gateway: None }).into();
        let judged = if self.anonymous == Some(true) {
            if self.certificate.is_some() || self.issued_by.is_some() || self.has_fields() {
                return Err(problem("test", "is anonymous and has a certificate too"));
            }
            table.judge(request, None, missing)
        } else {
            let certificate = self.certificate(clock)?;
            let evidence = Evidence::default();
            let facts = Facts {
                has_vouched_claims: true,
                certificate: &certificate,
                intermediates: &[],
                anchor: None,
                anchor_label: self.issued_by.as_deref(),
                gateway: self.gateway.as_deref().unwrap_or_default(),
                evidence: &evidence,
                valid_until: certificate.not_after(),
                clock,
                request,
            };
            table.judge(request, Some(facts), missing)
        };
        Ok(match (allow, judged) {
            (true, Ok(_)) | (false, Err(_)) => None,
            (true, Err(error)) => Some(format!("expects allow, but {error}")),
            (false, Ok(_)) => Some("expects deny, but it is allowed".to_owned()),
        })
    }

    /// Whether it says what stands in the certificate.
    fn has_fields(&self) -> bool {
        let texts = [&self.subject, &self.issuer, &self.directory_name];
        let names = [&self.dns, &self.uri, &self.email, &self.user_principal_name, &self.ip];
        let mut lists = names.into_iter().chain([&self.purpose, &self.policy]);
        texts.into_iter().any(Option::is_some) || lists.any(Option::is_some)
    }

    fn certificate(&self, clock: &dyn Clock) -> Result<Certificate, ConfigError> {
        if let Some(pem) = &self.certificate {
            if self.has_fields() {
                return Err(problem("test", "has a certificate and fields of one, expected either"));
            }
            let der = CertificateDer::from_pem_slice(pem.as_bytes())
                .map_err(|_| problem("test", "has a certificate that is not PEM"))?;
            return Certificate::from_der(der)
                .map_err(|error| problem("test", &format!("has a certificate that cannot be read: {error}")));
        }
        let now = clock.now();
        let mut sample = SampleCertificate::new(now - SAMPLE_AGE, now + SAMPLE_LIFE);
        if let Some(subject) = &self.subject {
            sample.subject = subject.parse::<DistinguishedNamePattern>()?.to_rdns()?;
        }
        if let Some(issuer) = &self.issuer {
            sample.issuer = issuer.parse::<DistinguishedNamePattern>()?.to_rdns()?;
        }
        sample.alternative_names = self.alternative_names()?;
        let oids = |list: &Option<OneOrMany<String>>| {
            let texts = list.iter().flat_map(|list| &list.0);
            texts
                .map(|text| text.parse::<ObjectIdentifier>().map_err(|error| problem(text, &error.to_string())))
                .collect::<Result<Vec<_>, _>>()
        };
        sample.purposes = oids(&self.purpose)?;
        sample.policies = oids(&self.policy)?;
        sample.read().map_err(|error| problem("test", &format!("has fields that make no certificate: {error}")))
    }

    fn alternative_names(&self) -> Result<Vec<SampleName>, ConfigError> {
        let texts =
            |list: &'_ Option<OneOrMany<String>>| list.iter().flat_map(|list| list.0.clone()).collect::<Vec<_>>();
        let mut names = Vec::new();
        names.extend(texts(&self.dns).into_iter().map(SampleName::Dns));
        names.extend(texts(&self.uri).into_iter().map(SampleName::Uri));
        names.extend(texts(&self.email).into_iter().map(SampleName::Email));
        let principal = |text: String| SampleName::UserPrincipalName { tag: UTF8_STRING, content: text.into_bytes() };
        names.extend(texts(&self.user_principal_name).into_iter().map(principal));
        if let Some(name) = &self.directory_name {
            names.push(SampleName::Directory(name.parse::<DistinguishedNamePattern>()?.to_rdns()?));
        }
        for text in texts(&self.ip) {
            let address: IpAddr = text.parse().map_err(|_| problem(&text, "is no ip address"))?;
            names.push(SampleName::Ip(address));
        }
        Ok(names)
    }
}

impl RequestValues for TestTable {
    fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.iter().flatten().find(|(known, _)| known.eq_ignore_ascii_case(name));
        value.map(|(_, value)| value.as_str())
    }

    fn forwarded_for(&self, place_from_right: usize) -> Option<&str> {
        self.header("x-forwarded-for")?.rsplit(',').nth(place_from_right)
    }

    fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

const SAMPLE_AGE: Duration = Duration::from_secs(24 * 60 * 60);
const SAMPLE_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
