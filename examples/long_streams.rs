//! Streams that outlive the moment at which their client was judged: a tonic server stream and server-sent events of axum,
//! which end when the client's certificate is revoked, or expires, while they are open.
//!
//! `cargo run --example long_streams --features test-kit,tonic`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Version};
use axum::response::sse::{Event, Sse};
use axum::routing::get;
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::{Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{ClientCertLayer, ClientIdentity, DenyList, Gateway};

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
    let app = Routes::new(HealthServer::new(Watched)).into_axum_router().route("/events", get(events));
    let service = Service { app: app.layer(client_cert), gateway };

    let (stolen, other) = (authority.client("stolen").issue(), authority.client("other").issue());
    let mut of_stolen = [service.open_events(&stolen).await?, service.open_watch(&stolen).await?];
    let mut of_other = [service.open_events(&other).await?, service.open_watch(&other).await?];
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
    expect("and no new stream begins", service.open_events(&stolen).await.is_err())
}

/// The service, and the gateway in front of it.
struct Service {
    app: Router,
    gateway: TestGateway,
}

/// The body of an answer that goes on.
struct Stream {
    what: &'static str,
    body: Body,
}

#[derive(PartialEq, Eq)]
enum Next {
    Item,
    End,
}

impl Service {
    async fn open_events(&self, client: &TestCertificate) -> Result<Stream, Box<dyn Error>> {
        self.open("server-sent events", Request::get("/events").body(Body::empty())?, client).await
    }

    /// A call with an empty message: five bytes of framing, and nothing in it.
    async fn open_watch(&self, client: &TestCertificate) -> Result<Stream, Box<dyn Error>> {
        let call = Request::post("/grpc.health.v1.Health/Watch")
            .version(Version::HTTP_2)
            .header("content-type", "application/grpc")
            .body(Body::from(vec![0; 5]))?;
        self.open("gRPC server stream", call, client).await
    }

    async fn open(
        &self,
        what: &'static str,
        request: Request<Body>,
        client: &TestCertificate,
    ) -> Result<Stream, Box<dyn Error>> {
        let answer = self.app.clone().oneshot(self.gateway.forward(request, client)).await?;
        if !answer.status().is_success() {
            return Err(format!("{what}: {}", answer.status()).into());
        }
        Ok(Stream { what, body: answer.into_body() })
    }
}

impl Stream {
    async fn next_item(&mut self) -> Result<Next, Box<dyn Error>> {
        let frame = timeout(PATIENCE, self.body.frame()).await?;
        // The trailers of gRPC come with the end.
        Ok(match frame.transpose()? {
            Some(frame) if frame.is_data() => Next::Item,
            _ => Next::End,
        })
    }
}

fn expect(what: &str, holds: bool) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// Between two items, and so at most from a revocation to the end of a stream.
const INTERVAL: Duration = Duration::from_millis(20);

/// Items in the channel, and on their way from it, when the client is denied.
const MAX_ITEMS_UNDER_WAY: usize = 3;

const PATIENCE: Duration = Duration::from_secs(10);
