//! How many signatures one request may have verified.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

/// Counts the signatures of one search down. webpki would verify 100, which takes longer than one request may.
#[derive(Debug)]
pub(super) struct Meter {
    left: AtomicUsize,
}

/// An algorithm that verifies nothing once the count has run out.
#[derive(Debug)]
pub(super) struct Metered<'a> {
    algorithm: &'a dyn SignatureVerificationAlgorithm,
    meter: &'a Meter,
}

impl Meter {
    pub(super) const fn new() -> Self {
        Self { left: AtomicUsize::new(MAX_SIGNATURES) }
    }

    pub(super) fn all<'a>(&'a self, algorithms: &'a [&'a dyn SignatureVerificationAlgorithm]) -> Vec<Metered<'a>> {
        algorithms.iter().map(|algorithm| Metered { algorithm: *algorithm, meter: self }).collect()
    }

    /// Whether the count has run out. The last signature may have been a good one, so this is no verdict.
    pub(super) fn has_run_out(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    fn take_one(&self) -> Result<(), InvalidSignature> {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).map(|_| ()).map_err(|_| InvalidSignature)
    }
}

impl SignatureVerificationAlgorithm for Metered<'_> {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.meter.take_one()?;
        self.algorithm.verify_signature(public_key, message, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }

    fn fips(&self) -> bool {
        self.algorithm.fips()
    }
}

/// Signatures that one search verifies: several times what the longest path needs.
const MAX_SIGNATURES: usize = 48;
