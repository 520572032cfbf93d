//! One request through one layer.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_client_cert::{
    Authentication, ClientCertLayer, ClientCertLayerBuilder, ClientIdentity, Gateway, GatewayPeer, Intermediates,
    Reason, Refusal, TrustAnchors,
};

pub(crate) use crate::support::clock::Fixed;
use crate::support::log;
use crate::support::pki::{self, Minted, Pki};

/// The gateway's address in every scene.
pub(crate) const GATEWAY: &str = "10.1.0.4";

/// The usual layer: nginx in 10.1.0.0/24, the PKI's root as anchor, its intermediate configured, the fixed time.
pub(crate) fn builder(pki: &Pki) -> ClientCertLayerBuilder {
    trusting(&pki.root).intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
}

/// A layer that trusts one anchor and knows no intermediate.
pub(crate) fn trusting(anchor: &Minted) -> ClientCertLayerBuilder {
    with_anchors(TrustAnchors::from_der(anchor.der()).unwrap())
}

pub(crate) fn with_anchors(anchors: TrustAnchors) -> ClientCertLayerBuilder {
    behind(gateway(), anchors)
}

/// A layer behind another gateway.
pub(crate) fn behind(gateway: Gateway, anchors: TrustAnchors) -> ClientCertLayerBuilder {
    log::prepare();
    ClientCertLayer::builder(gateway, anchors).clock(Fixed(pki::now()))
}

pub(crate) fn gateway() -> Gateway {
    Gateway::nginx(["10.1.0.0/24"]).unwrap()
}

/// A GET from the gateway with these header lines.
pub(crate) fn request(lines: &[(&str, &str)]) -> Request<Full<Bytes>> {
    request_from(GATEWAY, lines)
}

/// A GET from the gateway with this certificate, as nginx sends it.
pub(crate) fn with_certificate(leaf: &Minted) -> Request<Full<Bytes>> {
    with_chain(&[leaf])
}

/// The same as a call of gRPC.
pub(crate) fn as_grpc(mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    request
}

/// Several certificates in one header, leaf first.
pub(crate) fn with_chain(chain: &[&Minted]) -> Request<Full<Bytes>> {
    let value: String = chain.iter().map(|minted| minted.escaped_pem()).collect();
    request(&[("x-client-cert", &value)])
}

pub(crate) fn request_from(peer: &str, lines: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let peer: IpAddr = peer.parse().unwrap();
    let mut request = Request::new(Full::default());
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::new(peer, 50_000)));
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    request
}

/// What a handler saw.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: HeaderMap,
    pub(crate) identity: Option<ClientIdentity>,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) response: Response<()>,
    pub(crate) body: String,
    /// What the handler saw; `None` when it was not called.
    pub(crate) seen: Option<Seen>,
}

impl Asked {
    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.response.extensions().get::<Refusal>()
    }

    /// The reason of a refusal.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.refusal().map(|refusal| refusal.rejection().reason())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// The identity, where the handler was called and saw one.
    pub(crate) fn identity(&self) -> Option<&ClientIdentity> {
        self.seen.as_ref().and_then(|seen| seen.identity.as_ref())
    }

    /// The handler was called without an identity.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.identity.is_none())
    }
}

/// Sends a request through the layer to a handler that answers 200.
pub(crate) async fn ask(layer: &ClientCertLayer, request: Request<Full<Bytes>>) -> Asked {
    ask_all(&[layer], request).await
}

/// As [`ask`], through several layers, outermost first.
pub(crate) async fn ask_all(layers: &[&ClientCertLayer], request: Request<Full<Bytes>>) -> Asked {
    let seen = Arc::new(Mutex::new(None));
    let handler = {
        let seen = Arc::clone(&seen);
        service_fn(move |request: Request<Full<Bytes>>| {
            let (parts, _) = request.into_parts();
            let authentication = parts.extensions.get::<Authentication>().expect("the layer ran");
            let identity = authentication.identity().cloned();
            *seen.lock().unwrap() = Some(Seen { headers: parts.headers, identity });
            async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"handled")))) }
        })
    };
    let response = match layers {
        [one] => one.layer(handler).oneshot(request).await.unwrap().map(BodyExt::boxed),
        [outer, inner] => outer.layer(inner.layer(handler)).oneshot(request).await.unwrap().map(BodyExt::boxed),
        _ => panic!("one layer or two"),
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Asked {
        response: Response::from_parts(parts, ()),
        body: String::from_utf8(body.to_vec()).unwrap(),
        seen: seen.lock().unwrap().take(),
    }
}
