//! Time as a test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use tower_client_cert::{Clock, SystemClock};

use super::pki;

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixed(pub(crate) SystemTime);

impl Fixed {
    /// At [`pki::now`].
    pub(crate) fn usual() -> Self {
        Self(pki::now())
    }
}

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// A clock that stands at [`pki::now`] until it is moved by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved(Arc<AtomicI64>);

impl Moved {
    pub(crate) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds.try_into().unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn back(&self, seconds: u64) {
        self.0.fetch_sub(seconds.try_into().unwrap(), Ordering::SeqCst);
    }

    /// To so many seconds after [`pki::now`].
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds.try_into().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        pki::seconds(self.0.load(Ordering::SeqCst)).into()
    }
}

/// The machine's clock, put forward by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead(Arc<AtomicU64>);

impl Ahead {
    pub(crate) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        SystemClock.now() + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// The time of tokio's runtime, which tests stop and move, from [`pki::now`] on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuntimeClock(Instant);

impl RuntimeClock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> SystemTime {
        pki::now() + self.0.elapsed()
    }
}
