//! One nginx in front of one service, with the configuration of the page.

use std::net::SocketAddr;

use crate::page;
use crate::support::http::{self, Answer};
use crate::support::nginx::Nginx;
use crate::support::pki::{Minted, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions, TlsClient};

/// Which block of the page, counted from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Http,
    Grpc,
}

/// A running nginx and what a client needs to talk to it.
#[derive(Debug)]
pub(super) struct Front {
    nginx: Nginx,
    server_root: Minted,
}

impl Front {
    /// Starts nginx with the page's configuration; `None` where nginx is missing.
    pub(super) fn start(block: Block, service: SocketAddr) -> Option<Self> {
        Self::start_changed(block, service, &[])
    }

    /// As [`start`](Self::start), after further changes to the configuration.
    pub(super) fn start_changed(block: Block, service: SocketAddr, changes: &[(&str, &str)]) -> Option<Self> {
        let server_root = Shape::authority("Gateway Root").self_signed();
        let server = server_root.issue(&Shape::server(SERVER_NAME));
        let files = [("orders.pem", server.pem()), ("orders.key", server.key_pem())];
        let (index, listen) = match block {
            Block::Http => (0, "listen 443 ssl;"),
            Block::Grpc => (1, "listen 443 ssl http2;"),
        };
        let configuration = page::filled_in(&page::block("nginx.md", "nginx", index), changes);
        let nginx = Nginx::start(&files, |port| {
            page::filled_in(
                &configuration,
                &[
                    (listen, &listen.replace("443", &format!("127.0.0.1:{port}"))),
                    ("server 127.0.0.1:8080;", &format!("server {service};")),
                    ("orders.example.com", SERVER_NAME),
                    ("/etc/nginx/tls/", ""),
                ],
            )
        })?;
        Some(Self { nginx, server_root })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.nginx.address()
    }

    /// A client that shows `chain`, leaf first; none when it is empty.
    pub(super) fn client(&self, chain: &[&Minted], protocol: Protocol, sessions: Sessions) -> TlsClient {
        TlsClient::new(&self.server_root, chain, protocol, sessions)
    }

    /// One request in a new TLS session.
    pub(super) async fn get(&self, chain: &[&Minted], path: &str, header_lines: &[&str]) -> Answer {
        let client = self.client(chain, Protocol::Http1, Sessions::Fresh);
        let stream = client.connect(self.address()).await;
        http::exchange(stream, http::get(path, header_lines).as_bytes()).await
    }
}
