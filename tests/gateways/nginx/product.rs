//! nginx in the scenes that every product is asked: names that imitate headers, copies of the victim's very value.

use std::net::SocketAddr;
use std::path::Path;

use tower_client_cert::Gateway;

use crate::page;
use crate::running::{Running, Start};
use crate::scenes::{Product, play};
use crate::support::pki::Minted;
use crate::support::tls::SERVER_NAME;

const NGINX: Product = Product {
    gateway: || Gateway::nginx(["127.0.0.1/32"]).unwrap(),
    start,
    header: "x-client-cert",
    connection_named: "Big Partner Foo SA",
    imitated_element: "Element SA",
};

#[tokio::test]
async fn every_client_is_who_it_is() {
    play(&NGINX).await;
}

fn start(server: &Minted, service: SocketAddr) -> Option<Running> {
    let files = vec![("orders.pem", server.pem()), ("orders.key", server.key_pem())];
    let arguments = |file: &Path| {
        let directory = file.parent().unwrap();
        vec!["-p".into(), directory.to_owned(), "-c".into(), file.to_owned(), "-e".into(), "stderr".into()]
    };
    let start = Start { files, configuration_file: "nginx.conf", arguments };
    Running::start("nginx", &start, |port, directory| {
        let block = page::filled_in(
            &page::block("nginx.md", "nginx", 0),
            &[
                ("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;")),
                ("server 127.0.0.1:8080;", &format!("server {service};")),
                ("orders.example.com", SERVER_NAME),
                ("/etc/nginx/tls/", ""),
            ],
        );
        let directory = directory.display();
        format!(
            "daemon off;
master_process off;
pid {directory}/nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{block}
}}
"
        )
    })
}
