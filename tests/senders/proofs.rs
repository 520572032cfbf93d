//! Parts that the scenes share: anchors, secrets, requests over other connections, and what the evidence says.

use bytes::Bytes;
use http::{Extensions, Request};
use http_body_util::Full;
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, ClientIdentity, Gateway, GatewayPeer, Secret, TrustAnchors,
};

use crate::scene::{Fixed, request};
use crate::support::pki::{self, Minted, Pki};

pub(crate) const SECRET: &str = "5f0c8ad1-2b7e-4c11";

pub(crate) const OTHER_SECRET: &str = "c2d47e90-9b7e-11aa";

pub(crate) fn secret(value: &str) -> Secret {
    Secret::new(value).unwrap()
}

pub(crate) fn anchors(authority: &Minted) -> TrustAnchors {
    TrustAnchors::from_der(authority.der()).unwrap()
}

/// A layer with one gateway, which accepts clients of the PKI's intermediate.
pub(crate) fn builder(gateway: Gateway, pki: &Pki) -> ClientCertLayerBuilder {
    ClientCertLayer::builder(gateway, anchors(&pki.intermediate)).clock(Fixed(pki::now()))
}

pub(crate) fn layer(gateway: Gateway, pki: &Pki) -> ClientCertLayer {
    builder(gateway, pki).build().unwrap()
}

/// A request over another kind of connection.
pub(crate) fn over(fill_in: impl FnOnce(&mut Extensions), lines: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut request = request(lines);
    request.extensions_mut().remove::<GatewayPeer>();
    fill_in(request.extensions_mut());
    request
}

/// What proved the sender, as the evidence of the identity names it.
pub(crate) fn proven_by(identity: &ClientIdentity) -> String {
    match identity.evidence().outcome(Check::Sender) {
        Some(Outcome::Passed { source, .. }) => source.to_string(),
        other => panic!("{other:?}"),
    }
}
