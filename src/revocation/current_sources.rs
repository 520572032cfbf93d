use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

use super::sources::Sources;

/// The sources in force. Whatever is put in force gets a number of its own, by which those who remember what others said
/// know that they have to ask again.
#[derive(Debug)]
pub(super) struct CurrentSources(ArcSwap<Sources>);

impl CurrentSources {
    pub(super) fn new(sources: Sources) -> Self {
        Self(ArcSwap::from_pointee(sources))
    }

    pub(super) fn load(&self) -> Guard<Arc<Sources>> {
        self.0.load()
    }

    pub(super) fn load_full(&self) -> Arc<Sources> {
        self.0.load_full()
    }

    /// To be called by one at a time, so that of two replacements neither is lost.
    pub(super) fn put(&self, sources: Sources) {
        let version = self.0.load().version.wrapping_add(1);
        self.0.store(Arc::new(Sources { version, ..sources }));
    }
}
