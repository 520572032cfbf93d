//! The clean pair for the next service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use tower_client_cert::{Encoding, Gateway, Reason};

use crate::proofs::builder;
use crate::scene::{self, ask, request, request_from, with_certificate};
use crate::support::pki::{Minted, Pki};

fn byte_sequence(minted: &Minted) -> String {
    format!(":{}:", STANDARD.encode(minted.der()))
}

fn only(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    assert_eq!(values.len(), 1, "{name}");
    values[0].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_pair_is_made_anew_from_the_validated_path_without_its_anchor() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).re_emit_rfc9440().build().unwrap();
    let leaf = pki.good();
    let headers = ask(&layer, with_certificate(&leaf)).await.seen.unwrap().headers;
    assert_eq!(headers.len(), 2);
    assert_eq!(only(&headers, "client-cert"), byte_sequence(&leaf));
    assert_eq!(only(&headers, "client-cert-chain"), byte_sequence(&pki.intermediate));
}

#[tokio::test]
async fn there_is_no_chain_where_the_anchor_is_the_issuer() {
    let pki = Pki::new();
    let layer = builder(scene::gateway(), &pki).re_emit_rfc9440().build().unwrap();
    let headers = ask(&layer, with_certificate(&pki.good())).await.seen.unwrap().headers;
    assert_eq!(headers.len(), 1);
    assert!(headers.contains_key("client-cert"));
}

#[tokio::test]
async fn what_was_sent_along_is_not_sent_on() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).re_emit_rfc9440().build().unwrap();
    let (leaf, forged) = (pki.good(), byte_sequence(&Pki::new().good()));
    let value = leaf.escaped_pem();
    let lines = [
        ("x-client-cert", value.as_str()),
        ("client-cert", &forged),
        ("client-cert", &forged),
        ("client-cert-chain", &forged),
        ("client_cert", &forged),
        ("client.cert-chain", &forged),
        ("client-certs", "kept"),
    ];
    let headers = ask(&layer, request(&lines)).await.seen.unwrap().headers;
    assert_eq!(headers.len(), 3);
    assert_eq!(only(&headers, "client-cert"), byte_sequence(&leaf));
    assert_eq!(only(&headers, "client-cert-chain"), byte_sequence(&pki.intermediate));
}

#[tokio::test]
async fn an_anonymous_request_carries_no_pair_whoever_sent_it() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).re_emit_rfc9440().build().unwrap();
    let forged = byte_sequence(&pki.good());
    for peer in [scene::GATEWAY, "192.0.2.1"] {
        for name in ["client-cert", "client-cert-chain", "client_cert", "client.cert.chain"] {
            let asked = ask(&layer, request_from(peer, &[(name, &forged)])).await;
            assert!(asked.is_anonymous(), "{peer} {name}");
            assert!(asked.seen.unwrap().headers.is_empty(), "{peer} {name}");
        }
    }
}

#[tokio::test]
async fn a_gateway_that_sends_the_pair_itself_is_read_first() {
    let pki = Pki::new();
    let gateway = Gateway::custom("structured", ["10.1.0.0/24"]).unwrap();
    let gateway = gateway.header("client-cert").unwrap().encoding(Encoding::Rfc9440);
    let layer = builder(gateway, &pki).re_emit_rfc9440().build().unwrap();
    let value = byte_sequence(&pki.good());
    let asked = ask(&layer, request(&[("client-cert", &value)])).await;
    assert!(asked.identity().is_some());
    assert!(asked.seen.unwrap().headers.contains_key("client-cert"));
}

#[tokio::test]
async fn a_connection_field_that_names_the_pair_is_refused_where_there_is_one_to_drop() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).re_emit_rfc9440().build().unwrap();
    let value = pki.good().escaped_pem();
    for connection in ["client-cert", "close, Client-Cert-Chain"] {
        let asked = ask(&layer, request(&[("x-client-cert", &value), ("connection", connection)])).await;
        assert_eq!(asked.reason(), Some(Reason::HeaderNamedByConnection), "{connection}");
        assert_eq!(layer.handle().counts().accepted(), 0, "one event per decision");
        assert!(ask(&layer, request(&[("connection", connection)])).await.is_anonymous(), "{connection}");
    }
}

#[tokio::test]
async fn a_connection_field_that_names_other_fields_is_no_reason_to_refuse() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).re_emit_rfc9440().build().unwrap();
    let value = pki.good().escaped_pem();
    for connection in ["close", "keep-alive, x-client-cert-chain", "client-certificate", "client", ""] {
        let asked = ask(&layer, request(&[("x-client-cert", &value), ("connection", connection)])).await;
        assert!(asked.seen.unwrap().headers.contains_key("client-cert"), "{connection}");
    }
}

#[tokio::test]
async fn without_the_option_nothing_leaves_the_layer() {
    let pki = Pki::new();
    let layer = scene::builder(&pki).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.good())).await;
    assert!(asked.seen.unwrap().headers.is_empty());
}
