//! Several gateways in one layer.

use tower_client_cert::{ClientCertLayer, Encoding, Gateway, Reason};

use crate::proofs::{OTHER_SECRET, SECRET, anchors, builder, proven_by, secret};
use crate::scene::{ask, request_from};
use crate::support::log::Log;
use crate::support::pki::{Minted, Pki, Shape};

const PEM_GATEWAY: &str = "10.1.0.4";

const STRUCTURED_GATEWAY: &str = "10.2.0.4";

/// One sends PEM in X-Client-Cert, the other a byte sequence in Client-Cert.
fn two(pki: &Pki) -> ClientCertLayer {
    let pem = Gateway::nginx(["10.1.0.0/24"]).unwrap();
    builder(pem, pki).gateway(structured()).build().unwrap()
}

fn structured() -> Gateway {
    Gateway::custom("structured", ["10.2.0.0/24"]).unwrap().header("client-cert").unwrap().encoding(Encoding::Rfc9440)
}

fn byte_sequence(minted: &Minted) -> String {
    use base64::Engine as _;
    format!(":{}:", base64::engine::general_purpose::STANDARD.encode(minted.der()))
}

#[tokio::test]
async fn the_peer_decides_which_gateway_speaks() {
    let pki = Pki::new();
    let (pem, structured) = (pki.good().escaped_pem(), byte_sequence(&pki.good()));
    let layer = two(&pki);
    let by_pem = ask(&layer, request_from(PEM_GATEWAY, &[("x-client-cert", &pem)])).await;
    assert_eq!(by_pem.identity().unwrap().gateway(), "nginx");
    assert_eq!(proven_by(by_pem.identity().unwrap()), "10.1.0.0/24");
    let by_structured = ask(&layer, request_from(STRUCTURED_GATEWAY, &[("client-cert", &structured)])).await;
    assert_eq!(by_structured.identity().unwrap().gateway(), "structured");
}

#[tokio::test]
async fn a_header_of_another_gateway_is_removed_unread_and_said_so() {
    let pki = Pki::new();
    let structured = byte_sequence(&pki.good());
    for value in [structured.as_str(), "garbage", ""] {
        let log = Log::start();
        let layer = two(&pki);
        let asked = ask(&layer, request_from(PEM_GATEWAY, &[("client-cert", value)])).await;
        assert!(asked.is_anonymous(), "{value}");
        assert!(asked.seen.unwrap().headers.is_empty(), "{value}");
        assert_eq!(layer.handle().counts().foreign_headers(), 1);
        assert_eq!(log.with("gateway", "nginx").len(), 1, "{:?}", log.entries());
    }
}

#[tokio::test]
async fn beside_the_own_header_that_of_another_changes_nothing() {
    let pki = Pki::new();
    let own = pki.issue(&Shape::client("own")).escaped_pem();
    let foreign = byte_sequence(&pki.issue(&Shape::client("foreign")));
    let lines = [("client-cert", foreign.as_str()), ("x-client-cert", &own), ("client_cert", &foreign)];
    let asked = ask(&two(&pki), request_from(PEM_GATEWAY, &lines)).await;
    assert_eq!(asked.identity().unwrap().subject().common_name(), Some("own"));
    assert!(asked.seen.unwrap().headers.is_empty());
}

#[tokio::test]
async fn a_stranger_s_headers_of_every_gateway_are_removed() {
    let pki = Pki::new();
    let (pem, structured) = (pki.good().escaped_pem(), byte_sequence(&pki.good()));
    let lines = [("x-client-cert", pem.as_str()), ("client-cert", &structured), ("x_client_cert", &pem)];
    let asked = ask(&two(&pki), request_from("192.0.2.1", &lines)).await;
    assert!(asked.is_anonymous());
    assert!(asked.seen.unwrap().headers.is_empty());
}

