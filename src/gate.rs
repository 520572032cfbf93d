//! Lets so many do something at a time, and so many more wait.

use tokio::sync::{Semaphore, SemaphorePermit};

/// It needs no runtime: whoever leaves wakes who waits longest.
#[derive(Debug)]
pub(crate) struct Gate {
    inside: Semaphore,
    /// Those inside are among them.
    present: Semaphore,
    pub(crate) max_inside: usize,
    pub(crate) max_waiting: usize,
}

/// The permission to be inside. Dropped, it is the next one's; so is a place in the queue.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    _inside: SemaphorePermit<'a>,
    _present: SemaphorePermit<'a>,
}

impl Gate {
    pub(crate) fn new(max_inside: usize, max_waiting: usize) -> Self {
        Self {
            inside: Semaphore::new(max_inside.min(Semaphore::MAX_PERMITS)),
            present: Semaphore::new(max_inside.saturating_add(max_waiting).min(Semaphore::MAX_PERMITS)),
            max_inside,
            max_waiting,
        }
    }

    /// Enters at once; `None` where that takes a wait. Nobody who waits is passed.
    pub(crate) fn try_enter(&self) -> Option<Entry<'_>> {
        let inside = self.inside.try_acquire().ok()?;
        let present = self.present.try_acquire().ok()?;
        Some(Entry { _inside: inside, _present: present })
    }

    /// Enters, after a wait where it takes one; `None` where too many wait already.
    pub(crate) async fn enter(&self) -> Option<Entry<'_>> {
        let present = self.present.try_acquire().ok()?;
        // An error is a semaphore that was closed, which nobody does.
        let inside = self.inside.acquire().await.ok()?;
        Some(Entry { _inside: inside, _present: present })
    }
}
