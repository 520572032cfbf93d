//! The straight line from a request to an identity.

mod limits;
mod memory;
mod observer;
mod suspended;

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::Guard;
use http::HeaderMap;

pub(crate) use self::limits::Limits;
pub(crate) use self::memory::Memory;
use self::memory::Proven;
pub(crate) use self::observer::Observer;
pub(crate) use self::suspended::{Halted, Suspended};
use crate::authorization::Absence;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::encoding::{ForwardedChain, base64};
use crate::error::{ConfigError, OcspAnswerProblem};
use crate::events::Events;
use crate::gate::{Entry, Gate};
use crate::gateway::{GatewayConnection, Presented, TakenSecrets, TrustedPeer, UntrustedPeer};
use crate::header::{RawCertificate, TakenHeaders};
use crate::identity::{Carrier, ClientIdentity, KnownClient};
use crate::rejection::Rejection;
use crate::revocation::{Halt, RevocationGeneration, Sources, StapledAnswer, UnrevokedChain, Verifier};
use crate::snapshot::{CurrentSnapshot, Snapshot, TrustSources, TrustedGateway};
use crate::validation::{SignatureMemory, ValidatedChain, ValidationOptions};

/// Everything it takes to find out who a client is.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) untrusted_header: UntrustedHeader,
    pub(crate) limits: Limits,
    pub(crate) validation: ValidationOptions,
    pub(crate) snapshot: CurrentSnapshot,
    pub(crate) revocation: RevocationGeneration,
    pub(crate) memory: Memory,
    /// Passed by who is validated, and by nobody who is remembered.
    pub(crate) validations: Gate,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Arc<Events>,
}

/// What becomes of a request with a certificate header from a peer that is no gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UntrustedHeader {
    /// The header is removed and the request goes on as anonymous.
    #[default]
    Remove,
    /// The request is refused.
    Refuse,
}

/// What the line found out about a request that may go on.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    Anonymous(Absence),
    Client(ClientIdentity),
}

impl Finding {
    pub(crate) fn identity(&self) -> Option<&ClientIdentity> {
        match self {
            Self::Client(identity) => Some(identity),
            Self::Anonymous(_) => None,
        }
    }
}

/// A rejection, with what it is about as far as that could be read.
#[derive(Clone, Debug)]
pub(crate) struct Rejected {
    pub(crate) rejection: Rejection,
    pub(crate) certificate: Option<Arc<Certificate>>,
    /// The gateway that sent it, where it was one.
    pub(crate) gateway: Option<Arc<str>>,
}

/// What a request is judged by. Taken once, and kept to its end.
#[derive(Clone, Copy)]
pub(crate) struct InForce<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) sources: &'a Sources,
    pub(crate) now: SystemTime,
}

/// What came of stages 1 and 2.
enum Arrived<'a> {
    Anonymous(Absence),
    WithCertificate(Arrival<'a>),
}

/// How far a request comes before anybody has to be asked.
enum Retraced {
    Anonymous(Absence),
    Proven(Arc<Proven>, TrustedPeer),
}

/// A certificate header that a gateway sent, and the gateway.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    gateway: Cow<'a, TrustedGateway>,
    raw: RawCertificate,
}

impl Authenticator {
    /// Follows the line. Whatever comes of it, the secrets, the certificate headers of every gateway and their
    /// look-alikes leave the request.
    pub(crate) fn authenticate(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
    ) -> Result<Finding, Halted> {
        let (snapshot, sources) = (self.snapshot.in_force(), self.revocation.in_force());
        let in_force = InForce { snapshot: &snapshot, sources: &sources, now: self.clock.now() };
        let arrival = match self.arrive(connection, headers, in_force, &mut &*self.events)? {
            Arrived::Anonymous(absence) => return Ok(Finding::Anonymous(absence)),
            Arrived::WithCertificate(arrival) => arrival,
        };
        if let Some(known) = self.memory.find(&arrival, in_force) {
            Events::judged(false);
            return self.conclude_or_recall(known, arrival.raw, in_force);
        }
        if let Some(entry) = self.validations.try_enter() {
            return self.judge(arrival, entry, in_force);
        }
        let (arrival, since) = (arrival.into_owned(), in_force.now);
        Err(Halted::Waits(Box::new(Suspended::Arrived { arrival, snapshot: Guard::into_inner(snapshot), since })))
    }

    /// Stages 3 and 4 by who has entered, and what follows from them. Whoever had the same header may have left its verdict.
    fn judge(&self, arrival: Arrival<'_>, entry: Entry<'_>, in_force: InForce<'_>) -> Result<Finding, Halted> {
        let is_validated = Cell::new(false);
        let prove = || {
            is_validated.set(true);
            Events::timed(|| self.prove(&arrival, in_force, self.memory.signatures(), &mut &*self.events))
        };
        let proven = self.memory.find_or_prove(&arrival, in_force, prove);
        drop(entry);
        Events::judged(is_validated.get());
        self.conclude_or_recall(proven, arrival.raw, in_force)
    }

