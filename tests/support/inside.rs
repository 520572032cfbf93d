//! What stands behind a layer whose own readiness is asked.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::body::Body;
use http::{Request, Response};
use tower::Service;

/// A service that is as ready as it is told to be.
#[derive(Clone)]
pub(crate) struct Inside(pub(crate) Poll<Result<(), &'static str>>);

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
