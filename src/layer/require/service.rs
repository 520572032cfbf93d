use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower::Service;

use super::check::{Check, Mode};
use crate::layer::protocol::Protocol;
use crate::layer::refusal::Refusals;
use crate::layer::{Authentication, Refusal, ResponseBody, ResponseFuture};

/// The service made by [`RequireClientCertLayer`](super::RequireClientCertLayer).
#[derive(Clone, Debug)]
pub struct RequireClientCert<S> {
    inner: S,
    check: Check,
    mode: Mode,
}

impl<S> RequireClientCert<S> {
    pub(super) fn new(inner: S, check: Check, mode: Mode) -> Self {
        Self { inner, check, mode }
    }

    fn judge<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let Some(authentication) = request.extensions().get::<Authentication>() else {
            return Err(Refusals::layer_missing());
        };
        let Err(error) = self.check.judge(request, authentication) else {
            return Ok(());
        };
        match self.mode {
            Mode::Enforced => Err(authentication.refuse(error)),
            Mode::Shadow => {
                authentication.shadow(&error);
                Ok(())
            }
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for RequireClientCert<S>
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

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        match self.judge(&request) {
            Ok(()) => ResponseFuture::inner(self.inner.call(request)),
            Err(refusal) => {
                let protocol = Protocol::of(request.method(), request.version(), request.headers());
                ResponseFuture::refused(refusal, protocol)
            }
        }
    }
}

#[cfg(feature = "tonic")]
impl<S: tonic::server::NamedService> tonic::server::NamedService for RequireClientCert<S> {
    const NAME: &'static str = S::NAME;
}
