//! A page of one's own for browsers. The status stays, the reason stays in the log, and the visitor is told what to do
//! and the reference to ask for.
//!
//! `cargo run --example rejection_page --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::ACCEPT;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, Reason, Refusal};

fn app(client_cert: ClientCertLayer) -> Router {
    Router::new()
        .route("/", get(async |identity: ClientIdentity| identity.subject().to_string()))
        .layer(client_cert)
        .layer(from_fn(page_for_browsers)) // outside of the layer, so that it sees every refusal
}

async fn page_for_browsers(request: Request, next: Next) -> Response {
    let is_browser = request.headers().get_all(ACCEPT).iter().any(|accept| accept.as_bytes().starts_with(b"text/html"));
    let response = next.run(request).await;
    match response.extensions().get::<Refusal>() {
        Some(refusal) if is_browser => page(refusal, &response),
        _ => response,
    }
}

/// Keeps the status and the headers that come with it, such as `WWW-Authenticate` and `Cache-Control`.
fn page(refusal: &Refusal, refused: &Response) -> Response {
    // Never the reason itself: it tells an attacker what to try next. A few say nothing that a visitor does not know.
    let advice = match refusal.rejection().reason() {
        Reason::CertificateMissing => "This page needs a client certificate. Choose one when the browser asks.",
        Reason::Expired => "Your certificate has expired. Renew it with your partner desk.",
        _ => "Your certificate was not accepted.",
    };
    let text = format!("<!doctype html><title>Not allowed</title><p>{advice}<p>Reference: {}", refusal.reference());
    let mut page = (refused.status(), Html(text)).into_response();
    for (name, value) in refused.headers() {
        if !["content-type", "content-length"].contains(&name.as_str()) {
            page.headers_mut().append(name, value.clone());
        }
    }
    page.extensions_mut().insert(refusal.clone());
    page
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?);

    let stranger = TestAuthority::new("another-ca").client("stranger").issue();
    for (accept, client, status, text) in [
        ("text/html,application/xhtml+xml", None, 401, "needs a client certificate"),
        ("text/html,application/xhtml+xml", Some(&stranger), 403, "was not accepted"),
        ("application/json", None, 401, "client certificate required (reference "),
    ] {
        let request = Request::get("/").header(ACCEPT, accept).body(Body::empty())?;
        let request = match client {
            Some(client) => gateway.forward(request, client),
            None => gateway.forward_anonymous(request),
        };
        let answer = app.clone().oneshot(request).await?;
        let (found, cached) = (answer.status(), answer.headers().get("cache-control").cloned());
        let body = String::from_utf8(to_bytes(answer.into_body(), MAX_BODY_BYTES).await?.to_vec())?;
        println!("{found}: {}", body.trim_end());
        if found != status || !body.contains(text) || cached.is_none_or(|value| value != "no-store") {
            return Err(format!("expected {status} with {text:?}, not to be stored").into());
        }
    }
    Ok(())
}

const MAX_BODY_BYTES: usize = 4096;
