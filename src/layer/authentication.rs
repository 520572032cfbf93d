use std::sync::Arc;

use super::refusal::{Refusal, Refusals};
use crate::authenticator::Finding;
use crate::authorization::{Absence, CertificateMissing};
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
#[derive(Clone, Debug)]
pub struct Authentication {
    finding: Finding,
    peer: Option<GatewayPeer>,
    refusals: Arc<Refusals>,
}

impl Authentication {
    pub(super) fn new(finding: Finding, peer: Option<GatewayPeer>, refusals: Arc<Refusals>) -> Self {
        Self { finding, peer, refusals }
    }

    /// The client; `None` for an anonymous request.
    #[must_use]
    pub fn identity(&self) -> Option<&ClientIdentity> {
        self.finding.identity()
    }

    /// The client, or the refusal of an anonymous request, logged and counted, for a middleware that answers itself.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with [`Reason::CertificateMissing`](crate::Reason::CertificateMissing).
    pub fn require(&self) -> Result<&ClientIdentity, Refusal> {
        match &self.finding {
            Finding::Client(identity) => Ok(identity),
            Finding::Anonymous(absence) => Err(self.refuse(absence)),
        }
    }

    fn refuse(&self, absence: &Absence) -> Refusal {
        self.refusals.refuse(CertificateMissing::new(absence.clone()).into(), None, self.peer)
    }
}
