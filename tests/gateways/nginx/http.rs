//! HTTP: client - TLS - nginx - axum with the layer.

use std::net::IpAddr;

use rustls::HandshakeKind;

use super::front::{Block, Front};
use super::scenes::scenes;
use super::service::{self, ANSWERED_BY, REASON};
use crate::support::http::{self, Answer};
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::tls::{Protocol, SERVER_NAME, Sessions};

/// Status, reason and body, after making sure that it was the service that answered.
fn of_service(answer: &Answer) -> (u16, Option<&str>, &str) {
    assert_eq!(answer.header(ANSWERED_BY), Some("service"), "{answer:?}");
    (answer.status, answer.header(REASON), answer.body.as_str())
}

async fn started(pki: &Pki, changes: &[(&str, &str)]) -> Option<Front> {
    let service = service::axum(pki).await;
    Front::start_changed(Block::Http, service, changes)
}

#[tokio::test]
async fn every_client_is_answered_by_the_service_with_the_right_reason() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    for scene in scenes(&pki) {
        let chain: Vec<&Minted> = scene.certificate.iter().collect();
        let answer = front.get(&chain, "/restricted", &[]).await;
        let (status, reason, body) = of_service(&answer);
        match scene.expected {
            Ok(organization) => {
                assert_eq!((status, reason), (200, None), "{}", scene.name);
                assert_eq!(body, format!("secret for {organization}"), "{}", scene.name);
            }
            Err(expected) => {
                let expected_status = if scene.certificate.is_some() { 403 } else { 401 };
                assert_eq!((status, reason), (expected_status, Some(expected)), "{}", scene.name);
                assert!(body.contains("(reference "), "{}: {body}", scene.name);
            }
        }
    }
}

#[tokio::test]
async fn a_public_page_is_for_everybody_but_those_with_a_bad_certificate() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    for scene in scenes(&pki) {
        let chain: Vec<&Minted> = scene.certificate.iter().collect();
        let answer = front.get(&chain, "/", &[]).await;
        let (status, reason, body) = of_service(&answer);
        match (scene.expected, chain.is_empty()) {
            (Ok(organization), _) => assert_eq!(body, format!("public for {organization}")),
            (Err(_), true) => assert_eq!((status, body), (200, "public for nobody")),
            (Err(expected), false) => assert_eq!((status, reason), (403, Some(expected)), "{}", scene.name),
        }
    }
}

#[tokio::test]
async fn another_organization_is_told_apart_by_the_handler() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    let other = pki.issue(&Shape::client("svc").organization("Another SA"));
    let answer = front.get(&[&other], "/restricted", &[]).await;
    assert_eq!(of_service(&answer), (403, None, "not for Another SA"));
}

#[tokio::test]
async fn a_client_that_writes_the_header_itself_gains_nothing() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    let other = pki.issue(&Shape::client("svc").organization("Another SA"));
    let victim = pki.good().escaped_pem();
    for name in ["X-Client-Cert", "x-client-cert", "X_Client_Cert", "X-Client_Cert", "X.Client.Cert"] {
        let line = format!("{name}: {victim}");
        for lines in [&[line.as_str()][..], &[&line, &line]] {
            let answer = front.get(&[], "/restricted", lines).await;
            assert_eq!(of_service(&answer).1, Some("certificate-missing"), "{name}");
            let answer = front.get(&[&other], "/restricted", lines).await;
            assert_eq!(of_service(&answer), (403, None, "not for Another SA"), "{name}");
        }
    }
}

#[tokio::test]
async fn look_alikes_that_nginx_lets_through_are_removed_by_the_layer() {
    let pki = Pki::new();
    let switched_on = [("    ssl_verify_client", "    underscores_in_headers on;\n    ssl_verify_client")];
    let Some(front) = started(&pki, &switched_on).await else { return };
    let line = format!("X_Client_Cert: {}", pki.good().escaped_pem());
    let answer = front.get(&[], "/restricted", &[&line]).await;
    assert_eq!(of_service(&answer).1, Some("certificate-missing"));
}

