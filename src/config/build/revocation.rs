//! Deny-list, lists and answers.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::options::set;
use crate::config::document::{
    CrlTable, ModeWord, OcspAnswersTable, RevocationPolicyTable, RevocationTable, ScopeWord,
};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::document::TextOr;
use crate::error::ConfigError;
use crate::layer::ClientCertLayerBuilder;
use crate::revocation::{DenyList, OcspAnswers, RevocationLists, RevocationMode, RevocationPolicy, RevocationScope};

pub(super) fn revocation(
    mut builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    sources: &Sources<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    if let Some(path) = &table.deny_list {
        let key = key.field("deny_list");
        builder = builder.deny_list(DenyList::from_file(sources.path(path, &key)?).at(&key)?);
    }
    if let Some(places) = &table.crls {
        let key = key.field("crls");
        if places.0.is_empty() {
            return contradiction(&key, "is empty: leave it out, or name a file or directory");
        }
        for (index, place) in places.0.iter().enumerate() {
            builder = builder.crls(lists(place, &key.index(index), sources)?);
        }
    }
    for (index, place) in table.ocsp_answers.iter().flat_map(|places| &places.0).enumerate() {
        builder = builder.ocsp_answers(answers(place, &key.field("ocsp_answers").index(index), sources)?);
    }
    let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
    builder = set(builder, seconds(table.max_ocsp_age_seconds), ClientCertLayerBuilder::max_ocsp_age);
    let without = seconds(table.max_ocsp_age_without_next_update_seconds);
    builder = set(builder, without, ClientCertLayerBuilder::max_ocsp_age_without_next_update);
    builder = set(builder, table.max_ocsp_certificates, ClientCertLayerBuilder::max_ocsp_certificates);
    if let Some(mode) = table.mode {
        builder = builder.revocation_mode(match mode {
            ModeWord::Both => RevocationMode::Both,
            ModeWord::Crl => RevocationMode::Crl,
            ModeWord::CrlFirst => RevocationMode::CrlFirst,
            ModeWord::Ocsp => RevocationMode::Ocsp,
            ModeWord::OcspFirst => RevocationMode::OcspFirst,
        });
    }
    if let Some(scope) = table.scope {
        builder = builder.revocation_scope(match scope {
            ScopeWord::EndEntity => RevocationScope::EndEntity,
            ScopeWord::WholePath => RevocationScope::WholePath,
        });
    }
    for (label, policy) in table.policy.iter().flatten() {
        builder = builder.revocation_policy(label, revocation_policy(policy, &key.field("policy").field(label))?);
    }
    Ok(builder)
}

fn lists(place: &TextOr<CrlTable>, key: &Key, sources: &Sources<'_>) -> Result<RevocationLists, Mistake> {
    let table = match place {
        TextOr::Text(path) => return Ok(RevocationLists::at(sources.below_base(path))),
        TextOr::Table(table) => table,
    };
    let path = path_of(table.path.as_deref(), table.env.as_deref(), key, sources)?;
    let lists = RevocationLists::at(path);
    Ok(if table.allow_missing_number == Some(true) { lists.allow_missing_number() } else { lists })
}

fn revocation_policy(table: &RevocationPolicyTable, key: &Key) -> Result<RevocationPolicy, Mistake> {
    let mut policy = RevocationPolicy::deny();
    match (table.allow_stale, table.allow_stale_for_seconds) {
        (Some(true), Some(_)) => {
            return contradiction(key, "has allow_stale beside allow_stale_for_seconds, expected one of both");
        }
        (Some(true), None) => policy = policy.allow_stale(),
        (_, Some(seconds)) => policy = policy.allow_stale_for(Duration::from_secs(seconds)),
        (_, None) => {}
    }
    if table.allow_no_source == Some(true) {
        policy = policy.allow_no_source();
    }
    Ok(if table.allow_unavailable == Some(true) { policy.allow_unavailable() } else { policy })
}

fn answers(place: &TextOr<OcspAnswersTable>, key: &Key, sources: &Sources<'_>) -> Result<OcspAnswers, Mistake> {
    let table = match place {
        TextOr::Text(path) => return Ok(OcspAnswers::at(sources.below_base(path))),
        TextOr::Table(table) => table,
    };
    let answers = OcspAnswers::at(path_of(table.path.as_deref(), table.env.as_deref(), key, sources)?);
    let Some(signer) = &table.signed_by else {
        return Ok(answers);
    };
    let key = key.field("signed_by");
    let path = sources.path(signer, &key)?;
    let certificate = fs::read(&path).map_err(|source| ConfigError::File { path, source }).at(&key)?;
    answers.signed_by(certificate).at(&key)
}

fn path_of(path: Option<&str>, env: Option<&str>, key: &Key, sources: &Sources<'_>) -> Result<PathBuf, Mistake> {
    match (path, env) {
        (Some(path), None) => Ok(sources.below_base(path)),
        (None, Some(name)) => sources.variable(name, &key.field("env")),
        _ => contradiction(key, "has none or both of path and env, expected exactly one"),
    }
}
