//! Online certificate status (RFC 6960): answers that were verified once, then only looked up.
//!
//! **Decides** what a responder says of one certificate of a valid path.
//! **Trusts** answers signed by the issuer's key as the path proves it, by a certificate that this very key issued for
//! `OCSPSigning`, or by the responder that the operator configured; and nobody else.
//! **Refuses** answers about other certificates, from the future, with another nonce than was sent, with an unknown
//! critical extension, and those whose signer has been revoked. What is past its next update says of no certificate that
//! it is good.
//! **Standard:** RFC 6960, with the profile of RFC 5019 and the nonce of RFC 9654.
//!
//! Whatever its source, every answer becomes a [`VerifiedAnswer`] by one function, and that type alone has a say. An answer
//! that revokes counts however old it is, and stays: no later answer lifts it, unless it was a hold.

#[cfg(feature = "ocsp")]
mod advice;
mod answer;
mod answers;
mod cert_id;
#[cfg(feature = "ocsp")]
mod client;
mod describe;
mod files;
#[cfg(feature = "ocsp")]
mod interned;
#[cfg(any(fuzzing, test))]
mod probe;
mod response;
mod signer;
mod stapled;
mod state;
mod table;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

pub(crate) use self::answer::AnswerAges;
use self::answers::FileJudge;
pub use self::answers::OcspAnswers;
#[cfg(feature = "ocsp")]
pub use self::cert_id::CertIdHash;
#[cfg(feature = "ocsp")]
use self::client::{OcspClient, Refresher, Unanswered};
#[cfg(feature = "ocsp")]
pub(crate) use self::client::{OcspClientOptions, OcspObserver, OcspWorld};
#[cfg(feature = "ocsp")]
pub use self::client::{OcspMethod, OcspNonce, OcspResponder};
#[cfg(any(fuzzing, test))]
pub(crate) use self::probe::ProbedAnswer;
use self::response::SingleStatus;
pub(crate) use self::stapled::StapledAnswer;
use self::state::CertificateKey;
pub(super) use self::state::{CertificateState, WatchedState};
use self::table::StateTable;
use super::RevocationPolicy;
use super::crl::{Question, just_after};
use super::open::OpenQuestion;
use super::sources::Verifier;
use super::status::CertificateStatus;
use crate::certificate::Certificate;
#[cfg(feature = "ocsp")]
use crate::error::ConfigError;
use crate::error::OcspAnswerError;
use crate::evidence::Check;

/// Everything that is known by OCSP, and where more can be learnt.
#[derive(Debug)]
pub(super) struct Ocsp {
    options: OcspOptions,
    states: StateTable,
    /// Held while answers are read from their places.
    answers: Mutex<Option<OcspAnswers>>,
    #[cfg(feature = "ocsp")]
    client: Option<Arc<OcspClient>>,
    #[cfg(feature = "ocsp")]
    refresher: Refresher,
}

/// How answers are judged and kept.
#[derive(Clone, Debug)]
pub(crate) struct OcspOptions {
    pub(crate) ages: AnswerAges,
    /// Certificates whose status is kept.
    pub(crate) max_certificates: usize,
}

/// What OCSP says of one certificate.
#[derive(Debug)]
pub(super) struct Consulted {
    pub(super) status: CertificateStatus,
    /// Who signed the answer, where the issuer delegated that.
    pub(super) delegate: Option<Arc<Certificate>>,
    /// Where there is no answer, and one may come if the client waits.
    pub(super) open: Option<OpenQuestion>,
}

impl Ocsp {
    pub(super) fn new(options: OcspOptions) -> Self {
        let states = StateTable::new(options.max_certificates);
        Self {
            options,
            states,
            answers: Mutex::new(None),
            #[cfg(feature = "ocsp")]
            client: None,
            #[cfg(feature = "ocsp")]
            refresher: Refresher::default(),
        }
    }

    /// Asks responders from now on.
    #[cfg(feature = "ocsp")]
    pub(super) fn with_client(mut self, options: OcspClientOptions, world: OcspWorld) -> Result<Self, ConfigError> {
        self.client = Some(Arc::new(OcspClient::new(options, self.options.ages, world)?));
        Ok(self)
    }

    /// Keeps what is known up to date on the current runtime, where there is one and something to ask.
    #[cfg(feature = "ocsp")]
    pub(super) fn ensure_refreshed(self: &Arc<Self>) {
        if self.client.is_some() {
            self.refresher.ensure_running(self);
        }
    }

    /// Reads and verifies answers, and remembers their places. Those that fail do not keep the others from being in force.
    pub(super) fn load(&self, answers: OcspAnswers, verifier: &Verifier<'_>) -> Vec<OcspAnswerError> {
        let mut places = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let judge = FileJudge {
            authorities: &verifier.authorities(),
            algorithms: verifier.algorithms,
            now: verifier.now,
            ages: self.options.ages,
        };
        let (found, errors) = answers.load(&judge);
        for (key, answer) in found {
            self.states.find_or_add(key, verifier.now).offer(Arc::new(answer));
        }
        *places = Some(answers);
        errors
    }

