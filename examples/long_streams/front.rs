//! The gateway in front of the service, and streams as its clients see them.

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::close_code;
use axum::http::{Request, Version};
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{DuplexStream, duplex};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};
use tonic::codegen::tokio_stream::StreamExt as _;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestCertificate, TestGateway};

/// The service, and the gateway in front of it.
pub(crate) struct Front {
    pub(crate) app: Router,
    pub(crate) gateway: TestGateway,
}

/// An answer that goes on.
pub(crate) struct Stream {
    pub(crate) what: &'static str,
    connection: Connection,
}

enum Connection {
    Body(Body),
    Socket(Box<WebSocketStream<DuplexStream>>),
}

#[derive(PartialEq, Eq)]
pub(crate) enum Next {
    Item,
    End,
}

impl Front {
    pub(crate) async fn open_all(&self, client: &TestCertificate) -> Result<[Stream; 3], Box<dyn Error>> {
        Ok([self.open_events(client).await?, self.open_watch(client).await?, self.open_socket(client).await?])
    }

    pub(crate) async fn open_events(&self, client: &TestCertificate) -> Result<Stream, Box<dyn Error>> {
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
        Ok(Stream { what, connection: Connection::Body(answer.into_body()) })
    }

    /// A socket takes a whole connection, which the gateway passes through once the request for it was accepted.
    pub(crate) async fn open_socket(&self, client: &TestCertificate) -> Result<Stream, Box<dyn Error>> {
        let (near, far) = duplex(CONNECTION_BYTES);
        let (app, gateway, client) = (self.app.clone(), self.gateway.clone(), client.clone());
        let service = service_fn(move |request| app.clone().oneshot(gateway.forward(request, &client)));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(far), service).with_upgrades();
        tokio::spawn(connection);
        let (socket, _) = timeout(PATIENCE, client_async("ws://service.example/socket", near)).await??;
        Ok(Stream { what: "WebSocket", connection: Connection::Socket(Box::new(socket)) })
    }
}

impl Stream {
    pub(crate) async fn next_item(&mut self) -> Result<Next, Box<dyn Error>> {
        match &mut self.connection {
            Connection::Body(body) => {
                let frame = timeout(PATIENCE, body.frame()).await?;
                // The trailers of gRPC come with the end.
                Ok(match frame.transpose()? {
                    Some(frame) if frame.is_data() => Next::Item,
                    _ => Next::End,
                })
            }
            Connection::Socket(socket) => match timeout(PATIENCE, socket.next()).await?.transpose()? {
                Some(Message::Text(_)) => Ok(Next::Item),
                Some(Message::Close(Some(end))) if u16::from(end.code) == close_code::POLICY => Ok(Next::End),
                other => Err(format!("neither an item nor the end that says why: {other:?}").into()),
            },
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

/// Octets on their way in each direction of a connection.
const CONNECTION_BYTES: usize = 16 * 1024;
