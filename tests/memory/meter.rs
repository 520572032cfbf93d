//! A layer that tells how many signatures it verified, under a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;
use sha2::{Digest as _, Sha256};
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Clock, Intermediates, TrustAnchors};

use crate::scene;
use crate::support::pki::{self, Minted, Pki};
use crate::support::signature_meter::SignatureMeter;

/// A clock that is set by hand, in milliseconds from [`pki::now`].
#[derive(Clone, Debug, Default)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub(crate) fn set_millis(&self, from_now: i64) {
        self.0.store(from_now, Ordering::SeqCst);
    }

    pub(crate) fn set(&self, seconds_from_now: i64) {
        self.set_millis(seconds_from_now * 1000);
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        let millis = self.0.load(Ordering::SeqCst);
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { pki::now() - distance } else { pki::now() + distance }
    }
}

/// A world with the usual authorities.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) meter: &'static SignatureMeter,
    pub(crate) clock: HandClock,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
}

impl World {
    pub(crate) fn new() -> Self {
        let (meter, algorithms) = SignatureMeter::new();
        Self { pki: Pki::new(), meter, clock: HandClock::default(), algorithms }
    }

    pub(crate) fn trust(&self) -> (TrustAnchors, Intermediates) {
        let anchors = TrustAnchors::from_der(self.pki.root.der()).unwrap().labelled("ours");
        (anchors, Intermediates::from_der(self.pki.intermediate.der()).unwrap())
    }

    pub(crate) fn builder(&self) -> ClientCertLayerBuilder {
        let (anchors, intermediates) = self.trust();
        self.metered(scene::with_anchors(anchors).intermediates(intermediates))
    }

    pub(crate) fn metered(&self, builder: ClientCertLayerBuilder) -> ClientCertLayerBuilder {
        builder.clock(self.clock.clone()).signature_algorithms(self.algorithms)
    }

    pub(crate) fn layer(&self) -> ClientCertLayer {
        self.builder().build().unwrap()
    }
}

/// The SHA-256 of a certificate.
pub(crate) fn fingerprint(minted: &Minted) -> Fingerprint {
    Fingerprint::new(Sha256::digest(minted.der()).into())
}
