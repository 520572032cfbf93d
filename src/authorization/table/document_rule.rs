//! Rules as data: every field of one table must hold.

use std::collections::BTreeMap;
use std::time::Duration;

use super::document_text::{TextTable, pattern_of};
use crate::authorization::rule::{DnsPattern, Rule, TextPattern};
use crate::certificate::{Fingerprint, ObjectIdentifier, Purpose};
use crate::document::{OneOrMany, table};
use crate::error::ConfigError;
use crate::validation::IssuedBy;

table! {
    /// One `[[rule]]`, or a rule inside `all`, `any`, `none` or `not`, where the first seven fields have no place.
    RuleTable {
        name: String,
        path: String,
        template: String,
        grpc: String,
        methods: OneOrMany<String>,
        public: bool,
        mode: String,
        any_client: bool,
        all: Vec<RuleTable>,
        any: Vec<RuleTable>,
        none: Vec<RuleTable>,
        not: Box<RuleTable>,
        organization: OneOrMany<TextTable>,
        organizational_unit: OneOrMany<TextTable>,
        common_name: OneOrMany<TextTable>,
        subject: String,
        subject_attributes: BTreeMap<String, OneOrMany<TextTable>>,
        issuer: String,
        issuer_attributes: BTreeMap<String, OneOrMany<TextTable>>,
        dns: OneOrMany<String>,
        any_dns: OneOrMany<String>,
        uri: OneOrMany<TextTable>,
        email: OneOrMany<TextTable>,
        user_principal_name: OneOrMany<TextTable>,
        ip: OneOrMany<String>,
        any_ip: OneOrMany<String>,
        directory_name: String,
        any_directory_name: String,
        spiffe_id: String,
        spiffe_id_below: String,
        certificate: OneOrMany<String>,
        public_key: OneOrMany<String>,
        serial: OneOrMany<String>,
        serial_issuer: String,
        issued_by: OneOrMany<String>,
        purpose: OneOrMany<String>,
        policy: OneOrMany<String>,
        extension_text: BTreeMap<String, OneOrMany<TextTable>>,
        remaining_lifetime_seconds: u64,
        total_lifetime_seconds: u64,
        gateway: OneOrMany<String>,
        client_address: OneOrMany<String>,
        proxies_before_gateway: usize,
        revocation_checked_within_seconds: u64,
        revocation_issued_within_seconds: u64,
        revocation_not_by_grace: bool,
    }
}

impl RuleTable {
    /// The rule of all fields but those that say where it stands. Without any such field it is an error: a rule that was
    /// left empty by mistake must not let everybody in.
    pub(super) fn to_rule(&self) -> Result<Rule, ConfigError> {
        let nothing = "asks for nothing: say any_client = true or public = true if that is meant";
        self.asked()?.ok_or_else(|| problem("rule", nothing))
    }

    /// As [`to_rule`](Self::to_rule), by its name where it has one.
    pub(super) fn to_named_rule(&self) -> Result<Rule, ConfigError> {
        let rule = self.to_rule()?;
        Ok(match &self.name {
            Some(name) => rule.named(name),
            None => rule,
        })
    }

    /// Whether it says for which requests it is.
    pub(super) fn stands_somewhere(&self) -> bool {
        self.path.is_some() || self.template.is_some() || self.grpc.is_some() || self.methods.is_some()
    }

    /// The rule of all fields but those that say where it stands, if there is any.
    pub(super) fn asked(&self) -> Result<Option<Rule>, ConfigError> {
        let mut rules = Vec::new();
        self.push_lists(&mut rules)?;
        self.push_names(&mut rules)?;
        self.push_alternative_names(&mut rules)?;
        self.push_authorities(&mut rules)?;
        self.push_circumstances(&mut rules)?;
        if self.any_client == Some(true) {
            rules.push(Rule::any_client());
        }
        Ok(match rules.len() {
            0 => None,
            1 => rules.pop(),
            _ => Some(Rule::all_of(rules)),
        })
    }

    /// A rule inside another stands nowhere by itself.
    fn to_nested_rule(&self) -> Result<Rule, ConfigError> {
        if self.stands_somewhere() || self.public.is_some() || self.mode.is_some() {
            let text = "has path, template, grpc, methods, public or mode, expected these at the outermost rule alone";
            return Err(problem("nested rule", text));
        }
        self.to_named_rule()
    }

