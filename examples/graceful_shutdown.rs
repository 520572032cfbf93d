//! A service that ends in order: requests that have begun are answered, new connections are not accepted.
//!
//! `cargo run --example graceful_shutdown --features test-kit`, or `-- --serve` to end it with Ctrl-C.

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, GatewayPeer};

/// Serves until `end`, and then until every request is answered.
async fn serve(
    listener: TcpListener,
    app: Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = app.into_make_service_with_connect_info::<GatewayPeer>();
    axum::serve(listener, service).with_graceful_shutdown(end).await
}

fn app(client_cert: ClientCertLayer, work: Arc<Work>) -> Router {
    Router::new().route("/", get(slow)).with_state(work).layer(client_cert)
}

/// A piece of work that takes as long as it is told to.
#[derive(Default)]
struct Work {
    has_begun: Notify,
    may_end: Notify,
}

async fn slow(State(work): State<Arc<Work>>, identity: ClientIdentity) -> String {
    work.has_begun.notify_one();
    work.may_end.notified().await;
    format!("done for {}", identity.subject().common_name().unwrap_or("?"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["127.0.0.1"])?);
    let client_cert = ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?;
    let (work, end) = (Arc::new(Work::default()), Arc::new(Notify::new()));
    let app = app(client_cert, Arc::clone(&work));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;

    if std::env::args().nth(1).as_deref() == Some("--serve") {
        work.may_end.notify_one();
        println!("serving at http://{address}/ until Ctrl-C");
        let interrupted = async { drop(tokio::signal::ctrl_c().await) };
        return Ok(serve(listener, app, interrupted).await?);
    }

    let told = Arc::clone(&end);
    let server = tokio::spawn(serve(listener, app, async move { told.notified().await }));
    let client = authority.client("orders-svc").issue();
    let request = tokio::spawn(ask(address, gateway, client));
    work.has_begun.notified().await;
    end.notify_one();
    println!("the end was asked for while a request was under way");
    work.may_end.notify_one();
    let answer = request.await?.map_err(|error| format!("the request was cut off: {error}"))?;
    println!("{answer}");
    server.await??;
    if answer != "done for orders-svc" || TcpStream::connect(address).await.is_ok() {
        return Err("expected the answer, and nobody at the port".into());
    }
    println!("the service has ended");
    Ok(())
}

/// What the gateway does with a request of this client.
async fn ask(
    address: SocketAddr,
    gateway: TestGateway,
    client: TestCertificate,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let connection = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(connection).await?;
    tokio::spawn(connection);
    let request = Request::get("/").header("host", "localhost").body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(gateway.forward(request, &client)).await?;
    Ok(String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?)
}
