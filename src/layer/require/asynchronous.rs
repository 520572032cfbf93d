use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower::{Layer, Service, ServiceExt as _};

use super::grants::{Grants, Key};
use super::guarded;
use crate::authorization::AsyncAuthorizer;
use crate::identity::ClientIdentity;
use crate::layer::protocol::Protocol;
use crate::layer::refusal::Refusals;
use crate::layer::{Authentication, Refusal, ResponseBody};

/// Lets only those requests through to which an [`AsyncAuthorizer`] grants something; made by
/// [`RequireClientCertLayer::asynchronous`](super::RequireClientCertLayer::asynchronous).
pub struct RequireClientCertAsyncLayer<A: AsyncAuthorizer> {
    shared: Arc<Shared<A>>,
}

/// The service made by [`RequireClientCertAsyncLayer`].
pub struct RequireClientCertAsync<A: AsyncAuthorizer, S> {
    inner: S,
    shared: Arc<Shared<A>>,
}

struct Shared<A: AsyncAuthorizer> {
    authorizer: A,
    grants: Grants<A::Grant>,
}

impl<A: AsyncAuthorizer> RequireClientCertAsyncLayer<A> {
    pub(super) fn new(authorizer: A) -> Self {
        Self { shared: Arc::new(Shared { authorizer, grants: Grants::new(Duration::ZERO, 0) }) }
    }

    /// Remembers what was granted to a certificate, for this time and this number of clients. A no is asked for again
    /// each time. Default: nothing is remembered.
    #[must_use]
    pub fn remember(self, time: Duration, max_clients: usize) -> Self
    where
        A: Clone,
    {
        let authorizer = self.shared.authorizer.clone();
        Self { shared: Arc::new(Shared { authorizer, grants: Grants::new(time, max_clients) }) }
    }
}

impl<A: AsyncAuthorizer> Shared<A> {
    async fn grant(&self, authentication: &Authentication, identity: ClientIdentity) -> Result<A::Grant, Refusal> {
        let key = Key::of(&identity);
        if let Some(grant) = self.grants.find(&key, identity.clock().now()) {
            return Ok(grant);
        }
        let asked_at = identity.clock().now();
        let decision = guarded::wait(|| self.authorizer.authorize(identity)).await;
        let grant = decision.map_err(|error| authentication.refuse(error))?;
        self.grants.remember(key, grant.clone(), asked_at);
        Ok(grant)
    }
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

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let inner = self.inner.clone();
        let protocol = Protocol::of(request.method(), request.version(), request.headers());
        let authentication = request.extensions().get::<Authentication>().cloned();
        RequireClientCertAsyncFuture(Box::pin(async move {
            let decision = async {
                let authentication = authentication.ok_or_else(Refusals::layer_missing)?;
                let identity = authentication.require()?.clone();
                shared.grant(&authentication, identity).await
            };
            match decision.await {
                Ok(grant) => {
                    request.extensions_mut().insert(grant);
                    Ok(inner.oneshot(request).await?.map(ResponseBody::inner))
                }
                Err(refusal) => Ok(refusal.respond(protocol)),
            }
        }))
    }
}

impl<A: AsyncAuthorizer, S> Layer<S> for RequireClientCertAsyncLayer<A> {
    type Service = RequireClientCertAsync<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireClientCertAsync { inner, shared: Arc::clone(&self.shared) }
    }
}

/// The future of [`RequireClientCertAsync`].
pub struct RequireClientCertAsyncFuture<R, E>(Pin<Box<dyn Future<Output = Result<R, E>> + Send>>);

impl<R, E> Future for RequireClientCertAsyncFuture<R, E> {
    type Output = Result<R, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<A: AsyncAuthorizer> Clone for RequireClientCertAsyncLayer<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<A: AsyncAuthorizer, S: Clone> Clone for RequireClientCertAsync<A, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<A: AsyncAuthorizer> fmt::Debug for RequireClientCertAsyncLayer<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsyncLayer").finish_non_exhaustive()
    }
}

impl<A: AsyncAuthorizer, S: fmt::Debug> fmt::Debug for RequireClientCertAsync<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsync").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<R, E> fmt::Debug for RequireClientCertAsyncFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsyncFuture").finish_non_exhaustive()
    }
}

#[cfg(feature = "tonic")]
impl<A: AsyncAuthorizer, S: tonic::server::NamedService> tonic::server::NamedService for RequireClientCertAsync<A, S> {
    const NAME: &'static str = S::NAME;
}
