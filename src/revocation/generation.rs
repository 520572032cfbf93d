use std::ops::Deref;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Revocation, Verifier};

/// The revocation of one generation of a layer, and the way to that of the generation in force, which identities of every
/// generation ask.
#[derive(Clone, Debug)]
pub(crate) struct RevocationGeneration {
    own: Arc<Revocation>,
    latest: Arc<ArcSwap<Revocation>>,
}

impl RevocationGeneration {
    pub(crate) fn first(revocation: Revocation) -> Self {
        let own = Arc::new(revocation);
        Self { latest: Arc::new(ArcSwap::new(Arc::clone(&own))), own }
    }

    /// What comes after another generation. Nothing goes back in time by it.
    pub(crate) fn succeeding(&self, next: Revocation, verifier: &Verifier<'_>) -> Self {
        next.keep_fresher(&self.own, verifier);
        Self { own: Arc::new(next), latest: Arc::clone(&self.latest) }
    }

    /// Makes this the generation that identities ask.
    #[cfg(feature = "config")]
    pub(crate) fn become_latest(&self) {
        self.latest.store(Arc::clone(&self.own));
    }

    /// That of the generation in force.
    pub(super) fn latest(&self) -> Arc<Revocation> {
        self.latest.load_full()
    }
}

impl Deref for RevocationGeneration {
    type Target = Revocation;

    fn deref(&self) -> &Revocation {
        &self.own
    }
}
