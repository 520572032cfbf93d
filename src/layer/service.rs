use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
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
use crate::authenticator::{Authenticator, Finding, Rejected};
use crate::authorization::Presence;
use crate::error::ConfigError;
use crate::events::{Events, Replaced};
use crate::gateway::GatewayPeer;
use crate::re_emission::ReEmission;
use crate::readiness::Readiness;
use crate::rejection::{Rejection, SetupError};

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
        if request.extensions().get::<Authentication>().is_some() {
            return Err(self.refuse(Rejection::Setup(SetupError::LayerNested).into(), peer));
        }
        let finding = self
            .authenticator
            .authenticate(&connection, request.headers_mut())
            .map_err(|rejected| self.refuse(rejected, peer))?;
        self.re_emission
            .apply(request.headers_mut(), finding.identity())
            .map_err(|error| self.refuse(error.into(), peer))?;
        match &finding {
            Finding::Client(identity) => self.refusals.events.accepted(identity),
            Finding::Anonymous(absence) => {
                self.presence.admit(absence, request.uri().path()).map_err(|missing| {
                    let gateway = absence.gateway().map(Arc::from);
                    self.refuse(Rejected { gateway, ..missing.into() }, peer)
                })?;
                self.refusals.events.anonymous(absence.gateway(), peer);
            }
        }
        Ok(Authentication::new(finding, peer, Arc::clone(&self.refusals)))
    }

    pub(super) fn readiness(&self) -> Readiness {
        let authenticator = &self.authenticator;
        let snapshot = authenticator.snapshot.load();
        let verifier = authenticator.verifier(&snapshot);
        let lists = authenticator.revocation.sources().lists_in_force();
        Readiness::new(&snapshot, verifier.authorities(), lists, verifier.now)
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

    fn refuse(&self, rejected: Rejected, peer: Option<GatewayPeer>) -> Refusal {
        self.refusals.refuse(rejected.rejection, rejected.certificate.as_deref(), peer, rejected.gateway.as_deref())
    }
}
