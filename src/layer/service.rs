use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use tower::Service;

use super::authentication::Authentication;
use super::client_cert_future::ClientCertFuture;
use super::future::ResponseFuture;
use super::in_force::InForce;
use super::marks::Marks;
use super::peer_address::connection_of;
use super::protocol::Protocol;
use super::refusal::{Refusal, Refusals};
use super::require::{AccessTableHandle, Check};
use super::response_body::ResponseBody;
use crate::audit::{About, Audit, Note, Subject};
use crate::authenticator::{Authenticator, Finding, Halted, Rejected};
use crate::authorization::Presence;
use crate::error::ConfigError;
use crate::events::{Events, Replaced};
use crate::gateway::{GatewayConnection, GatewayPeer};
use crate::identity::ClientIdentity;
use crate::re_emission::ReEmission;
use crate::readiness::Readiness;
use crate::rejection::{Rejection, SetupError};
use crate::utc::Utc;
use crate::verdict_cache::MemoryLimits;

/// The service made by [`ClientCertLayer`](super::ClientCertLayer).
#[derive(Clone, Debug)]
pub struct ClientCert<S> {
    inner: S,
    in_force: Arc<InForce>,
}

/// What every clone of a layer and its services share: one generation of it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) authenticator: Authenticator,
    pub(super) re_emission: ReEmission,
    pub(super) presence: Presence,
    /// Asked of every request that was authenticated, the anonymous ones too.
    pub(super) access: Option<AccessTableHandle>,
    /// Looked after as long as this generation is in force.
    #[cfg(feature = "fetch")]
    pub(super) fetched_crls: Vec<crate::revocation::FetchedCrls>,
    /// For the effective policy alone.
    pub(super) memory: Option<MemoryLimits>,
    /// How long before its certificate expires a client is told so.
    pub(super) expiry_notice: Option<Duration>,
    pub(super) refusals: Arc<Refusals>,
}

impl<S> ClientCert<S> {
    pub(super) fn new(inner: S, in_force: Arc<InForce>) -> Self {
        Self { inner, in_force }
    }
}

/// What came of a request that need not wait any more.
pub(super) enum Arrived {
    Admitted(Marks),
    Refused(Refusal),
}

/// Where a request came from, and what the audit will want to know of it.
#[derive(Debug)]
pub(super) struct Provenance {
    peer: Option<GatewayPeer>,
    note: Option<Arc<Note>>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ClientCert<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    ResBody: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ClientCertFuture<S, ReqBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let shared = self.in_force.load();
        let connection = connection_of(request.extensions());
        let provenance = Provenance { peer: connection.peer, note: shared.note(&request) };
        let outcome = match shared.authenticate(&connection, &mut request) {
            Ok(finding) => Ok(finding),
            Err(Halted::Rejected(rejected)) => Err(rejected),
            Err(Halted::Waits(suspended)) => {
                // Gives up the readiness of the inner service: nobody else may wait for this one.
                self.inner = self.inner.clone();
                let inner = self.inner.clone();
                return ClientCertFuture::waits(*suspended, provenance, inner, Arc::clone(&shared), request);
            }
        };
        let arrived = shared.arrive(outcome, &provenance, &mut request);
        ClientCertFuture::goes(arrived.into_future(&mut self.inner, request))
    }
}

impl Arrived {
    pub(super) fn into_future<S, B>(self, inner: &mut S, request: Request<B>) -> ResponseFuture<S::Future>
    where
        S: Service<Request<B>>,
    {
        match self {
            Self::Admitted(marks) => ResponseFuture::marked(inner.call(request), marks),
            Self::Refused(refusal) => {
                let protocol = Protocol::of(request.method(), request.version(), request.headers());
                ResponseFuture::refused(refusal, protocol)
            }
        }
    }
}

impl Shared {
    /// Follows the line, as far as it goes without waiting.
    fn authenticate<B>(&self, connection: &GatewayConnection, request: &mut Request<B>) -> Result<Finding, Halted> {
        if request.extensions().get::<Authentication>().is_some() {
            return Err(Halted::Rejected(Rejection::Setup(SetupError::LayerNested).into()));
        }
        self.authenticator.authenticate(connection, request.headers_mut())
    }

