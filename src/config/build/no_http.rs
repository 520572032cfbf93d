//! Stands in where nothing can be fetched.

use super::revocation::{Fetching, features_missing};
use crate::config::document::RevocationTable;
use crate::config::key::{Key, Mistake};
use crate::layer::ClientCertLayerBuilder;

pub(super) fn fetched_crls(
    builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    _: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let keys = [
        ("fetched_crls", table.fetched_crls.is_some()),
        ("http", table.http.is_some()),
        ("store", table.store.is_some()),
    ];
    features_missing(keys, key, "http-client").map(|()| builder)
}
