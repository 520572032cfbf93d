//! HTTP/2 with hundreds of streams at a time on one connection, good, bad, anonymous and given up.

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, TrustAnchors};

use crate::scene::Fixed;
use crate::support::log;
use crate::support::pki::{self, Minted, Pki, Shape};

const STREAMS: usize = 400;

async fn whose(identity: Option<ClientIdentity>, path: axum::extract::Path<usize>) -> String {
    // Others come in between.
    tokio::task::yield_now().await;
    let serial = identity.map_or_else(|| "nobody".to_owned(), |identity| identity.certificate().serial().to_string());
    format!("{} {serial}", path.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_hundreds_of_streams_has_its_own_answer() {
    log::prepare();
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    let gateway = Gateway::nginx(["127.0.0.1/32"]).unwrap();
    let layer = ClientCertLayer::builder(gateway, anchors).clock(Fixed(pki::now())).build().unwrap();
    let app = Router::new().route("/{number}", get(whose)).layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<GatewayPeer>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await });

    let clients: Vec<Minted> =
        (1..=7).map(|number| pki.intermediate.issue(&Shape::partner().serial(&[0x0e, number]))).collect();
    let broken = pki::escaped_pem(&pki.good().with_broken_signature());
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (sender, connection) = http2::handshake::<_, _, Empty<Bytes>>(TokioExecutor::new(), stream).await.unwrap();
    let connection = tokio::spawn(connection);

    let asked = (0..STREAMS).map(|number| {
        let mut sender = sender.clone();
        let (value, expected) = match number % 10 {
            0 => (None, (StatusCode::OK, Some("nobody".to_owned()))),
            1 => (Some(broken.clone()), (StatusCode::FORBIDDEN, None)),
            2 => (Some("rubbish".to_owned()), (StatusCode::BAD_REQUEST, None)),
            place => {
                let client = &clients[place - 3];
                (Some(client.escaped_pem()), (StatusCode::OK, Some(format!("0e{:02x}", place - 2))))
            }
        };
        let mut request = Request::get(format!("http://{address}/{number}"));
        if let Some(value) = value {
            request = request.header("x-client-cert", value);
        }
        let request = request.body(Empty::new()).unwrap();
        tokio::spawn(async move {
            let answering = sender.send_request(request);
            if number % 13 == 12 {
                // Given up before there is an answer: the stream is reset.
                drop(answering);
                return;
            }
            let response = answering.await.unwrap();
            let status = response.status();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).to_lowercase();
            assert_eq!(status, expected.0, "stream {number}: {body}");
            if let Some(serial) = expected.1 {
                assert_eq!(body, format!("{number} {serial}"));
            }
        })
    });
    for stream in asked.collect::<Vec<_>>() {
        stream.await.unwrap();
    }
    drop(sender);
    connection.await.unwrap().unwrap();
    server.abort();
}
