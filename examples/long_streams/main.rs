//! Streams that outlive the moment at which their client was judged: a tonic server stream, a WebSocket and server-sent
//! events of axum, which end when the client's certificate is revoked, or expires, while they are open.
//!
//! `cargo run --example long_streams --features test-kit,tonic`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

mod front;

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use tokio::sync::mpsc;
use tokio::time::interval;
use tonic::codegen::tokio_stream::StreamExt as _;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::{Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{ClientCertLayer, ClientIdentity, DenyList, Gateway};

use front::{Front, Next};

/// An item at each interval, as long as the client is valid. The stream ends with it, and so does the task when nobody
/// listens any more.
fn while_valid<T: Send + 'static>(
    identity: ClientIdentity,
    item: impl Fn() -> T + Send + 'static,
) -> ReceiverStream<T> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut ticks = interval(INTERVAL);
        loop {
            ticks.tick().await;
            if !identity.still_valid() || sender.send(item()).await.is_err() {
                return;
            }
        }
    });
    ReceiverStream::new(receiver)
}

async fn events(identity: ClientIdentity) -> Sse<ReceiverStream<Result<Event, Infallible>>> {
    Sse::new(while_valid(identity, || Ok(Event::default().data("still here"))))
}

async fn socket(identity: ClientIdentity, upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(|socket| talk(identity, socket))
}

/// Neither side may keep the other's end from being seen: what the client says is read while items are sent. What it
/// says is acted upon only while it is valid, even where the next item is not due yet.
async fn talk(identity: ClientIdentity, mut socket: WebSocket) {
    let mut items = while_valid(identity.clone(), || Message::text("still here"));
    loop {
        tokio::select! {
            item = items.next() => match item {
                Some(item) => if socket.send(item).await.is_err() { return },
                None => break,
            },
            said = socket.recv() => match said {
                Some(Ok(Message::Text(said))) if identity.still_valid() => {
                    if socket.send(Message::Text(said)).await.is_err() { return }
                }
                Some(Ok(Message::Text(_))) => break,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
        }
    }
    let end = CloseFrame { code: close_code::POLICY, reason: "client certificate no longer valid".into() };
    // Whether the client is there to hear it makes no difference.
    drop(socket.send(Message::Close(Some(end))).await);
}

/// A gRPC service whose `Watch` is a stream.
struct Watched;

#[tonic::async_trait]
impl Health for Watched {
    type WatchStream = ReceiverStream<Result<HealthCheckResponse, Status>>;

    async fn check(&self, _: tonic::Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(serving()))
    }

    async fn watch(&self, request: tonic::Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let identity = request.client_identity()?;
        Ok(Response::new(while_valid(identity, || Ok(serving()))))
    }
}

fn serving() -> HealthCheckResponse {
    HealthCheckResponse { status: ServingStatus::Serving.into() }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let client_cert = ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?;
    let handle = client_cert.handle();
    let app = Routes::new(HealthServer::new(Watched)).into_axum_router();
    let app = app.route("/events", get(events)).route("/socket", get(socket));
    let front = Front { app: app.layer(client_cert), gateway };

    let (stolen, other) = (authority.client("stolen").issue(), authority.client("other").issue());
    let mut of_stolen = front.open_all(&stolen).await?;
    let mut of_other = front.open_all(&other).await?;
    for stream in of_stolen.iter_mut().chain(&mut of_other) {
        expect("before it is denied, the stream goes on", stream.next_item().await? == Next::Item)?;
    }
    // A list, an OCSP answer or the end of the certificate ends it as well.
    handle.replace_deny_list(DenyList::new().certificate(stolen.fingerprint()));
    for stream in &mut of_stolen {
        // What was sent before may still come.
        let mut items = 0;
        while stream.next_item().await? == Next::Item {
            items += 1;
            expect("after that, it ends soon", items <= MAX_ITEMS_UNDER_WAY)?;
        }
        println!("{:32} ended after {items} more items", stream.what);
    }
    for stream in &mut of_other {
        for _ in 0..=MAX_ITEMS_UNDER_WAY {
            expect("others are not concerned", stream.next_item().await? == Next::Item)?;
        }
        println!("{:32} goes on for others", stream.what);
    }
    expect("and no new stream begins", front.open_events(&stolen).await.is_err())?;
    expect("nor a socket", front.open_socket(&stolen).await.is_err())
}

fn expect(what: &str, holds: bool) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// Between two items, and so at most from a revocation to the end of a stream.
const INTERVAL: Duration = Duration::from_millis(20);

/// Items in the channel, and on their way from it, when the client is denied.
const MAX_ITEMS_UNDER_WAY: usize = 3;
