use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::{Clock, SystemClock};

/// A clock that stands still until it is moved. Clones are the same clock.
///
/// ```
/// use std::time::Duration;
///
/// use tower_client_cert::Clock as _;
/// use tower_client_cert::test_kit::TestClock;
///
/// let clock = TestClock::at_unix_seconds(1_772_366_400); // 2026-03-01T12:00:00Z
/// let of_the_layer = clock.clone();
/// clock.advance(Duration::from_secs(3600));
/// assert_eq!(of_the_layer.now(), clock.now());
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    /// Stands at this time, in seconds since 1970 in UTC.
    #[must_use]
    pub fn at_unix_seconds(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    /// Stands at the time at which it was made, to the second.
    #[must_use]
    pub fn at_system_time() -> Self {
        let since_1970 = SystemClock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at_unix_seconds(since_1970.as_secs())
    }

    /// Moves forward by whole seconds; the rest is dropped.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(duration.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}
