use std::sync::Arc;

use super::asks::{Asks, AsksSince};
use super::refusal::{Refusal, Refusals};
use crate::audit::{About, Note, Subject};
use crate::authenticator::Finding;
use crate::authorization::{Absence, AuthorizationError, CertificateMissing};
use crate::gateway::GatewayPeer;
use crate::identity::ClientIdentity;

/// What the layer found out about a request. It stands in the request's extensions of every request that the layer let
/// pass, anonymous ones too; where it is missing, no layer ran.
///
/// The extractors of axum and tonic read it. Middleware of your own does as well:
///
/// ```
/// use http::Request;
/// use tower_client_cert::Authentication;
///
/// fn organization<B>(request: &Request<B>) -> Option<String> {
///     let identity = request.extensions().get::<Authentication>()?.identity()?;
///     identity.subject().organization().map(str::to_owned)
/// }
/// ```
///
/// Whoever asks it for the client, an extractor too, makes the answer depend on the client: the layer then sets
/// `Cache-Control: no-store` on the response, unless the handler has set that field itself. Other responses to the same
/// client that are under way at that moment get it too.
#[derive(Clone, Debug)]
pub struct Authentication {
    finding: Finding,
    asks: Asks,
    peer: Option<GatewayPeer>,
    note: Option<Arc<Note>>,
    refusals: Arc<Refusals>,
}

impl Authentication {
    pub(super) fn new(
        finding: Finding,
        peer: Option<GatewayPeer>,
        note: Option<Arc<Note>>,
        refusals: Arc<Refusals>,
    ) -> Self {
        let asks = Asks::about(&finding);
        Self { finding, asks, peer, note, refusals }
    }

    /// The client; `None` for an anonymous request.
    #[must_use]
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.asks.note();
        self.finding.identity()
    }

    /// The client, or the refusal of an anonymous request, logged and counted, for a middleware that answers itself.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with [`Reason::CertificateMissing`](crate::Reason::CertificateMissing).
    pub fn require(&self) -> Result<&ClientIdentity, Refusal> {
        self.identity().ok_or_else(|| self.refuse(self.missing()))
    }

    /// Why there is no certificate, in a sentence for people.
    #[cfg(feature = "whoami")]
    pub(crate) fn why_anonymous(&self) -> String {
        self.missing().to_string()
    }

    /// Who asks from now on makes the response depend on the client.
    pub(super) fn asks_since_now(&self) -> AsksSince {
        self.asks.since_now()
    }

    /// What an anonymous request lacks.
    pub(super) fn missing(&self) -> AuthorizationError {
        let absence = match &self.finding {
            Finding::Anonymous(absence) => absence.clone(),
            Finding::Client(_) => Absence::NotPresented { gateway: None },
        };
        CertificateMissing::new(absence).into()
    }

    pub(super) fn refuse(&self, error: AuthorizationError) -> Refusal {
        self.refusals.refuse(error.into(), self.about())
    }

    /// Notes what a rule in shadow mode would have refused.
    pub(super) fn shadow(&self, error: &AuthorizationError) {
        self.refusals.shadow(error, self.about());
    }

    /// Notes that the request is let pass, where that is to be recorded.
    pub(super) fn pass(&self) -> Result<(), Refusal> {
        self.refusals.pass(self.about())
    }

    fn about(&self) -> About<'_> {
        let (subject, gateway) = match &self.finding {
            Finding::Client(identity) => (Subject::Client(identity), Some(identity.gateway())),
            Finding::Anonymous(absence) => (Subject::Nobody, absence.gateway()),
        };
        About { subject, gateway, peer: self.peer, note: self.note.as_ref() }
    }
}
