//! Public and private pages in one service. Everybody may see the public ones, and those who present a certificate are
//! greeted by name; a certificate that is not in order is refused there too.
//!
//! `cargo run --example optional_identity --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::routing::get;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway};

fn app(client_cert: ClientCertLayer) -> Router {
    Router::new().route("/", get(public)).route("/private", get(private)).layer(client_cert)
}

/// Knows who asks, if a certificate was presented.
async fn public(identity: Option<ClientIdentity>) -> String {
    let name = identity.as_ref().and_then(|identity| identity.subject().common_name());
    format!("hello {}", name.unwrap_or("stranger"))
}

/// Is not called without a certificate.
async fn private(identity: ClientIdentity) -> String {
    format!("for {} alone", identity.subject().common_name().unwrap_or("?"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?);

    let alice = authority.client("alice").issue();
    let day = Duration::from_secs(24 * 3600);
    let late = authority.client("late").valid_from_to_ago(60 * day, 30 * day).issue();
    for (client, path, status, text) in [
        (None, "/", 200, "hello stranger"),
        (Some(&alice), "/", 200, "hello alice"),
        (Some(&alice), "/private", 200, "for alice alone"),
        (None, "/private", 401, ""),
        (Some(&late), "/", 403, ""),
    ] {
        let found = ask(&app, &gateway, client, path).await?;
        println!("{path:8} {} {}", found.0, found.1.trim_end());
        if found.0 != status || !found.1.starts_with(text) {
            return Err(format!("{path}: expected {status} {text}").into());
        }
    }
    Ok(())
}

async fn ask(
    app: &Router,
    gateway: &TestGateway,
    client: Option<&TestCertificate>,
    path: &str,
) -> Result<(u16, String), Box<dyn Error>> {
    let request = Request::get(path).body(Body::empty())?;
    let request = match client {
        Some(client) => gateway.forward(request, client),
        None => gateway.forward_anonymous(request),
    };
    let answer = app.clone().oneshot(request).await?;
    let status = answer.status().as_u16();
    Ok((status, String::from_utf8(to_bytes(answer.into_body(), MAX_BODY_BYTES).await?.to_vec())?))
}

const MAX_BODY_BYTES: usize = 4096;
