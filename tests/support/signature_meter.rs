//! A signature algorithm that counts how often it is asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

/// ECDSA on P-256 with SHA-256, counted.
#[derive(Debug, Default)]
pub(crate) struct SignatureMeter(AtomicUsize);

impl SignatureMeter {
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

impl SignatureVerificationAlgorithm for SignatureMeter {
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
