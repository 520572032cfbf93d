use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower::Service;

use super::future::ResponseFuture;
use super::response_body::ResponseBody;
use super::service::{Arrived, Provenance, Shared};
use crate::authenticator::{Finding, Rejected, Suspended};

pin_project! {
    /// The future of [`ClientCert`](super::ClientCert): the inner service's, a refusal that is ready at once, or a wait and
    /// then one of these: for the certificate's turn to be validated, or for a responder's answer.
    ///
    /// Who waits holds no readiness of the inner service: the clone that was ready is dropped before, and another one is made
    /// ready afterwards. So a limit inside is not taken up by clients that were never seen before.
    pub struct ClientCertFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        kind: Kind<S, B, S::Future>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<S, B, F> {
        /// Boxed, because few requests ever wait.
        Waits {
            held: Option<Box<Held<S, B>>>,
        },
        Goes {
            #[pin]
            future: ResponseFuture<F>,
        },
    }
}

/// A request while it waits, and what becomes of it then.
struct Held<S, B> {
    step: Step,
    inner: S,
    shared: Arc<Shared>,
    request: Option<Request<B>>,
}

enum Step {
    /// For what comes of the certificate.
    Suspended { outcome: Pin<Box<dyn Future<Output = Result<Finding, Rejected>> + Send>>, provenance: Provenance },
    /// For the inner service.
    Admitted { arrived: Option<Arrived> },
}

impl<S, B> ClientCertFuture<S, B>
where
    S: Service<Request<B>>,
{
    pub(super) fn goes(future: ResponseFuture<S::Future>) -> Self {
        Self { kind: Kind::Goes { future } }
    }

    /// `inner` has not been made ready.
    pub(super) fn waits(
        suspended: Suspended,
        provenance: Provenance,
        inner: S,
        shared: Arc<Shared>,
        request: Request<B>,
    ) -> Self {
        let authenticating = Arc::clone(&shared);
        let outcome = Box::pin(async move { authenticating.authenticator.resume(suspended).await });
        let step = Step::Suspended { outcome, provenance };
        Self { kind: Kind::Waits { held: Some(Box::new(Held { step, inner, shared, request: Some(request) })) } }
    }
}

impl<S, B, R> Future for ClientCertFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body<Data = Bytes>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.kind.as_mut().project() {
                KindProjection::Goes { future } => return future.poll(context),
                // Polled again after it was done, which a future need not answer.
                KindProjection::Waits { held: None } => return Poll::Pending,
                KindProjection::Waits { held: slot } => match slot {
                    Some(held) => ready!(held.poll(context))?,
                    None => return Poll::Pending,
                },
            };
            this.kind.set(Kind::Goes { future: next });
        }
    }
}

impl<S, B> Held<S, B>
where
    S: Service<Request<B>>,
{
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<ResponseFuture<S::Future>, S::Error>> {
        loop {
            match &mut self.step {
                Step::Suspended { outcome, provenance } => {
                    let outcome = ready!(outcome.as_mut().poll(context));
                    let Some(request) = &mut self.request else { return Poll::Pending };
                    let arrived = self.shared.arrive(outcome, provenance, request);
                    self.step = Step::Admitted { arrived: Some(arrived) };
                }
                Step::Admitted { arrived } => {
                    if matches!(arrived, Some(Arrived::Admitted(_))) {
                        ready!(self.inner.poll_ready(context))?;
                    }
                    let (Some(arrived), Some(request)) = (arrived.take(), self.request.take()) else {
                        return Poll::Pending;
                    };
                    return Poll::Ready(Ok(arrived.into_future(&mut self.inner, request)));
                }
            }
        }
    }
}

impl<S, B> fmt::Debug for ClientCertFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = matches!(self.kind, Kind::Waits { .. });
        f.debug_struct("ClientCertFuture").field("waits", &waits).finish_non_exhaustive()
    }
}
