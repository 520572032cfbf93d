//! One request through an axum application behind the layer.

use std::net::SocketAddr;
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_client_cert::{
    ClientCertLayer, Clock, Gateway, GatewayPeer, Intermediates, Reason, Refusal, Rule, TrustAnchors,
};

use crate::support::pki::{self, Minted, Pki, Shape};

#[derive(Debug)]
pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        pki::now()
    }
}

/// A PKI, the honest partner of it, and another client.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) pki: Pki,
    pub(crate) partner: Minted,
    pub(crate) stranger: Minted,
    pub(crate) layer: ClientCertLayer,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let pki = Pki::new();
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("test-root");
        let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap();
        let layer = ClientCertLayer::builder(gateway, anchors)
            .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
            .clock(Fixed)
            .build()
            .unwrap();
        let partner = pki.good();
        let stranger = pki.issue(&Shape::client("stranger").organization("Stranger AG"));
        Self { pki, partner, stranger, layer }
    }

    /// Asks an application, around which the layer is put.
    pub(crate) async fn ask(&self, app: Router, request: Request<Body>) -> Asked {
        crate::support::log::prepare();
        Asked::of(app.layer(self.layer.clone()).oneshot(request).await.unwrap()).await
    }
}

pub(crate) fn partner() -> Rule {
    Rule::organization("Big Partner Foo SA").and(Rule::issued_by("test-root")).named("partner-foo")
}

/// A request from the gateway.
pub(crate) fn request(method: &str, path: &str, certificate: Option<&Minted>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    if let Some(certificate) = certificate {
        request.headers_mut().insert("x-client-cert", certificate.escaped_pem().parse().unwrap());
    }
    request
}

pub(crate) fn get(path: &str, certificate: Option<&Minted>) -> Request<Body> {
    request("GET", path, certificate)
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) response: Response<()>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self { response: Response::from_parts(parts, ()), body: String::from_utf8(body.to_vec()).unwrap() }
    }

    pub(crate) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.response.extensions().get::<Refusal>()
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        self.refusal().map(|refusal| refusal.rejection().reason())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }
}
