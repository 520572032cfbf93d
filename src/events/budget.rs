/// How many events of one kind were shown in the current window, and how many were not.
#[derive(Debug, Default)]
pub(super) struct Budget {
    window_start_seconds: u64,
    shown: u32,
    suppressed: u64,
}

impl Budget {
    /// Whether one more event is shown; then with the number of those that were not since the last.
    pub(super) fn take(&mut self, now_seconds: u64) -> Option<u64> {
        if now_seconds.abs_diff(self.window_start_seconds) >= WINDOW_SECONDS {
            *self = Self { window_start_seconds: now_seconds, shown: 0, suppressed: self.suppressed };
        }
        if self.shown == MAX_EVENTS_PER_WINDOW {
            self.suppressed = self.suppressed.saturating_add(1);
            return None;
        }
        self.shown += 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

/// Events of one kind shown in one window.
const MAX_EVENTS_PER_WINDOW: u32 = 20;

/// Length of a window.
const WINDOW_SECONDS: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_beyond_the_budget_are_counted_and_told_with_the_next() {
        let mut budget = Budget::default();
        for _ in 0..MAX_EVENTS_PER_WINDOW {
            assert_eq!(budget.take(1000), Some(0));
        }
        assert_eq!(budget.take(1000), None);
        assert_eq!(budget.take(1009), None);
        assert_eq!(budget.take(1010), Some(2));
        assert_eq!(budget.take(1010), Some(0));
    }

    #[test]
    fn a_clock_that_jumps_back_opens_a_new_window() {
        let mut budget = Budget::default();
        for _ in 0..MAX_EVENTS_PER_WINDOW {
            budget.take(1000);
        }
        assert_eq!(budget.take(1000), None);
        assert_eq!(budget.take(900), Some(1));
    }
}
