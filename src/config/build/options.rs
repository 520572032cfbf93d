//! Everything but gateways and certificates.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::certificates::{anchors, intermediates, pinned, pinned_beside};
use super::gateway::gateway;
use super::revocation::{Fetching, revocation};
use super::sender::attribute_type;
use crate::advice::AdviceCode;
use crate::authorization::{AccessDocument, authority};
use crate::certificate::ObjectIdentifier;
use crate::clock::Clock;
use crate::config::document::{
    AdviceTable, AnswerTable, AttributeTable, Document, GrpcWord, KeyKindWord, LimitsTable, MemoryTable, PoliciesTable,
    RequestsTable, ValidationTable,
};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::document::{OneOrMany, unknown};
use crate::error::ConfigError;
use crate::layer::{ClientCertLayer, ClientCertLayerBuilder};
use crate::reason::{GrpcCode, Reason};
use crate::validation::{IssuedBy, KeyKind, KeyPolicy, RequiredPolicies};

/// A builder on which everything is set that the document says.
pub(in crate::config) fn builder(
    document: &Document,
    rules: &AccessDocument,
    sources: &Sources<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let key = Key::top("gateway");
    let gateways = document.gateway.iter().flatten().enumerate();
    let mut gateways = gateways.map(|(index, table)| gateway(table, &key.index(index), sources));
    let Some(first) = gateways.next() else {
        return contradiction(&key, "is not there: without a gateway, nobody could send a certificate");
    };
    let anchors = anchors(document.anchors.as_deref().unwrap_or_default(), &Key::top("anchors"), sources)?;
    let mut builder = ClientCertLayer::builder(first?, anchors);
    for another in gateways {
        builder = builder.gateway(another?);
    }
    if let Some(tables) = &document.intermediates {
        builder = builder.intermediates(intermediates(tables, &Key::top("intermediates"), sources)?);
    }
    for (index, table) in document.pinned.iter().flatten().enumerate() {
        builder = builder.trust_pinned(pinned(table, &Key::top("pinned").index(index))?);
    }
    if let Some(table) = &document.validation {
        builder = validation(builder, table, &Key::top("validation"))?;
    }
    if let Some(table) = &document.revocation {
        builder = revocation(builder, table, &Key::top("revocation"), Fetching { sources, clock })?;
    }
    if let Some(table) = &document.requests {
        builder = requests(builder, table);
    }
    if let Some(table) = &document.limits {
        builder = limits(builder, table);
    }
    if let Some(table) = &document.memory {
        builder = memory(builder, table, &Key::top("memory"))?;
    }
    for (code, table) in document.answers.iter().flatten() {
        builder = answer(builder, code, table, &Key::top("answers").field(code))?;
    }
    if let Some(AdviceTable { strict, acknowledged }) = &document.advice {
        let key = Key::top("advice");
        builder = builder.strict_advice(advice_codes(strict.as_ref(), &key.field("strict"))?);
        builder = builder.acknowledge_advice(advice_codes(acknowledged.as_ref(), &key.field("acknowledged"))?);
    }
    access(builder, rules, &**clock)
}

fn advice_codes(texts: Option<&OneOrMany<String>>, key: &Key) -> Result<Vec<AdviceCode>, Mistake> {
    let code = |(index, text): (usize, &String)| {
        let known = AdviceCode::ALL.iter().copied().find(|code| code.code() == *text);
        let codes: Vec<_> = AdviceCode::ALL.iter().map(|code| code.code()).collect();
        known.map_or_else(|| contradiction(&key.index(index), unknown("advice code", text, &codes)), Ok)
    };
    texts.iter().flat_map(|texts| &texts.0).enumerate().map(code).collect()
}

