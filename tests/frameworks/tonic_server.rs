//! tonic: `Server::builder().layer(..)`.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Status};
use tower_client_cert::ClientCertLayer;
use tower_client_cert::tonic::ClientIdentityExt as _;
use tracing::Level;

use crate::served::{builder, layer, trusting};
use crate::support::log::Log;
use crate::support::orders::{self, GetOrder, Orders};
use crate::support::pki::{Minted, Pki, Shape, days};

/// A method that names the organization of its client.
pub(crate) fn restricted() -> Orders {
    Orders::new(|request| {
        let identity = request.client_identity()?;
        Ok(identity.subject().organization().unwrap_or("?").to_owned())
    })
}

async fn serve(layer: ClientCertLayer, orders: Orders) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().layer(layer).add_service(orders);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

pub(crate) async fn call(address: SocketAddr, certificate: Option<&Minted>) -> Result<String, Status> {
    let value = certificate.map(Minted::escaped_pem);
    let headers: Vec<_> = value.iter().map(|value| ("x-client-cert", value.as_str())).collect();
    orders::get(orders::plain(address).await, &headers).await
}

#[tokio::test]
async fn a_method_knows_its_client() {
    let pki = Pki::new();
    let address = serve(layer(&pki), restricted()).await;
    assert_eq!(call(address, Some(&pki.good())).await.unwrap(), "Big Partner Foo SA");
}

#[tokio::test]
async fn refusals_are_read_by_a_tonic_client_as_their_codes() {
    let pki = Pki::new();
    let address = serve(builder(&pki).max_header_bytes(2_000).build().unwrap(), restricted()).await;
    let good = pki.good().escaped_pem();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30))).escaped_pem();
    for (headers, code) in [
        (&[][..], Code::Unauthenticated),
        (&[("x-client-cert", expired.as_str())], Code::Unauthenticated),
        (&[("x-client-cert", "garbage")], Code::InvalidArgument),
        (&[("x-client-cert", &good), ("x-client-cert", &good)], Code::InvalidArgument),
        (&[("x-client-cert", &"x".repeat(2_001))], Code::ResourceExhausted),
    ] {
        let status = orders::get(orders::plain(address).await, headers).await.unwrap_err();
        assert_eq!(status.code(), code, "{status:?}");
        assert!(status.message().contains(" (reference "), "{status:?}");
    }
}

#[tokio::test]
async fn required_refuses_before_the_method_is_called() {
    let pki = Pki::new();
    let unreachable = Orders::new(|_| panic!("the method was called"));
    let address = serve(builder(&pki).required().build().unwrap(), unreachable).await;
    assert_eq!(call(address, None).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_public_method_sees_nobody_or_somebody() {
    let pki = Pki::new();
    let public = Orders::new(|request| {
        let identity = request.optional_client_identity()?;
        Ok(identity.map_or("nobody".to_owned(), |identity| identity.subject().to_string()))
    });
    let address = serve(layer(&pki), public).await;
    assert_eq!(call(address, None).await.unwrap(), "nobody");
    assert_eq!(call(address, Some(&pki.issue(&Shape::client("alice")))).await.unwrap(), "CN=alice");
}

#[tokio::test]
async fn a_peer_that_is_no_gateway_is_nobody() {
    let pki = Pki::new();
    let layer = trusting("192.0.2.0/24", &pki).build().unwrap();
    let address = serve(layer, restricted()).await;
    assert_eq!(call(address, Some(&pki.good())).await.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn without_the_layer_a_method_answers_internal_and_never_nobody() {
    let pki = Pki::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(restricted());
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    assert_eq!(call(address, Some(&pki.good())).await.unwrap_err().code(), Code::Internal);

    let log = Log::start();
    let request = Request::new(GetOrder::default());
    assert_eq!(request.client_identity().unwrap_err().code(), Code::Internal);
    assert_eq!(request.optional_client_identity().unwrap_err().code(), Code::Internal);
    let events = log.with("reason", "layer-missing");
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.level == Level::ERROR));
}
