//! What goes on beside requests, and ends with the layer.

use std::sync::{Arc, Weak};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::in_force::InForce;
use crate::error::{ConfigError, Origin};
use crate::revocation::{Added, FetchedCrls, ListKeeper, ListNews, Numbering};

/// Tasks that end when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Background {
    tasks: Vec<AbortHandle>,
}

impl Background {
    /// Begins to look after lists.
    pub(super) fn start(in_force: &Arc<InForce>, crls: Vec<FetchedCrls>, runtime: &Handle) -> Self {
        let clock = Arc::clone(&in_force.load().authenticator.clock);
        let tasks = crls.into_iter().map(|crls| {
            let keeping = crls.run(Keeper(Arc::downgrade(in_force)), Arc::clone(&clock));
            runtime.spawn(keeping).abort_handle()
        });
        Self { tasks: tasks.collect() }
    }

    /// The runtime that tasks run on.
    pub(super) fn runtime() -> Result<Handle, ConfigError> {
        Handle::try_current().map_err(|_| ConfigError::NoRuntime)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Puts lists in force as long as anybody has the layer.
#[derive(Clone, Debug)]
struct Keeper(Weak<InForce>);

impl ListKeeper for Keeper {
    fn add(&self, octets: &[u8], origin: Origin, numbering: Numbering) -> Option<Added> {
        let in_force = self.0.upgrade()?;
        let added = in_force.change(|shared| {
            let authenticator = &shared.authenticator;
            let snapshot = authenticator.snapshot.load();
            let verifier = authenticator.verifier(&snapshot);
            let added = authenticator.revocation.add_fetched(octets, origin, numbering, &verifier);
            if !added.fresh.is_empty() {
                shared.publish();
            }
            added
        });
        Some(added)
    }

    fn tell(&self, news: &ListNews<'_>) {
        if let Some(in_force) = self.0.upgrade() {
            in_force.load().refusals.events.list_news(news);
        }
    }
}
