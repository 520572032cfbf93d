//! What the authenticator remembers between requests.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;

use super::{Arrival, InForce, Rejected};
use crate::certificate::Certificate;
use crate::gateway::TrustedPeer;
use crate::horizon::Horizon;
use crate::identity::{Carrier, KnownClient};
use crate::rejection::Rejection;
use crate::revocation::Sources;
use crate::validation::{Breadth, Counters, SignatureMemory, Trust, ValidatedChain};
use crate::verdict_cache::{Conditions, HeaderKey, MemoryLimits, Verdict, VerdictCache};

/// The memory; without limits there is none, and every request is judged from the beginning.
#[derive(Debug)]
pub(crate) struct Memory(Option<Remembered>);

#[derive(Debug)]
struct Remembered {
    verdicts: VerdictCache<Arc<Proven>, Arc<Rejected>>,
    signatures: Arc<SignatureMemory>,
}

/// What stages 3 and 4 made of a header, with what stages 5 and 6 last made of that.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(super) chain: ValidatedChain,
    pub(super) carrier: Carrier,
    /// Of use where it [is unchanged](KnownClient::is_unchanged).
    pub(super) conclusion: ArcSwapOption<KnownClient>,
}

impl Memory {
    pub(crate) fn new(limits: Option<MemoryLimits>) -> Self {
        Self(limits.map(|limits| Remembered::new(limits, Arc::new(SignatureMemory::new()))))
    }

    /// That of the next generation. Verdicts were found under other options and end; that a signature is good depends on
    /// nothing that can be configured.
    pub(crate) fn succeeding(&self, limits: Option<MemoryLimits>) -> Self {
        match (&self.0, limits) {
            (Some(before), Some(limits)) => Self(Some(Remembered::new(limits, Arc::clone(&before.signatures)))),
            _ => Self::new(limits),
        }
    }

    /// The signatures of authorities that are known to be good.
    pub(super) fn signatures(&self) -> Option<&SignatureMemory> {
        self.0.as_ref().map(|remembered| &*remembered.signatures)
    }

    /// What was proven of the same header before.
    pub(super) fn find(&self, arrival: &Arrival<'_>, in_force: InForce<'_>) -> Option<Result<Arc<Proven>, Rejected>> {
        let Remembered { verdicts, .. } = self.0.as_ref()?;
        let found = verdicts.find(&arrival.key(), in_force.conditions(), in_force.now)?;
        Some(found.map_err(Arc::unwrap_or_clone))
    }

    /// As [`find`](Self::find), or else what `prove` proves of it.
    pub(super) fn find_or_prove(
        &self,
        arrival: &Arrival<'_>,
        in_force: InForce<'_>,
        prove: impl FnOnce() -> Result<Proven, Rejected>,
    ) -> Result<Arc<Proven>, Rejected> {
        let Some(Remembered { verdicts, .. }) = &self.0 else {
            return prove().map(Arc::new);
        };
        let now = in_force.now;
        let judge = || match prove() {
            Ok(proven) => {
                let (horizon, bytes) = (proven.chain.horizon(), proven.bytes(&arrival.gateway.trust, in_force.sources));
                Ok(Verdict { value: Arc::new(proven), horizon, bytes })
            }
            Err(rejected) => {
                let certificate = rejected.certificate.as_deref();
                let horizon = horizon_of_refused(certificate, now);
                let bytes = REFUSED_BYTES + certificate.map_or(0, Certificate::bytes);
                Err(Verdict { value: Arc::new(rejected), horizon, bytes })
            }
        };
        verdicts.find_or_judge(&arrival.key(), in_force.conditions(), now, judge).map_err(Arc::unwrap_or_clone)
    }

    /// Forgets the verdicts, to free them: what was found under other trust is not believed anyway.
    pub(super) fn forget(&self) {
        if let Some(remembered) = &self.0 {
            remembered.verdicts.forget();
        }
    }
}

impl Remembered {
    fn new(limits: MemoryLimits, signatures: Arc<SignatureMemory>) -> Self {
        Self { verdicts: VerdictCache::new(limits), signatures }
    }
}

impl Arrival<'_> {
    fn key(&self) -> HeaderKey<'_> {
        HeaderKey::new(self.gateway.place, &self.raw)
    }
}

impl InForce<'_> {
    fn conditions(self) -> Conditions {
        Conditions { generation: self.snapshot.generation, breadth: self.sources.breadth() }
    }
}

impl Proven {
    pub(super) fn new(chain: ValidatedChain, carrier: Carrier) -> Self {
        Self { chain, carrier, conclusion: ArcSwapOption::empty() }
    }

    /// How many bytes it takes, with the conclusion that will be drawn from it, besides what `trust` and `sources` keep
    /// anyway.
    fn bytes(&self, trust: &Trust, sources: &Sources) -> usize {
        let concluded = match sources.breadth() {
            Breadth::EveryPath => CONCLUDED_BYTES + self.chain.paths().count() * CONCLUDED_PATH_BYTES,
            Breadth::FirstPath => 0,
        };
        size_of::<(Counters, Self, Counters, KnownClient, Counters)>()
            + self.carrier.headers.len().next_multiple_of(size_of::<usize>())
            + self.chain.bytes(trust)
            + concluded
    }

    /// A refusal by a later stage.
    pub(super) fn rejected(&self, peer: &TrustedPeer, error: impl Into<Rejection>) -> Rejected {
        Rejected {
            rejection: error.into(),
            certificate: Some(Arc::clone(&self.chain.first().path.end_entity)),
            gateway: Some(peer.gateway()),
        }
    }
}

/// A client whose certificate becomes valid is not to wait because it came too early.
fn horizon_of_refused(end_entity: Option<&Certificate>, now: SystemTime) -> Horizon {
    Horizon::around(now, end_entity.map(Certificate::not_before))
}

/// What sources leave behind of a client: how each of them ended, and from which lists or responders.
const CONCLUDED_BYTES: usize = 1024;
/// What is watched of each of its paths: the status of each certificate, of which there are eight at most.
const CONCLUDED_PATH_BYTES: usize = 8 * 16;
/// What a refusal takes besides the header and the certificate: reason and texts.
const REFUSED_BYTES: usize = 2048;
