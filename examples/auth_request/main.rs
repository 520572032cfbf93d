//! A small service that answers nginx's `auth_request` and Envoy's external authorization over HTTP, so that services
//! in any language get what this crate decides. `docs/any-language.md` has the proxies' side.
//!
//! `cargo run --example auth_request --features config,test-kit -- client-cert.toml 127.0.0.1:9000`, or `-- --once` to
//! ask it a few things and end.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

mod service;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{ClientCertConfig, Gateway, GatewayPeer};

use crate::service::{SUBJECT, app};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [once] if once == "--once" => once_in_a_directory_of_its_own().await,
        [file, address] => {
            let client_cert = ClientCertConfig::from_file(file)?.build()?;
            let _watcher = client_cert.handle().watch(Duration::from_secs(30))?;
            let service = app(client_cert);
            let listener = TcpListener::bind(address).await?;
            println!("answering at http://{address}/");
            Ok(axum::serve(listener, service.into_make_service_with_connect_info::<GatewayPeer>()).await?)
        }
        _ => Err("expected a configuration file and an address to listen on, or --once".into()),
    }
}

async fn once_in_a_directory_of_its_own() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("tower-client-cert-auth-request-{}", std::process::id()));
    fs::create_dir(&directory)?;
    let outcome = once(&directory).await;
    fs::remove_dir_all(&directory)?;
    outcome
}

async fn once(directory: &Path) -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    fs::write(directory.join("partner-ca.pem"), authority.certificate().pem())?;
    fs::write(directory.join("client-cert.toml"), include_str!("client-cert.toml"))?;
    let service = app(ClientCertConfig::from_file(directory.join("client-cert.toml"))?.build()?);

    let gateway = TestGateway::new(Gateway::nginx(["127.0.0.1"])?);
    let partner = authority.client("orders-svc").organization("Big Partner Foo SA").issue();
    let stranger = authority.client("orders-svc").organization("Somebody Else").issue();
    for (who, client, call, status, subject) in [
        ("nobody", None, "GET /", 200, Some("")),
        ("nobody", None, "GET /orders/7", 401, None),
        ("partner", Some(&partner), "GET /orders/7", 200, Some("O=Big Partner Foo SA,CN=orders-svc")),
        ("partner", Some(&partner), "DELETE /orders/7", 403, None),
        ("partner", Some(&partner), "GET /orders/%2e%2e/admin", 403, None),
        ("stranger", Some(&stranger), "GET /orders/7", 403, None),
    ] {
        let (method, path) = call.split_once(' ').ok_or("a method and a path")?;
        let request = Request::builder().method(method).uri(path).body(Body::empty())?;
        let request = match client {
            Some(client) => gateway.forward(request, client),
            None => gateway.forward_anonymous(request),
        };
        let answer = service.clone().oneshot(request).await?;
        let found = answer.headers().get(SUBJECT).map(|value| value.to_str()).transpose()?;
        println!("{who:8} {call:24} {} {}", answer.status(), found.unwrap_or_default());
        if answer.status() != status || found != subject {
            return Err(format!("{who}, {call}: expected {status} and {subject:?}").into());
        }
    }
    Ok(())
}
