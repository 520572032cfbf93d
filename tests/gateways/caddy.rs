//! Caddy as `docs/gateways/caddy.md` sets it up.

use std::net::SocketAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::Gateway;

use crate::page;
use crate::running::{Running, Start};
use crate::scenes::{Front, Product, play};
use crate::support::pki::Minted;
use crate::support::tls::SERVER_NAME;

const CADDY: Product = Product {
    gateway: || Gateway::caddy(["127.0.0.1/32"]).unwrap(),
    start: |server, service| start(&page::block("caddy.md", "caddyfile", 0), server, service),
    header: "x-client-cert",
    connection_named: "Big Partner Foo SA",
    imitated_element: "Element SA",
};

/// The page's second block in place of the first one's route.
const HEADER_UP: Product = Product {
    start: |server, service| {
        let first = page::block("caddy.md", "caddyfile", 0);
        let (site, _) = first.split_once("    @certificate").unwrap();
        start(&format!("{site}{}\n}}", page::block("caddy.md", "caddyfile", 1)), server, service)
    },
    ..CADDY
};

/// What the page warns of: the header set in front of the proxy.
const REQUEST_HEADER: Product = Product {
    start: |server, service| {
        let block = page::block("caddy.md", "caddyfile", 0);
        let (site, _) = block.split_once("    reverse_proxy @certificate").unwrap();
        let route = "request_header @certificate X-Client-Cert {tls_client_certificate_der_base64}\n    reverse_proxy";
        start(&format!("{site}    {route} 127.0.0.1:8080\n}}"), server, service)
    },
    ..CADDY
};

#[tokio::test]
async fn every_client_is_who_it_is() {
    play(&CADDY).await;
}

#[tokio::test]
async fn what_arrives_is_what_the_page_says() {
    let Some(front) = Front::start(&CADDY).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &["X-Client-Cert: forged"]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [STANDARD.encode(leaf.der())]);
    front.ask(None, &["X-Client-Cert: forged"]).await;
    assert!(front.service.arrived("x-client-cert").is_empty());
}

#[tokio::test]
async fn the_short_form_says_no_certificate_as_its_version_does() {
    let Some(front) = Front::start(&HEADER_UP).await else { return };
    assert_eq!(front.ask(Some(&front.pki.good()), &["X-Client-Cert: forged"]).await, "Big Partner Foo SA");
    let verdict = front.ask(None, &["X-Client-Cert: forged"]).await;
    let expected = match front.service.arrived("x-client-cert").as_slice() {
        [value] if value.is_empty() => "certificate-missing",
        _ => "placeholder-unexpanded",
    };
    assert_eq!(verdict, expected);
}

#[tokio::test]
async fn a_header_set_in_front_of_the_proxy_can_be_lost_and_not_gained() {
    let Some(front) = Front::start(&REQUEST_HEADER).await else { return };
    let good = front.pki.good();
    assert_eq!(front.ask(Some(&good), &[]).await, "Big Partner Foo SA");
    assert_eq!(front.ask(Some(&good), &["Connection: close, X-Client-Cert"]).await, "certificate-missing");
}

fn start(block: &str, server: &Minted, service: SocketAddr) -> Option<Running> {
    let files = vec![("orders.pem", server.pem()), ("orders.key", server.key_pem())];
    let arguments = |file: &Path| {
        let words = ["run", "--adapter", "caddyfile", "--config"];
        words.into_iter().map(Into::into).chain([file.to_owned()]).collect()
    };
    let start = Start { files, configuration_file: "Caddyfile", arguments };
    Running::start("caddy", &start, |port, directory| {
        let block = page::filled_in(
            block,
            &[
                ("orders.example.com {", &format!("https://{SERVER_NAME}:{port} {{\n    bind 127.0.0.1")),
                ("127.0.0.1:8080", &service.to_string()),
                ("/etc/caddy/tls", &directory.display().to_string()),
            ],
        );
        format!("{{\n    admin off\n    auto_https off\n    https_port {port}\n}}\n{block}\n")
    })
}
