use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::HeaderKey;
use crate::horizon::Horizon;
use crate::validation::Breadth;

/// What was judged, for how long it holds, and how many bytes it takes.
pub(crate) struct Verdict<V> {
    pub(crate) value: V,
    pub(crate) horizon: Horizon,
    pub(crate) bytes: usize,
}

/// Under what a verdict was found, besides the time. Under anything else it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// Which snapshot of trust was in force.
    pub(crate) generation: u64,
    /// How many paths were looked for.
    pub(crate) breadth: Breadth,
}

/// A verdict that is remembered.
pub(super) struct Entry<V> {
    key: Box<[u8]>,
    conditions: Conditions,
    verdict: Verdict<V>,
    /// Whether it was asked for again. Those that were stay, where others have to make room.
    was_used: AtomicBool,
}

impl<V> Verdict<V> {
    pub(super) fn for_at_most(self, now: SystemTime, age: Duration) -> Self {
        match now.checked_add(age) {
            Some(end) => Self { horizon: self.horizon.ending_at(end), ..self },
            None => self,
        }
    }
}

impl<V> Entry<V> {
    /// The slots of a shard grow by doubling, and so does the table of their places, of which up to nine in sixteen are empty.
    const OWN_BYTES: usize = 2 * size_of::<(u64, Self)>() + 16 * size_of::<(u64, usize, u8)>() / 7;

    pub(super) fn new(key: &HeaderKey<'_>, conditions: Conditions, verdict: Verdict<V>) -> Self {
        Self { key: key.to_bytes(), conditions, verdict, was_used: AtomicBool::new(false) }
    }

    /// The verdict, where it is still good.
    pub(super) fn value(&self, conditions: Conditions, now: SystemTime) -> Option<&V> {
        self.holds(conditions, now).then_some(&self.verdict.value)
    }

    pub(super) fn is_of(&self, key: &HeaderKey<'_>) -> bool {
        key.is(&self.key)
    }

    fn holds(&self, conditions: Conditions, now: SystemTime) -> bool {
        self.conditions == conditions && self.verdict.horizon.holds(now)
    }

    /// Whether it can still be of use where `newer` is.
    pub(super) fn is_alive(&self, newer: &Self, now: SystemTime) -> bool {
        self.holds(newer.conditions, now)
    }

    pub(super) fn was_used(&self) -> bool {
        self.was_used.load(Ordering::Relaxed)
    }

    pub(super) fn note_use(&self) {
        // Read first: the line of memory is then written once, and not by every hit of every thread.
        if !self.was_used() {
            self.was_used.store(true, Ordering::Relaxed);
        }
    }

    /// The bytes it takes, its own and those of its value.
    pub(super) fn bytes(&self) -> usize {
        Self::OWN_BYTES.saturating_add(self.key.len()).saturating_add(self.verdict.bytes)
    }
}