    /// Keeps what is known against certificates. That one is good may have been said under other options; unless the same
    /// responders are asked in the same way, it is asked again. Where they are, they go on being asked.
    pub(super) fn keep_objections(&self, before: &Self, now: SystemTime) {
        let keeps_all = self.asks_as(before);
        for (key, known) in before.states.all() {
            let Some(answer) = known.answer() else { continue };
            if keeps_all || answer.standing() != SingleStatus::Good {
                let kept = self.states.find_or_add(key, now);
                kept.offer(answer);
                if keeps_all {
                    kept.succeed_to(&known);
                }
            }
        }
    }

    #[cfg(feature = "ocsp")]
    fn asks_as(&self, other: &Self) -> bool {
        match (&self.client, &other.client) {
            (Some(ours), Some(theirs)) => {
                self.options.ages == other.options.ages && ours.options().asks_as(theirs.options())
            }
            _ => false,
        }
    }

    #[cfg(not(feature = "ocsp"))]
    #[expect(clippy::unused_self, reason = "as with responders")]
    fn asks_as(&self, _: &Self) -> bool {
        false
    }

    /// The places that answers were last read from.
    pub(super) fn places(&self) -> Option<OcspAnswers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is known of a certificate.
    pub(super) fn consult(
        self: &Arc<Self>,
        question: &Question<'_>,
        label: Option<&str>,
        now: SystemTime,
    ) -> Consulted {
        let state = self.states.find_or_add(CertificateKey::of(question), now);
        state.touch(now);
        self.prepare(question, label, &state);
        if let Some(answer) = state.answer() {
            return Consulted { status: answer.status(now), delegate: answer.delegate().map(Arc::clone), open: None };
        }
        #[cfg(feature = "ocsp")]
        match Unanswered::of(&state, now) {
            Some(Unanswered::Failed { status, is_due }) => {
                let open = is_due.then(|| OpenQuestion::again(state));
                return Consulted { status, delegate: None, open };
            }
            Some(Unanswered::NotAsked { status }) => {
                return Consulted { status, delegate: None, open: Some(OpenQuestion::first(state)) };
            }
            None => {}
        }
        Consulted { status: CertificateStatus::no_source(Check::Ocsp, now), delegate: None, open: None }
    }

    /// Asks about certificates, and waits for the answers, or as long as is configured.
    #[cfg(feature = "ocsp")]
    pub(super) async fn ask(&self, states: &[Arc<CertificateState>]) {
        let Some(client) = &self.client else { return };
        for state in states {
            client.launch(state);
        }
        // Outside of a runtime nothing is under way, and there is no clock to wait by.
        if !states.iter().any(|state| state.flight().is_under_way()) {
            return;
        }
        let all = async {
            for state in states {
                state.flight().landed().await;
            }
        };
        if tokio::time::timeout(client.options().wait, all).await.is_err() {
            for state in states.iter().filter(|state| state.flight().is_under_way()) {
                client.give_up(state);
            }
        }
    }

    /// Finds out whom to ask about a certificate, and sees to it that this happens ahead of time.
    #[cfg(feature = "ocsp")]
    fn prepare(self: &Arc<Self>, question: &Question<'_>, label: Option<&str>, state: &CertificateState) {
        if let Some(client) = &self.client {
            client.prepare(question, label, state);
            self.refresher.ensure_running(self);
        }
    }

    #[cfg(not(feature = "ocsp"))]
    #[expect(clippy::unused_self, reason = "as with responders")]
    fn prepare(self: &Arc<Self>, _: &Question<'_>, _: Option<&str>, _: &CertificateState) {}

    /// What is known of a certificate, to see later whether that has changed.
    pub(super) fn watch(&self, question: &Question<'_>, now: SystemTime) -> WatchedState {
        WatchedState::new(self.states.find_or_add(CertificateKey::of(question), now))
    }

    /// The moments at which what is known of a certificate changes of itself: its answer goes stale, and the grace ends.
    pub(super) fn changes(&self, question: &Question<'_>, policy: RevocationPolicy) -> Vec<SystemTime> {
        let answer = self.states.find(&CertificateKey::of(question)).and_then(|state| state.answer());
        let Some(fresh_until) = answer.map(|answer| answer.fresh_until()) else {
            return Vec::new();
        };
        let grace = policy.end_of_grace(fresh_until).and_then(just_after);
        grace.into_iter().chain([fresh_until]).collect()
    }

    /// What forbids a certificate, whatever any other source says: that it is revoked, or not known to its responder.
    pub(super) fn objection(&self, question: &Question<'_>, now: SystemTime) -> Option<CertificateStatus> {
        let answer = self.states.find(&CertificateKey::of(question))?.answer()?;
        match answer.standing() {
            SingleStatus::Good => None,
            SingleStatus::Revoked { .. } | SingleStatus::Unknown => Some(answer.status(now)),
        }
    }
}

impl Default for OcspOptions {
    fn default() -> Self {
        Self {
            ages: AnswerAges { most: DEFAULT_MAX_AGE, without_next_update: DEFAULT_MAX_AGE_WITHOUT_NEXT_UPDATE },
            max_certificates: DEFAULT_MAX_CERTIFICATES,
        }
    }
}

/// The longest that an answer speaks, from its issue on. Laboratories with prepared answers issue them for four days.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest that an answer without a next update speaks.
const DEFAULT_MAX_AGE_WITHOUT_NEXT_UPDATE: Duration = Duration::from_secs(60 * 60);

/// Certificates whose status is kept.
const DEFAULT_MAX_CERTIFICATES: usize = 100_000;

#[cfg(test)]
mod tests;
