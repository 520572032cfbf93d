//! Stands in where no responder can be asked.

use super::revocation::{Fetching, feature_missing};
use crate::config::document::RevocationTable;
use crate::config::key::{Key, Mistake};
use crate::layer::ClientCertLayerBuilder;

pub(super) fn responders(
    builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    _: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    for (field, is_set) in [
        ("ocsp", table.ocsp.is_some()),
        ("allow_aia_responders", table.allow_aia_responders.is_some()),
        ("ocsp_wait_milliseconds", table.ocsp_wait_milliseconds.is_some()),
        ("ocsp_refresh_interval_seconds", table.ocsp_refresh_interval_seconds.is_some()),
    ] {
        if is_set {
            return feature_missing(&key.field(field), "ocsp");
        }
    }
    Ok(builder)
}
