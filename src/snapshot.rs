//! Everything that can be replaced at run time, as one immutable value behind one atomic pointer.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;

use crate::error::ConfigError;
use crate::validation::{Intermediates, IssuedBy, Trust, TrustAnchors};

/// One generation of trust. A request loads it once and keeps it to the end.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) trust: Trust,
    /// When it was put in force.
    pub(crate) since: SystemTime,
}

impl Snapshot {
    pub(crate) fn new(
        anchors: TrustAnchors,
        intermediates: Intermediates,
        only_issued_by: Option<&[IssuedBy]>,
        now: SystemTime,
    ) -> Result<Self, ConfigError> {
        let trust = Trust::new(anchors, intermediates)?;
        for authority in only_issued_by.unwrap_or_default() {
            authority.check_label(trust.anchors())?;
        }
        Ok(Self { trust, since: now })
    }
}

/// The snapshot in force.
#[derive(Debug)]
pub(crate) struct CurrentSnapshot(ArcSwap<Snapshot>);

impl CurrentSnapshot {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    pub(crate) fn load(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    pub(crate) fn replace(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
