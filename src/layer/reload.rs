//! The next generation of a layer, from where the first one came from.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ClientCertHandle;
use super::in_force::InForce;
use super::service::Shared;
use super::watcher::ReloadWatcher;
use crate::error::ConfigError;
use crate::events::{Events, Replaced};

/// Makes generations of a layer.
pub(crate) trait Blueprint: fmt::Debug + Send + Sync {
    /// Reads everything again.
    fn next(&self, before: &Shared) -> Result<Shared, ConfigError>;

    /// Whether anything is not as it was when it was last read.
    fn is_changed(&self) -> bool;
}

/// What it takes to reload a layer.
#[derive(Debug)]
pub(super) struct Reloading {
    blueprint: Box<dyn Blueprint>,
    /// Why the last reload failed.
    failure: Mutex<Option<String>>,
    /// What the handle has replaced since the file was last read.
    by_hand: Mutex<Vec<Replaced>>,
}

/// What became of a look at the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reload {
    /// What they say now is in force.
    Reloaded,
    /// They are as they were.
    Unchanged,
}

/// Whether files are read that have not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Changed,
}

/// Reloading, for layers that were built from a document.
impl ClientCertHandle {
    /// Reads the configuration file of a layer that was built from one, and every file that it names, and puts all of
    /// it in force, or nothing: gateways and their secrets, anchors, intermediates, pins, deny-list, revocation lists,
    /// rules, limits and answers. Requests under way end with what they began with; identities that exist hear of new
    /// revocations through [`still_valid`](crate::ClientIdentity::still_valid). What was replaced by this handle is as
    /// the file says again, which is logged: write into the file what is to stay, a deny-list before all. Nothing but
    /// the program's own code needs a restart.
    ///
    /// It reads files, so it is called from a thread that may wait.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotFromDocument`] where the layer was not built from a document, and as from building the layer;
    /// what was in force stays. A failure is logged and counted.
    pub fn reload(&self) -> Result<(), ConfigError> {
        self.in_force.reload(When::Always).map(drop)
    }

    /// As [`reload`](Self::reload), where the content of some file has changed or the last reload failed.
    ///
    /// # Errors
    ///
    /// As from [`reload`](Self::reload).
    pub fn reload_if_changed(&self) -> Result<Reload, ConfigError> {
        self.in_force.reload(When::Changed)
    }

    /// Calls [`reload_if_changed`](Self::reload_if_changed) in a thread of its own, again and again, with this time
    /// between.
    ///
    /// ```no_run
    /// # fn example(client_cert: tower_client_cert::ClientCertLayer) -> Result<(), tower_client_cert::ConfigError> {
    /// let watcher = client_cert.handle().watch(std::time::Duration::from_secs(30))?; // as long as it is kept
    /// # drop(watcher);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotFromDocument`] where the layer was not built from a document, [`ConfigError::Contradiction`]
    /// for no time at all, [`ConfigError::Thread`] where the system gives no thread.
    pub fn watch(&self, interval: Duration) -> Result<ReloadWatcher, ConfigError> {
        if self.in_force.reloading.is_none() {
            return Err(ConfigError::NotFromDocument);
        }
        ReloadWatcher::start(&self.in_force, interval)
    }

    /// Why the last reload failed; `None` where it did not, or there was none.
    #[must_use]
    pub fn reload_failure(&self) -> Option<String> {
        self.in_force.reloading.as_ref().and_then(Reloading::failure)
    }
}

impl InForce {
    pub(super) fn reloadable(first: Shared, blueprint: Box<dyn Blueprint>) -> Self {
        let reloading = Some(Reloading { blueprint, failure: Mutex::default(), by_hand: Mutex::default() });
        Self { reloading, ..Self::new(first) }
    }

    /// Puts the next generation in force. On an error, the present one stays.
    pub(super) fn reload(self: &Arc<Self>, when: When) -> Result<Reload, ConfigError> {
        let Some(reloading) = &self.reloading else {
            return Err(ConfigError::NotFromDocument);
        };
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // What failed may not fail again, such as a list that came before its time.
        if when == When::Changed && reloading.failure().is_none() && !reloading.blueprint.is_changed() {
            return Ok(Reload::Unchanged);
        }
        let present = self.generation.load_full();
        let read = || reloading.blueprint.next(&present);
        #[cfg(feature = "fetch")]
        let outcome = self.on_runtime(read);
        #[cfg(not(feature = "fetch"))]
        let outcome = read();
        match outcome {
            Ok(next) => {
                next.authenticator.revocation.become_latest();
                next.refusals.events.reloaded(Ok(()));
                next.publish();
                reloading.set_failure(None);
                reloading.take_back();
                self.generation.store(Arc::new(next));
                #[cfg(feature = "fetch")]
                self.start_fetching()?;
                Ok(Reload::Reloaded)
            }
            Err(error) => {
                present.refusals.events.reloaded(Err(&error));
                reloading.set_failure(Some(error.to_string()));
                Err(error)
            }
        }
    }
}

impl Reloading {
    /// Notes what the handle has replaced, and says how long that lasts.
    pub(super) fn note_by_hand(&self, what: Replaced) {
        let mut by_hand = self.by_hand();
        if !by_hand.contains(&what) {
            by_hand.push(what);
        }
        Events::lasts_until_reload(what);
    }

    /// Says of everything that the handle had replaced that it is as the file says.
    fn take_back(&self) {
        self.by_hand().drain(..).for_each(Events::taken_back);
    }

    fn by_hand(&self) -> MutexGuard<'_, Vec<Replaced>> {
        self.by_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_failure(&self, failure: Option<String>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}
