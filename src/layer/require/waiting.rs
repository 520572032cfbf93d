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

/// The service made by the layers `L` that wait for a decision: [`RequireAccountLayer`](super::RequireAccountLayer) and
/// [`RequireClientCertAsyncLayer`](super::RequireClientCertAsyncLayer).
#[derive(Clone, Debug)]
pub struct RequireClientCertAsync<L, S> {
    layer: L,
    inner: S,
}

/// A layer that decides, and may have to wait for that. Cheap to clone.
pub(super) trait Decide: Clone + Send + 'static {
    /// Lets the request go on as it gives it back, or refuses it.
    fn decide(
        self,
        authentication: Authentication,
        request: Parts,
    ) -> impl Future<Output = Result<Parts, Refusal>> + Send;
}

impl<L, S> RequireClientCertAsync<L, S> {
    pub(super) fn new(layer: L, inner: S) -> Self {
        Self { layer, inner }
    }
}

impl<L, S, ReqBody, ResBody> Service<Request<ReqBody>> for RequireClientCertAsync<L, S>
where
    L: Decide,
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
        let Self { layer, inner } = self.clone();
        let protocol = Protocol::of(request.method(), request.version(), request.headers());
        let (parts, body) = request.into_parts();
        RequireClientCertAsyncFuture(Box::pin(async move {
            let decision = match parts.extensions.get::<Authentication>().cloned() {
                Some(authentication) => layer.decide(authentication, parts).await,
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

#[cfg(feature = "tonic")]
impl<L, S: tonic::server::NamedService> tonic::server::NamedService for RequireClientCertAsync<L, S> {
    const NAME: &'static str = S::NAME;
}

/// The future of [`RequireClientCertAsync`].
pub struct RequireClientCertAsyncFuture<R, E>(Pin<Box<dyn Future<Output = Result<R, E>> + Send>>);

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