fn validation(
    mut builder: ClientCertLayerBuilder,
    table: &ValidationTable,
    key: &Key,
) -> Result<ClientCertLayerBuilder, Mistake> {
    builder = set(builder, table.clock_skew_seconds.map(Duration::from_secs), ClientCertLayerBuilder::clock_skew);
    builder = set(builder, table.max_depth, ClientCertLayerBuilder::max_depth);
    builder = set(builder, table.max_lifetime_seconds.map(Duration::from_secs), ClientCertLayerBuilder::max_lifetime);
    if table.min_rsa_bits.is_some() || table.without_keys.is_some() {
        builder = builder.key_policy(key_policy(table, key)?);
    }
    for (index, policies) in table.required_policies.iter().flatten().enumerate() {
        builder = builder.require_policies(required_policies(policies, &key.field("required_policies").index(index))?);
    }
    if let Some(names) = &table.only_issued_by {
        let key = key.field("only_issued_by");
        let each = names.0.iter().enumerate().map(|(index, text)| authority(text).at(&key.index(index)));
        builder = builder.only_issued_by(each.collect::<Result<Vec<_>, _>>()?);
    }
    if let Some(subjects) = &table.only_issued_by_subject {
        let key = key.field("only_issued_by_subject");
        let each = subjects.iter().enumerate().map(|(index, attributes)| subject(attributes, &key.index(index)));
        builder =
            builder.only_issued_by(each.map(|known| known.map(IssuedBy::subject)).collect::<Result<Vec<_>, _>>()?);
    }
    if let Some(pins) = &table.only_pinned {
        builder = builder.only_pinned(pinned_beside(pins, &key.field("only_pinned"))?);
    }
    Ok(builder)
}

/// The attributes of an authority's subject.
pub(super) fn subject<'a>(
    attributes: &'a [AttributeTable],
    key: &Key,
) -> Result<Vec<(ObjectIdentifier, &'a String)>, Mistake> {
    let attribute = |(index, table): (usize, &'a AttributeTable)| {
        let key = key.index(index);
        let (Some(attribute), Some(value)) = (&table.attribute, &table.value) else {
            return contradiction(&key, "lacks attribute or value, expected both");
        };
        Ok((attribute_type(attribute, &key.field("attribute"))?, value))
    };
    attributes.iter().enumerate().map(attribute).collect()
}

fn key_policy(table: &ValidationTable, key: &Key) -> Result<KeyPolicy, Mistake> {
    let mut policy = KeyPolicy::default();
    if let Some(bits) = table.min_rsa_bits {
        policy = policy.min_rsa_bits(bits).at(&key.field("min_rsa_bits"))?;
    }
    let kinds = table.without_keys.iter().flat_map(|kinds| &kinds.0);
    Ok(kinds.fold(policy, |policy, kind| {
        policy.without(match kind {
            KeyKindWord::Ed25519 => KeyKind::Ed25519,
            KeyKindWord::P256 => KeyKind::P256,
            KeyKindWord::P384 => KeyKind::P384,
            KeyKindWord::P521 => KeyKind::P521,
            KeyKindWord::Rsa => KeyKind::Rsa,
        })
    }))
}

fn required_policies(table: &PoliciesTable, key: &Key) -> Result<RequiredPolicies, Mistake> {
    let oids = |texts: &OneOrMany<String>, field| {
        let key = key.field(field);
        let oid = |(index, text): (usize, &String)| {
            let problem =
                |error| ConfigError::Pattern { value: text.clone(), problem: format!("cannot be used: {error}") };
            text.parse()
                .map_err(|error: crate::certificate::ParseObjectIdentifierError| problem(error))
                .at(&key.index(index))
        };
        texts.0.iter().enumerate().map(oid).collect::<Result<Vec<_>, _>>()
    };
    match (&table.all, &table.any) {
        (Some(all), None) if !all.0.is_empty() => Ok(RequiredPolicies::all(oids(all, "all")?)),
        (None, Some(any)) => Ok(RequiredPolicies::any(oids(any, "any")?)),
        _ => contradiction(key, "has none or both of all and any, or an empty all, expected exactly one"),
    }
}

fn limits(mut builder: ClientCertLayerBuilder, table: &LimitsTable) -> ClientCertLayerBuilder {
    builder = set(builder, table.max_header_bytes, ClientCertLayerBuilder::max_header_bytes);
    builder = set(builder, table.max_certificates, ClientCertLayerBuilder::max_certificates);
    builder = set(builder, table.max_concurrent_validations, ClientCertLayerBuilder::max_concurrent_validations);
    set(builder, table.max_waiting_validations, ClientCertLayerBuilder::max_waiting_validations)
}

