//! Who is anonymous, and that nothing an untrusted peer says changes it.

use std::net::SocketAddr;

use http::Request;
use http_body_util::Full;
use tower_client_cert::{Gateway, GatewayPeer, Reason, Rejection, TrustAnchors, UntrustedPeer};

use crate::scene::{ask, behind, builder, request, request_from, trusting};
use crate::support::log::Log;
use crate::support::pki::Pki;

#[tokio::test]
async fn no_certificate_from_the_gateway_is_anonymous() {
    let pki = Pki::new();
    for lines in [&[][..], &[("x-client-cert", "")], &[("x-client-cert", "  ")], &[("x-other", "x")]] {
        let asked = ask(&builder(&pki).build().unwrap(), request(lines)).await;
        assert!(asked.is_anonymous(), "{lines:?}");
        assert_eq!(asked.body, "handled");
    }
}

#[tokio::test]
async fn a_products_own_spelling_of_absence_counts_only_where_it_is_configured() {
    let pki = Pki::new();
    for spelling in ["(null)", "-", "::"] {
        let usual = builder(&pki).build().unwrap();
        assert!(ask(&usual, request(&[("x-client-cert", spelling)])).await.reason().is_some(), "{spelling}");
        let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap().absent_value(spelling);
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
        let told = behind(gateway, anchors).build().unwrap();
        assert!(ask(&told, request(&[("x-client-cert", spelling)])).await.is_anonymous(), "{spelling}");
    }
}

#[tokio::test]
async fn a_good_certificate_from_an_address_that_is_no_gateway_is_removed_unread() {
    let pki = Pki::new();
    let value = pki.good().escaped_pem();
    for peer in
        ["192.0.2.1", "10.1.1.4", "10.2.0.4", "127.0.0.1", "::1", "2001:db8::1", "::ffff:192.0.2.1", "::10.1.0.4"]
    {
        let log = Log::start();
        let layer = builder(&pki).build().unwrap();
        let asked = ask(&layer, request_from(peer, &[("x-client-cert", &value)])).await;
        assert!(asked.is_anonymous(), "{peer}");
        assert!(asked.seen.unwrap().headers.is_empty(), "{peer}");
        assert_eq!(layer.handle().counts().untrusted_headers(), 1, "{peer}");
        assert_eq!(log.entries().iter().filter(|entry| entry.level == tracing::Level::WARN).count(), 1, "{peer}");
    }
}

#[tokio::test]
async fn the_gateway_in_ipv4_mapped_spelling_is_the_gateway() {
    let pki = Pki::new();
    let value = pki.good().escaped_pem();
    let asked =
        ask(&builder(&pki).build().unwrap(), request_from("::ffff:10.1.0.4", &[("x-client-cert", &value)])).await;
    assert!(asked.identity().is_some());
}

#[tokio::test]
async fn garbage_from_an_untrusted_peer_is_not_judged() {
    let pki = Pki::new();
    let good = pki.good().escaped_pem();
    let huge = "x".repeat(100_000);
    for lines in [
        &[("x-client-cert", "garbage")][..],
        &[("x-client-cert", &good), ("x-client-cert", &good)],
        &[("connection", "x-client-cert"), ("x-client-cert", &good)],
        &[("x-client-cert", &huge)],
    ] {
        let asked = ask(&builder(&pki).build().unwrap(), request_from("192.0.2.1", lines)).await;
        assert!(asked.is_anonymous());
        assert!(!asked.seen.unwrap().headers.contains_key("x-client-cert"));
    }
}

#[tokio::test]
async fn a_request_without_an_address_is_anonymous_and_said_so_once_and_loudly() {
    let pki = Pki::new();
    let log = Log::start();
    let layer = builder(&pki).build().unwrap();
    for _ in 0..3 {
        let mut request = Request::new(Full::default());
        request.headers_mut().insert("x-client-cert", pki.good().escaped_pem().parse().unwrap());
        assert!(ask(&layer, request).await.is_anonymous());
    }
    let loud: Vec<_> = log.entries().into_iter().filter(|entry| entry.level == tracing::Level::ERROR).collect();
    assert_eq!(loud.len(), 1, "{loud:?}");
    assert!(loud[0].field("detail").unwrap().contains("into_make_service_with_connect_info::<GatewayPeer>()"));
}

#[tokio::test]
async fn forwarding_headers_do_not_make_a_gateway() {
    let pki = Pki::new();
    let value = pki.good().escaped_pem();
    for name in ["x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip", "true-client-ip"] {
        let address = if name == "forwarded" { "for=10.1.0.4" } else { "10.1.0.4" };
        let lines = [("x-client-cert", value.as_str()), (name, address)];
        assert!(ask(&builder(&pki).build().unwrap(), request_from("192.0.2.1", &lines)).await.is_anonymous(), "{name}");
    }
}

