//! Which changes have begun and ended, so that two answers can be compared although something changed in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, RwLock, RwLockReadGuard};

/// Counts the beginnings and the ends of changes. No change begins before every request has ended that saw the one
/// before, so that a request sees one at most.
#[derive(Debug, Default)]
pub(crate) struct Epochs {
    /// Odd while something is being changed.
    count: AtomicU64,
    /// Held by whoever changes something, from the beginning of the wait on.
    next_change: Mutex<()>,
    changing: RwLock<()>,
    /// Held by every request that began after the last change.
    requests: std::sync::Mutex<Arc<()>>,
}

/// A request that began at some moment and has not ended.
#[derive(Debug)]
pub(crate) struct UnderWay {
    began: Epoch,
    _held: Arc<()>,
}

/// A moment among the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Epoch(u64);

impl Epochs {
    fn now(&self) -> Epoch {
        Epoch(self.count.load(Ordering::SeqCst))
    }

    pub(crate) fn begin(&self) -> UnderWay {
        let held = Arc::clone(&self.requests.lock().unwrap());
        UnderWay { began: self.now(), _held: held }
    }

    /// How many changes there were at some time from the beginning of a request until now.
    pub(crate) fn changes_during(&self, request: &UnderWay) -> u64 {
        request.began.changes_until(self.now())
    }

    /// Changes something, when nobody has asked for quiet.
    pub(crate) async fn change<T>(&self, change: impl Future<Output = T>) -> T {
        let _next = self.next_change.lock().await;
        let outcome = {
            let _changing = self.changing.write().await;
            self.count.fetch_add(1, Ordering::SeqCst);
            let outcome = change.await;
            self.count.fetch_add(1, Ordering::SeqCst);
            outcome
        };
        let earlier = std::mem::take(&mut *self.requests.lock().unwrap());
        while Arc::strong_count(&earlier) > 1 {
            tokio::time::sleep(POLL_EVERY).await;
        }
        outcome
    }

    /// Lets nothing change as long as the guard is kept.
    pub(crate) async fn quiet(&self) -> RwLockReadGuard<'_, ()> {
        self.changing.read().await
    }
}

impl Epoch {
    /// How many changes were under way at some time from this moment to a later one.
    fn changes_until(self, later: Self) -> u64 {
        later.0.div_ceil(2) - self.0 / 2
    }
}

const POLL_EVERY: Duration = Duration::from_millis(5);

#[test]
fn changes_are_counted_that_lie_in_between_or_overlap() {
    let changes = |from, to| Epoch(from).changes_until(Epoch(to));
    assert_eq!([changes(4, 4), changes(4, 5), changes(4, 6), changes(4, 7), changes(4, 8)], [0, 1, 1, 2, 2]);
    assert_eq!([changes(5, 5), changes(5, 6), changes(5, 7), changes(5, 8)], [1, 1, 2, 2]);
}

#[tokio::test]
async fn no_change_ends_before_the_requests_that_saw_it() {
    let epochs = Epochs::default();
    let request = epochs.begin();
    tokio::select! {
        () = epochs.change(std::future::ready(())) => panic!("the request was not waited for"),
        () = tokio::time::sleep(POLL_EVERY * 2) => {}
    }
    assert_eq!(epochs.changes_during(&request), 1);
    drop(request);
    epochs.change(std::future::ready(())).await;
    assert_eq!(epochs.changes_during(&epochs.begin()), 0);
}
