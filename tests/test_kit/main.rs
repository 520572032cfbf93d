//! The kit for the tests of services: what it makes is what real authorities and gateways make, and it opens no door.

#![cfg(test)]
// The kit is missing from builds without debug assertions.
#![cfg(any(debug_assertions, tower_client_cert_test_kit))]

mod asserts;
mod certificates;
mod contents;
mod gateways;
mod identities;
mod ocsp;
mod responder;
mod revocation;

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::get;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, ClientIdentity, Gateway};

/// An app with one page for clients, which says who they are.
fn app(layer: ClientCertLayer) -> Router {
    Router::new().route("/", get(async |identity: ClientIdentity| identity.subject().to_string())).layer(layer)
}

fn nginx() -> TestGateway {
    TestGateway::new(Gateway::nginx(["10.1.0.0/24"]).unwrap())
}

fn builder(authority: &TestAuthority) -> ClientCertLayerBuilder {
    ClientCertLayer::builder(nginx().gateway(), authority.anchors())
}

fn request() -> Request<Body> {
    Request::new(Body::empty())
}

async fn send(app: &Router, request: Request<Body>) -> Response<Body> {
    app.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let body = axum::body::to_bytes(response.into_body(), 65_536).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}
