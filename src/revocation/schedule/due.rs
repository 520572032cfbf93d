use std::time::{Duration, SystemTime};

use crate::revocation::fetch::Chance;

/// When a list is looked for next.
#[derive(Debug)]
pub(super) struct Due {
    failures_in_a_row: u32,
    /// The longest between two looks at an address that fails.
    longest_retry: Duration,
}

impl Due {
    /// For an address that the operator wrote down: after failures up to 5 minutes.
    pub(super) fn configured() -> Self {
        Self { failures_in_a_row: 0, longest_retry: MAX_RETRY }
    }

    /// For an address in certificates, for which clients may be refused that would know no better one: up to 30 seconds.
    pub(super) fn of_certificates() -> Self {
        Self { longest_retry: MIN_WAIT, ..Self::configured() }
    }

    /// How long to wait after a list came that can be used: the usual interval, or less where the list ends before. By
    /// chance up to a tenth less, so that replicas do not all ask at once.
    pub(super) fn after_success(
        &mut self,
        period: Option<(SystemTime, SystemTime)>,
        interval: Duration,
        now: SystemTime,
        chance: &Chance,
    ) -> Duration {
        self.failures_in_a_row = 0;
        let usual = interval.saturating_sub(chance.part_of(interval / 10));
        let Some((this_update, next_update)) = period else {
            return usual;
        };
        let length = next_update.duration_since(this_update).unwrap_or_default();
        let lead = (length / 10).min(MAX_LEAD);
        let left = next_update.duration_since(now).unwrap_or_default();
        let ahead = left.saturating_sub(lead).saturating_sub(chance.part_of(lead));
        usual.min(ahead.max(MIN_WAIT))
    }

    /// How long to wait after nothing came that can be used: 5 seconds, then twice as long each time up to the longest
    /// retry or the usual interval. By chance up to half of it less.
    pub(super) fn after_failure(&mut self, interval: Duration, chance: &Chance) -> Duration {
        let whole =
            (FIRST_RETRY * 2_u32.pow(self.failures_in_a_row.min(MAX_DOUBLINGS))).min(self.longest_retry).min(interval);
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        whole.saturating_sub(chance.part_of(whole / 2)).max(MIN_RETRY)
    }
}

/// The longest that a list is replaced ahead of its next update.
const MAX_LEAD: Duration = Duration::from_secs(60 * 60);

/// Between two looks at an authority whose list is about to end, or is past its end.
const MIN_WAIT: Duration = Duration::from_secs(30);

const FIRST_RETRY: Duration = Duration::from_secs(5);

const MIN_RETRY: Duration = Duration::from_secs(1);

const MAX_RETRY: Duration = Duration::from_secs(5 * 60);

const MAX_DOUBLINGS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hours: u32) -> SystemTime {
        SystemTime::UNIX_EPOCH + HOUR * 400_000 + HOUR * hours
    }

    fn wait(period: (u32, u32), now: u32, chance: u32) -> Duration {
        let period = Some((at(period.0), at(period.1)));
        Due::configured().after_success(period, HOUR * 6, at(now), &Chance::fixed(chance))
    }

    #[test]
    fn a_list_with_time_left_is_looked_for_at_the_usual_interval() {
        assert_eq!(wait((0, 240), 1, 0), HOUR * 6);
        assert_eq!(wait((0, 240), 1, 500), Duration::from_secs(342 * 60));
        assert_eq!(Due::configured().after_success(None, HOUR, at(0), &Chance::fixed(0)), HOUR);
    }

    #[test]
    fn a_list_that_ends_soon_is_looked_for_ahead_of_its_end() {
        assert_eq!(wait((0, 4), 0, 0), Duration::from_secs(216 * 60));
        let by_chance = wait((0, 4), 0, 999);
        assert!(by_chance > HOUR * 3 && by_chance < Duration::from_secs(193 * 60), "{by_chance:?}");
        assert_eq!(wait((0, 240), 237, 0), HOUR * 2);
    }

    #[test]
    fn a_list_past_its_end_is_looked_for_without_haste_and_without_rest() {
        assert_eq!(wait((0, 4), 4, 0), Duration::from_secs(30));
        assert_eq!(wait((0, 4), 9, 700), Duration::from_secs(30));
    }

    #[test]
    fn failures_are_tried_again_soon_and_then_less_often() {
        let (mut due, chance) = (Due::configured(), Chance::fixed(0));
        let waits: Vec<_> = (0..8).map(|_| due.after_failure(HOUR, &chance).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
        due.after_success(None, HOUR, at(0), &chance);
        assert_eq!(due.after_failure(HOUR, &chance).as_secs(), 5);
        assert!((0..40).all(|_| due.after_failure(HOUR, &chance) <= MAX_RETRY));
        assert_eq!(due.after_failure(Duration::from_secs(60), &Chance::fixed(999)).as_secs(), 30);
    }

    #[test]
    fn an_address_in_certificates_is_tried_again_every_half_a_minute() {
        let (mut due, chance) = (Due::of_certificates(), Chance::fixed(0));
        let waits: Vec<_> = (0..5).map(|_| due.after_failure(HOUR, &chance).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 30, 30]);
    }
}