    /// Follows the line as [`authenticate`](Self::authenticate) does, as if no request had come before, and leaves nothing
    /// behind for those that come after but an OCSP answer in its header. Nobody waits: what a server has not said by now, it
    /// does not say.
    pub(crate) fn retrace(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
        in_force: InForce<'_>,
        observer: &mut impl Observer,
    ) -> Result<Finding, Rejected> {
        match self.retrace_to_proof(connection, headers, in_force, observer)? {
            Retraced::Anonymous(absence) => Ok(Finding::Anonymous(absence)),
            Retraced::Proven(proven, peer) => self.conclude_unasked(&proven, peer, in_force),
        }
    }

    /// As [`retrace`](Self::retrace), and asks whoever has to be asked. What is said is remembered by stage 5, as ever.
    pub(crate) async fn retrace_and_ask(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
        in_force: InForce<'_>,
        observer: &mut impl Observer,
    ) -> Result<Finding, Rejected> {
        match self.retrace_to_proof(connection, headers, in_force, observer)? {
            Retraced::Anonymous(absence) => Ok(Finding::Anonymous(absence)),
            Retraced::Proven(proven, peer) => match self.conclude(proven, peer, in_force) {
                Ok(finding) => Ok(finding),
                Err(Halted::Rejected(rejected)) => Err(rejected),
                Err(Halted::Waits(suspended)) => self.resume(*suspended).await,
            },
        }
    }

    fn retrace_to_proof(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
        in_force: InForce<'_>,
        observer: &mut impl Observer,
    ) -> Result<Retraced, Rejected> {
        let arrival = match self.arrive(connection, headers, in_force, observer)? {
            Arrived::Anonymous(absence) => return Ok(Retraced::Anonymous(absence)),
            Arrived::WithCertificate(arrival) => arrival,
        };
        let proven = self.prove(&arrival, in_force, None, observer)?;
        // One that cannot be used says nothing.
        drop(self.take_stapled(&proven.chain, &arrival.raw, in_force));
        Ok(Retraced::Proven(Arc::new(proven), arrival.raw.peer))
    }

