use tokio::sync::{Semaphore, SemaphorePermit};

use crate::revocation::fetch::FetchError;

/// Lets so many fetches run at a time, and so many more wait.
#[derive(Debug)]
pub(super) struct Gate {
    running: Semaphore,
    /// Those that run are among them.
    present: Semaphore,
    max_running: usize,
    max_waiting: usize,
}

/// The permission to run.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    _running: SemaphorePermit<'a>,
    _present: SemaphorePermit<'a>,
}

impl Gate {
    pub(super) fn new(max_running: usize, max_waiting: usize) -> Self {
        Self {
            running: Semaphore::new(max_running),
            present: Semaphore::new(max_running.saturating_add(max_waiting).min(Semaphore::MAX_PERMITS)),
            max_running,
            max_waiting,
        }
    }

    /// How many run at a time, and how many more wait.
    pub(super) fn limits(&self) -> (usize, usize) {
        (self.max_running, self.max_waiting)
    }

    pub(super) async fn enter(&self) -> Result<Entry<'_>, FetchError> {
        let present = self.present.try_acquire().map_err(|_| FetchError::Busy { limit: self.max_waiting })?;
        // The semaphore is never closed.
        let running = self.running.acquire().await.map_err(|_| FetchError::Aborted)?;
        Ok(Entry { _running: running, _present: present })
    }
}