    /// What follows from where the line has ended.
    pub(super) fn arrive<B>(
        &self,
        outcome: Result<Finding, Rejected>,
        provenance: &Provenance,
        request: &mut Request<B>,
    ) -> Arrived {
        let admitted = outcome
            .map_err(|rejected| self.refuse(rejected, provenance))
            .and_then(|finding| self.admit(finding, provenance, request));
        match admitted {
            Ok(marks) => Arrived::Admitted(marks),
            Err(refusal) => Arrived::Refused(refusal),
        }
    }

    /// Asks the layer's own access table, and leaves what was found in the request's extensions.
    fn admit<B>(&self, finding: Finding, provenance: &Provenance, request: &mut Request<B>) -> Result<Marks, Refusal> {
        let notice = finding.identity().and_then(|identity| self.notice(identity));
        let authentication = self.authentication(finding, provenance, request)?;
        let marks = Marks { asks: authentication.asks_since_now(), notice };
        if let Some(table) = &self.access {
            Check::Table(table.clone())
                .judge(request, &authentication)
                .map_err(|error| authentication.refuse(error))?;
        }
        request.extensions_mut().insert(authentication);
        Ok(marks)
    }

    fn authentication<B>(
        &self,
        finding: Finding,
        provenance: &Provenance,
        request: &mut Request<B>,
    ) -> Result<Authentication, Refusal> {
        let peer = provenance.peer;
        let refuse = |rejected| self.refuse(rejected, provenance);
        self.re_emission.apply(request.headers_mut(), finding.identity()).map_err(|error| refuse(error.into()))?;
        match &finding {
            Finding::Client(identity) => self.refusals.events.accepted(identity),
            Finding::Anonymous(absence) => {
                self.presence.admit(absence, request.uri().path()).map_err(|missing| {
                    let gateway = absence.gateway().map(Arc::from);
                    refuse(Rejected { gateway, ..missing.into() })
                })?;
                self.refusals.events.anonymous(absence.gateway(), peer);
            }
        }
        let authentication = Authentication::new(finding, peer, provenance.note.clone(), Arc::clone(&self.refusals));
        authentication.pass().map(|()| authentication)
    }

    /// What a client is told whose certificate expires soon.
    fn notice(&self, identity: &ClientIdentity) -> Option<HeaderValue> {
        let time = self.expiry_notice?;
        let not_after = identity.not_after();
        let left = not_after.duration_since(self.authenticator.clock.now()).unwrap_or_default();
        if left < time { HeaderValue::try_from(Utc(not_after).to_string()).ok() } else { None }
    }

    /// What the audit will want to know of the request, before anything is taken out of it.
    fn note<B>(&self, request: &Request<B>) -> Option<Arc<Note>> {
        let audit = self.refusals.audit.as_ref()?;
        let snapshot = self.authenticator.snapshot.load();
        Some(audit.note(request, snapshot.header_names.iter(), self.authenticator.clock.now()))
    }

    pub(super) fn readiness(&self) -> Readiness {
        let authenticator = &self.authenticator;
        let snapshot = authenticator.snapshot.load();
        let verifier = authenticator.verifier(&snapshot);
        let lists = authenticator.revocation.sources().lists_in_force();
        let audit = self.refusals.audit.as_ref().and_then(Audit::trouble);
        let unreachable = self.refusals.events.unreachable(verifier.now);
        let clock_skew = authenticator.validation.clock_skew;
        Readiness::new(&snapshot, verifier.authorities(), lists, audit, unreachable, verifier.now, clock_skew)
    }

    /// Notes what came of a replacement, and what is in force from then on.
    pub(super) fn replaced(&self, what: Replaced, outcome: Result<(), ConfigError>) -> Result<(), ConfigError> {
        Events::replaced(what, outcome.as_ref().copied());
        self.publish();
        outcome
    }

    pub(super) fn publish(&self) {
        self.refusals.events.in_force(&self.readiness());
    }

    fn refuse(&self, rejected: Rejected, provenance: &Provenance) -> Refusal {
        let Rejected { rejection, certificate, gateway } = rejected;
        let subject = certificate.as_ref().map_or(Subject::Nobody, Subject::Certificate);
        let about =
            About { subject, gateway: gateway.as_deref(), peer: provenance.peer, note: provenance.note.as_ref() };
        self.refusals.refuse(rejection, about)
    }
}
