//! Where the line waits, and how it goes on.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::memory::Proven;
use super::{Arrival, Authenticator, Finding, InForce, Rejected};
use crate::gate::Gate;
use crate::gateway::TrustedPeer;
use crate::revocation::OpenQuestions;
use crate::snapshot::Snapshot;
use crate::validation::{MAX_VALIDATION_WAIT, ValidationBusy};

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
    Arrived { arrival: Arrival<'static>, snapshot: Arc<Snapshot>, since: SystemTime },
    /// Until responders have answered.
    Proven { proven: Arc<Proven>, peer: TrustedPeer, questions: OpenQuestions },
}

impl Authenticator {
    /// Follows the line to its end, with the waits that it takes, by what is known after each. A responder's answer that
    /// has not come by then counts as unavailable.
    pub(crate) async fn resume(&self, mut suspended: Suspended) -> Result<Finding, Rejected> {
        loop {
            suspended = match suspended {
                Suspended::Arrived { arrival, snapshot, since } => {
                    let entry = self.validations.enter().await.ok_or_else(|| self.busy(&arrival, None))?;
                    let sources = self.revocation.in_force();
                    let in_force = InForce { snapshot: &snapshot, sources: &sources, now: self.clock.now() };
                    let waited = in_force.now.duration_since(since).unwrap_or_default();
                    // Those who came before have waited for longer and are not validated either. So nobody waits for more than
                    // this and what is under way, however much work there is in the queue.
                    if waited > MAX_VALIDATION_WAIT && self.memory.find(&arrival, in_force).is_none() {
                        return Err(self.busy(&arrival, Some(waited)));
                    }
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

    fn busy(&self, arrival: &Arrival<'_>, waited: Option<Duration>) -> Rejected {
        let Gate { max_inside, max_waiting, .. } = self.validations;
        let busy = ValidationBusy::new(max_inside, max_waiting, waited);
        Rejected { gateway: Some(arrival.raw.peer.gateway()), ..busy.into() }
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
