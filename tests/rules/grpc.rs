//! tonic services and single gRPC methods.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tonic::Code;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::Layer as _;
use tower_client_cert::test_kit::TestCertificate;
use tower_client_cert::{AccessTable, ClientCertLayer, Gateway, RequireClientCertLayer, Rule};

use crate::scene::{Scene, gateway, partner};
use crate::support::orders::{self, Orders};

/// The usual layer, for connections from this machine.
fn client_cert(scene: &Scene) -> ClientCertLayer {
    scene.builder(Gateway::nginx(["127.0.0.1"]).unwrap()).build().unwrap()
}

async fn serve(scene: &Scene, require: RequireClientCertLayer) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = require.layer(Orders::new(|_| Ok("handled".to_owned())));
    let server = Server::builder().layer(client_cert(scene)).add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

async fn call(address: SocketAddr, certificate: Option<&TestCertificate>) -> Result<String, Code> {
    let forwarded = certificate.map(|certificate| gateway().headers(certificate)).unwrap_or_default();
    let headers: Vec<_> = forwarded.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    orders::get(orders::plain(address).await, &headers).await.map_err(|status| status.code())
}

#[tokio::test]
async fn one_service_of_a_tonic_server_is_guarded_by_a_rule() {
    let scene = Scene::new();
    let address = serve(&scene, RequireClientCertLayer::rule(partner())).await;
    assert_eq!(call(address, Some(&scene.partner)).await.as_deref(), Ok("handled"));
    assert_eq!(call(address, Some(&scene.stranger)).await, Err(Code::PermissionDenied));
    assert_eq!(call(address, None).await, Err(Code::Unauthenticated));
}

#[tokio::test]
async fn single_methods_are_guarded_by_a_table() {
    let scene = Scene::new();
    let get_alone = AccessTable::builder().grpc("test.Orders/Get", partner()).unwrap().build();
    let address = serve(&scene, RequireClientCertLayer::table(get_alone)).await;
    assert_eq!(call(address, Some(&scene.partner)).await.as_deref(), Ok("handled"));
    assert_eq!(call(address, Some(&scene.stranger)).await, Err(Code::PermissionDenied));
    let but_get = AccessTable::builder().grpc("test.Orders", partner()).unwrap();
    let but_get = but_get.grpc("test.Orders/Get", Rule::nobody()).unwrap().build();
    let address = serve(&scene, RequireClientCertLayer::table(but_get)).await;
    assert_eq!(call(address, Some(&scene.partner)).await, Err(Code::PermissionDenied));
}
