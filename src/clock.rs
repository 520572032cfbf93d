//! The only reader of the system clock.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::SystemTime;
#[cfg(any(feature = "metrics", feature = "ocsp"))]
use std::time::{Duration, Instant};

/// Tells the time at which certificates are judged.
///
/// A test hands in a fixed time. A clock that stands before 1970 makes the layer refuse every certificate with
/// [`Reason::ClockUnusable`](crate::Reason::ClockUnusable).
///
/// ```
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// use tower_client_cert::Clock;
///
/// #[derive(Debug)]
/// struct Fixed;
///
/// impl Clock for Fixed {
///     fn now(&self) -> SystemTime {
///         UNIX_EPOCH + Duration::from_secs(1_772_323_200)
///     }
/// }
/// ```
pub trait Clock: Debug + Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> SystemTime;
}

/// A clock that several share.
impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Measures how long something takes, whatever is done to the clock meanwhile.
#[cfg(any(feature = "metrics", feature = "ocsp"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

#[cfg(any(feature = "metrics", feature = "ocsp"))]
impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(all(test, any(feature = "metrics", feature = "ocsp")))]
mod tests {
    use super::*;

    #[test]
    fn a_stopwatch_runs() {
        let watch = Stopwatch::start();
        assert!((0..1_000_000).any(|_| watch.elapsed() > Duration::ZERO));
    }
}