    fn push_lists(&self, rules: &mut Vec<Rule>) -> Result<(), ConfigError> {
        let nested = |list: &[Self]| list.iter().map(Self::to_nested_rule).collect::<Result<Vec<_>, _>>();
        if let Some(list) = &self.all {
            rules.push(Rule::all_of(nested(list)?));
        }
        if let Some(list) = &self.any {
            rules.push(Rule::any_of(nested(list)?));
        }
        if let Some(list) = &self.none {
            rules.push(Rule::none_of(nested(list)?));
        }
        if let Some(rule) = &self.not {
            rules.push(Rule::not(rule.to_nested_rule()?));
        }
        Ok(())
    }

    fn push_names(&self, rules: &mut Vec<Rule>) -> Result<(), ConfigError> {
        push_text(rules, self.organization.as_ref(), Rule::organization)?;
        push_text(rules, self.organizational_unit.as_ref(), Rule::organizational_unit)?;
        push_text(rules, self.common_name.as_ref(), Rule::common_name)?;
        for (key, values) in self.subject_attributes.iter().flatten() {
            let oid = attribute_type(key)?;
            push_text(rules, Some(values), |pattern| Rule::subject_attribute(oid, pattern))?;
        }
        for (key, values) in self.issuer_attributes.iter().flatten() {
            let oid = attribute_type(key)?;
            push_text(rules, Some(values), |pattern| Rule::issuer_attribute(oid, pattern))?;
        }
        if let Some(name) = &self.subject {
            rules.push(Rule::subject(name.parse()?));
        }
        if let Some(name) = &self.issuer {
            rules.push(Rule::issuer(name.parse()?));
        }
        Ok(())
    }

    fn push_alternative_names(&self, rules: &mut Vec<Rule>) -> Result<(), ConfigError> {
        if let Some(names) = &self.dns {
            rules.push(Rule::dns(DnsPattern::one_of(&names.0)?));
        }
        if let Some(names) = &self.any_dns {
            rules.push(Rule::dns(DnsPattern::one_of(&names.0)?.any_value()));
        }
        push_text(rules, self.uri.as_ref(), Rule::uri)?;
        push_text(rules, self.email.as_ref(), Rule::email)?;
        push_text(rules, self.user_principal_name.as_ref(), Rule::user_principal_name)?;
        if let Some(ranges) = &self.ip {
            rules.push(Rule::ip(&ranges.0)?);
        }
        if let Some(ranges) = &self.any_ip {
            rules.push(Rule::any_ip(&ranges.0)?);
        }
        if let Some(name) = &self.directory_name {
            rules.push(Rule::directory_name(name.parse()?));
        }
        if let Some(name) = &self.any_directory_name {
            rules.push(Rule::any_directory_name(name.parse()?));
        }
        if let Some(id) = &self.spiffe_id {
            rules.push(Rule::spiffe_id(id)?);
        }
        if let Some(id) = &self.spiffe_id_below {
            rules.push(Rule::spiffe_id_below(id)?);
        }
        Ok(())
    }

    fn push_authorities(&self, rules: &mut Vec<Rule>) -> Result<(), ConfigError> {
        push_any(rules, self.certificate.as_ref(), |text| {
            if text.trim_start().starts_with("-----BEGIN") {
                Rule::certificate_pem(text)
            } else {
                fingerprint(text).map(Rule::certificate)
            }
        })?;
        push_any(rules, self.public_key.as_ref(), |text| fingerprint(text).map(Rule::public_key))?;
        match (&self.serial, &self.serial_issuer) {
            (None, None) => {}
            (Some(_), Some(issuer)) => {
                let issuer = authority(issuer)?;
                push_any(rules, self.serial.as_ref(), |text| Rule::serial(text, issuer.clone()))?;
            }
            _ => {
                return Err(problem(
                    "serial",
                    "needs serial_issuer, and the other way round: a serial alone proves nothing",
                ));
            }
        }
        push_any(rules, self.issued_by.as_ref(), |text| authority(text).map(Rule::issued_by))?;
        for text in self.purpose.iter().flat_map(|purposes| &purposes.0) {
            rules.push(Rule::purpose(purpose(text)?));
        }
        for text in self.policy.iter().flat_map(|policies| &policies.0) {
            rules.push(Rule::policy(oid(text)?));
        }
        for (key, values) in self.extension_text.iter().flatten() {
            let oid = oid(key)?;
            push_text(rules, Some(values), |pattern| Rule::extension_text(oid, pattern))?;
        }
        if self.purpose.as_ref().is_some_and(|list| list.0.is_empty())
            || self.policy.as_ref().is_some_and(|list| list.0.is_empty())
        {
            rules.push(Rule::nobody());
        }
        Ok(())
    }

