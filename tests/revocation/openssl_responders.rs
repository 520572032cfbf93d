//! Real answers by `openssl ocsp`, asked for over HTTP.

use tower_client_cert::evidence::Check;
use tower_client_cert::{
    CertIdHash, ClientCertLayerBuilder, HttpFetcher, OcspMethod, OcspNonce, OcspResponder, Reason, SystemClock,
};

use crate::support::clock::Ahead;
use crate::support::openssl_ocsp::OpensslOcsp;
use crate::support::pki::{Minted, P521Pki, Shape};
use crate::world::{World, ask, reason};

const CLIENT_HEX: &str = "4A010203";

/// An answer that speaks for an hour.
const AN_HOUR: &[&str] = &["-nmin", "60"];

fn asking(world: &World, responder: &OpensslOcsp) -> ClientCertLayerBuilder {
    asking_as(world, OcspResponder::at(responder.url()).unwrap())
}

/// By the machine's clock, since openssl signs with the machine's date.
fn asking_as(world: &World, responder: OcspResponder) -> ClientCertLayerBuilder {
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    world.builder().clock(SystemClock).ocsp(responder).ocsp_fetcher(fetcher)
}

#[tokio::test]
async fn delegates_by_name_and_by_key_and_the_issuer_itself_answer() {
    let world = World::new();
    let delegate = world.intermediate.issue(&Shape::responder());
    for by in [&delegate, &world.intermediate] {
        for naming in [&["-nmin", "60"][..], &["-nmin", "60", "-resp_key_id"]] {
            let Some(responder) = OpensslOcsp::start(&world.intermediate, by, naming).await else { return };
            responder.enter(&[("11", Some("superseded")), (CLIENT_HEX, None)]);
            let asked = ask(&asking(&world, &responder).build().unwrap(), &world.client).await;
            assert!(asked.identity().unwrap().evidence().passed(Check::Ocsp), "{naming:?}");
            responder.enter(&[(CLIENT_HEX, Some("keyCompromise"))]);
            let asked = ask(&asking(&world, &responder).build().unwrap(), &world.client).await;
            assert_eq!(asked.reason(), Some(Reason::Revoked), "{naming:?}");
            let detail = asked.refusal().unwrap().rejection().to_string();
            assert!(detail.contains("2026-02-19T12:00:00Z (keyCompromise)"), "{detail}");
            responder.enter(&[("11", None)]);
            let unknown = reason(asking(&world, &responder), &world.client).await;
            assert_eq!(unknown, Some(Reason::RevocationUnknown), "{naming:?}");
        }
    }
}

#[tokio::test]
async fn every_way_to_ask_is_understood() {
    let world = World::new();
    let delegate = world.intermediate.issue(&Shape::responder());
    let Some(responder) = OpensslOcsp::start(&world.intermediate, &delegate, AN_HOUR).await else { return };
    responder.enter(&[(CLIENT_HEX, None)]);
    let mut asked = 0;
    for nonce in [OcspNonce::Off, OcspNonce::Prefer, OcspNonce::Require] {
        for hash in [CertIdHash::Sha1, CertIdHash::Sha256] {
            for method in [OcspMethod::Get, OcspMethod::Post] {
                let at = OcspResponder::at(responder.url()).unwrap();
                let builder = asking_as(&world, at.nonce(nonce).cert_id_hash(hash).method(method));
                assert_eq!(reason(builder, &world.client).await, None, "{nonce:?} {hash:?} {method:?}");
                asked += 1;
                assert_eq!(responder.asked(), asked);
            }
        }
    }
}

#[tokio::test]
async fn answers_by_anybody_else_are_none() {
    let world = World::new();
    let sibling = world.root.issue(&Shape::authority("Sibling"));
    let signers: [(&str, Minted); 4] = [
        ("a sibling's responder", sibling.issue(&Shape::responder())),
        ("a responder of the authority above", world.root.issue(&Shape::responder())),
        ("a client", world.intermediate.issue(&Shape::partner())),
        ("a stranger", Shape::responder().self_signed()),
    ];
    for (who, by) in &signers {
        let Some(responder) = OpensslOcsp::start(&world.intermediate, by, AN_HOUR).await else { return };
        responder.enter(&[(CLIENT_HEX, None)]);
        let refused = reason(asking(&world, &responder), &world.client).await;
        assert_eq!(refused, Some(Reason::RevocationUnavailable), "{who}");
        assert_eq!(responder.asked(), 1, "{who}");
    }
    let by = &signers[3].1;
    let Some(responder) = OpensslOcsp::start(&world.intermediate, by, AN_HOUR).await else { return };
    responder.enter(&[(CLIENT_HEX, None)]);
    let configured = OcspResponder::at(responder.url()).unwrap().signed_by(by.pem()).unwrap();
    assert_eq!(reason(asking_as(&world, configured), &world.client).await, None);
}

#[tokio::test]
async fn answers_that_are_over_or_have_no_next_update_speak_as_long_as_they_may() {
    let world = World::new();
    for (options, minutes, expected) in [
        (AN_HOUR, 59, None),
        (AN_HOUR, 61, Some(Reason::RevocationUnavailable)),
        (&[], 59, None),
        (&[], 61, Some(Reason::RevocationUnavailable)),
    ] {
        let by = &world.intermediate;
        let Some(responder) = OpensslOcsp::start(&world.intermediate, by, options).await else { return };
        responder.enter(&[(CLIENT_HEX, None)]);
        let clock = Ahead::default();
        clock.forward(minutes * 60);
        let builder = asking(&world, &responder).clock(clock);
        assert_eq!(reason(builder, &world.client).await, expected, "{options:?} {minutes}");
    }
}

#[tokio::test]
async fn the_lab_with_its_p521_authorities_answers() {
    let lab = P521Pki::new();
    let delegate = lab.intermediate.issue(&Shape::responder());
    let client = lab.intermediate.issue(&Shape::partner().serial(crate::world::CLIENT));
    let Some(responder) = OpensslOcsp::start(&lab.intermediate, &delegate, AN_HOUR).await else { return };
    let builder = || {
        let anchors = tower_client_cert::TrustAnchors::from_der(lab.intermediate.der()).unwrap();
        let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
        let at = OcspResponder::at(responder.url()).unwrap();
        crate::scene::with_anchors(anchors).clock(SystemClock).ocsp(at).ocsp_fetcher(fetcher)
    };
    responder.enter(&[(CLIENT_HEX, None)]);
    assert_eq!(reason(builder(), &client).await, None);
    responder.enter(&[(CLIENT_HEX, Some("cessationOfOperation"))]);
    assert_eq!(reason(builder(), &client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn loopback_is_not_reached_unless_it_is_listed() {
    let world = World::new();
    let Some(responder) = OpensslOcsp::start(&world.intermediate, &world.intermediate, AN_HOUR).await else { return };
    responder.enter(&[(CLIENT_HEX, None)]);
    let at = OcspResponder::at(responder.url()).unwrap();
    let layer = world.builder().clock(SystemClock).ocsp(at).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable));
    let detail = asked.refusal().unwrap().rejection().to_string();
    assert!(detail.contains("127.0.0.1, which is"), "{detail}");
    assert_eq!(responder.asked(), 0);
}
