use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::authorization::AccessTable;

/// The access table in force, which can be replaced while requests come in. Cheap to clone.
///
/// ```
/// use tower_client_cert::{AccessTable, AccessTableHandle, RequireClientCertLayer, Rule};
///
/// let handle = AccessTableHandle::new(AccessTable::builder().public("/healthz")?.build());
/// let layer = RequireClientCertLayer::table(handle.clone());
/// // Later, once the next table has been read and tested:
/// handle.replace(AccessTable::builder().public("/healthz")?.path("/**", Rule::any_client())?.build());
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AccessTableHandle(Arc<ArcSwap<AccessTable>>);

impl AccessTableHandle {
    /// Puts a table in force.
    #[must_use]
    pub fn new(table: AccessTable) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(table)))
    }

    /// Puts another table in force, as a whole. Requests that are being judged end with the one before.
    pub fn replace(&self, table: AccessTable) {
        self.0.store(Arc::new(table));
    }

    pub(in crate::layer) fn load(&self) -> arc_swap::Guard<Arc<AccessTable>> {
        self.0.load()
    }
}

impl From<AccessTable> for AccessTableHandle {
    fn from(table: AccessTable) -> Self {
        Self::new(table)
    }
}
