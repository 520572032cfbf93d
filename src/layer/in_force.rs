//! What a running layer does, as one generation behind one pointer.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

#[cfg(feature = "config")]
use super::reload::Reloading;
use super::service::Shared;
use crate::events::Replaced;

/// The generation in force. A request takes it once and keeps it to the end, whatever is put in force meanwhile.
pub(super) struct InForce {
    pub(super) generation: ArcSwap<Shared>,
    /// Held while anything is changed, so that of two changes at a time neither is lost.
    pub(super) changing: Mutex<()>,
    #[cfg(feature = "config")]
    pub(super) reloading: Option<Reloading>,
    /// What goes on beside requests for the generation in force.
    #[cfg(feature = "fetch")]
    pub(super) background: Mutex<super::background::Background>,
}

impl InForce {
    pub(super) fn new(first: Shared) -> Self {
        first.publish();
        Self {
            generation: ArcSwap::from_pointee(first),
            changing: Mutex::default(),
            #[cfg(feature = "config")]
            reloading: None,
            #[cfg(feature = "fetch")]
            background: Mutex::new(super::background::Background::on_this_runtime()),
        }
    }

    pub(super) fn load(&self) -> Guard<Arc<Shared>> {
        self.generation.load()
    }

    /// Changes something within the generation in force.
    pub(super) fn change<T>(&self, change: impl FnOnce(&Shared) -> T) -> T {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        change(&self.load())
    }

    /// Notes that the handle has replaced something, which a reload will change back, where there are reloads.
    #[cfg(feature = "config")]
    pub(super) fn note_by_hand(&self, what: Replaced) {
        if let Some(reloading) = &self.reloading {
            reloading.note_by_hand(what);
        }
    }

    #[cfg(not(feature = "config"))]
    #[expect(clippy::unused_self, reason = "as with reloads")]
    pub(super) fn note_by_hand(&self, _: Replaced) {}
}

impl fmt::Debug for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InForce").field("generation", &*self.load()).finish_non_exhaustive()
    }
}
