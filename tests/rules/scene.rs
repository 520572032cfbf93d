//! One request through an axum application behind the layer.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestCertificate, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Gateway, GatewayPeer, Reason, Refusal, Rule};

/// Authorities, the honest partner, and another client.
#[derive(Debug)]
pub(crate) struct Scene {
    root: TestAuthority,
    issuing: TestAuthority,
    pub(crate) partner: TestCertificate,
    pub(crate) stranger: TestCertificate,
    pub(crate) layer: ClientCertLayer,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let root = TestAuthority::new("test-root");
        let issuing = root.intermediate("Test Issuing");
        let partner = issuing.client("data-exchange-svc01").attribute("C", "CH").organization(PARTNER).issue();
        let stranger = issuing.client("stranger").organization("Stranger AG").issue();
        let layer = builder(&root, &issuing, gateway().gateway()).build().unwrap();
        Self { root, issuing, partner, stranger, layer }
    }

    /// Who issued all clients.
    pub(crate) fn issuer(&self) -> &TestCertificate {
        self.issuing.certificate()
    }

    /// A client of this name.
    pub(crate) fn client(&self, common_name: &str) -> TestCertificate {
        self.issuing.client(common_name).issue()
    }

    /// A client that nobody knows.
    pub(crate) fn nobody(&self) -> TestCertificate {
        self.client("nobody")
    }

    /// The partner's first certificate, and the one that replaces it for the same key.
    pub(crate) fn renewed(&self) -> [TestCertificate; 2] {
        let shape = || self.issuing.client("data-exchange-svc01").attribute("C", "CH").organization(PARTNER);
        let first = shape().serial(&[1]).issue();
        let renewed = shape().serial(&[2]).same_key_as(&first).issue();
        [first, renewed]
    }

    /// What the usual layer is built from, behind some gateway.
    pub(crate) fn builder(&self, gateway: Gateway) -> ClientCertLayerBuilder {
        builder(&self.root, &self.issuing, gateway)
    }

    /// Asks an application, around which the layer is put.
    pub(crate) async fn ask(&self, app: Router, request: Request<Body>) -> Asked {
        crate::support::log::prepare();
        Asked::of(app.layer(self.layer.clone()).oneshot(request).await.unwrap()).await
    }
}

fn builder(root: &TestAuthority, issuing: &TestAuthority, gateway: Gateway) -> ClientCertLayerBuilder {
    ClientCertLayer::builder(gateway, root.anchors()).intermediates(issuing.as_intermediates())
}

/// nginx, as it stands in front of the service.
pub(crate) fn gateway() -> TestGateway {
    let peer = GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000)));
    TestGateway::at(Gateway::nginx(["10.1.0.0/24"]).unwrap(), peer)
}

pub(crate) fn partner() -> Rule {
    Rule::organization(PARTNER).and(Rule::issued_by("test-root")).named("partner-foo")
}

/// A request from the gateway.
pub(crate) fn request(method: &str, path: &str, certificate: Option<&TestCertificate>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    match certificate {
        Some(certificate) => gateway().forward(request, certificate),
        None => gateway().forward_anonymous(request),
    }
}

pub(crate) fn get(path: &str, certificate: Option<&TestCertificate>) -> Request<Body> {
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

const PARTNER: &str = "Big Partner Foo SA";
