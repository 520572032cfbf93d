use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::in_force::InForce;
use super::reload::When;
use crate::error::ConfigError;

/// Looks at the files of a layer from time to time, and reloads it when their content has changed; made by
/// [`ClientCertHandle::watch`](super::ClientCertHandle::watch). It ends when it is dropped, and when the layer is.
///
/// Content is compared, not dates, so that it does not matter how files are replaced: in place, by renaming, or by the
/// symbolic links of Kubernetes. A reload that fails is logged and counted, and tried again at each look until it
/// succeeds, even after a panic of what the program adds; what was in force stays.
#[derive(Debug)]
#[must_use = "dropping it ends the watch"]
pub struct ReloadWatcher {
    _ends_when_dropped: Sender<()>,
}

impl ReloadWatcher {
    pub(super) fn start(in_force: &Arc<InForce>, interval: Duration) -> Result<Self, ConfigError> {
        if interval.is_zero() {
            let problem = "an interval of 0 s between two looks: expected a second or more".to_owned();
            return Err(ConfigError::Contradiction { problem });
        }
        let in_force: Weak<InForce> = Arc::downgrade(in_force);
        let (sender, end) = mpsc::channel::<()>();
        let look = move || {
            while end.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                let Some(in_force) = in_force.upgrade() else { return };
                // Logged and counted where it happens. Where the program's own part of it panics, the next look tries again.
                drop(catch_unwind(AssertUnwindSafe(|| in_force.reload(When::Changed))));
            }
        };
        thread::Builder::new()
            .name("client-cert-reload".to_owned())
            .spawn(look)
            .map_err(|source| ConfigError::Thread { source })?;
        Ok(Self { _ends_when_dropped: sender })
    }
}
