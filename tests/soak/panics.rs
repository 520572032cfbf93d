//! Panics of any task, which a runtime would keep to itself.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts them from now on, besides telling them.
pub(crate) fn count() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        tell(what);
    }));
}

pub(crate) fn counted() -> u64 {
    PANICS.load(Ordering::SeqCst)
}