    fn push_circumstances(&self, rules: &mut Vec<Rule>) -> Result<(), ConfigError> {
        let seconds = |seconds: &u64| Duration::from_secs(*seconds);
        rules.extend(self.remaining_lifetime_seconds.as_ref().map(seconds).map(Rule::remaining_lifetime_at_least));
        rules.extend(self.total_lifetime_seconds.as_ref().map(seconds).map(Rule::total_lifetime_at_most));
        rules.extend(self.revocation_checked_within_seconds.as_ref().map(seconds).map(Rule::revocation_checked_within));
        rules.extend(self.revocation_issued_within_seconds.as_ref().map(seconds).map(Rule::revocation_issued_within));
        match self.revocation_not_by_grace {
            None => {}
            Some(true) => rules.push(Rule::revocation_not_by_grace()),
            Some(false) => return Err(problem("revocation_not_by_grace", "is false, expected true or nothing")),
        }
        push_any(rules, self.gateway.as_ref(), |name| Ok(Rule::gateway(name)))?;
        match (&self.client_address, self.proxies_before_gateway) {
            (Some(ranges), proxies) => rules.push(Rule::client_address(&ranges.0, proxies.unwrap_or(0))?),
            (None, None) => {}
            (None, Some(_)) => return Err(problem("proxies_before_gateway", "stands without client_address")),
        }
        Ok(())
    }
}

fn push_text(
    rules: &mut Vec<Rule>,
    values: Option<&OneOrMany<TextTable>>,
    rule: impl FnOnce(TextPattern) -> Rule,
) -> Result<(), ConfigError> {
    if let Some(values) = values {
        rules.push(rule(pattern_of(&values.0)?));
    }
    Ok(())
}

/// A list of alternatives; an empty one allows nobody.
fn push_any(
    rules: &mut Vec<Rule>,
    values: Option<&OneOrMany<String>>,
    rule: impl Fn(&str) -> Result<Rule, ConfigError>,
) -> Result<(), ConfigError> {
    if let Some(values) = values {
        let mut each = values.0.iter().map(|text| rule(text)).collect::<Result<Vec<_>, _>>()?;
        rules.push(if each.len() == 1 { each.remove(0) } else { Rule::any_of(each) });
    }
    Ok(())
}

/// A label of an anchor, or `sha256:` or `spki-sha256:` and a fingerprint.
pub(crate) fn authority(text: &str) -> Result<IssuedBy, ConfigError> {
    match text.split_once(':') {
        Some(("sha256", digits)) => fingerprint(digits).map(IssuedBy::certificate),
        Some(("spki-sha256", digits)) => fingerprint(digits).map(IssuedBy::public_key),
        _ => Ok(IssuedBy::label(text)),
    }
}

fn fingerprint(text: &str) -> Result<Fingerprint, ConfigError> {
    text.parse().map_err(|error| problem(text, &format!("cannot be used: {error}")))
}

fn attribute_type(text: &str) -> Result<ObjectIdentifier, ConfigError> {
    ObjectIdentifier::of_attribute(text)
        .ok_or_else(|| problem(text, "is no attribute type, expected one such as O, or an object identifier"))
}

fn oid(text: &str) -> Result<ObjectIdentifier, ConfigError> {
    text.parse().map_err(|error| problem(text, &format!("cannot be used: {error}")))
}

fn purpose(text: &str) -> Result<Purpose, ConfigError> {
    match text {
        "clientAuth" => Ok(Purpose::CLIENT_AUTH),
        "serverAuth" => Ok(Purpose::SERVER_AUTH),
        _ => oid(text).map(Purpose::new),
    }
}

pub(super) fn problem(value: &str, problem: &str) -> ConfigError {
    ConfigError::Pattern { value: value.to_owned(), problem: problem.to_owned() }
}
