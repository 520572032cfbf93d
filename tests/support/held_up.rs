//! A signature that takes as long as a test wants it to.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

/// ECDSA on P-256 with SHA-256, which can be held up in the middle of a signature.
#[derive(Debug)]
pub(crate) struct HeldUp(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    begun: Sender<()>,
    go_on: Receiver<()>,
}

/// The other end: knows that a signature is being verified, and lets it go on when told or dropped.
pub(crate) struct Holder {
    pub(crate) begun: Receiver<()>,
    pub(crate) go_on: Sender<()>,
}

impl HeldUp {
    pub(crate) fn new() -> (&'static Self, &'static [&'static dyn SignatureVerificationAlgorithm]) {
        let algorithm: &'static Self = Box::leak(Box::new(Self(Mutex::new(None))));
        let algorithms: [&'static dyn SignatureVerificationAlgorithm; 1] = [algorithm];
        (algorithm, Box::leak(Box::new(algorithms)))
    }

    /// The next signature begins and does not end.
    pub(crate) fn hold_the_next(&self) -> Holder {
        let ((begun, is_begun), (may_go_on, go_on)) = (channel(), channel());
        *self.0.lock().unwrap() = Some(Held { begun, go_on });
        Holder { begun: is_begun, go_on: may_go_on }
    }
}

impl Holder {
    pub(crate) fn wait_until_it_has_begun(&self) {
        self.begun.recv().unwrap();
    }

    pub(crate) fn let_it_go_on(self) {
        self.go_on.send(()).unwrap();
    }
}

const REAL: &dyn SignatureVerificationAlgorithm = webpki::aws_lc_rs::ECDSA_P256_SHA256;

impl SignatureVerificationAlgorithm for HeldUp {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let held = self.0.lock().unwrap().take();
        if let Some(Held { begun, go_on }) = held {
            begun.send(()).unwrap();
            // An error is a holder that is gone.
            let _ = go_on.recv();
        }
        REAL.verify_signature(public_key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        REAL.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        REAL.signature_alg_id()
    }
}
