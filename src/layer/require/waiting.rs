use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower::{Service, ServiceExt as _};

use crate::layer::protocol::Protocol;
use crate::layer::refusal::Refusals;
use crate::layer::{Authentication, Refusal, ResponseBody};

/// The future of services that wait for a decision: [`RequireAccount`](crate::RequireAccount) and
/// [`RequireClientCertAsync`](crate::RequireClientCertAsync).
pub struct RequireClientCertAsyncFuture<R, E>(Pin<Box<dyn Future<Output = Result<R, E>> + Send>>);

impl<R, E> RequireClientCertAsyncFuture<Response<ResponseBody<R>>, E> {
    /// Sends the request on as the decision leaves it, or answers with the refusal.
    pub(super) fn new<S, B, D, Deciding>(inner: S, request: Request<B>, decide: D) -> Self
    where
        S: Service<Request<B>, Response = Response<R>, Error = E> + Send + 'static,
        S::Future: Send,
        E: Send,
        B: Send + 'static,
        R: Body<Data = Bytes> + 'static,
        D: FnOnce(Authentication, Parts) -> Deciding + Send + 'static,
        Deciding: Future<Output = Result<Parts, Refusal>> + Send,
    {
        let protocol = Protocol::of(request.method(), request.version(), request.headers());
        let (parts, body) = request.into_parts();
        Self(Box::pin(async move {
            let decision = match parts.extensions.get::<Authentication>().cloned() {
                Some(authentication) => decide(authentication, parts).await,
                None => Err(Refusals::layer_missing()),
            };
            match decision {
                Ok(parts) => {
                    let response = inner.oneshot(Request::from_parts(parts, body)).await?;
                    Ok(response.map(ResponseBody::inner))
                }
                Err(refusal) => Ok(refusal.respond(protocol)),
            }
        }))
    }
}

impl<R, E> Future for RequireClientCertAsyncFuture<R, E> {
    type Output = Result<R, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<R, E> fmt::Debug for RequireClientCertAsyncFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireClientCertAsyncFuture").finish_non_exhaustive()
    }
}
