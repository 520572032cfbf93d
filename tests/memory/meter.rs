//! A layer that tells how many signatures it verified, under a clock that is set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256};
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Clock, Intermediates, TrustAnchors};

use crate::scene;
use crate::support::pki::{self, Minted, Pki};

/// ECDSA on P-256 with SHA-256, counted.
#[derive(Debug, Default)]
pub(crate) struct Meter(AtomicUsize);

impl Meter {
    /// A meter that lives as long as the test's process, as algorithms do.
    pub(crate) fn new() -> (&'static Self, &'static [&'static dyn SignatureVerificationAlgorithm]) {
        let meter: &'static Self = Box::leak(Box::default());
        let algorithms: [&'static dyn SignatureVerificationAlgorithm; 1] = [meter];
        (meter, Box::leak(Box::new(algorithms)))
    }

    /// The signatures verified since it was last asked.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

const COUNTED: &dyn SignatureVerificationAlgorithm = webpki::aws_lc_rs::ECDSA_P256_SHA256;

impl SignatureVerificationAlgorithm for Meter {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.0.fetch_add(1, Ordering::SeqCst);
        COUNTED.verify_signature(public_key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        COUNTED.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        COUNTED.signature_alg_id()
    }
}

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
    pub(crate) meter: &'static Meter,
    pub(crate) clock: HandClock,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
}

impl World {
    pub(crate) fn new() -> Self {
        let (meter, algorithms) = Meter::new();
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
