//! The example that answers for services in any language, behind the nginx and the Envoy of its page.

use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderMap;
use tower_client_cert::{AccessTable, ClientCertLayer, Gateway, Intermediates, Rule, TrustAnchors, XfccElement};

use crate::page;
use crate::started;
use crate::support::axum_server::serve;
use crate::support::clock::Fixed;
use crate::support::http::{self, Answer};
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};

#[path = "../../examples/auth_request/service.rs"]
mod service;

#[tokio::test]
async fn nginx_asks_the_example_and_hands_on_who_the_client_is() {
    let world = World::start(Gateway::nginx(["127.0.0.1"]).unwrap(), "x-client-cert").await;
    let block = page::block("../any-language.md", "nginx", 0);
    let asked = format!("server {};", world.authorizer);
    let block = page::filled_in(&block, &[("server 127.0.0.1:9000;", &asked)]);
    let Some(nginx) = started::nginx(&block, &world.server, world.orders) else { return };
    world.play(nginx.address()).await;
}

#[tokio::test]
async fn envoy_asks_the_example_and_hands_on_who_the_client_is() {
    let world =
        World::start(Gateway::envoy(["127.0.0.1"], XfccElement::Only).unwrap(), "x-forwarded-client-cert").await;
    let block = page::block("../any-language.md", "yaml", 0);
    let asked = format!("port_value: {}", world.authorizer.port());
    let block = page::filled_in(&block, &[("port_value: 9000", &asked)]);
    let Some(envoy) = started::envoy(&block, &world.server, world.orders) else { return };
    world.play(envoy.address()).await;
}

/// The authorizer, a service that knows nothing of certificates, and what a proxy needs.
struct World {
    pki: Pki,
    server_root: Minted,
    server: Minted,
    authorizer: SocketAddr,
    orders: SocketAddr,
}

impl World {
    async fn start(gateway: Gateway, header: &'static str) -> Self {
        let pki = Pki::new();
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("root");
        let partner = || Rule::organization("Big Partner Foo SA").and(Rule::issued_by("root"));
        let rules = AccessTable::builder().public("/").unwrap().methods(["GET"], "/orders/**", partner()).unwrap();
        let layer = ClientCertLayer::builder(gateway, anchors)
            .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
            .access_table(rules.build())
            .clock(Fixed::usual())
            .build()
            .unwrap();
        let server_root = Shape::authority("Gateway Root").self_signed();
        let server = server_root.issue(&Shape::server(SERVER_NAME));
        let authorizer = serve(service::app(layer)).await;
        let orders = serve(Router::new().fallback(async move |headers: HeaderMap| told(&headers, header))).await;
        Self { pki, server_root, server, authorizer, orders }
    }

    async fn play(&self, proxy: SocketAddr) {
        let partner = self.pki.good();
        let other = self.pki.issue(&Shape::client("svc").organization("Another SA"));
        let unknown = Shape::authority("Unknown").self_signed().issue(&Shape::partner());
        let (forged, cert) = ("X-Client-Subject: CN=admin", format!("X-Client-Cert: {}", partner.escaped_pem()));
        let xfcc = format!("X-Forwarded-Client-Cert: Hash=00;Cert=\"{}\"", partner.escaped_pem());

        let subject = "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH";
        for (client, request, lines, status, told) in [
            (Some(&partner), "GET /orders/7", &[][..], 200, Some(subject)),
            (Some(&partner), "GET /orders/7", &[forged], 200, Some(subject)),
            (Some(&partner), "DELETE /orders/7", &[], 403, None),
            (Some(&partner), "GET /orders/%2e%2e/admin", &[], 403, None),
            (Some(&partner), "GET /admin", &[], 403, None),
            (Some(&other), "GET /orders/7", &[forged], 403, None),
            (Some(&other), "GET /", &[], 200, Some("O=Another SA,CN=svc")),
            (Some(&other), "GET /orders/7", &[cert.as_str(), &xfcc], 403, None),
            (Some(&unknown), "GET /", &[], 403, None),
            (None, "GET /orders/7", &[], 401, None),
            (None, "GET /orders/7", &[cert.as_str(), &xfcc], 401, None),
            (None, "GET /", &[forged, cert.as_str(), &xfcc], 200, Some("nobody")),
        ] {
            let answer = self.ask(proxy, client, request, lines).await;
            assert_eq!(answer.status, status, "{request} {lines:?}: {}", answer.body);
            if let Some(told) = told {
                assert_eq!(answer.body, told, "{request} {lines:?}");
            }
            if status == 401 {
                assert_eq!(answer.header("www-authenticate"), Some("ClientCertificate"));
            }
        }
    }

    async fn ask(&self, proxy: SocketAddr, client: Option<&Minted>, request: &str, lines: &[&str]) -> Answer {
        let chain: Vec<_> = client.into_iter().collect();
        let client = TlsClient::new(&self.server_root, &chain, Protocol::Http1, Sessions::Fresh);
        let (method, path) = request.split_once(' ').unwrap();
        let head = http::get(path, lines).replacen("GET", method, 1);
        http::exchange(client.connect(proxy).await, head.as_bytes()).await
    }
}

/// What reached the service: the client's subject, and never the header with the certificate.
fn told(headers: &HeaderMap, certificate: &str) -> String {
    assert!(!headers.contains_key(certificate), "{certificate} reached the service");
    match headers.get("x-client-subject").map(|value| value.to_str().unwrap()) {
        None | Some("") => "nobody".to_owned(),
        Some(subject) => subject.to_owned(),
    }
}
