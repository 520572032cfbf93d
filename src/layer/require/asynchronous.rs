use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower::{Layer, Service};

use super::check::Mode;
use super::guarded;
use super::values::HeldParts;
use super::waiting::RequireClientCertAsyncFuture;
use crate::authorization::{AsyncAccessRequest, AsyncAuthorizer, AuthorizationError, HeldRequest};
use crate::layer::{Authentication, Refusal, ResponseBody};

/// Lets only those requests through that an [`AsyncAuthorizer`] allows; made by
/// [`RequireClientCertLayer::asynchronous`](super::RequireClientCertLayer::asynchronous).
pub struct RequireClientCertAsyncLayer<A> {
    authorizer: Arc<A>,
    mode: Mode,
}

/// The service made by [`RequireClientCertAsyncLayer`].
pub struct RequireClientCertAsync<A, S> {
    inner: S,
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

/// Asks about a request, and gives it back.
async fn judge<A: AsyncAuthorizer>(
    authorizer: &A,
    mode: Mode,
    authentication: Authentication,
    parts: Parts,
) -> Result<Parts, Refusal> {
    let held = Arc::new(HeldParts(parts));
    let decision: Result<(), AuthorizationError> = async {
        let identity = authentication.identity().ok_or_else(|| authentication.missing())?.clone();
        let request: Arc<dyn HeldRequest> = Arc::<HeldParts>::clone(&held);
        let request = AsyncAccessRequest::new(identity, request);
        guarded::wait(|| authorizer.authorize(request)).await
    }
    .await;
    match (decision, mode) {
        (Ok(()), _) => {}
        (Err(error), Mode::Enforced) => return Err(authentication.refuse(error)),
        (Err(error), Mode::Shadow) => authentication.shadow(&error),
    }
    // Copied only where the authorizer keeps it beyond its decision.
    Ok(Arc::unwrap_or_clone(held).0)
}

impl<A, S, ReqBody, ResBody> Service<Request<ReqBody>> for RequireClientCertAsync<A, S>
where
    A: AsyncAuthorizer,
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ReqBody: Send + 'static,
    ResBody: Body<Data = Bytes> + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = RequireClientCertAsyncFuture<Self::Response, S::Error>;

    /// Always ready: whoever waits for a decision must not hold a place of the inner service.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (authorizer, mode) = (Arc::clone(&self.authorizer), self.mode);
        RequireClientCertAsyncFuture::new(self.inner.clone(), request, move |authentication, parts| async move {
            judge(&*authorizer, mode, authentication, parts).await
        })
    }
}

impl<A: AsyncAuthorizer, S> Layer<S> for RequireClientCertAsyncLayer<A> {
    type Service = RequireClientCertAsync<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireClientCertAsync { inner, authorizer: Arc::clone(&self.authorizer), mode: self.mode }
    }
}

impl<A> Clone for RequireClientCertAsyncLayer<A> {
    fn clone(&self) -> Self {
        Self { authorizer: Arc::clone(&self.authorizer), mode: self.mode }
    }
}

impl<A, S: Clone> Clone for RequireClientCertAsync<A, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), authorizer: Arc::clone(&self.authorizer), mode: self.mode }
    }
}

impl<A> fmt::Debug for RequireClientCertAsyncLayer<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsyncLayer").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl<A, S: fmt::Debug> fmt::Debug for RequireClientCertAsync<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut service = f.debug_struct("RequireClientCertAsync");
        service.field("inner", &self.inner).field("mode", &self.mode).finish_non_exhaustive()
    }
}

#[cfg(feature = "tonic")]
impl<A, S: tonic::server::NamedService> tonic::server::NamedService for RequireClientCertAsync<A, S> {
    const NAME: &'static str = S::NAME;
}
