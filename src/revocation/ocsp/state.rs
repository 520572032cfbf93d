use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use super::answer::VerifiedAnswer;
use crate::certificate::Fingerprint;
use crate::revocation::crl::Question;
use crate::validation::whole_seconds;

/// Names a certificate by the key and the name of its proven issuer and its serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CertificateKey(Fingerprint);

/// What is known of one certificate by OCSP. Shared by all who ask about it, and changed under their eyes.
#[derive(Debug)]
pub(crate) struct CertificateState {
    answer: ArcSwapOption<VerifiedAnswer>,
    /// When somebody last asked, in seconds since 1970.
    used_at: AtomicU64,
    /// Held while an answer takes the place of another.
    changing: Mutex<()>,
}

impl CertificateKey {
    pub(super) fn of(question: &Question<'_>) -> Self {
        Self::new(question.issuer, question.certificate.serial().as_octets())
    }

    pub(super) fn new(issuer: &crate::certificate::Certificate, serial: &[u8]) -> Self {
        // Of fixed length but for the serial number at the end, so that no two certificates give the same octets.
        let key = issuer.public_key_fingerprint().as_octets();
        let name = Fingerprint::of(issuer.subject().der());
        Self(Fingerprint::of(&[key.as_slice(), name.as_octets().as_slice(), serial].concat()))
    }
}

impl CertificateState {
    pub(super) fn new(now: SystemTime) -> Self {
        Self { answer: ArcSwapOption::empty(), used_at: AtomicU64::new(whole_seconds(now)), changing: Mutex::new(()) }
    }

    pub(super) fn answer(&self) -> Option<Arc<VerifiedAnswer>> {
        self.answer.load_full()
    }

    /// Takes an answer in place of the one there is, unless that one is later or final.
    pub(super) fn offer(&self, answer: Arc<VerifiedAnswer>) {
        let _held = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.answer.load().as_ref().is_none_or(|known| answer.supersedes(known)) {
            self.answer.store(Some(answer));
        }
    }

    /// Notes that somebody asked.
    pub(super) fn touch(&self, now: SystemTime) {
        let seconds = whole_seconds(now);
        if self.used_at.load(Ordering::Relaxed) != seconds {
            self.used_at.store(seconds, Ordering::Relaxed);
        }
    }

    pub(super) fn used_at(&self) -> u64 {
        self.used_at.load(Ordering::Relaxed)
    }
}
