use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use tower::Layer;

use super::check::Mode;
use super::guarded;
use super::values::HeldParts;
use super::waiting::{Decide, RequireClientCertAsync};
use crate::authorization::{AsyncAccessRequest, AsyncAuthorizer, AuthorizationError, HeldRequest};
use crate::layer::{Authentication, Refusal};

/// Lets only those requests through that an [`AsyncAuthorizer`] allows; made by
/// [`RequireClientCertLayer::asynchronous`](super::RequireClientCertLayer::asynchronous).
pub struct RequireClientCertAsyncLayer<A> {
    authorizer: Arc<A>,
    mode: Mode,
}

impl<A: AsyncAuthorizer> RequireClientCertAsyncLayer<A> {
    pub(super) fn new(authorizer: A) -> Self {
        Self { authorizer: Arc::new(authorizer), mode: Mode::Enforced }
    }

    /// Rehearses: what would be refused is logged and counted, and passes. Anonymous requests pass too.
    #[must_use]
    pub fn shadow(self) -> Self {
        Self { mode: Mode::Shadow, ..self }
    }
}

impl<A: AsyncAuthorizer> Decide for RequireClientCertAsyncLayer<A> {
    async fn decide(self, authentication: Authentication, request: Parts) -> Result<Parts, Refusal> {
        let held = Arc::new(HeldParts(request));
        let decision: Result<(), AuthorizationError> = async {
            let identity = authentication.identity().ok_or_else(|| authentication.missing())?.clone();
            let request: Arc<dyn HeldRequest> = Arc::<HeldParts>::clone(&held);
            let request = AsyncAccessRequest::new(identity, request);
            guarded::wait(|| self.authorizer.authorize(request)).await
        }
        .await;
        match (decision, self.mode) {
            (Ok(()), _) => {}
            (Err(error), Mode::Enforced) => return Err(authentication.refuse(error)),
            (Err(error), Mode::Shadow) => authentication.shadow(&error),
        }
        // Copied only where the authorizer keeps it beyond its decision.
        Ok(Arc::unwrap_or_clone(held).0)
    }
}

impl<A: AsyncAuthorizer, S> Layer<S> for RequireClientCertAsyncLayer<A> {
    type Service = RequireClientCertAsync<Self, S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireClientCertAsync::new(self.clone(), inner)
    }
}

impl<A> Clone for RequireClientCertAsyncLayer<A> {
    fn clone(&self) -> Self {
        Self { authorizer: Arc::clone(&self.authorizer), mode: self.mode }
    }
}

impl<A> fmt::Debug for RequireClientCertAsyncLayer<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsyncLayer").field("mode", &self.mode).finish_non_exhaustive()
    }
}
