//! The usual layer, and servers around it.

use std::net::SocketAddr;

use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Gateway, TrustAnchors};

pub(crate) use crate::support::axum_server::serve;
use crate::support::clock::Fixed;
use crate::support::http::{self, Answer};
use crate::support::log;
use crate::support::pki::{Minted, Pki};

/// Trusts 127.0.0.1 and the PKI's intermediate, at the fixed time.
pub(crate) fn builder(pki: &Pki) -> ClientCertLayerBuilder {
    trusting("127.0.0.1/32", pki)
}

/// As [`builder`], but trusts another range of addresses.
pub(crate) fn trusting(range: &str, pki: &Pki) -> ClientCertLayerBuilder {
    log::prepare();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    ClientCertLayer::builder(Gateway::nginx([range]).unwrap(), anchors).clock(Fixed::usual())
}

pub(crate) fn layer(pki: &Pki) -> ClientCertLayer {
    builder(pki).build().unwrap()
}

/// A GET as the gateway sends it.
pub(crate) async fn get(address: SocketAddr, path: &str, certificate: Option<&Minted>) -> Answer {
    let line = certificate.map(|minted| format!("X-Client-Cert: {}", minted.escaped_pem()));
    let lines: Vec<_> = line.iter().map(String::as_str).collect();
    http::send(address, &http::get(path, &lines)).await
}
