//! Apache httpd as `docs/gateways/apache.md` sets it up.

use std::net::SocketAddr;
use std::path::Path;

use tower_client_cert::Gateway;

use crate::page;
use crate::running::{Running, Start};
use crate::scenes::{Front, Product, play};
use crate::support::pki::{Minted, pem};
use crate::support::tls::SERVER_NAME;

const FOLDED: Product = Product {
    gateway: || Gateway::apache(["127.0.0.1/32"]).unwrap(),
    start: |server, service| start(0, &[], server, service),
    header: "x-client-cert",
    connection_named: "Big Partner Foo SA",
    imitated_element: "Element SA",
};

const ESCAPED: Product = Product {
    gateway: || Gateway::apache_escaped(["127.0.0.1/32"]).unwrap(),
    start: |server, service| start(1, &[], server, service),
    ..FOLDED
};

/// The first block without the line that mends `Connection`.
const UNMENDED: Product = Product {
    start: |server, service| {
        let line = "    RequestHeader edit* Connection \"(?i)x-client-cert[-_.0-9a-z]*\" \"x-removed\"\n";
        start(0, &[(line, "")], server, service)
    },
    ..FOLDED
};

#[tokio::test]
async fn every_client_is_who_it_is_behind_the_folded_header() {
    play(&FOLDED).await;
}

#[tokio::test]
async fn every_client_is_who_it_is_behind_the_escaped_header() {
    play(&ESCAPED).await;
}

#[tokio::test]
async fn what_arrives_is_what_the_page_says() {
    let Some(front) = Front::start(&FOLDED).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &[]).await;
    let folded = |minted: &Minted| pem(minted.der()).replace('\n', " ").trim_end().to_owned();
    assert_eq!(front.service.arrived("x-client-cert"), [folded(&leaf)]);
    assert_eq!(front.service.arrived("x-client-cert-chain-0"), [folded(&front.pki.intermediate)]);
    assert_eq!(front.service.arrived("x-client-cert-chain-1"), ["(null)"]);
    front.ask(None, &[]).await;
    assert_eq!(front.service.arrived("x-client-cert"), ["(null)"]);

    let Some(front) = Front::start(&ESCAPED).await else { return };
    let leaf = front.pki.good();
    front.ask(Some(&leaf), &[]).await;
    let escaped = pem(leaf.der()).replace(' ', "%20").replace('\n', "%0a");
    assert_eq!(front.service.arrived("x-client-cert"), [escaped]);
    front.ask(None, &[]).await;
    assert_eq!(front.service.arrived("x-client-cert"), [""]);
}

#[tokio::test]
async fn without_the_line_about_connection_a_client_loses_its_identity_and_gains_none() {
    let Some(front) = Front::start(&UNMENDED).await else { return };
    let good = front.pki.good();
    assert_eq!(front.ask(Some(&good), &["Connection: close, X-Client-Cert"]).await, "leaf-missing");
    let both = "Connection: close, X-Client-Cert, X-Client-Cert-Chain-0";
    assert_eq!(front.ask(Some(&good), &[both]).await, "certificate-missing");
}

fn start(block: usize, changes: &[(&str, &str)], server: &Minted, service: SocketAddr) -> Option<Running> {
    let files = vec![("orders.pem", server.pem()), ("orders.key", server.key_pem())];
    let arguments = |file: &Path| vec!["-X".into(), "-f".into(), file.to_owned()];
    let start = Start { files, configuration_file: "apache2.conf", arguments };
    let page = page::filled_in(&page::block("apache.md", "apache", block), changes);
    Running::start("apache2", &start, |port, directory| {
        let directory_text = directory.display().to_string();
        let block = page::filled_in(
            &page,
            &[
                ("*:443", &format!("127.0.0.1:{port}")),
                ("http://127.0.0.1:8080/", &format!("http://{service}/")),
                ("orders.example.com", SERVER_NAME),
                ("/etc/apache2/tls", &directory_text),
            ],
        );
        whole_configuration(&directory_text, port, &block)
    })
}

/// What Debian keeps in its own files. `User` and `Group` count only where the tests run as root.
fn whole_configuration(directory: &str, port: u16, block: &str) -> String {
    let modules = ["mpm_event", "authz_core", "socache_shmcb", "ssl", "headers", "proxy", "proxy_http"];
    let modules = modules.map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n")).concat();
    format!(
        "ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile {directory}/apache2.pid
ErrorLog /dev/stderr
Listen 127.0.0.1:{port}
ServerName {SERVER_NAME}
{modules}
User www-data
Group www-data
SSLSessionCache shmcb:{directory}/sessions(512000)
{block}
"
    )
}

const MODULES: &str = "/usr/lib/apache2/modules";
