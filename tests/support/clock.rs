//! Time as a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tower_client_cert::Clock;

use super::pki;

/// A clock that is moved by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved(Arc<AtomicU64>);

impl Moved {
    pub(crate) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        pki::now() + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}
