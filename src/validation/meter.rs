//! How many signatures one request may have verified, and which of them were verified before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use super::ValidatedPath;
use super::signature_memory::{KnownVerification, SignatureMemory, Verification};
use crate::certificate::{Certificate, SignedParts};

/// Counts the signatures of one search down. webpki would verify 100, which takes longer than one request may.
///
/// A signature that is remembered counts like another: what can be found must not depend on what was found before.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    left: AtomicUsize,
    memory: Option<Memory<'a>>,
}

#[derive(Debug)]
struct Memory<'a> {
    signatures: &'a SignatureMemory,
    /// What was signed of the end entity. The signature on it is verified every time.
    end_entity: &'a [u8],
    /// Signatures that were found good, and of which it is not known yet whether they are on an accepted path.
    verified: Mutex<Vec<KnownVerification>>,
}

/// An algorithm that verifies nothing once the count has run out.
#[derive(Debug)]
pub(super) struct Metered<'a> {
    algorithm: &'a dyn SignatureVerificationAlgorithm,
    meter: &'a Meter<'a>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(end_entity: &'a Certificate, signatures: Option<&'a SignatureMemory>) -> Self {
        let memory = signatures.and_then(|signatures| {
            let SignedParts { message, .. } = end_entity.signed_parts().ok()?;
            Some(Memory { signatures, end_entity: message, verified: Mutex::default() })
        });
        Self { left: AtomicUsize::new(MAX_SIGNATURES), memory }
    }

    pub(super) fn all(&'a self, algorithms: &'a [&'a dyn SignatureVerificationAlgorithm]) -> Vec<Metered<'a>> {
        algorithms.iter().map(|algorithm| Metered { algorithm: *algorithm, meter: self }).collect()
    }

    /// Whether the count has run out. The last signature may have been a good one, so this is no verdict.
    pub(super) fn has_run_out(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// Remembers the signatures on the intermediates of an accepted path, and no others.
    pub(super) fn remember(&self, accepted: &ValidatedPath) {
        let Some(memory) = &self.memory else { return };
        let mut verified = memory.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.is_empty() {
            return;
        }
        let anchor = accepted.anchor().map(|anchor| anchor.certificate());
        let issuers = accepted.intermediates.iter().skip(1).map(AsRef::as_ref).chain(anchor);
        for (certificate, issuer) in accepted.intermediates.iter().zip(issuers) {
            let (Ok(signed), Ok(issuer)) = (certificate.signed_parts(), issuer.signed_parts()) else { continue };
            let is_on_path = |known: &mut KnownVerification| {
                let Verification { key, message, signature, .. } = known.parts();
                key == issuer.key && message == signed.message && signature == signed.signature
            };
            verified.extract_if(.., is_on_path).for_each(|known| memory.signatures.add(known));
        }
    }

    fn take_one(&self) -> Result<(), InvalidSignature> {
        let less = |left: usize| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).map(|_| ()).map_err(|_| InvalidSignature)
    }
}

impl SignatureVerificationAlgorithm for Metered<'_> {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.meter.take_one()?;
        let verify = || self.algorithm.verify_signature(public_key, message, signature);
        let Some(memory) = self.meter.memory.as_ref().filter(|memory| memory.end_entity != message) else {
            return verify();
        };
        let signature = Verification {
            key_algorithm: &self.public_key_alg_id(),
            signature_algorithm: &self.signature_alg_id(),
            key: public_key,
            message,
            signature,
        };
        if memory.signatures.holds(&signature) {
            return Ok(());
        }
        verify()?;
        memory.verified.lock().unwrap_or_else(PoisonError::into_inner).push(signature.to_known());
        Ok(())
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
