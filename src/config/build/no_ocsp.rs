//! Stands in where no responder can be asked.

use super::revocation::{Fetching, features_missing};
use crate::config::document::RevocationTable;
use crate::config::key::{Key, Mistake};
use crate::layer::ClientCertLayerBuilder;

pub(super) fn responders(
    builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    _: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    let keys = [
        ("ocsp", table.ocsp.is_some()),
        ("allow_aia_responders", table.allow_aia_responders.is_some()),
        ("ocsp_wait_milliseconds", table.ocsp_wait_milliseconds.is_some()),
        ("ocsp_refresh_interval_seconds", table.ocsp_refresh_interval_seconds.is_some()),
    ];
    features_missing(keys, key, "ocsp").map(|()| builder)
}
