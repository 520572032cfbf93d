//! A tonic server whose methods have rules of their own: everybody may ask for its health once, only the partner's
//! monitoring may watch it. The service is tonic's own health service.
//!
//! `cargo run --example grpc_methods --features test-kit,tonic`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{AccessTable, ClientCertLayer, ConfigError, Gateway, RequireClientCertLayer, Rule};

/// One line a method. A method without a line is denied, whoever asks.
fn methods() -> Result<RequireClientCertLayer, ConfigError> {
    let monitoring = Rule::organization("Big Partner Foo SA").and(Rule::common_name("monitoring"));
    let table = AccessTable::builder()
        .public("/grpc.health.v1.Health/Check")?
        .grpc("grpc.health.v1.Health/Watch", monitoring.and(Rule::issued_by("partner-ca")))?;
    Ok(RequireClientCertLayer::table(table.build()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::envoy_peer_cert(["127.0.0.1"])?);
    let client_cert = ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (_reporter, health) = tonic_health::server::health_reporter();
    // The layer that was added first is outermost.
    let server = Server::builder().layer(client_cert).layer(methods()?).add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));

    let monitoring = authority.client("monitoring").organization("Big Partner Foo SA").issue();
    let orders = authority.client("orders-svc").organization("Big Partner Foo SA").issue();
    for (who, client, method, expected) in [
        ("nobody", None, "Check", Code::Ok),
        ("nobody", None, "Watch", Code::Unauthenticated),
        ("orders", Some(&orders), "Check", Code::Ok),
        ("orders", Some(&orders), "Watch", Code::PermissionDenied),
        ("monitoring", Some(&monitoring), "Watch", Code::Ok),
    ] {
        let found = call(address, &gateway, client, method).await?;
        println!("{who:10} {method} {found:?}");
        if found != expected {
            return Err(format!("{who}, {method}: expected {expected:?}").into());
        }
    }
    Ok(())
}

/// Calls the method as the gateway would hand it on.
async fn call(
    address: SocketAddr,
    gateway: &TestGateway,
    client: Option<&TestCertificate>,
    method: &str,
) -> Result<Code, Box<dyn Error>> {
    let headers = client.map(|client| gateway.headers(client)).unwrap_or_default();
    let forwarded = move |mut request: Request<()>| -> Result<Request<()>, Status> {
        request.metadata_mut().as_mut().extend(headers.clone());
        Ok(request)
    };
    let channel = Channel::from_shared(format!("http://{address}"))?.connect().await?;
    let mut health = HealthClient::with_interceptor(channel, forwarded);
    let question = HealthCheckRequest { service: String::new() };
    let answer = match method {
        "Check" => health.check(question).await.map(drop),
        _ => health.watch(question).await.map(drop),
    };
    Ok(answer.err().map_or(Code::Ok, |status| status.code()))
}
