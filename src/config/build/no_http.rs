//! Stands in where nothing can be fetched.

use super::revocation::feature_missing;
use crate::clock::Clock;
use crate::config::document::RevocationTable;
use crate::config::key::{Key, Mistake};
use crate::config::sources::Sources;
use crate::layer::ClientCertLayerBuilder;

#[derive(Clone, Copy)]
pub(super) struct Fetching<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) clock: &'a std::sync::Arc<dyn Clock>,
}

pub(super) fn fetched_crls(
    builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    fetching: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let Fetching { sources: _, clock: _ } = fetching;
    for (field, is_set) in [
        ("fetched_crls", table.fetched_crls.is_some()),
        ("http", table.http.is_some()),
        ("store", table.store.is_some()),
    ] {
        if is_set {
            return feature_missing(&key.field(field), "http-client");
        }
    }
    Ok(builder)
}
