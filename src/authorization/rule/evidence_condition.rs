use std::fmt;
use std::time::{Duration, SystemTime};

use crate::clock::Clock;
use crate::evidence::{Check, Entry, Evidence, Outcome};

/// What a rule asks of the evidence behind an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvidenceCondition {
    /// The check was done and passed.
    Passed(Check),
    /// A list or an answer that was asked within this time.
    RevocationCheckedWithin(Duration),
    /// A list or an answer that was issued within this time.
    RevocationIssuedWithin(Duration),
    /// Every list and answer that was used is not past its next update: none was used by grace.
    RevocationNotByGrace,
}

impl EvidenceCondition {
    pub(crate) fn holds(self, evidence: &Evidence, clock: &dyn Clock) -> bool {
        match self {
            // What an option had to loosen has not passed.
            Self::Passed(check) => matches!(evidence.outcome(check), Some(Outcome::Passed { .. })),
            Self::RevocationCheckedWithin(limit) => {
                sources(evidence).any(|source| is_within(Some(source.checked_at), limit, clock.now()))
            }
            Self::RevocationIssuedWithin(limit) => {
                sources(evidence).any(|source| is_within(source.this_update, limit, clock.now()))
            }
            Self::RevocationNotByGrace => {
                let now = clock.now();
                let mut any = false;
                let all = sources(evidence).all(|source| {
                    any = true;
                    source.next_update.is_some_and(|next_update| now <= next_update)
                });
                any && all && !evidence.entries().iter().any(is_loosened_revocation)
            }
        }
    }
}

struct Source {
    checked_at: SystemTime,
    this_update: Option<SystemTime>,
    next_update: Option<SystemTime>,
}

/// Lists and answers that were asked and said that nothing is revoked.
fn sources(evidence: &Evidence) -> impl Iterator<Item = Source> {
    evidence.entries().iter().filter_map(|entry| match (&entry.check, &entry.outcome) {
        (Check::Crl | Check::Ocsp, Outcome::Passed { checked_at, this_update, next_update, .. }) => {
            Some(Source { checked_at: *checked_at, this_update: *this_update, next_update: *next_update })
        }
        _ => None,
    })
}

fn is_loosened_revocation(entry: &Entry) -> bool {
    matches!(
        (entry.check, &entry.outcome),
        (Check::Crl | Check::Ocsp, Outcome::Tolerated { .. } | Outcome::Allowed { .. })
    )
}

/// A time in the future is not within any limit: something is wrong with it, or with the clock.
fn is_within(time: Option<SystemTime>, limit: Duration, now: SystemTime) -> bool {
    time.and_then(|time| now.duration_since(time).ok()).is_some_and(|age| age <= limit)
}

impl fmt::Display for EvidenceCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(check) => write!(f, "check {} passed", check.name()),
            Self::RevocationCheckedWithin(limit) => write!(f, "revocation checked within {} s", limit.as_secs()),
            Self::RevocationIssuedWithin(limit) => {
                write!(f, "revocation data issued within {} s", limit.as_secs())
            }
            Self::RevocationNotByGrace => f.write_str("revocation checked, and not by grace"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[derive(Debug)]
    struct Fixed(SystemTime);

    impl Clock for Fixed {
        fn now(&self) -> SystemTime {
            self.0
        }
    }

    const NOW_SECONDS: u64 = 1_772_323_200;

    fn at(offset_seconds: i64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW_SECONDS.checked_add_signed(offset_seconds).unwrap())
    }

    fn evidence(check: Check, checked: i64, this_update: Option<i64>, next_update: Option<i64>) -> Evidence {
        let mut evidence = Evidence::default();
        evidence.add(Check::DenyList, Outcome::passed("list".into(), at(0)));
        evidence.add(Check::Ocsp, Outcome::NotConfigured);
        let outcome = Outcome::Passed {
            source: "crl".into(),
            checked_at: at(checked),
            this_update: this_update.map(at),
            next_update: next_update.map(at),
        };
        evidence.add(check, outcome);
        evidence
    }

    fn holds(condition: EvidenceCondition, evidence: &Evidence) -> bool {
        condition.holds(evidence, &Fixed(at(0)))
    }

    #[test]
    fn a_check_within_the_hour_is_told_from_an_older_one_and_from_none() {
        let within = EvidenceCondition::RevocationCheckedWithin(Duration::from_secs(3600));
        assert!(holds(within, &evidence(Check::Crl, -3600, None, None)));
        assert!(holds(within, &evidence(Check::Crl, 0, None, None)));
        assert!(!holds(within, &evidence(Check::Crl, -3601, None, None)));
        assert!(!holds(within, &evidence(Check::Crl, 1, None, None)));
        assert!(!holds(within, &evidence(Check::Path, 0, None, None)));
        assert!(!holds(within, &Evidence::default()));
    }

    #[test]
    fn the_age_of_the_data_is_another_matter_than_the_time_of_the_check() {
        let within = EvidenceCondition::RevocationIssuedWithin(Duration::from_secs(3600));
        assert!(holds(within, &evidence(Check::Crl, 0, Some(-3600), None)));
        assert!(!holds(within, &evidence(Check::Crl, 0, Some(-3601), None)));
        assert!(!holds(within, &evidence(Check::Crl, 0, None, None)));
    }

    #[test]
    fn data_past_its_next_update_was_used_by_grace() {
        let current = EvidenceCondition::RevocationNotByGrace;
        assert!(holds(current, &evidence(Check::Crl, 0, None, Some(0))));
        assert!(!holds(current, &evidence(Check::Crl, 0, None, Some(-1))));
        assert!(!holds(current, &evidence(Check::Crl, 0, None, None)));
        assert!(!holds(current, &Evidence::default()));
        let mut both = evidence(Check::Crl, 0, None, Some(60));
        both.add(Check::Ocsp, evidence(Check::Ocsp, 0, None, Some(-1)).entries()[2].outcome.clone());
        assert!(!holds(current, &both));
    }

    #[test]
    fn what_a_policy_tolerates_was_used_by_grace_and_has_not_passed() {
        let mut evidence = evidence(Check::Ocsp, 0, Some(-60), Some(60));
        assert!(holds(EvidenceCondition::RevocationNotByGrace, &evidence));
        let tolerated = Outcome::Tolerated {
            why: "test".into(),
            source: "crl".into(),
            checked_at: at(0),
            this_update: Some(at(-60)),
            next_update: Some(at(60)),
        };
        evidence.add(Check::Crl, tolerated);
        assert!(!holds(EvidenceCondition::RevocationNotByGrace, &evidence));
        assert!(!holds(EvidenceCondition::Passed(Check::Crl), &evidence));
    }

    #[test]
    fn what_an_option_loosened_has_not_passed() {
        let mut evidence = Evidence::default();
        let allowed = Outcome::Allowed { options: "test".into(), source: "path".into(), checked_at: at(0) };
        evidence.add(Check::Path, allowed);
        assert!(!holds(EvidenceCondition::Passed(Check::Path), &evidence));
    }

    #[test]
    fn a_check_that_was_skipped_or_is_not_configured_has_not_passed() {
        let mut evidence = evidence(Check::Crl, 0, None, None);
        evidence.add(Check::Issuer, Outcome::Skipped { why: "test".into() });
        assert!(holds(EvidenceCondition::Passed(Check::Crl), &evidence));
        for check in [Check::Ocsp, Check::Issuer, Check::Sender] {
            assert!(!holds(EvidenceCondition::Passed(check), &evidence), "{check:?}");
        }
    }
}
