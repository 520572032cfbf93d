//! A guard that has to wait for a decision is ready whatever stands behind it.

use std::future::{Ready, poll_fn, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use http::{Request, Response};
use tower::{Layer as _, Service};
use tower_client_cert::{AuthorizationError, RequireClientCertLayer};

/// A service that is as ready as it is told to be.
#[derive(Clone)]
struct Inside(Poll<Result<(), &'static str>>);

impl Service<Request<Body>> for Inside {
    type Response = Response<Body>;
    type Error = &'static str;
    type Future = Ready<Result<Response<Body>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.0
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(Body::empty())))
    }
}

fn readiness<S: Service<Request<Body>>>(mut service: S) -> Poll<Result<(), S::Error>> {
    let mut asked = pin!(poll_fn(|context| service.poll_ready(context)));
    std::future::Future::poll(asked.as_mut(), &mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_guard_that_waits_for_its_decision_holds_no_place_of_what_it_guards() {
    async fn decide<T>(_: T) -> Result<(), AuthorizationError> {
        Ok(())
    }
    for inside in [Poll::Pending, Poll::Ready(Err("closed")), Poll::Ready(Ok(()))] {
        let guarded = RequireClientCertLayer::asynchronous(decide).layer(Inside(inside));
        assert_eq!(readiness(guarded), Poll::Ready(Ok(())));
        let guarded = RequireClientCertLayer::account(decide).layer(Inside(inside));
        assert_eq!(readiness(guarded), Poll::Ready(Ok(())));
    }
}
