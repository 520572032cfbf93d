//! For how long something that was found out at one moment holds.

use std::time::{Duration, SystemTime};

/// The times at which one would find out the same again: from the last moment at which something changed up to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Horizon {
    from: SystemTime,
    /// The first moment at which it holds no longer; `None` where nothing is known to change.
    until: Option<SystemTime>,
}

impl Horizon {
    /// Lays it around a moment, between those at which something changes. What changes at a moment is different from that
    /// moment on.
    ///
    /// It never reaches further back than clock readings of several threads can be out of order, so that a clock that was
    /// set back finds nothing that holds.
    pub(crate) fn around(found_at: SystemTime, changes: impl IntoIterator<Item = SystemTime>) -> Self {
        let mut horizon = Self { from: found_at.checked_sub(READINGS_APART).unwrap_or(found_at), until: None };
        for change in changes {
            if change <= found_at {
                horizon.from = horizon.from.max(change);
            } else {
                horizon = horizon.ending_at(change);
            }
        }
        horizon
    }

    /// The same, and not from this moment on.
    pub(crate) fn ending_at(self, end: SystemTime) -> Self {
        Self { until: Some(self.until.map_or(end, |until| until.min(end))), ..self }
    }

    pub(crate) fn holds(&self, now: SystemTime) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// By how much the readings of a clock that different threads work with can be out of order.
const READINGS_APART: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: f64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn it_reaches_from_the_last_change_to_the_next() {
        let horizon = Horizon::around(at(100.0), [99.5, 40.0, 100.2, 300.0].map(at));
        for (seconds, holds) in [(99.4, false), (99.5, true), (100.0, true), (100.1, true), (100.2, false)] {
            assert_eq!(horizon.holds(at(seconds)), holds, "{seconds}");
        }
    }

    #[test]
    fn a_change_at_the_very_moment_has_happened() {
        let horizon = Horizon::around(at(100.0), [at(100.0)]);
        assert!(horizon.holds(at(100.0)) && horizon.holds(at(1e9)) && !horizon.holds(at(99.9)));
    }

    #[test]
    fn a_clock_that_is_set_back_finds_nothing_that_holds() {
        let horizon = Horizon::around(at(100.0), []);
        assert!(horizon.holds(at(99.0)) && !horizon.holds(at(98.9)));
    }

    #[test]
    fn the_earliest_end_counts() {
        let horizon = Horizon::around(at(100.0), [at(300.0)]).ending_at(at(200.0)).ending_at(at(250.0));
        assert!(horizon.holds(at(199.9)) && !horizon.holds(at(200.0)));
    }
}
