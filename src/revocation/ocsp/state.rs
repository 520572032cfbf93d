use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use super::answer::VerifiedAnswer;
use super::stapled::Seen;
use crate::certificate::Fingerprint;
use crate::revocation::crl::Question;
use crate::utc::whole_seconds;

/// Names a certificate by the key and the name of its proven issuer and its serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CertificateKey(Fingerprint);

/// What is known of one certificate by OCSP. Shared by all who ask about it, and changed under their eyes.
#[derive(Debug)]
pub(crate) struct CertificateState {
    answer: ArcSwapOption<VerifiedAnswer>,
    #[cfg(feature = "ocsp")]
    flight: Arc<super::client::Flight>,
    /// Raised with every change, so that whoever concluded something can see that nothing has changed since.
    version: AtomicU64,
    /// When somebody last asked, in seconds since 1970.
    used_at: AtomicU64,
    /// The last answer that a gateway sent.
    stapled: Mutex<Option<Seen>>,
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
        Self {
            answer: ArcSwapOption::empty(),
            #[cfg(feature = "ocsp")]
            flight: Arc::default(),
            version: AtomicU64::new(0),
            used_at: AtomicU64::new(whole_seconds(now)),
            stapled: Mutex::new(None),
            changing: Mutex::new(()),
        }
    }

    pub(super) fn answer(&self) -> Option<Arc<VerifiedAnswer>> {
        self.answer.load_full()
    }

    #[cfg(feature = "ocsp")]
    pub(super) fn flight(&self) -> &Arc<super::client::Flight> {
        &self.flight
    }

    /// Takes an answer in place of the one there is, unless that one is later or final.
    pub(super) fn offer(&self, answer: Arc<VerifiedAnswer>) {
        let _held = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.answer.load().as_ref().is_none_or(|known| answer.supersedes(known)) {
            self.answer.store(Some(answer));
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    pub(super) fn stapled(&self) -> Option<Seen> {
        *self.stapled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note_stapled(&self, seen: Seen) {
        *self.stapled.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    /// Tells whoever still holds it that it is looked after no more.
    pub(super) fn retire(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Notes that somebody asked.
    pub(super) fn touch(&self, now: SystemTime) {
        let seconds = whole_seconds(now);
        if self.used_at.load(Ordering::Relaxed) != seconds {
            self.used_at.store(seconds, Ordering::Relaxed);
        }
    }

    /// Takes over when somebody last asked, and whom to ask.
    pub(super) fn succeed_to(&self, before: &Self) {
        self.used_at.store(before.used_at(), Ordering::Relaxed);
        #[cfg(feature = "ocsp")]
        self.flight.follow(before.flight());
    }

    pub(super) fn used_at(&self) -> u64 {
        self.used_at.load(Ordering::Relaxed)
    }
}

/// What was known of one certificate by OCSP when something was concluded from it.
#[derive(Clone, Debug)]
pub(in crate::revocation) struct WatchedState {
    state: Arc<CertificateState>,
    version: u64,
}

impl WatchedState {
    pub(super) fn new(state: Arc<CertificateState>) -> Self {
        let version = state.version.load(Ordering::Acquire);
        Self { state, version }
    }

    /// Whether nothing has changed since. Whoever asks is using the certificate.
    pub(in crate::revocation) fn is_unchanged(&self, now: SystemTime) -> bool {
        self.state.touch(now);
        self.state.version.load(Ordering::Acquire) == self.version
    }
}
