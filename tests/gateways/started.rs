//! nginx and Envoy, started with a block of their pages.

use std::net::SocketAddr;
use std::path::Path;

use crate::page;
use crate::running::{Running, Start};
use crate::support::nginx::whole_configuration;
use crate::support::pki::{Minted, Shape};
use crate::support::tls::SERVER_NAME;

/// Starts nginx with the `server` block of its page, changed or not; `None` where the program is missing.
pub(crate) fn nginx(block: &str, server: &Minted, service: SocketAddr) -> Option<Running> {
    let files = vec![("orders.pem", server.pem()), ("orders.key", server.key_pem())];
    let arguments = |file: &Path| {
        let directory = file.parent().unwrap();
        vec!["-p".into(), directory.to_owned(), "-c".into(), file.to_owned(), "-e".into(), "stderr".into()]
    };
    let start = Start { files, configuration_file: "nginx.conf", arguments };
    Running::start("nginx", &start, |port, directory| {
        let block = page::filled_in(
            block,
            &[
                ("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;")),
                ("server 127.0.0.1:8080;", &format!("server {service};")),
                ("orders.example.com", SERVER_NAME),
                ("/etc/nginx/tls/", ""),
            ],
        );
        whole_configuration(directory, "stderr", &block)
    })
}

/// Starts Envoy with the whole file of its page, changed or not; `None` where the program is missing.
pub(crate) fn envoy(block: &str, server: &Minted, service: SocketAddr) -> Option<Running> {
    let partners = Shape::authority("Partners").self_signed().pem();
    let files = vec![("orders.pem", server.pem()), ("orders.key", server.key_pem()), ("partners.pem", partners)];
    let arguments = |file: &Path| {
        let words = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning", "-c"];
        words.into_iter().map(Into::into).chain([file.to_owned()]).collect()
    };
    let start = Start { files, configuration_file: "envoy.yaml", arguments };
    Running::start("envoy", &start, |port, directory| {
        page::filled_in(
            block,
            &[
                ("address: 0.0.0.0, port_value: 443", &format!("address: 127.0.0.1, port_value: {port}")),
                ("port_value: 8080", &format!("port_value: {}", service.port())),
                ("/etc/envoy/tls", &directory.display().to_string()),
            ],
        )
    })
}
