//! HAProxy as `docs/gateways/haproxy.md` sets it up.

use std::net::SocketAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::Gateway;

use crate::page;
use crate::running::{Running, Start};
use crate::scenes::{Front, Product, play};
use crate::support::pki::{Minted, Shape};

const HAPROXY: Product = Product {
    gateway: || Gateway::haproxy(["127.0.0.1/32"]).unwrap(),
    start: |server, service| start(&[], server, service),
    header: "x-client-cert",
    connection_named: "header-named-by-connection",
    imitated_element: "Element SA",
};

/// The page's block with a line that it warns of.
const ADDING: Product = Product {
    start: |server, service| start(&[("set-header X-Client-Cert %", "add-header X-Client-Cert %")], server, service),
    ..HAPROXY
};

#[tokio::test]
async fn every_client_is_who_it_is() {
    play(&HAPROXY).await;
}

#[tokio::test]
async fn what_arrives_is_what_the_page_says() {
    let Some(front) = Front::start(&HAPROXY).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &[]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [STANDARD.encode(leaf.der())]);
    assert_eq!(front.service.arrived("x-client-cert-chain"), [STANDARD.encode(front.pki.intermediate.der())]);
    front.ask(None, &["X-Client-Cert: forged", "X-Client-Cert-Chain: forged"]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [""]);
    assert_eq!(front.service.arrived("x-client-cert-chain"), [""]);
}

#[tokio::test]
async fn a_value_in_front_of_an_added_one_is_refused() {
    let Some(front) = Front::start(&ADDING).await else { return };
    let other = front.pki.issue(&Shape::client("svc").organization("Another SA"));
    let forged = format!("X-Client-Cert: {}", STANDARD.encode(front.pki.good().der()));
    assert_eq!(front.ask(Some(&other), &[&forged]).await, "header-repeated");
    assert_eq!(front.ask(None, &[&forged]).await, "header-repeated");
}

fn start(changes: &[(&str, &str)], server: &Minted, service: SocketAddr) -> Option<Running> {
    let both = server.pem() + &server.key_pem();
    let partners = Shape::authority("Partners").self_signed().pem();
    let arguments = |file: &Path| vec!["-db".into(), "-f".into(), file.to_owned()];
    let files = vec![("orders.pem", both), ("partners.pem", partners)];
    let start = Start { files, configuration_file: "haproxy.cfg", arguments };
    let page = page::filled_in(&page::block("haproxy.md", "haproxy", 0), changes);
    Running::start("haproxy", &start, |port, directory| {
        let block = page::filled_in(
            &page,
            &[
                ("bind :443", &format!("bind 127.0.0.1:{port}")),
                ("127.0.0.1:8080", &service.to_string()),
                ("/etc/haproxy/tls", &directory.display().to_string()),
            ],
        );
        format!("defaults\n    timeout connect 10s\n    timeout client 20s\n    timeout server 20s\n{block}\n")
    })
}
