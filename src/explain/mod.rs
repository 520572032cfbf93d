//! The straight line, told step by step: what each check wanted, what it found, and how to mend the first that failed.
//!
//! It decides nothing itself: the authenticator follows the line as for any request, by the same snapshot, sources and
//! clock, and is watched. Nothing is logged, counted or remembered by it.

mod hints;
#[cfg(feature = "serde")]
mod serialize;
mod step;
mod teller;
mod words;

use std::time::SystemTime;

use http::StatusCode;

pub use self::step::{Step, StepOutcome};
pub(crate) use self::teller::{Told, tell, tell_and_ask};
use crate::authenticator::Finding;
use crate::authorization::{AuthorizationError, CertificateMissing, Presence};
use crate::header::HeaderError;
use crate::identity::ClientIdentity;
use crate::reason::{Reason, Stage};
use crate::rejection::Rejection;

/// What the layer would make of one request, and why; made by
/// [`ClientCertHandle::explain`](crate::ClientCertHandle::explain).
#[derive(Clone, Debug)]
pub struct Explanation {
    steps: Vec<Step>,
    outcome: Result<Finding, Rejection>,
    status: Option<StatusCode>,
    at: SystemTime,
}

impl Explanation {
    /// Every check, in the order of the line.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step at which the line ended: the first that failed, or the one that found no certificate. `None` for a client
    /// that is let through.
    #[must_use]
    pub fn ended_at(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.is_end())
    }

    /// The client; `None` for an anonymous request and for one that is refused.
    #[must_use]
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.outcome.as_ref().ok().and_then(Finding::identity)
    }

    /// Why the request is refused; `None` for one that goes on, with or without a client.
    #[must_use]
    pub fn rejection(&self) -> Option<&Rejection> {
        self.outcome.as_ref().err()
    }

    /// The reason of the refusal.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.rejection().map(Rejection::reason)
    }

    /// The status of the answer to a request that is refused, as configured for its reason.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// Whether the request goes on without a client.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        matches!(self.outcome, Ok(Finding::Anonymous(_)))
    }

    /// The time of the layer's clock by which everything was judged.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// Adds what came of handing the certificate on to the next service.
    pub(crate) fn add_re_emission(told: &mut Told, handed_on: Result<(), HeaderError>) {
        let wanted = "no Connection header that names the headers for the next service".to_owned();
        let standard = "RFC 9110 section 7.6.1";
        let mut step = Step { wanted, standard, ..words::step(Stage::Header, "re-emission") };
        if let Ok(finding) = &told.outcome {
            step.outcome = StepOutcome::Passed;
            step.found = words::found_client(finding);
            if let Err(error) = handed_on {
                let rejection = Rejection::from(error);
                step.outcome = StepOutcome::Failed;
                step.found = rejection.to_string();
                step.mend = rejection.mend().map(str::to_owned);
                told.outcome = Err(rejection);
            }
        }
        told.steps.push(step);
    }

    /// Joins what the line told with the question whether a certificate is required for this path.
    pub(crate) fn new(told: Told, presence: &Presence, path: &str) -> Self {
        let Told { mut steps, outcome, at } = told;
        let mut step = words::presence(presence);
        let outcome = match outcome {
            Err(rejection) => Err(rejection),
            Ok(finding) => {
                let missing = match &finding {
                    Finding::Client(_) => None,
                    Finding::Anonymous(absence) => presence.admit(absence, path).err(),
                };
                if let Presence::Required { .. } = presence {
                    step.outcome = if missing.is_some() { StepOutcome::Failed } else { StepOutcome::Passed };
                    step.found = words::found_client(&finding);
                }
                missing.map_or(Ok(finding), |missing: CertificateMissing| Err(missing.into()))
            }
        };
        if step.outcome == StepOutcome::Failed {
            step.mend = outcome.as_ref().err().and_then(Rejection::mend).map(str::to_owned);
        }
        steps.push(step);
        Self { steps, outcome, status: None, at }
    }

    /// Adds what an access table says to it.
    pub(crate) fn add_table(&mut self, judge: impl FnOnce(&Finding) -> Result<(), AuthorizationError>) {
        let wanted = "a line of the access table that lets the request through".to_owned();
        let mut step = Step { wanted, ..words::step(Stage::Authorization, "access-table") };
        if let Ok(finding) = &self.outcome {
            match judge(finding) {
                Ok(()) => {
                    step.outcome = StepOutcome::Passed;
                    step.found = words::found_client(finding);
                }
                Err(error) => {
                    let rejection = Rejection::from(error);
                    step.outcome = StepOutcome::Failed;
                    step.found = rejection.to_string();
                    step.mend = rejection.mend().map(str::to_owned);
                    self.outcome = Err(rejection);
                }
            }
        }
        self.steps.push(step);
    }

    pub(crate) fn answered_with(mut self, status: impl FnOnce(Reason) -> StatusCode) -> Self {
        self.status = self.reason().map(status);
        self
    }
}
