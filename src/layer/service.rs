use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use tower::Service;

use super::authentication::Authentication;
use super::future::ResponseFuture;
use super::in_force::InForce;
use super::peer_address::connection_of;
use super::protocol::Protocol;
use super::refusal::{Refusal, Refusals};
use super::require::{AccessTableHandle, Check};
use super::response_body::ResponseBody;
use crate::audit::{About, Audit, Note, Subject};
use crate::authenticator::{Authenticator, Finding, Rejected};
use crate::authorization::Presence;
use crate::error::ConfigError;
use crate::events::{Events, Replaced};
use crate::gateway::GatewayPeer;
use crate::identity::ClientIdentity;
use crate::re_emission::ReEmission;
use crate::readiness::Readiness;
use crate::rejection::{Rejection, SetupError};
use crate::utc::Utc;

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
    /// How long before its certificate expires a client is told so.
    pub(super) expiry_notice: Option<Duration>,
    pub(super) refusals: Arc<Refusals>,
}

impl<S> ClientCert<S> {
    pub(super) fn new(inner: S, in_force: Arc<InForce>) -> Self {
        Self { inner, in_force }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ClientCert<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        match self.in_force.load().admit(&mut request) {
            Ok(authentication) => ResponseFuture::authenticated(self.inner.call(request), authentication),
            Err(refusal) => {
                let protocol = Protocol::of(request.method(), request.version(), request.headers());
                ResponseFuture::refused(refusal, protocol)
            }
        }
    }
}

impl Shared {
    /// Authenticates the request, leaves what was found in its extensions, and asks the layer's own access table.
    fn admit<B>(&self, request: &mut Request<B>) -> Result<Authentication, Refusal> {
        let authentication = self.authenticate(request)?;
        request.extensions_mut().insert(authentication.clone());
        match &self.access {
            Some(table) => match Check::Table(table.clone()).judge(request, &authentication) {
                Ok(()) => Ok(authentication),
                Err(error) => Err(authentication.refuse(error)),
            },
            None => Ok(authentication),
        }
    }

    fn authenticate<B>(&self, request: &mut Request<B>) -> Result<Authentication, Refusal> {
        let connection = connection_of(request.extensions());
        let peer = connection.peer;
        let note = self.note(request);
        let refuse = |rejected| self.refuse(rejected, peer, note.as_ref());
        if request.extensions().get::<Authentication>().is_some() {
            return Err(refuse(Rejection::Setup(SetupError::LayerNested).into()));
        }
        let finding = self.authenticator.authenticate(&connection, request.headers_mut()).map_err(refuse)?;
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
        let notice = finding.identity().and_then(|identity| self.notice(identity));
        let authentication = Authentication::new(finding, peer, note, notice, Arc::clone(&self.refusals));
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
        let names = snapshot.gateways.iter().flat_map(|known| known.gateway.forwarding().names());
        Some(audit.note(request, names, self.authenticator.clock.now()))
    }

    pub(super) fn readiness(&self) -> Readiness {
        let authenticator = &self.authenticator;
        let snapshot = authenticator.snapshot.load();
        let verifier = authenticator.verifier(&snapshot);
        let lists = authenticator.revocation.sources().lists_in_force();
        let audit = self.refusals.audit.as_ref().and_then(Audit::trouble);
        Readiness::new(&snapshot, verifier.authorities(), lists, audit, verifier.now)
    }

    /// Notes what came of a replacement, and what is in force from then on.
    pub(super) fn replaced(&self, what: Replaced, outcome: Result<(), ConfigError>) -> Result<(), ConfigError> {
        Events::replaced(what, outcome.as_ref().copied());
        self.publish();
        outcome
    }

    pub(super) fn publish(&self) {
        Events::in_force(&self.readiness());
    }

    fn refuse(&self, rejected: Rejected, peer: Option<GatewayPeer>, note: Option<&Arc<Note>>) -> Refusal {
        let Rejected { rejection, certificate, gateway } = rejected;
        let subject = certificate.as_ref().map_or(Subject::Nobody, Subject::Certificate);
        let about = About { subject, gateway: gateway.as_deref(), peer, note };
        self.refusals.refuse(rejection, about)
    }
}
