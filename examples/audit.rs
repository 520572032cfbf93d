//! Who asked for what, one line of JSON for each decision, into a file: with names, and with pseudonyms in their place.
//!
//! `cargo run --example audit --features audit,test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use serde_json::Value;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{Audit, AuditFile, ClientCertLayer, Gateway, RequireClientCertLayer, Rule};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("tower-client-cert-audit-{}", std::process::id()));
    fs::create_dir(&directory)?;
    let outcome = play(&directory).await;
    fs::remove_dir_all(&directory)?;
    outcome
}

async fn play(directory: &Path) -> Result<(), Box<dyn Error>> {
    let path = directory.join("named.jsonl");
    let file = AuditFile::open(&path)?;
    ask(Audit::new(file.clone())).await?;
    let found = records(&file, &path)?;
    let (partner, stranger) = ("O=Big Partner Foo SA,CN=orders-svc", "O=Somebody Else,CN=orders-svc");
    // What a rule refuses was a client before: two records of one request.
    expect(
        &found,
        &[
            "anonymous null",
            &format!("accepted {partner}"),
            &format!("accepted {stranger}"),
            &format!("refused {stranger}"),
        ],
    )?;

    let path = directory.join("pseudonyms.jsonl");
    let file = AuditFile::open(&path)?;
    ask(Audit::new(file.clone()).pseudonyms(b"kept elsewhere, or thrown away, and never in here")?).await?;
    let found = records(&file, &path)?;
    let named = fs::read_to_string(&path)?.contains("Big Partner");
    expect(&found, &["anonymous null", "accepted null", "accepted null", "refused null"])?;
    if named { Err("a name is in the file".into()) } else { Ok(()) }
}

/// A public page, then a page for the partner, asked for by the partner and by somebody else.
async fn ask(audit: Audit) -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let partner = Rule::organization("Big Partner Foo SA").and(Rule::issued_by("partner-ca"));
    let app = Router::new()
        .route("/", get(async || "welcome"))
        .route("/orders", get(async || "orders").layer(RequireClientCertLayer::rule(partner)))
        .layer(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).audit(audit).build()?);

    let page = Request::get("/").body(Body::empty())?;
    app.clone().oneshot(gateway.forward_anonymous(page)).await?;
    for organization in ["Big Partner Foo SA", "Somebody Else"] {
        let client = authority.client("orders-svc").organization(organization).issue();
        let orders = Request::get("/orders").body(Body::empty())?;
        app.clone().oneshot(gateway.forward(orders, &client)).await?;
    }
    Ok(())
}

/// Decision and subject of each record.
fn records(file: &AuditFile, path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    if !file.flush(Duration::from_secs(5)) {
        return Err("the records were not written in time".into());
    }
    let mut found = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        println!("{line}");
        let record: Value = serde_json::from_str(line)?;
        let text = |pointer| record.pointer(pointer).and_then(Value::as_str).unwrap_or("null");
        found.push(format!("{} {}", text("/decision"), text("/client/subject")));
    }
    Ok(found)
}

fn expect(found: &[String], expected: &[&str]) -> Result<(), Box<dyn Error>> {
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}").into()) }
}
