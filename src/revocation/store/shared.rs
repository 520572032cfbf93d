use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{RevocationStore, StoreError, StoreKey};

/// A store that is given up when it is slow, and that takes nobody with it when it panics.
#[derive(Clone, Debug)]
pub(crate) struct SharedStore(Arc<dyn RevocationStore>);

impl SharedStore {
    pub(crate) fn new(store: Arc<dyn RevocationStore>) -> Self {
        Self(store)
    }

    pub(crate) fn describe(&self) -> String {
        self.0.describe()
    }

    /// Reads an entry. What comes is verified by nobody.
    pub(crate) async fn load(&self, key: StoreKey, max_octets: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let store = Arc::clone(&self.0);
        let entry = within_limit(async move { store.load(&key, max_octets).await }).await?;
        Ok(entry.filter(|octets| octets.len() <= max_octets))
    }

    pub(crate) async fn save(
        &self,
        key: StoreKey,
        octets: Arc<Vec<u8>>,
        useful_until: SystemTime,
    ) -> Result<(), StoreError> {
        let store = Arc::clone(&self.0);
        within_limit(async move { store.save(&key, &octets, useful_until).await }).await
    }
}

/// In a task of its own, which ends with this future.
async fn within_limit<T: Send + 'static>(
    access: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let mut task = JoinSet::new();
    task.spawn(access);
    match timeout(ACCESS_LIMIT, task.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(_) => Err(StoreError::Aborted),
        Err(_) => Err(StoreError::TimedOut { after: ACCESS_LIMIT }),
    }
}

/// Time for one access. Where a store takes longer, asking the authority is as fast.
const ACCESS_LIMIT: Duration = Duration::from_secs(2);