#[tokio::test]
async fn gateways_may_use_one_header_with_different_encodings() {
    let pki = Pki::new();
    let structured = structured().header("x-client-cert").unwrap();
    let layer = builder(Gateway::nginx(["10.1.0.0/24"]).unwrap(), &pki).gateway(structured).build().unwrap();
    let (pem, structured) = (pki.good().escaped_pem(), byte_sequence(&pki.good()));
    for (peer, value, accepted) in [
        (PEM_GATEWAY, &pem, true),
        (PEM_GATEWAY, &structured, false),
        (STRUCTURED_GATEWAY, &structured, true),
        (STRUCTURED_GATEWAY, &pem, false),
    ] {
        let asked = ask(&layer, request_from(peer, &[("x-client-cert", value)])).await;
        assert_eq!(asked.identity().is_some(), accepted, "{peer}");
        assert_eq!(asked.reason().is_none(), accepted, "{peer}");
    }
}

#[tokio::test]
async fn each_gateway_s_clients_are_judged_by_its_anchors_alone() {
    let (common, own) = (Pki::new(), Pki::new());
    let layer = builder(Gateway::nginx(["10.1.0.0/24"]).unwrap(), &common)
        .gateway(Gateway::nginx(["10.2.0.0/24"]).unwrap().named("partner").anchors(anchors(&own.intermediate)))
        .build()
        .unwrap();
    for (peer, pki, accepted) in
        [("10.1.0.4", &common, true), ("10.1.0.4", &own, false), ("10.2.0.4", &own, true), ("10.2.0.4", &common, false)]
    {
        let value = pki.good().escaped_pem();
        let asked = ask(&layer, request_from(peer, &[("x-client-cert", &value)])).await;
        assert_eq!(asked.identity().is_some(), accepted, "{peer}");
        assert!(accepted || asked.reason().is_some(), "{peer}");
    }
}

#[tokio::test]
async fn intermediates_of_one_gateway_are_candidates_for_its_clients_alone() {
    let pki = Pki::new();
    let issuers = tower_client_cert::Intermediates::from_der(pki.intermediate.der()).unwrap();
    let first = Gateway::nginx(["10.1.0.0/24"]).unwrap();
    let second = Gateway::nginx(["10.2.0.0/24"]).unwrap().named("partner").intermediates(issuers);
    let layer = ClientCertLayer::builder(first, anchors(&pki.root))
        .gateway(second)
        .clock(crate::scene::Fixed(crate::support::pki::now()))
        .build()
        .unwrap();
    let value = pki.good().escaped_pem();
    let lines = [("x-client-cert", value.as_str())];
    assert_eq!(ask(&layer, request_from("10.1.0.4", &lines)).await.reason(), Some(Reason::IssuerUnknown));
    assert!(ask(&layer, request_from("10.2.0.4", &lines)).await.identity().is_some());
}

#[tokio::test]
async fn secrets_tell_gateways_at_one_place_apart_and_both_together_are_neither() {
    let pki = Pki::new();
    let gateway = |name: &str, header: &str, value: &str| {
        Gateway::nginx(["10.1.0.0/24"]).unwrap().named(name).secret_header(header, secret(value)).unwrap()
    };
    let layer = builder(gateway("one", "x-one", SECRET), &pki).gateway(gateway("two", "x-two", OTHER_SECRET));
    let layer = layer.build().unwrap();
    let value = pki.good().escaped_pem();
    let certificate = ("x-client-cert", value.as_str());
    let (one, two) = (("x-one", SECRET), ("x-two", OTHER_SECRET));
    let name = |asked: crate::scene::Asked| asked.identity().map(|identity| identity.gateway().to_owned());
    assert_eq!(name(ask(&layer, request_from("10.1.0.4", &[certificate, one])).await).unwrap(), "one");
    assert_eq!(name(ask(&layer, request_from("10.1.0.4", &[certificate, two])).await).unwrap(), "two");
    for lines in [vec![certificate], vec![certificate, one, two], vec![certificate, ("x-one", OTHER_SECRET)]] {
        let asked = ask(&layer, request_from("10.1.0.4", &lines)).await;
        assert!(asked.is_anonymous());
        assert!(asked.seen.unwrap().headers.is_empty());
    }
}
