//! The client for what is fetched, where it is kept, and the lists that it fetches.

use std::time::Duration;

use super::options::set;
use super::revocation::Fetching;
use crate::config::document::revocation::{FetchedCrlsTable, HttpTable, RevocationTable, StoreTable};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::layer::ClientCertLayerBuilder;
use crate::revocation::{AllowedHosts, DirectoryStore, FetchedCrls, HttpFetcher};

pub(super) fn fetched_crls(
    mut builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    fetching: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    for (index, crls) in table.fetched_crls.iter().flatten().enumerate() {
        let own = key.field("fetched_crls").index(index);
        let fetcher = match (&crls.http, &table.http) {
            (Some(http), _) => fetcher(http, &own.field("http"), fetching)?,
            (None, Some(http)) => fetcher(http, &key.field("http"), fetching)?,
            (None, None) => HttpFetcher::new(),
        };
        let store = match (&crls.store, &table.store) {
            (Some(table), _) => Some(store(table, &own.field("store"), fetching)?),
            (None, Some(table)) => Some(store(table, &key.field("store"), fetching)?),
            (None, None) => None,
        };
        builder = builder.fetched_crls(lists(crls, &own, fetcher, store)?);
    }
    Ok(builder)
}

fn lists(
    table: &FetchedCrlsTable,
    key: &Key,
    fetcher: HttpFetcher,
    store: Option<DirectoryStore>,
) -> Result<FetchedCrls, Mistake> {
    let mut crls = match (&table.urls, &table.allow_distribution_points) {
        (Some(urls), None) => FetchedCrls::new(fetcher, &urls.0).at(&key.field("urls"))?,
        (None, Some(hosts)) => {
            let hosts = AllowedHosts::new(&hosts.0).at(&key.field("allow_distribution_points"))?;
            FetchedCrls::allow_distribution_points(fetcher, hosts)
        }
        _ => return contradiction(key, "has none or both of urls and allow_distribution_points, expected exactly one"),
    };
    match (table.wait_milliseconds, &table.urls) {
        (Some(_), Some(_)) => {
            return contradiction(
                &key.field("wait_milliseconds"),
                "has no use: nobody waits for a list at a configured address",
            );
        }
        (Some(wait), None) => crls = crls.wait(Duration::from_millis(wait)),
        (None, _) => {}
    }
    if let Some(store) = store {
        crls = crls.store(store);
    }
    if let Some(seconds) = table.interval_seconds {
        crls = crls.interval(Duration::from_secs(seconds)).at(&key.field("interval_seconds"))?;
    }
    crls = set(crls, positive(table.max_octets, &key.field("max_octets"))?, FetchedCrls::max_octets);
    let limit = positive(table.time_limit_seconds, &key.field("time_limit_seconds"))?;
    crls = set(crls, limit.map(Duration::from_secs), FetchedCrls::time_limit);
    Ok(if table.allow_missing_number == Some(true) { crls.allow_missing_number() } else { crls })
}

pub(super) fn fetcher(table: &HttpTable, key: &Key, fetching: Fetching<'_>) -> Result<HttpFetcher, Mistake> {
    let mut fetcher = HttpFetcher::new();
    for (index, range) in table.allow_targets.iter().flat_map(|ranges| &ranges.0).enumerate() {
        fetcher = fetcher.allow_targets(range.as_str()).at(&key.field("allow_targets").index(index))?;
    }
    let timeout = positive(table.connect_timeout_milliseconds, &key.field("connect_timeout_milliseconds"))?;
    fetcher = set(fetcher, timeout.map(Duration::from_millis), HttpFetcher::connect_timeout);
    let running = positive(table.max_running, &key.field("max_running"))?;
    if running.is_some() || table.max_waiting.is_some() {
        let running = running.unwrap_or(HttpFetcher::DEFAULT_MAX_RUNNING);
        fetcher = fetcher.max_concurrent(running, table.max_waiting.unwrap_or(HttpFetcher::DEFAULT_MAX_WAITING));
    }
    match &table.https_roots {
        Some(roots) => https_roots(fetcher, roots, &key.field("https_roots"), fetching),
        None => Ok(fetcher),
    }
}

#[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
fn https_roots(
    fetcher: HttpFetcher,
    tables: &[crate::config::document::CertificatesTable],
    key: &Key,
    Fetching { sources, clock }: Fetching<'_>,
) -> Result<HttpFetcher, Mistake> {
    let roots = super::certificates::https_roots(tables, key, sources)?;
    fetcher.https_roots(&roots, std::sync::Arc::clone(clock)).at(key)
}

#[cfg(not(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring"))))]
fn https_roots(
    _: HttpFetcher,
    _: &[crate::config::document::CertificatesTable],
    key: &Key,
    _: Fetching<'_>,
) -> Result<HttpFetcher, Mistake> {
    super::revocation::feature_missing(key, "https-client")
}

pub(super) fn store(
    table: &StoreTable,
    key: &Key,
    Fetching { sources, .. }: Fetching<'_>,
) -> Result<DirectoryStore, Mistake> {
    let Some(directory) = &table.directory else {
        return contradiction(key, "has no directory, expected one");
    };
    let place = key.field("directory");
    let store = DirectoryStore::at(sources.unwatched(directory, &place)?).at(&place)?;
    let store = set(store, positive(table.max_octets, &key.field("max_octets"))?, DirectoryStore::max_octets);
    Ok(set(store, positive(table.max_entries, &key.field("max_entries"))?, DirectoryStore::max_entries))
}

/// A limit of nothing at all lets nothing be fetched, and nobody would know before the first time.
fn positive<T: PartialEq + From<u8> + Copy>(limit: Option<T>, key: &Key) -> Result<Option<T>, Mistake> {
    match limit {
        Some(limit) if limit == T::from(0) => contradiction(key, "is 0, expected at least 1"),
        limit => Ok(limit),
    }
}
