use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};

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
/// `Cache-Control: no-store` on the response, unless the handler has set that field itself.
#[derive(Clone, Debug)]
pub struct Authentication(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    finding: Finding,
    peer: Option<GatewayPeer>,
    note: Option<Arc<Note>>,
    notice: Option<HeaderValue>,
    refusals: Arc<Refusals>,
    was_asked: AtomicBool,
}

impl Authentication {
    pub(super) fn new(
        finding: Finding,
        peer: Option<GatewayPeer>,
        note: Option<Arc<Note>>,
        notice: Option<HeaderValue>,
        refusals: Arc<Refusals>,
    ) -> Self {
        Self(Arc::new(Inner { finding, peer, note, notice, refusals, was_asked: AtomicBool::new(false) }))
    }

    /// The client; `None` for an anonymous request.
    #[must_use]
    pub fn identity(&self) -> Option<&ClientIdentity> {
        // Set and read in the course of one request, which orders the two.
        self.0.was_asked.store(true, Ordering::Relaxed);
        self.0.finding.identity()
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

    /// Adds to the headers of a response what follows from its request.
    pub(super) fn mark(&self, headers: &mut HeaderMap) {
        if let Some(notice) = &self.0.notice {
            headers.insert(CLIENT_CERTIFICATE_EXPIRES, notice.clone());
        }
        // RFC 9440 section 2.4: the answer depends on the client.
        if self.0.notice.is_some() || self.0.was_asked.load(Ordering::Relaxed) {
            headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        }
    }

    /// What an anonymous request lacks.
    pub(super) fn missing(&self) -> AuthorizationError {
        let absence = match &self.0.finding {
            Finding::Anonymous(absence) => absence.clone(),
            Finding::Client(_) => Absence::NotPresented { gateway: None },
        };
        CertificateMissing::new(absence).into()
    }

    pub(super) fn refuse(&self, error: AuthorizationError) -> Refusal {
        self.0.refusals.refuse(error.into(), self.about())
    }

    /// Notes what a rule in shadow mode would have refused.
    pub(super) fn shadow(&self, error: &AuthorizationError) {
        self.0.refusals.shadow(error, self.about());
    }

    /// Notes that the request is let pass, where that is to be recorded.
    pub(super) fn pass(&self) -> Result<(), Refusal> {
        self.0.refusals.pass(self.about())
    }

    fn about(&self) -> About<'_> {
        let (subject, gateway) = match &self.0.finding {
            Finding::Client(identity) => (Subject::Client(identity), Some(identity.gateway())),
            Finding::Anonymous(absence) => (Subject::Nobody, absence.gateway()),
        };
        About { subject, gateway, peer: self.0.peer, note: self.0.note.as_ref() }
    }
}

/// Tells a client when its certificate expires.
const CLIENT_CERTIFICATE_EXPIRES: HeaderName = HeaderName::from_static("client-certificate-expires");
