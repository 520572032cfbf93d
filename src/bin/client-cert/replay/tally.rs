use std::collections::BTreeMap;
use std::io::{self, Write as _};

use super::verdict::{Change, Judged};

/// How many requests came to what. Its size depends on the number of reasons, not of requests.
#[derive(Default)]
pub(super) struct Tally {
    requests: u64,
    changes: u64,
    outcomes: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, verdict: &Judged) {
        self.requests += 1;
        *self.outcomes.entry(verdict.in_words()).or_default() += 1;
    }

    pub(super) fn add_change(&mut self, change: &Change) {
        self.requests += 1;
        if change.is_one() {
            self.changes += 1;
            let from_to = match (change.config.in_words(), change.against.in_words()) {
                (from, to) if from == to => format!("{from}, by another gateway, anchor or status"),
                (from, to) => format!("{from} -> {to}"),
            };
            *self.outcomes.entry(from_to).or_default() += 1;
        }
    }

    pub(super) fn has_changes(&self) -> bool {
        self.changes > 0
    }

    /// Tells it on standard error, so that standard output holds nothing but JSON.
    pub(super) fn tell(&self, is_comparison: bool) {
        let mut stderr = io::stderr().lock();
        let _ = if is_comparison {
            writeln!(stderr, "{} requests, {} with another verdict", self.requests, self.changes)
        } else {
            writeln!(stderr, "{} requests", self.requests)
        };
        for (outcome, count) in &self.outcomes {
            let _ = writeln!(stderr, "{count:>12}  {outcome}");
        }
    }
}
