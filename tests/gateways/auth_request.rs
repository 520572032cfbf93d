//! The example that answers for services in any language, behind the nginx and the Envoy of its page.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use axum::Router;
use axum::http::HeaderMap;
use tokio::net::TcpListener;
use tower_client_cert::{
    AccessTable, ClientCertLayer, Gateway, GatewayPeer, Intermediates, Rule, TrustAnchors, XfccElement,
};

use crate::page;
use crate::running::{Running, Start};
use crate::support::http::{self, Answer};
use crate::support::nginx::Nginx;
use crate::support::pki::{self, Minted, Pki, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};

#[path = "../../examples/auth_request/service.rs"]
mod service;

#[tokio::test]
async fn nginx_asks_the_example_and_hands_on_who_the_client_is() {
    let world = World::start(Gateway::nginx(["127.0.0.1"]).unwrap(), "x-client-cert").await;
    let files = [("orders.pem", world.server.pem()), ("orders.key", world.server.key_pem())];
    let block = page::block("../any-language.md", "nginx", 0);
    let nginx = Nginx::start(&files, |port| {
        let changes = [
            ("listen 443 ssl;", format!("listen 127.0.0.1:{port} ssl;")),
            ("server 127.0.0.1:9000;", format!("server {};", world.authorizer)),
            ("server 127.0.0.1:8080;", format!("server {};", world.orders)),
            ("orders.example.com", SERVER_NAME.to_owned()),
            ("/etc/nginx/tls/", String::new()),
        ];
        page::filled_in(&block, &changes.each_ref().map(|(from, to)| (*from, to.as_str())))
    });
    let Some(nginx) = nginx else { return };
    world.play(nginx.address()).await;
}

#[tokio::test]
async fn envoy_asks_the_example_and_hands_on_who_the_client_is() {
    let world =
        World::start(Gateway::envoy(["127.0.0.1"], XfccElement::Only).unwrap(), "x-forwarded-client-cert").await;
    let partners = Shape::authority("Partners").self_signed().pem();
    let start = Start {
        files: vec![
            ("orders.pem", world.server.pem()),
            ("orders.key", world.server.key_pem()),
            ("partners.pem", partners),
        ],
        configuration_file: "envoy.yaml",
        arguments: |file: &Path| {
            let words = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning", "-c"];
            words.into_iter().map(PathBuf::from).chain([file.to_owned()]).collect()
        },
    };
    let block = page::block("../any-language.md", "yaml", 0);
    let envoy = Running::start("envoy", &start, |port, directory| {
        let changes = [
            ("address: 0.0.0.0, port_value: 443", format!("address: 127.0.0.1, port_value: {port}")),
            ("port_value: 9000", format!("port_value: {}", world.authorizer.port())),
            ("port_value: 8080", format!("port_value: {}", world.orders.port())),
            ("/etc/envoy/tls", directory.display().to_string()),
        ];
        page::filled_in(&block, &changes.each_ref().map(|(from, to)| (*from, to.as_str())))
    });
    let Some(envoy) = envoy else { return };
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
            .clock(Fixed)
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

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<GatewayPeer>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

#[derive(Debug)]
struct Fixed;

impl tower_client_cert::Clock for Fixed {
    fn now(&self) -> std::time::SystemTime {
        pki::now()
    }
}
