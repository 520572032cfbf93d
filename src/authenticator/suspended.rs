//! Where the line waits, and how it goes on.

use std::borrow::Cow;
use std::sync::Arc;

use super::memory::Proven;
use super::{Arrival, Authenticator, Finding, InForce, Rejected};
use crate::gate::Gate;
use crate::gateway::TrustedPeer;
use crate::revocation::OpenQuestions;
use crate::snapshot::Snapshot;
use crate::validation::ValidationBusy;

/// Why there is no finding.
#[derive(Debug)]
pub(crate) enum Halted {
    Rejected(Rejected),
    Waits(Box<Suspended>),
}

/// A request as far as the line has come before a wait.
#[derive(Debug)]
pub(crate) enum Suspended {
    /// Until fewer certificates are being validated. It is judged by the trust that it came under.
    Arrived { arrival: Arrival<'static>, snapshot: Arc<Snapshot> },
    /// Until responders have answered.
    Proven { proven: Arc<Proven>, peer: TrustedPeer, questions: OpenQuestions },
}

impl Authenticator {
    /// Follows the line to its end, with the waits that it takes, by what is known after each. A responder's answer that
    /// has not come by then counts as unavailable.
    pub(crate) async fn resume(&self, mut suspended: Suspended) -> Result<Finding, Rejected> {
        loop {
            suspended = match suspended {
                Suspended::Arrived { arrival, snapshot } => {
                    let Some(entry) = self.validations.enter().await else {
                        let Gate { max_inside, max_waiting, .. } = self.validations;
                        let gateway = Some(arrival.raw.peer.gateway());
                        return Err(Rejected { gateway, ..ValidationBusy::new(max_inside, max_waiting).into() });
                    };
                    let sources = self.revocation.in_force();
                    let in_force = InForce { snapshot: &snapshot, sources: &sources, now: self.clock.now() };
                    match self.judge(arrival, entry, in_force) {
                        Ok(finding) => return Ok(finding),
                        Err(Halted::Rejected(rejected)) => return Err(rejected),
                        Err(Halted::Waits(further)) => *further,
                    }
                }
                Suspended::Proven { proven, peer, questions } => {
                    questions.wait().await;
                    let (snapshot, sources) = (self.snapshot.in_force(), self.revocation.in_force());
                    let in_force = InForce { snapshot: &snapshot, sources: &sources, now: self.clock.now() };
                    return self.conclude_unasked(&proven, peer, in_force);
                }
            }
        }
    }
}

impl Arrival<'_> {
    /// As it outlives a wait.
    pub(super) fn into_owned(self) -> Arrival<'static> {
        Arrival { gateway: Cow::Owned(self.gateway.into_owned()), ..self }
    }
}

impl From<Rejected> for Halted {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}
