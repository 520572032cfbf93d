//! A guard that has to wait for a decision is ready whatever stands behind it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use http::Request;
use tower::{Layer as _, Service};
use tower_client_cert::{AuthorizationError, RequireClientCertLayer};

use crate::support::inside::Inside;

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
