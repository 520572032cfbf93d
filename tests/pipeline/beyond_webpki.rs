//! Anchors, keys and key usages beyond what webpki checks.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rcgen::KeyUsagePurpose;
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, Reason, TrustAnchors};

use crate::odd_certificates as odd;
use crate::scene::{ask, builder, request, trusting, with_anchors, with_certificate, with_chain};
use crate::support::pki::{Pki, Shape};

async fn refused(layer: &ClientCertLayer, request: Request<Full<Bytes>>) -> Option<Reason> {
    let asked = ask(layer, request).await;
    assert!(asked.seen.is_none(), "accepted: {:?}", asked.identity());
    asked.reason()
}

#[tokio::test]
async fn the_path_length_of_an_anchor_is_kept() {
    let root = Shape::authority("Root").path_length(0).self_signed();
    let intermediate = root.issue(&Shape::authority("Intermediate"));
    let layer = trusting(&root).build().unwrap();
    let asked = ask(&layer, with_chain(&[&intermediate.issue(&Shape::partner()), &intermediate])).await;
    assert_eq!(asked.reason(), Some(Reason::PathLengthExceeded));
}

#[tokio::test]
async fn a_key_usage_without_digital_signature_is_no_clients() {
    let pki = Pki::new();
    for usages in [&[KeyUsagePurpose::KeyCertSign][..], &[KeyUsagePurpose::KeyEncipherment]] {
        let leaf = pki.issue(&Shape::partner().usages(usages));
        let reason = refused(&builder(&pki).build().unwrap(), with_certificate(&leaf)).await;
        assert_eq!(reason, Some(Reason::KeyUsageUnsuitable));
    }
}

#[tokio::test]
async fn an_issuer_whose_key_usage_lacks_cert_sign_is_refused() {
    let pki = Pki::new();
    let issuer = pki.root.issue(&Shape::authority("CRLs Only").usages(&[KeyUsagePurpose::CrlSign]));
    let request = with_chain(&[&issuer.issue(&Shape::partner()), &issuer]);
    assert_eq!(refused(&builder(&pki).build().unwrap(), request).await, Some(Reason::KeyUsageUnsuitable));
}

#[tokio::test]
async fn keys_of_clients_that_are_weak_or_of_another_kind_are_refused() {
    for name in ["rsa-1024-key", "secp256k1-key", "ed448-key"] {
        let layer = odd::trusting_their_root();
        let reason = refused(&layer, request(&[("x-client-cert", &odd::escaped(name))])).await;
        assert_eq!(reason, Some(Reason::KeyUnacceptable), "{name}");
    }
}

#[test]
fn a_client_cannot_be_made_an_anchor() {
    let leaf = Pki::new().good();
    let built = TrustAnchors::from_der(leaf.der()).map(with_anchors).and_then(ClientCertLayerBuilder::build);
    assert!(built.is_err(), "whoever holds the client's key could issue clients");
}

#[tokio::test]
async fn a_clock_that_cannot_be_used_is_a_mistake_in_the_set_up_everywhere() {
    let before_1970 = std::time::UNIX_EPOCH - std::time::Duration::from_secs(1);
    let pki = Pki::new();
    let layer = builder(&pki).clock(crate::scene::Fixed(before_1970)).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.good())).await;
    assert_eq!(asked.refusal().unwrap().rejection().stage(), Reason::ClockUnusable.stage());
}