    /// Stages 1 and 2: who sent it, and which header. This is of the request, and nothing of it is remembered.
    fn arrive<'a>(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
        in_force: InForce<'a>,
        observer: &mut impl Observer,
    ) -> Result<Arrived<'a>, Rejected> {
        let gateways = &in_force.snapshot.gateways;
        let secrets = TakenSecrets::take(headers, &in_force.snapshot.secret_names);
        let taken = TakenHeaders::take(headers, &in_force.snapshot.header_names.iter());
        observer.taken(&taken, connection.peer);
        let presented = Presented { connection, secrets: &secrets, options: &self.validation, now: in_force.now };
        let (trusted, gateway) = match TrustedPeer::judge(&presented, gateways) {
            Ok(proven) => proven,
            Err(untrusted) => return self.not_from_gateway(untrusted, &taken, observer).map(Arrived::Anonymous),
        };
        observer.gateway_trusted(gateway, &trusted, &taken);
        let name = || Some(gateway.gateway.shared_name());
        match RawCertificate::find(trusted, gateway.gateway.forwarding(), taken, self.limits.header_bytes) {
            Ok(Some(raw)) => Ok(Arrived::WithCertificate(Arrival { gateway: Cow::Borrowed(gateway), raw })),
            Ok(None) => Ok(Arrived::Anonymous(Absence::NotPresented { gateway: name() })),
            Err(error) => Err(Rejected { gateway: name(), ..error.into() }),
        }
    }

    /// Stages 3 and 4: what the header holds, and whether it is valid. This is of the certificate: it depends on the
    /// header's bytes, the gateway's trust, how widely paths are searched, and the time.
    fn prove(
        &self,
        arrival: &Arrival<'_>,
        in_force: InForce<'_>,
        signatures: Option<&SignatureMemory>,
        observer: &mut impl Observer,
    ) -> Result<Proven, Rejected> {
        let chain = ForwardedChain::decode(&arrival.raw, self.limits.certificates)?;
        observer.decoded(&chain);
        let forwarding = arrival.gateway.gateway.forwarding();
        let carrier = Carrier { headers: arrival.raw.names_in(forwarding).into(), encoding: chain.encoding.in_words() };
        let end_entity = Arc::clone(&chain.end_entity);
        let (trust, breadth) = (&arrival.gateway.trust, in_force.sources.breadth());
        let validated = ValidatedChain::validate(chain, trust, &self.validation, signatures, breadth, in_force.now)
            .map_err(|error| Rejected { rejection: error.into(), certificate: Some(end_entity), gateway: None })?;
        observer.validated(&validated);
        Ok(Proven::new(validated, carrier))
    }

    /// Stages 5 and 6, or what was last made of them where they could say nothing else now.
    fn conclude_or_recall(
        &self,
        proven: Result<Arc<Proven>, Rejected>,
        raw: RawCertificate,
        in_force: InForce<'_>,
    ) -> Result<Finding, Halted> {
        let peer = &raw.peer;
        let proven = proven.map_err(|rejected| Rejected { gateway: Some(peer.gateway()), ..rejected })?;
        if let Err(problem) = self.take_stapled(&proven.chain, &raw, in_force) {
            self.events.stapled_answer_refused(&peer.gateway(), &problem);
        }
        let peer = raw.peer;
        if let Some(client) = &*proven.conclusion.load()
            && client.is_unchanged(in_force.sources, in_force.now)
        {
            return Ok(Finding::Client(ClientIdentity::of(Arc::clone(client), peer, in_force.now)));
        }
        self.conclude(proven, peer, in_force)
    }

    /// What the gateway sent of the certificate's status beside it is for stage 5 to judge by, if it can be verified.
    fn take_stapled(
        &self,
        chain: &ValidatedChain,
        raw: &RawCertificate,
        in_force: InForce<'_>,
    ) -> Result<(), OcspAnswerProblem> {
        let Some(value) = raw.ocsp_answer() else { return Ok(()) };
        let stapled = StapledAnswer {
            value,
            decode: |value| base64(value).map_err(|_| OcspAnswerProblem::Base64Malformed),
            gateway: &raw.peer.gateway(),
            algorithms: self.validation.algorithms,
            now: in_force.now,
        };
        in_force.sources.take_stapled(chain, &stapled)
    }

    /// Stages 5 and 6: whether it was revoked, and who the client is. This is of the certificate and the sources in force.
    fn conclude(&self, proven: Arc<Proven>, peer: TrustedPeer, in_force: InForce<'_>) -> Result<Finding, Halted> {
        match UnrevokedChain::conclude_or_ask(&proven.chain, &self.revocation, in_force.sources, in_force.now) {
            Err(Halt::Open(questions)) => Err(Halted::Waits(Box::new(Suspended::Proven { proven, peer, questions }))),
            Err(Halt::Refused(error)) => Err(proven.rejected(&peer, error).into()),
            Ok(unrevoked) => Ok(self.identify(&proven, unrevoked, peer, in_force.now)?),
        }
    }

    /// As [`conclude`](Self::conclude), where nobody is asked any more.
    fn conclude_unasked(&self, proven: &Proven, peer: TrustedPeer, in_force: InForce<'_>) -> Result<Finding, Rejected> {
        let unrevoked = UnrevokedChain::conclude(&proven.chain, &self.revocation, in_force.sources, in_force.now)
            .map_err(|error| proven.rejected(&peer, error))?;
        self.identify(proven, unrevoked, peer, in_force.now)
    }

    /// Stage 6: who the client is. The conclusion is remembered, for as long as the sources of stage 5 could not say anything
    /// else.
    fn identify(
        &self,
        proven: &Proven,
        unrevoked: UnrevokedChain,
        peer: TrustedPeer,
        now: SystemTime,
    ) -> Result<Finding, Rejected> {
        let (carrier, clock) = (proven.carrier.clone(), Arc::clone(&self.clock));
        let client = KnownClient::of(unrevoked, carrier, clock, self.validation.clock_skew)
            .map_err(|error| proven.rejected(&peer, error))?;
        let client = Arc::new(client);
        proven.conclusion.store(Some(Arc::clone(&client)));
        Ok(Finding::Client(ClientIdentity::of(client, peer, now)))
    }

    /// Puts another trust in force. On an error, the present one stays.
    pub(crate) fn replace_trust(
        &self,
        next: impl FnOnce(TrustSources) -> Result<Snapshot, ConfigError>,
    ) -> Result<(), ConfigError> {
        self.snapshot.replace(next)?;
        self.memory.forget();
        Ok(())
    }

    /// What lists are verified with when they are loaded.
    pub(crate) fn verifier<'a>(&self, snapshot: &'a Snapshot) -> Verifier<'a> {
        Verifier { trusts: snapshot.trusts(), algorithms: self.validation.algorithms, now: self.clock.now() }
    }

    /// From a peer that is no gateway nothing is judged.
    fn not_from_gateway(
        &self,
        peer: UntrustedPeer,
        taken: &TakenHeaders,
        observer: &mut impl Observer,
    ) -> Result<Absence, Rejected> {
        observer.not_from_gateway(&peer);
        let header_removed = taken.is_present();
        if header_removed {
            if self.untrusted_header == UntrustedHeader::Refuse {
                return Err(Rejection::from(peer).into());
            }
            observer.header_ignored(&peer);
        }
        Ok(Absence::NotFromGateway { peer, header_removed })
    }
}

impl<E: Into<Rejection>> From<E> for Rejected {
    fn from(error: E) -> Self {
        Self { rejection: error.into(), certificate: None, gateway: None }
    }
}
