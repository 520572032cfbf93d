//! Behind Azure Application Gateway, all of it in a file: `client-cert.toml` says who may ask for what, and
//! `rewrite-rule.bicep` is the gateway's side. The file, and those that it names, are looked at twice a minute.
//!
//! `cargo run --example application_gateway --features config,test-kit -- client-cert.toml`, or `-- --once` to play
//! the gateway.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{ClientCertConfig, ClientCertLayer, ClientIdentity, Gateway, GatewayPeer};

fn app(client_cert: ClientCertLayer) -> Router {
    Router::new()
        .route("/healthz", get(async || "healthy"))
        .route("/", get(public))
        .route("/restricted/sensitive.txt", get(async || "sensitive text for Big Partner Foo SA"))
        .layer(client_cert) // with the rules of the file
}

async fn public(identity: Option<ClientIdentity>) -> String {
    let organization = identity.as_ref().and_then(|identity| identity.subject().organization());
    format!("hello {}", organization.unwrap_or("stranger"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args().nth(1).ok_or("expected a configuration file, or --once")?;
    if argument == "--once" {
        return once_in_a_directory_of_its_own().await;
    }
    let client_cert = ClientCertConfig::from_file(argument)?.build()?;
    let _watcher = client_cert.handle().watch(Duration::from_secs(30))?;
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    println!("serving at http://0.0.0.0:8080/");
    Ok(axum::serve(listener, app(client_cert).into_make_service_with_connect_info::<GatewayPeer>()).await?)
}

async fn once_in_a_directory_of_its_own() -> Result<(), Box<dyn Error>> {
    let directory = std::env::temp_dir().join(format!("tower-client-cert-appgw-{}", std::process::id()));
    fs::create_dir(&directory)?;
    let outcome = once(&directory).await;
    fs::remove_dir_all(&directory)?;
    outcome
}

async fn once(directory: &Path) -> Result<(), Box<dyn Error>> {
    let root = TestAuthority::new("CARC R100L");
    let issuing = root.intermediate("CARC I101L");
    fs::write(directory.join("carc-r100l.pem"), root.certificate().pem())?;
    fs::write(directory.join("carc-i101l.pem"), issuing.certificate().pem())?;
    fs::write(directory.join("client-cert.toml"), include_str!("client-cert.toml"))?;
    let client_cert = ClientCertConfig::from_file(directory.join("client-cert.toml"))?.build()?;
    let (handle, app) = (client_cert.handle(), app(client_cert));

    let gateway = TestGateway::new(Gateway::azure_application_gateway(["10.1.0.0/24"])?);
    let partner = issuing.client("data-exchange-svc01").organization("Big Partner Foo SA").issue();
    let stranger = issuing.client("svc").organization("Somebody Else").issue();
    let restricted = "/restricted/sensitive.txt";
    let ask =
        async |who: &str, client: Option<&TestCertificate>, path: &str, status: u16| -> Result<(), Box<dyn Error>> {
            let request = Request::get(path).body(Body::empty())?;
            let request = match client {
                Some(client) => gateway.forward(request, client),
                None => gateway.forward_anonymous(request),
            };
            let found = app.clone().oneshot(request).await?.status();
            println!("{who:16} {path:28} {found}");
            if found == status { Ok(()) } else { Err(format!("{who}, {path}: expected {status}").into()) }
        };
    for (who, client, path, status) in [
        ("the health probe", None, "/healthz", 200),
        ("nobody", None, "/", 200),
        ("nobody", None, restricted, 401),
        ("stranger", Some(&stranger), restricted, 403),
        ("partner", Some(&partner), restricted, 200),
        ("partner", Some(&partner), "/restricted/another.txt", 404),
        ("partner", Some(&partner), "/unlisted", 403),
    ] {
        ask(who, client, path, status).await?;
    }

    println!("the file names another partner");
    let (rules, _tests) = include_str!("client-cert.toml").split_once("[[test]]").ok_or("the file has tests")?;
    fs::write(directory.join("client-cert.toml"), rules.replace("Big Partner Foo SA", "Somebody Else"))?;
    handle.reload()?;
    ask("stranger", Some(&stranger), restricted, 200).await?;
    ask("partner", Some(&partner), restricted, 403).await
}
