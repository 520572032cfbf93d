//! Deny-list, lists and answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::certificates::certificate_file;
use super::http::fetched_crls;
use super::ocsp::responders;
use super::options::set;
use crate::clock::Clock;
use crate::config::document::{
    CrlTable, ModeWord, OcspAnswersTable, RevocationPolicyTable, RevocationTable, ScopeWord,
};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::document::TextOr;
use crate::error::ConfigError;
use crate::layer::ClientCertLayerBuilder;
use crate::revocation::{DenyList, OcspAnswers, RevocationLists, RevocationMode, RevocationPolicy, RevocationScope};

/// What fetching needs of the rest of the document.
#[derive(Clone, Copy)]
pub(super) struct Fetching<'a> {
    pub(super) sources: &'a Sources<'a>,
    /// That of the layer, by which certificates of servers are judged too.
    #[cfg_attr(
        not(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring"))),
        expect(dead_code, reason = "without TLS, nothing has dates")
    )]
    pub(super) clock: &'a Arc<dyn Clock>,
}

pub(super) fn revocation(
    mut builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    fetching: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let sources = fetching.sources;
    if let Some(path) = &table.deny_list {
        let key = key.field("deny_list");
        builder = builder.deny_list(DenyList::from_file(sources.path(path, &key)?).at(&key)?);
    }
    check_sources(table, key)?;
    for (index, place) in table.crls.iter().flat_map(|places| &places.0).enumerate() {
        builder = builder.crls(lists(place, &key.field("crls").index(index), sources)?);
    }
    for (index, place) in table.ocsp_answers.iter().flat_map(|places| &places.0).enumerate() {
        builder = builder.ocsp_answers(answers(place, &key.field("ocsp_answers").index(index), sources)?);
    }
    builder = fetched_crls(builder, table, key, fetching)?;
    builder = responders(builder, table, key, fetching)?;
    check_uses(table, key)?;
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
    answers.signed_by(certificate_file(signer, &key, sources)?).at(&key)
}

fn path_of(path: Option<&str>, env: Option<&str>, key: &Key, sources: &Sources<'_>) -> Result<PathBuf, Mistake> {
    match (path, env) {
        (Some(path), None) => Ok(sources.below_base(path)),
        (None, Some(name)) => sources.variable(name, &key.field("env")),
        _ => contradiction(key, "has none or both of path and env, expected exactly one"),
    }
}

/// A list of sources without any would be taken for a check.
fn check_sources(table: &RevocationTable, key: &Key) -> Result<(), Mistake> {
    for (field, is_empty, more) in [
        ("crls", table.crls.as_ref().is_some_and(|places| places.0.is_empty()), "name a file or directory"),
        (
            "ocsp_answers",
            table.ocsp_answers.as_ref().is_some_and(|places| places.0.is_empty()),
            "name a file or directory",
        ),
        ("fetched_crls", table.fetched_crls.as_ref().is_some_and(Vec::is_empty), "add one"),
        ("ocsp", table.ocsp.as_ref().is_some_and(Vec::is_empty), "add one"),
    ] {
        if is_empty {
            return contradiction(&key.field(field), format!("is empty: leave it out, or {more}"));
        }
    }
    Ok(())
}

/// Options of what nobody asks for would be taken for more than they are.
fn check_uses(table: &RevocationTable, key: &Key) -> Result<(), Mistake> {
    let lists = || table.fetched_crls.iter().flatten();
    let asks = asks_responders(table);
    let unused = |field: &str, problem| contradiction(&key.field(field), problem);
    for (field, is_unused) in [
        ("http", table.http.is_some() && lists().all(|list| list.http.is_some())),
        ("store", table.store.is_some() && lists().all(|list| list.store.is_some())),
    ] {
        if is_unused && !asks {
            let nobody = "has no use: no list is fetched and no responder asked";
            let others = "has no use: no responder is asked, and every list has its own";
            return unused(field, if lists().next().is_none() { nobody } else { others });
        }
    }
    for (field, is_set) in [
        ("ocsp_wait_milliseconds", table.ocsp_wait_milliseconds.is_some()),
        ("ocsp_refresh_interval_seconds", table.ocsp_refresh_interval_seconds.is_some()),
    ] {
        if is_set && !asks {
            return unused(field, "has no use: no responder is asked");
        }
    }
    Ok(())
}

/// Whether responders are asked, those of the document or those of certificates.
pub(super) fn asks_responders(table: &RevocationTable) -> bool {
    table.ocsp.as_ref().is_some_and(|responders| !responders.is_empty()) || table.allow_aia_responders.is_some()
}

/// As [`feature_missing`], where one of the keys of a table is set.
#[cfg(not(all(feature = "http-client", feature = "ocsp")))]
pub(super) fn features_missing(
    keys: impl IntoIterator<Item = (&'static str, bool)>,
    key: &Key,
    feature: &'static str,
) -> Result<(), Mistake> {
    match keys.into_iter().find(|(_, is_set)| *is_set) {
        Some((field, _)) => feature_missing(&key.field(field), feature),
        None => Ok(()),
    }
}

/// A key for which this build has no code: said, never passed over.
#[cfg_attr(
    all(feature = "ocsp", feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")),
    expect(dead_code, reason = "every key has its code")
)]
pub(super) fn feature_missing<T>(key: &Key, feature: &'static str) -> Result<T, Mistake> {
    Err(ConfigError::FeatureMissing { feature }).at(key)
}
