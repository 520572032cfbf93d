use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use pin_project_lite::pin_project;

use super::marks::Marks;
use super::protocol::Protocol;
use super::refusal::Refusal;
use super::response_body::ResponseBody;

pin_project! {
    /// The future of [`ClientCert`](super::ClientCert) and [`RequireClientCert`](super::RequireClientCert): the inner
    /// service's, or a refusal that is ready at once.
    #[derive(Debug)]
    pub struct ResponseFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<F> {
        Inner {
            #[pin]
            future: F,
            marks: Option<Marks>,
        },
        Refused {
            refusal: Option<(Refusal, Protocol)>,
        },
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn inner(future: F) -> Self {
        Self { kind: Kind::Inner { future, marks: None } }
    }

    /// The inner service's, the response of which is marked.
    pub(super) fn marked(future: F, marks: Marks) -> Self {
        Self { kind: Kind::Inner { future, marks: Some(marks) } }
    }

    pub(super) fn refused(refusal: Refusal, protocol: Protocol) -> Self {
        Self { kind: Kind::Refused { refusal: Some((refusal, protocol)) } }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProjection::Inner { future, marks } => future.poll(context).map_ok(|mut response| {
                if let Some(marks) = marks {
                    marks.add_to(response.headers_mut());
                }
                response.map(ResponseBody::inner)
            }),
            KindProjection::Refused { refusal } => match refusal.take() {
                Some((refusal, protocol)) => Poll::Ready(Ok(refusal.respond(protocol))),
                // Polled again after it was done, which a future need not answer.
                None => Poll::Pending,
            },
        }
    }
}
