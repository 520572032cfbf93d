use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;

use super::OcspClient;
use super::flight::LONGEST_RETRY;
use crate::revocation::ocsp::Ocsp;
use crate::revocation::ocsp::answer::VerifiedAnswer;
use crate::revocation::ocsp::response::SingleStatus;
use crate::revocation::ocsp::state::CertificateState;
use crate::utc::whole_seconds;

/// Asks again ahead of time about every certificate that is in use, so that no client waits for it.
#[derive(Debug, Default)]
pub(in crate::revocation::ocsp) struct Refresher {
    is_running: Arc<AtomicBool>,
    /// Makes the times of several replicas differ.
    scatter: RandomState,
}

impl Refresher {
    /// Runs on the current runtime until the last owner of `ocsp` is gone; does nothing while it runs already, and
    /// outside of a runtime.
    pub(in crate::revocation::ocsp) fn ensure_running(&self, ocsp: &Arc<Ocsp>) {
        if self.is_running.load(Ordering::Relaxed) || self.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        let running = Running(Arc::clone(&self.is_running));
        if let Ok(runtime) = Handle::try_current() {
            let ocsp = Arc::downgrade(ocsp);
            runtime.spawn(async move {
                let _running = running;
                run(&ocsp).await;
            });
        }
    }

    /// When it is time to ask again; `None` for never.
    fn due_at(&self, client: &OcspClient, state: &CertificateState) -> Option<SystemTime> {
        let flight = state.flight();
        flight.subject()?;
        if let Some(failure) = flight.failure() {
            let is_final = state.answer().is_some_and(|answer| answer.is_final());
            return (!is_final).then(|| flight.retry_at(&failure));
        }
        let answer = state.answer()?;
        if answer.is_final() {
            return None;
        }
        answer.verified_at().checked_add(self.interval(client.options().refresh_interval, &answer))
    }

    /// Half of the time that the answer has left, at most the configured interval, and up to a fifth less.
    fn interval(&self, longest: Duration, answer: &VerifiedAnswer) -> Duration {
        let left = answer.fresh_until().duration_since(answer.verified_at()).unwrap_or_default();
        let longest = match answer.standing() {
            SingleStatus::Unknown => longest.min(UNKNOWN_INTERVAL),
            SingleStatus::Good | SingleStatus::Revoked { .. } => longest,
        };
        let interval = (left / 2).min(longest).max(SHORTEST_INTERVAL);
        let hash = self.scatter.hash_one((answer.verified_at(), answer.this_update()));
        let fifth = u32::try_from(hash % u64::from(SCATTER_STEPS)).unwrap_or_default();
        interval.saturating_sub(interval / 5 / SCATTER_STEPS * fifth)
    }
}

impl Ocsp {
    /// Asks about every certificate that is due, none of them one that nobody presents any more, and waits for the answers.
    /// The time until the next one is due.
    pub(in crate::revocation) async fn refresh(&self) -> Option<Duration> {
        let client = self.client.as_ref()?;
        let (now, longest) = (client.now(), client.options().refresh_interval.max(LONGEST_RETRY));
        let mut launched = Vec::new();
        let mut next = None;
        for (key, state) in self.states.all() {
            let idle_since = Duration::from_secs(whole_seconds(now).saturating_sub(state.used_at()));
            if idle_since > FORGOTTEN_AFTER {
                if !is_kept(&state) {
                    self.states.remove(&key);
                }
                continue;
            }
            let Some(due_at) = self.refresher.due_at(client, &state) else {
                continue;
            };
            match due_at.duration_since(now) {
                // A clock that was set back puts nothing off.
                Ok(left) if !left.is_zero() && left <= longest => {
                    next = Some(next.map_or(left, |next: Duration| next.min(left)));
                }
                _ => {
                    client.launch(&state);
                    launched.push(state);
                }
            }
        }
        for state in launched {
            state.flight().landed().await;
        }
        next
    }
}

/// Whether what is known stays although nobody asks for it: nothing lifts it, or no responder could say it again.
fn is_kept(state: &CertificateState) -> bool {
    state.answer().is_some_and(|answer| answer.is_final() || state.flight().subject().is_none())
}

async fn run(ocsp: &Weak<Ocsp>) {
    loop {
        let Some(strong) = ocsp.upgrade() else { return };
        let next = strong.refresh().await;
        drop(strong);
        tokio::time::sleep(next.unwrap_or(LONGEST_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
    }
}

/// That the refresher runs. Ends with its task, whatever ends that.
struct Running(Arc<AtomicBool>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// How long a certificate is asked about that no client presents any more.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// How soon it is asked again about a certificate that the responder does not know.
const UNKNOWN_INTERVAL: Duration = Duration::from_secs(60);
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const SCATTER_STEPS: u32 = 1_000;
/// Between two looks at what is due.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
