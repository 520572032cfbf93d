//! The usual layer, and servers around it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::SystemTime;

use axum::Router;
use tokio::net::TcpListener;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Clock, Gateway, GatewayPeer, TrustAnchors};

use crate::support::http::{self, Answer};
use crate::support::log;
use crate::support::pki::{self, Minted, Pki};

#[derive(Debug)]
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        pki::now()
    }
}

/// Trusts 127.0.0.1 and the PKI's intermediate, at the fixed time.
pub(crate) fn builder(pki: &Pki) -> ClientCertLayerBuilder {
    trusting("127.0.0.1/32", pki)
}

/// As [`builder`], but trusts another range of addresses.
pub(crate) fn trusting(range: &str, pki: &Pki) -> ClientCertLayerBuilder {
    log::prepare();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    ClientCertLayer::builder(Gateway::nginx([range]).unwrap(), anchors).clock(Fixed)
}

pub(crate) fn layer(pki: &Pki) -> ClientCertLayer {
    builder(pki).build().unwrap()
}

/// Serves a router on a port of its own.
pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<GatewayPeer>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A GET as the gateway sends it.
pub(crate) async fn get(address: SocketAddr, path: &str, certificate: Option<&Minted>) -> Answer {
    let line = certificate.map(|minted| format!("X-Client-Cert: {}", minted.escaped_pem()));
    let lines: Vec<_> = line.iter().map(String::as_str).collect();
    http::send(address, &http::get(path, &lines)).await
}