#[tokio::test]
async fn a_client_cannot_lose_its_certificate_by_a_connection_header() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    let leaf = pki.good();
    let head = format!("GET /restricted HTTP/1.1\r\nHost: {SERVER_NAME}\r\nConnection: close, X-Client-Cert\r\n");
    for own_header in [String::new(), format!("X-Client-Cert: {}\r\n", leaf.escaped_pem())] {
        let stream = front.client(&[&leaf], Protocol::Http1, Sessions::Fresh).connect(front.address()).await;
        let answer = http::exchange(stream, format!("{head}{own_header}\r\n").as_bytes()).await;
        assert_eq!(of_service(&answer), (200, None, "secret for Big Partner Foo SA"));
    }
}

#[tokio::test]
async fn a_resumed_session_is_the_same_client() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    let leaf = pki.good();
    let client = front.client(&[&leaf], Protocol::Http1, Sessions::Resumed);
    for expected in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut stream = client.connect(front.address()).await;
        let kind = stream.get_ref().1.handshake_kind();
        let answer = http::exchange(&mut stream, http::get("/restricted", &[]).as_bytes()).await;
        assert_eq!(kind, Some(expected));
        assert_eq!(of_service(&answer), (200, None, "secret for Big Partner Foo SA"));
    }
}

#[tokio::test]
async fn one_connection_of_nginx_carries_several_clients() {
    let pki = Pki::new();
    let kept = [
        ("    server 127.0.0.1:8080;", "    server 127.0.0.1:8080;\n    keepalive 1;"),
        (
            "        proxy_set_header Host $host;",
            "        proxy_http_version 1.1;\n        proxy_set_header Connection \"\";\n        proxy_set_header Host $host;",
        ),
    ];
    let Some(front) = started(&pki, &kept).await else { return };
    let good = pki.good();
    for _ in 0..3 {
        assert_eq!(of_service(&front.get(&[&good], "/restricted", &[]).await).0, 200);
        assert_eq!(of_service(&front.get(&[], "/restricted", &[]).await).0, 401);
    }
}

#[tokio::test]
async fn a_body_that_is_handed_on_by_error_page_495_does_not_upset_the_next_request() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[]).await else { return };
    let expired = pki.issue(&Shape::partner().valid(crate::support::pki::days(-60), crate::support::pki::days(-30)));
    let request = format!(
        "POST /restricted HTTP/1.1\r\nHost: {SERVER_NAME}\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
    );
    let stream = front.client(&[&expired], Protocol::Http1, Sessions::Fresh).connect(front.address()).await;
    let answer = http::exchange(stream, request.as_bytes()).await;
    assert_eq!((of_service(&answer).0, of_service(&answer).1), (403, Some("expired")));
}

#[tokio::test]
async fn the_header_sent_past_nginx_from_another_address_is_not_believed() {
    let pki = Pki::new();
    let service = service::axum(&pki).await;
    let line = format!("X-Client-Cert: {}", pki.good().escaped_pem());
    let request = http::get("/restricted", &[&line]);
    let from_gateway = http::send(service, &request).await;
    assert_eq!(of_service(&from_gateway).0, 200, "whoever shares the gateway's address owns every identity");
    let Some(elsewhere) = http::send_from(IpAddr::from([127, 0, 0, 2]), service, &request).await else { return };
    assert_eq!((of_service(&elsewhere).0, of_service(&elsewhere).1), (401, Some("certificate-missing")));
}

#[tokio::test]
async fn without_error_page_495_nginx_answers_for_dates_and_the_service_never_sees_it() {
    let pki = Pki::new();
    let Some(front) = started(&pki, &[("error_page 495 = @orders;", "")]).await else { return };
    for scene in scenes(&pki).into_iter().filter(|scene| matches!(scene.name, "expired" | "not yet valid")) {
        let chain: Vec<&Minted> = scene.certificate.iter().collect();
        let answer = front.get(&chain, "/restricted", &[]).await;
        assert_eq!((answer.status, answer.header(ANSWERED_BY)), (400, None), "{}", scene.name);
        assert!(answer.body.contains("<center>nginx"), "{}", answer.body);
    }
}
