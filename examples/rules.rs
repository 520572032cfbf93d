//! Reads an access table with its tests, tells what is odd about it, and asks it a few things.
//!
//! `cargo run --example rules --features config,test-kit`, or with another file: `... -- path/to/access.toml`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{
    AccessDocument, AccessTableHandle, ClientCertLayer, Gateway, Refusal, RequireClientCertLayer, SystemClock,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let other = std::env::args().nth(1);
    let path = other.as_deref().unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/access.toml"));
    let text = std::fs::read_to_string(path)?;
    let document = AccessDocument::from_toml(&text)?;

    let authority = TestAuthority::new("carc-i101l");
    let (anchors, gateway) = (authority.anchors(), TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?));
    let failures = document.run_tests(&SystemClock)?;
    for failure in &failures {
        println!("test failed: {failure}");
    }
    if !failures.is_empty() {
        return Err("the document's own tests fail".into());
    }
    for advice in document.lint(&anchors, &SystemClock)? {
        println!("lint: {advice}");
    }

    // The handle puts the next version in force once its tests have passed: handle.replace(document.build(..)?).
    let handle = AccessTableHandle::new(document.build(&SystemClock)?);
    let app = Router::new()
        .fallback(async || "handled")
        .layer(RequireClientCertLayer::table(handle))
        .layer(ClientCertLayer::builder(gateway.gateway(), anchors).build()?);

    let partner = authority.client("data-exchange-svc01").organization("Big Partner Foo SA").issue();
    let stranger = authority.client("alice").organization("Stranger AG").issue();
    for (who, certificate, expected) in [
        ("nobody", None, [200, 401, 400, 401]),
        ("partner", Some(&partner), [200, 200, 400, 403]),
        ("stranger", Some(&stranger), [200, 403, 400, 200]),
    ] {
        for (path, expected) in PATHS.into_iter().zip(expected) {
            let response = app.clone().oneshot(request(&gateway, path, certificate)?).await?;
            let why = response.extensions().get::<Refusal>().map(|refusal| refusal.rejection().to_string());
            println!("{who:8} {path:30} {} {}", response.status().as_u16(), why.unwrap_or_default());
            if other.is_none() && response.status() != expected {
                return Err(format!("{who}, {path}: expected {expected}").into());
            }
        }
    }
    Ok(())
}

/// What nginx would send for a client with this certificate.
fn request(
    gateway: &TestGateway,
    path: &str,
    certificate: Option<&TestCertificate>,
) -> Result<Request, Box<dyn Error>> {
    let request = Request::builder().uri(path).body(Body::empty())?;
    Ok(match certificate {
        Some(certificate) => gateway.forward(request, certificate),
        None => gateway.forward_anonymous(request),
    })
}

const PATHS: [&str; 4] =
    ["/healthz", "/restricted/sensitive.txt", "/%72estricted/sensitive.txt", "/accounts/alice/statements"];
