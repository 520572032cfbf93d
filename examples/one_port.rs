//! tonic and axum on one port, behind one layer: each refuses in its own protocol.
//!
//! `cargo run --example one_port --features test-kit,tonic`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Version};
use axum::routing::get;
use tonic::service::Routes;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway};

/// Serve it with `axum::serve`, which speaks HTTP/1 and HTTP/2.
fn app(client_cert: ClientCertLayer) -> Router {
    let (_reporter, health) = tonic_health::server::health_reporter();
    Routes::new(health)
        .into_axum_router()
        .route("/page", get(async |identity: ClientIdentity| identity.subject().to_string()))
        .layer(client_cert)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).required().build()?);

    let client = authority.client("orders-svc").issue();
    for (request, client, status, grpc_status) in [
        (page(), Some(&client), 200, None),
        (page(), None, 401, None),
        (health_check(), Some(&client), 200, Some("0")),
        (health_check(), None, 200, Some("16")), // UNAUTHENTICATED, in the words of gRPC
    ] {
        let request = request?;
        let what = request.uri().to_string();
        let request = match client {
            Some(client) => gateway.forward(request, client),
            None => gateway.forward_anonymous(request),
        };
        let answer = app.clone().oneshot(request).await?;
        let found_status = answer.status();
        let found_grpc_status = grpc_status_of(answer).await?;
        println!("{what:28} {found_status} grpc-status {found_grpc_status:?}");
        if found_status != status || found_grpc_status.as_deref() != grpc_status {
            return Err(format!("{what}: expected {status} and grpc-status {grpc_status:?}").into());
        }
    }
    Ok(())
}

fn page() -> Result<Request<Body>, axum::http::Error> {
    Request::get("/page").body(Body::empty())
}

/// A call of a method without arguments: five bytes of framing, and nothing in it.
fn health_check() -> Result<Request<Body>, axum::http::Error> {
    Request::post("/grpc.health.v1.Health/Check")
        .version(Version::HTTP_2)
        .header("content-type", "application/grpc")
        .body(Body::from(vec![0; 5]))
}

/// From the header of a refusal, or from the trailers of an answer.
async fn grpc_status_of(answer: axum::http::Response<Body>) -> Result<Option<String>, Box<dyn Error>> {
    use http_body_util::BodyExt as _;
    let (parts, body) = answer.into_parts();
    let trailers = body.collect().await?.trailers().cloned().unwrap_or_default();
    let status = parts.headers.get("grpc-status").or_else(|| trailers.get("grpc-status"));
    Ok(status.map(|status| status.to_str().map(str::to_owned)).transpose()?)
}
