//! Requests with a certificate, and the processor time that a service takes to answer them.

use std::convert::Infallible;
use std::future::{Future as _, Ready, ready};
use std::hint::black_box;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{HeaderValue, Request, Response};
use http_body_util::Empty;
use tower::Service;
use tower_client_cert::{Authentication, GatewayPeer};

use super::processor::{cpu_time, cpu_time_since};

pub(crate) type Body = Empty<bytes::Bytes>;
pub(crate) type Answer = Ready<Result<Response<Body>, Infallible>>;

/// A request as a server has it: the address is there, and other headers. The certificate is copied, as if it had just
/// been read from a connection.
pub(crate) fn request(header: &HeaderValue) -> Request<Body> {
    let mut request = Request::new(Body::new());
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    for (name, value) in [("host", "api.example"), ("accept", "*/*"), ("user-agent", "curl/8"), ("x-request-id", "42")]
    {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request.headers_mut().append("x-client-cert", HeaderValue::from_bytes(header.as_bytes()).unwrap());
    request
}

/// An answer that has a header of its own, and room for another.
pub(crate) fn answer() -> Answer {
    ready(Ok(Response::builder().header("content-type", "text/plain").body(Body::new()).unwrap()))
}

pub(crate) fn answer_a_client(request: &Request<Body>) -> Answer {
    assert!(request.extensions().get::<Authentication>().unwrap().identity().is_some());
    answer()
}

/// The answer of a service that does not wait.
pub(crate) fn call<S, B>(service: &mut S, request: Request<Body>) -> Response<B>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    let mut future = pin!(service.call(request));
    let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing here waits")
    };
    response
}

/// The processor time of the service alone: requests are made beforehand, a chunk at a time. `order` is the places of the
/// headers in the order of their requests, which begins anew at its end.
pub(crate) fn serve<S, B>(
    mut service: S,
    headers: Vec<HeaderValue>,
    order: Vec<usize>,
) -> impl FnMut(u64) -> Duration + use<S, B>
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    let mut next = order.into_iter().cycle();
    move |iterations| {
        let mut spent = Duration::ZERO;
        let mut left = iterations;
        while left > 0 {
            let chunk = left.min(MAX_CHUNK);
            let requests: Vec<_> = (0..chunk).map(|_| request(&headers[next.next().unwrap()])).collect();
            let before = cpu_time();
            for request in requests {
                black_box(call(&mut service, request));
            }
            spent += cpu_time_since(before);
            left -= chunk;
        }
        spent
    }
}

/// So few that what was just written is still at hand, as it is in a server.
const MAX_CHUNK: u64 = 128;
