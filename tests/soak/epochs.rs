//! Which changes have begun and ended, so that two answers can be compared although something changed in between.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{RwLock, RwLockReadGuard};

/// Counts the beginnings and the ends of changes.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    /// Odd while something is being changed.
    count: AtomicU64,
    changing: RwLock<()>,
}

/// A moment among the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

impl Epochs {
    pub(crate) fn now(&self) -> Epoch {
        Epoch(self.count.load(Ordering::SeqCst))
    }

    /// Changes something, when nobody has asked for quiet.
    pub(crate) async fn change<T>(&self, change: impl Future<Output = T>) -> T {
        let _changing = self.changing.write().await;
        self.count.fetch_add(1, Ordering::SeqCst);
        let outcome = change.await;
        self.count.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    /// Lets nothing change as long as the guard is kept.
    pub(crate) async fn quiet(&self) -> RwLockReadGuard<'_, ()> {
        self.changing.read().await
    }
}

impl Epoch {
    /// How many changes were under way at some time from this moment to a later one.
    pub(crate) fn changes_until(self, later: Self) -> u64 {
        later.0.div_ceil(2) - self.0 / 2
    }
}

#[test]
fn changes_are_counted_that_lie_in_between_or_overlap() {
    let changes = |from, to| Epoch(from).changes_until(Epoch(to));
    assert_eq!([changes(4, 4), changes(4, 5), changes(4, 6), changes(4, 7), changes(4, 8)], [0, 1, 1, 2, 2]);
    assert_eq!([changes(5, 5), changes(5, 6), changes(5, 7), changes(5, 8)], [1, 1, 2, 2]);
}
