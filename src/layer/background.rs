//! What goes on beside requests, and ends with the layer or with the generation that began it.

use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::in_force::InForce;
#[cfg(feature = "config")]
use super::service::Shared;
use crate::error::ConfigError;
use crate::revocation::{Added, Delivery, FetchedCrls, ListKeeper, ListNews};

/// Tasks for one generation, which end when this is dropped.
#[derive(Debug)]
pub(super) struct Background {
    /// Where tasks run: reloads come from threads that have no runtime.
    runtime: Option<Handle>,
    tasks: Vec<AbortHandle>,
    /// Whoever works for this generation holds it weakly. A task that is aborted may have work left that cannot be.
    era: Arc<()>,
}

impl Background {
    /// Nothing yet, on the runtime of whoever calls.
    pub(super) fn on_this_runtime() -> Self {
        Self { runtime: Handle::try_current().ok(), tasks: Vec::new(), era: Arc::default() }
    }

    /// The runtime that tasks run on.
    fn runtime(&mut self) -> Option<Handle> {
        if self.runtime.is_none() {
            self.runtime = Handle::try_current().ok();
        }
        self.runtime.clone()
    }

    fn runtime_for(&mut self, crls: &[FetchedCrls]) -> Result<Option<Handle>, ConfigError> {
        let runtime = self.runtime();
        if runtime.is_none() && !crls.is_empty() { Err(ConfigError::NoRuntime) } else { Ok(runtime) }
    }

    fn end(&mut self) {
        self.tasks.drain(..).for_each(|task| task.abort());
        self.era = Arc::default();
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.end();
    }
}

impl InForce {
    /// Looks after the lists of the generation in force from now on, and no more after those of the one before.
    pub(super) fn start_fetching(self: &Arc<Self>) -> Result<(), ConfigError> {
        let shared = self.load();
        let mut background = self.background();
        background.end();
        let Some(runtime) = background.runtime_for(&shared.fetched_crls)? else {
            return Ok(());
        };
        let keeper = Keeper { in_force: Arc::downgrade(self), era: Arc::downgrade(&background.era) };
        for crls in shared.fetched_crls.iter().cloned() {
            let keeping = crls.run(keeper.clone(), Arc::clone(&shared.authenticator.clock));
            background.tasks.push(runtime.spawn(keeping).abort_handle());
        }
        Ok(())
    }

    /// Makes a generation that can fetch what it has to, on the runtime of the layer.
    #[cfg(feature = "config")]
    pub(super) fn on_runtime(&self, make: impl FnOnce() -> Result<Shared, ConfigError>) -> Result<Shared, ConfigError> {
        let runtime = self.background().runtime();
        let _entered = runtime.as_ref().map(Handle::enter);
        let next = make()?;
        self.background().runtime_for(&next.fetched_crls)?;
        Ok(next)
    }

    fn background(&self) -> MutexGuard<'_, Background> {
        self.background.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts lists in force as long as anybody has the layer, and its generation is in force.
#[derive(Clone, Debug)]
struct Keeper {
    in_force: Weak<InForce>,
    era: Weak<()>,
}

impl ListKeeper for Keeper {
    fn add(&self, octets: &[u8], delivery: &Delivery) -> Option<Added> {
        let in_force = self.in_force.upgrade()?;
        in_force.change(|shared| {
            let _era = self.era.upgrade()?;
            let authenticator = &shared.authenticator;
            let snapshot = authenticator.snapshot.load();
            let verifier = authenticator.verifier(&snapshot);
            let added = authenticator.revocation.add_fetched(octets, delivery, &verifier);
            if !added.fresh.is_empty() {
                shared.publish();
            }
            Some(added)
        })
    }

    fn tell(&self, news: &ListNews<'_>) {
        if let Some(in_force) = self.in_force.upgrade() {
            in_force.load().refusals.events.list_news(news);
        }
    }
}
