//! What the page says under "What arrives", and its pitfalls: facts about nginx, seen by a service without the layer.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::http::HeaderMap;
use rustls::HandshakeKind;
use tokio::net::TcpListener;

use super::front::{Block, Front};
use crate::support::http;
use crate::support::pki::{Minted, Pki, Shape, days};
use crate::support::tls::{Protocol, Sessions};

#[tokio::test]
async fn the_header_is_the_escaped_pem_of_the_leaf_byte_for_byte() {
    let pki = Pki::new();
    let leaf = pki.good();
    let Some(front) = in_front_of_echo(&[]).await else { return };
    assert_eq!(values(&front, &[&leaf, &pki.intermediate], &[]).await, [leaf.escaped_pem()]);
}

#[tokio::test]
async fn the_header_is_missing_without_a_certificate_even_when_the_client_sends_it() {
    let Some(front) = in_front_of_echo(&[]).await else { return };
    assert!(values(&front, &[], &[]).await.is_empty());
    assert!(values(&front, &[], &["X-Client-Cert: forged"]).await.is_empty());
    assert!(values(&front, &[], &["X-Client-Cert: forged", "X-Client-Cert: twice"]).await.is_empty());
}

#[tokio::test]
async fn the_clients_own_header_is_replaced() {
    let leaf = Pki::new().good();
    let Some(front) = in_front_of_echo(&[]).await else { return };
    assert_eq!(values(&front, &[&leaf], &["X-Client-Cert: forged"]).await, [leaf.escaped_pem()]);
}

#[tokio::test]
async fn a_connection_header_of_the_client_does_not_remove_it() {
    let leaf = Pki::new().good();
    let Some(front) = in_front_of_echo(&[]).await else { return };
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close, X-Client-Cert\r\n\r\n", "gateway.test");
    let stream = front.client(&[&leaf], Protocol::Http1, Sessions::Fresh).connect(front.address()).await;
    assert_eq!(http::exchange(stream, request.as_bytes()).await.body, leaf.escaped_pem());
}

#[tokio::test]
async fn certificates_out_of_date_arrive_by_error_page_495() {
    let pki = Pki::new();
    let Some(front) = in_front_of_echo(&[]).await else { return };
    for (not_before, not_after) in [(-60, -30), (50 * 365, 60 * 365)] {
        let leaf = pki.issue(&Shape::partner().valid(days(not_before), days(not_after)));
        assert_eq!(values(&front, &[&leaf], &[]).await, [leaf.escaped_pem()]);
    }
}

#[tokio::test]
async fn without_error_page_495_nginx_answers_for_a_certificate_out_of_date_itself() {
    let expired = Pki::new().issue(&Shape::partner().valid(days(-60), days(-30)));
    let Some(front) = in_front_of_echo(&[("error_page 495 = @orders;", "")]).await else { return };
    let answer = front.get(&[&expired], "/", &[]).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("nginx"), "{}", answer.body);
}

#[tokio::test]
async fn a_resumed_session_still_carries_the_certificate() {
    let leaf = Pki::new().good();
    let Some(front) = in_front_of_echo(&[]).await else { return };
    let client = front.client(&[&leaf], Protocol::Http1, Sessions::Resumed);
    for expected in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut stream = client.connect(front.address()).await;
        let kind = stream.get_ref().1.handshake_kind();
        let answer = http::exchange(&mut stream, http::get("/", &[]).as_bytes()).await;
        assert_eq!(kind, Some(expected));
        assert_eq!(answer.body, leaf.escaped_pem());
    }
}

#[tokio::test]
async fn a_location_that_sets_another_header_and_not_this_one_lets_the_clients_through() {
    let changes = [
        (
            "    ssl_verify_client",
            "    proxy_set_header X-Client-Cert $ssl_client_escaped_cert;\n    ssl_verify_client",
        ),
        ("        proxy_set_header X-Client-Cert $ssl_client_escaped_cert;\n", ""),
    ];
    let Some(front) = in_front_of_echo(&changes).await else { return };
    assert_eq!(values(&front, &[], &["X-Client-Cert: forged"]).await, ["forged"]);
}

#[tokio::test]
async fn an_underscore_name_is_dropped_by_default_and_passes_where_it_is_switched_on() {
    let Some(front) = in_front_of_echo(&[]).await else { return };
    assert!(values(&front, &[], &["X_Client_Cert: forged"]).await.is_empty());
    let switched_on = [("    ssl_verify_client", "    underscores_in_headers on;\n    ssl_verify_client")];
    let Some(front) = in_front_of_echo(&switched_on).await else { return };
    assert_eq!(values(&front, &[], &["X_Client_Cert: forged"]).await, ["x_client_cert=forged"]);
}

#[tokio::test]
async fn the_variables_with_line_feeds_are_refused_by_hyper() {
    let leaf = Pki::new().good();
    for variable in ["$ssl_client_cert", "$ssl_client_raw_cert"] {
        let Some(front) = in_front_of_echo(&[("$ssl_client_escaped_cert", variable)]).await else { return };
        assert_eq!(front.get(&[&leaf], "/", &[]).await.status, 400, "{variable}");
    }
}

/// The values of the header that arrive, and look-alikes as `name=value`.
async fn values(front: &Front, chain: &[&Minted], header_lines: &[&str]) -> Vec<String> {
    let answer = front.get(chain, "/", header_lines).await;
    assert_eq!(answer.status, 200);
    answer.body.lines().map(str::to_owned).collect()
}

async fn in_front_of_echo(changes: &[(&str, &str)]) -> Option<Front> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let service: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(echo)).await });
    Front::start_changed(Block::Http, service, changes)
}

async fn echo(headers: HeaderMap) -> String {
    let mut lines = Vec::new();
    for (name, value) in &headers {
        match name.as_str() {
            "x-client-cert" => lines.push(value.to_str().unwrap().to_owned()),
            "x_client_cert" => lines.push(format!("x_client_cert={}", value.to_str().unwrap())),
            _ => {}
        }
    }
    lines.join("\n")
}
