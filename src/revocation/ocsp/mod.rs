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

mod answer;
mod answers;
mod cert_id;
mod files;
mod response;
mod signer;
mod state;
mod table;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

pub(crate) use self::answer::AnswerAges;
use self::answers::FileJudge;
pub use self::answers::OcspAnswers;
use self::response::SingleStatus;
use self::state::CertificateKey;
use self::table::StateTable;
use super::crl::Question;
use super::sources::Verifier;
use super::status::CertificateStatus;
use crate::certificate::Certificate;
use crate::error::OcspAnswerError;
use crate::evidence::Check;

/// Everything that is known by OCSP, and where more can be learnt.
#[derive(Debug)]
pub(super) struct Ocsp {
    options: OcspOptions,
    states: StateTable,
    /// Held while answers are read from their places.
    answers: Mutex<Option<OcspAnswers>>,
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
}

impl Ocsp {
    pub(super) fn new(options: OcspOptions) -> Self {
        let states = StateTable::new(options.max_certificates);
        Self { options, states, answers: Mutex::new(None) }
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

    /// Keeps what is known against certificates. That one is good may have been said under other options, and is asked
    /// again.
    pub(super) fn keep_objections(&self, before: &Self, now: SystemTime) {
        for (key, answer) in before.states.answers() {
            if answer.standing() != SingleStatus::Good {
                self.states.find_or_add(key, now).offer(answer);
            }
        }
    }

    /// The places that answers were last read from.
    pub(super) fn places(&self) -> Option<OcspAnswers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is known of a certificate.
    pub(super) fn consult(&self, question: &Question<'_>, now: SystemTime) -> Consulted {
        let state = self.states.find_or_add(CertificateKey::of(question), now);
        state.touch(now);
        let Some(answer) = state.answer() else {
            let status = CertificateStatus::no_source(Check::Ocsp, now);
            return Consulted { status, delegate: None };
        };
        Consulted { status: answer.status(now), delegate: answer.delegate().map(Arc::clone) }
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
