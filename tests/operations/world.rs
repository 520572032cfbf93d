//! The usual authorities, anchor labelled `ours`, and a clock that can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tower_client_cert::{ClientCertLayerBuilder, Clock, Intermediates, RevocationLists, TrustAnchors};

use crate::scene;
use crate::support::pki::{self, ListShape, Pki};

/// A clock that is moved by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved(Arc<AtomicU64>);

impl Moved {
    pub(crate) fn forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        pki::now() + Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

pub(crate) fn builder(pki: &Pki) -> ClientCertLayerBuilder {
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    scene::with_anchors(anchors).intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
}

/// A list of the intermediate's.
pub(crate) fn list(pki: &Pki, shape: &ListShape) -> RevocationLists {
    RevocationLists::from_octets(pki.intermediate.sign_list(shape))
}

pub(crate) const DAY_SECONDS: u64 = 86_400;