fn memory(
    mut builder: ClientCertLayerBuilder,
    table: &MemoryTable,
    key: &Key,
) -> Result<ClientCertLayerBuilder, Mistake> {
    builder = set(builder, table.max_remembered_clients, ClientCertLayerBuilder::max_remembered_clients);
    builder = set(builder, table.max_remembered_bytes, ClientCertLayerBuilder::max_remembered_bytes);
    let age = table.max_verdict_age_seconds.map(Duration::from_secs);
    builder = set(builder, age, ClientCertLayerBuilder::max_verdict_age);
    let has_limits = table.max_remembered_clients.is_some() || table.max_remembered_bytes.is_some() || age.is_some();
    match (table.remember_nothing, has_limits) {
        (Some(true), true) => contradiction(key, "has remember_nothing beside limits, expected one of both"),
        (Some(true), false) => Ok(builder.remember_nothing()),
        (None | Some(false), _) => Ok(builder),
    }
}

fn requests(mut builder: ClientCertLayerBuilder, table: &RequestsTable) -> ClientCertLayerBuilder {
    if table.required == Some(true) {
        builder = builder.required();
    }
    builder = builder.except(table.except.iter().flat_map(|paths| paths.0.clone()));
    if table.refuse_untrusted_header == Some(true) {
        builder = builder.refuse_untrusted_header();
    }
    let notice = table.warn_before_expiry_seconds.map(Duration::from_secs);
    builder = set(builder, notice, ClientCertLayerBuilder::warn_before_expiry);
    if table.re_emit_rfc9440 == Some(true) {
        builder = builder.re_emit_rfc9440();
    }
    builder
}

fn answer(
    mut builder: ClientCertLayerBuilder,
    code: &str,
    table: &AnswerTable,
    key: &Key,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let Some(reason) = Reason::ALL.iter().copied().find(|reason| reason.code() == code) else {
        let codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        return contradiction(key, unknown("reason code", code, &codes));
    };
    if let Some(status) = table.status {
        let key = key.field("status");
        let refused = |_| ConfigError::Status { value: status };
        let known = StatusCode::from_u16(status).map_err(refused).at(&key)?;
        if !(400..600).contains(&status) {
            return Err(ConfigError::Status { value: status }).at(&key);
        }
        builder = builder.status(reason, known);
    }
    if let Some(word) = table.grpc {
        builder = builder.grpc_code(
            reason,
            match word {
                GrpcWord::Internal => GrpcCode::INTERNAL,
                GrpcWord::InvalidArgument => GrpcCode::INVALID_ARGUMENT,
                GrpcWord::PermissionDenied => GrpcCode::PERMISSION_DENIED,
                GrpcWord::ResourceExhausted => GrpcCode::RESOURCE_EXHAUSTED,
                GrpcWord::Unauthenticated => GrpcCode::UNAUTHENTICATED,
                GrpcWord::Unavailable => GrpcCode::UNAVAILABLE,
            },
        );
    }
    Ok(builder)
}

/// Without any rule there is no table, and handlers decide.
fn access(
    builder: ClientCertLayerBuilder,
    rules: &AccessDocument,
    clock: &dyn Clock,
) -> Result<ClientCertLayerBuilder, Mistake> {
    if rules.is_empty() {
        return Ok(builder);
    }
    if let Some((field, index, problem)) = rules.first_problem(clock) {
        let key = Key::top(field);
        return Err(problem).at(&index.map_or_else(|| key.clone(), |index| key.index(index)));
    }
    let table = rules.build(clock).at(&Key::top("test"))?;
    Ok(builder.access_table(table))
}

/// Sets an option where the document has a value for it.
pub(super) fn set<B, T>(builder: B, value: Option<T>, option: impl FnOnce(B, T) -> B) -> B {
    match value {
        Some(value) => option(builder, value),
        None => builder,
    }
}