#[tokio::test]
async fn a_unix_socket_is_no_gateway() {
    let pki = Pki::new();
    let mut request = request(&[("x-client-cert", &pki.good().escaped_pem())]);
    request.extensions_mut().insert(GatewayPeer::unix(Some(0)));
    assert!(ask(&builder(&pki).build().unwrap(), request).await.is_anonymous());
}

#[tokio::test]
async fn an_address_with_a_scope_is_no_gateway() {
    let pki = Pki::new();
    let gateway = Gateway::nginx(["fe80::/64"]).unwrap();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    let layer = behind(gateway, anchors).build().unwrap();
    let value = pki.good().escaped_pem();
    for (scope, trusted) in [(0, true), (2, false)] {
        let mut request = request(&[("x-client-cert", &value)]);
        let address = std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 1, 0, scope);
        request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::V6(address)));
        assert_eq!(ask(&layer, request).await.identity().is_some(), trusted, "scope {scope}");
    }
}

#[tokio::test]
async fn no_ranges_trust_nobody() {
    let pki = Pki::new();
    let gateway = Gateway::nginx(NO_RANGES).unwrap();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    let layer = behind(gateway, anchors).build().unwrap();
    let asked = ask(&layer, request(&[("x-client-cert", &pki.good().escaped_pem())])).await;
    assert!(asked.is_anonymous());
}

#[tokio::test]
async fn any_address_is_trusted_only_by_the_method_that_says_so() {
    let pki = Pki::new();
    let gateway = Gateway::nginx(NO_RANGES).unwrap().allow_any_address();
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    let layer = behind(gateway, anchors).build().unwrap();
    for peer in ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"] {
        let asked = ask(&layer, request_from(peer, &[("x-client-cert", &pki.good().escaped_pem())])).await;
        assert!(asked.identity().is_some(), "{peer}");
    }
}

#[tokio::test]
async fn required_refuses_absence_and_says_why_there_is_no_certificate() {
    let pki = Pki::new();
    let layer = builder(&pki).required().build().unwrap();
    let value = pki.good().escaped_pem();
    for (request, untrusted) in [
        (request(&[]), false),
        (request(&[("x-client-cert", "")]), false),
        (request_from("192.0.2.1", &[]), true),
        (request_from("192.0.2.1", &[("x-client-cert", &value)]), true),
    ] {
        let asked = ask(&layer, request).await;
        assert_eq!((asked.reason(), asked.status()), (Some(Reason::CertificateMissing), 401));
        let Rejection::Authorization(missing) = asked.refusal().unwrap().rejection() else { panic!() };
        assert_eq!(matches!(missing.untrusted_peer(), Some(UntrustedPeer::OutsideRanges { .. })), untrusted);
    }
}

#[tokio::test]
async fn an_excepted_path_is_compared_as_a_whole() {
    let pki = Pki::new();
    let layer = builder(&pki).required().except(["/healthz", "/ready"]).build().unwrap();
    for (path, excepted) in [
        ("/healthz", true),
        ("/healthz?deep=1", true),
        ("/ready", true),
        ("/", false),
        ("/healthz/", false),
        ("/healthz/..", false),
        ("/healthzz", false),
        ("/Healthz", false),
        ("//healthz", false),
        ("/health%7A", false),
        ("/restricted?/healthz", false),
        ("/restricted/healthz", false),
    ] {
        let mut request = request(&[]);
        *request.uri_mut() = path.parse().unwrap();
        let asked = ask(&layer, request).await;
        assert_eq!(asked.is_anonymous(), excepted, "{path}");
        assert_eq!(asked.reason(), (!excepted).then_some(Reason::CertificateMissing), "{path}");
    }
}

#[tokio::test]
async fn a_bad_certificate_is_refused_on_an_excepted_path_too() {
    let pki = Pki::new();
    let layer = builder(&pki).required().except(["/"]).build().unwrap();
    let asked = ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    assert!(asked.seen.is_none());
    assert_eq!(asked.status(), 400);
}

#[tokio::test]
async fn a_bad_certificate_is_never_anonymous_where_none_is_needed() {
    let (pki, foreign) = (Pki::new(), Pki::new());
    let asked =
        ask(&trusting(&pki.root).build().unwrap(), request(&[("x-client-cert", &foreign.good().escaped_pem())])).await;
    assert!(asked.seen.is_none());
    assert_eq!(asked.status(), 403);
}

#[tokio::test]
async fn a_connection_field_that_names_the_header_is_refused_even_when_the_header_is_gone() {
    let pki = Pki::new();
    for value in ["x-client-cert", "close, X-CLIENT-CERT", "keep-alive ,\tx-client-cert , te"] {
        let asked = ask(&builder(&pki).build().unwrap(), request(&[("connection", value)])).await;
        assert_eq!(asked.reason(), Some(Reason::HeaderNamedByConnection), "{value}");
    }
    for value in ["close", "x-client", "x-client-cert-chain", "not x-client-cert"] {
        let asked = ask(&builder(&pki).build().unwrap(), request(&[("connection", value)])).await;
        assert!(asked.is_anonymous(), "{value}");
    }
}

const NO_RANGES: [&str; 0] = [];
