use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use tokio::sync::Notify;

use super::subject::Subject;

/// What there is of a certificate beside its answer: whom to ask, whether that is under way, and how it failed.
#[derive(Debug, Default)]
pub(in crate::revocation::ocsp) struct Flight {
    subject: OnceLock<Arc<Subject>>,
    failure: ArcSwapOption<Failure>,
    /// How often nothing came since the last answer.
    failures: AtomicU32,
    is_under_way: AtomicBool,
    /// Whether the last answer came from a store.
    is_stored: AtomicBool,
    landed: Notify,
}

/// That a responder gave no usable answer. Never a verdict.
#[derive(Clone, Debug)]
pub(in crate::revocation::ocsp) struct Failure {
    pub(super) at: SystemTime,
    /// What came in place of an answer.
    pub(super) detail: Arc<str>,
}

impl Flight {
    /// Whom to ask; once that is known, it stays.
    pub(in crate::revocation::ocsp) fn subject(&self) -> Option<&Arc<Subject>> {
        self.subject.get()
    }

    pub(super) fn subject_or(&self, subject: impl FnOnce() -> Arc<Subject>) -> &Arc<Subject> {
        self.subject.get_or_init(subject)
    }

    /// Asks whom the other one asks.
    pub(in crate::revocation::ocsp) fn follow(&self, other: &Self) {
        if let Some(subject) = other.subject() {
            self.subject_or(|| Arc::clone(subject));
        }
    }

    pub(super) fn failure(&self) -> Option<Arc<Failure>> {
        self.failure.load_full()
    }

    /// Notes that no answer came. What was answered before stays.
    pub(super) fn fail(&self, failure: Failure) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        self.failure.store(Some(Arc::new(failure)));
    }

    /// Notes that an answer came.
    pub(super) fn succeed(&self) {
        self.failures.store(0, Ordering::Relaxed);
        self.failure.store(None);
    }

    /// Notes whether the answer that came now is from a store; whether the last one was.
    pub(super) fn note_stored(&self, is_stored: bool) -> bool {
        self.is_stored.swap(is_stored, Ordering::Relaxed)
    }

    /// When it is worth trying again after the last failure: later with each.
    pub(super) fn retry_at(&self, failure: &Failure) -> SystemTime {
        let doublings = self.failures.load(Ordering::Relaxed).saturating_sub(1).min(MAX_DOUBLINGS);
        let pause = FAILURE_MEMORY.saturating_mul(1 << doublings);
        failure.at.checked_add(pause).unwrap_or(failure.at)
    }

    pub(in crate::revocation::ocsp) fn is_under_way(&self) -> bool {
        self.is_under_way.load(Ordering::Acquire)
    }

    /// Begins asking; `None` where somebody does already.
    pub(super) fn take_off(self: &Arc<Self>) -> Option<Airborne> {
        let was_under_way = self.is_under_way.swap(true, Ordering::AcqRel);
        (!was_under_way).then(|| Airborne(Arc::clone(self)))
    }

    /// Waits until nobody asks any more.
    pub(in crate::revocation::ocsp) async fn landed(&self) {
        loop {
            let mut landed = std::pin::pin!(self.landed.notified());
            landed.as_mut().enable();
            if !self.is_under_way() {
                return;
            }
            landed.await;
        }
    }
}

/// That somebody asks. Ends with the value, however that comes about.
#[derive(Debug)]
pub(super) struct Airborne(Arc<Flight>);

impl Drop for Airborne {
    fn drop(&mut self) {
        self.0.is_under_way.store(false, Ordering::Release);
        self.0.landed.notify_waiters();
    }
}

/// How long a failure is remembered: for a first sight that comes in this time nobody is asked again.
pub(super) const FAILURE_MEMORY: Duration = Duration::from_secs(10);

/// In the background, the pause after a failure doubles up to a little more than 5 minutes.
pub(super) const LONGEST_RETRY: Duration = FAILURE_MEMORY.saturating_mul(1 << MAX_DOUBLINGS);

const MAX_DOUBLINGS: u32 = 5;
