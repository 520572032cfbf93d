use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::readiness::UnreachableSource;

/// Which servers of revocation data gave nothing that can be used when they were last asked. Nobody is asked for it.
#[derive(Debug, Default)]
pub(super) struct Reachability {
    failing: Mutex<BTreeMap<Box<str>, Failing>>,
}

#[derive(Debug)]
struct Failing {
    since: SystemTime,
    last: SystemTime,
    detail: String,
}

impl Reachability {
    pub(super) fn answered(&self, name: &str) {
        self.failing().remove(name);
    }

    pub(super) fn failed(&self, name: &str, detail: &str, now: SystemTime) {
        let mut failing = self.failing();
        if let Some(known) = failing.get_mut(name) {
            known.last = now;
            detail.clone_into(&mut known.detail);
        } else if failing.len() < MAX_SOURCES {
            failing.insert(name.into(), Failing { since: now, last: now, detail: detail.to_owned() });
        }
    }

    /// Everything that fails, by name. Whatever was not asked for an hour is asked no more: failures are tried again
    /// within minutes.
    pub(super) fn unreachable(&self, now: SystemTime) -> Vec<UnreachableSource> {
        let mut failing = self.failing();
        failing.retain(|_, known| now.duration_since(known.last).is_ok_and(|idle| idle <= FORGOTTEN_AFTER));
        let each = failing.iter();
        each.map(|(name, known)| UnreachableSource::new(name.to_string(), known.since, known.detail.clone())).collect()
    }

    fn failing(&self) -> MutexGuard<'_, BTreeMap<Box<str>, Failing>> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sources that are told; certificates may name any number of them.
const MAX_SOURCES: usize = 256;

const FORGOTTEN_AFTER: Duration = Duration::from_secs(60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_323_200 + seconds)
    }

    fn told(reachability: &Reachability, now: u64) -> Vec<(String, SystemTime, String)> {
        let sources = reachability.unreachable(at(now)).into_iter();
        sources.map(|source| (source.name().to_owned(), source.since(), source.detail().to_owned())).collect()
    }

    #[test]
    fn a_source_fails_since_its_first_failure_until_it_answers() {
        let reachability = Reachability::default();
        assert_eq!(told(&reachability, 0), []);
        reachability.failed("b", "first", at(0));
        reachability.failed("b", "second", at(10));
        reachability.failed("a", "other", at(20));
        let both = [("a".to_owned(), at(20), "other".to_owned()), ("b".to_owned(), at(0), "second".to_owned())];
        assert_eq!(told(&reachability, 30), both);
        reachability.answered("a");
        assert_eq!(told(&reachability, 30), both[1..]);
        reachability.answered("b");
        reachability.failed("b", "third", at(40));
        assert_eq!(told(&reachability, 40), [("b".to_owned(), at(40), "third".to_owned())]);
    }

    #[test]
    fn a_source_that_nobody_asks_any_more_is_told_no_more() {
        let reachability = Reachability::default();
        reachability.failed("a", "x", at(0));
        assert_eq!(told(&reachability, 3_600).len(), 1);
        assert_eq!(told(&reachability, 3_601), []);
        assert_eq!(told(&reachability, 0), [], "and it is forgotten");
    }

    #[test]
    fn there_are_never_more_of_them_than_the_limit() {
        let reachability = Reachability::default();
        (0..1_000).for_each(|number| reachability.failed(&number.to_string(), "x", at(0)));
        assert_eq!(told(&reachability, 0).len(), MAX_SOURCES);
    }
}
