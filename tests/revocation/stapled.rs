//! Answers in a header of the gateway, beside the certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, Gateway, Intermediates, Reason, RevocationLists, RevocationMode,
    RevocationPolicy, TrustAnchors,
};

use crate::scene::{self, Asked, request, request_from};
use crate::support::clock::Moved;
use crate::support::log::Log;
use crate::support::pki::{AnswerShape, ListShape, Minted, Shape, Single, Status, days, seconds};
use crate::world::{CLIENT, OTHER, World};

const HEADER: &str = "x-client-ocsp";

fn builder(world: &World) -> ClientCertLayerBuilder {
    let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap().ocsp_answer_header(HEADER).unwrap();
    let anchors = TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
    scene::behind(gateway, anchors).intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
}

fn answer(world: &World, status: Status) -> Vec<u8> {
    AnswerShape::new(CLIENT, status).signed(&world.intermediate, &world.intermediate)
}

fn stapled(client: &Minted, der: &[u8]) -> Request<Full<Bytes>> {
    with_header(client, &STANDARD.encode(der))
}

fn with_header(client: &Minted, value: &str) -> Request<Full<Bytes>> {
    request(&[("x-client-cert", &client.escaped_pem()), (HEADER, value)])
}

async fn ask(layer: &ClientCertLayer, request: Request<Full<Bytes>>) -> Asked {
    let asked = scene::ask(layer, request).await;
    assert_eq!(asked.identity().is_none(), asked.reason().is_some(), "{:?}", asked.refusal());
    if let Some(seen) = &asked.seen {
        assert!(seen.headers.is_empty(), "{:?}", seen.headers);
    }
    asked
}

#[tokio::test]
async fn an_answer_beside_the_certificate_says_what_it_says() {
    let world = World::new();
    for (status, expected, http_status) in [
        (Status::Good, None, 200),
        (Status::Revoked(Some(1)), Some(Reason::Revoked), 403),
        (Status::Unknown, Some(Reason::RevocationUnknown), 403),
    ] {
        let layer = builder(&world).build().unwrap();
        let asked = ask(&layer, stapled(&world.client, &answer(&world, status))).await;
        assert_eq!((asked.reason(), asked.status()), (expected, http_status), "{status:?}");
        if let Some(identity) = asked.identity() {
            let evidence = identity.evidence();
            let Some(Outcome::Passed { source, .. }) = evidence.outcome(Check::Ocsp) else { panic!("{evidence:?}") };
            assert!(source.ends_with(" from gateway nginx"), "{source}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_verified_makes_nothing_better_and_is_told() {
    let world = World::new();
    let stranger = World::new();
    let sibling = world.root.issue(&Shape::authority("Sibling"));
    let signed = |shape: AnswerShape| shape.signed(&world.intermediate, &world.intermediate);
    let mut broken = answer(&world, Status::Good);
    *broken.last_mut().unwrap() ^= 1;
    for (der, why) in [
        (signed(AnswerShape::good(CLIENT).issued(days(-9), Some(seconds(0)))), "went stale"),
        (signed(AnswerShape::good(CLIENT).issued(seconds(301), Some(days(2)))), "set the clock right"),
        (signed(AnswerShape::good(OTHER)), "about another certificate"),
        (answer(&stranger, Status::Good), "about another certificate"),
        (AnswerShape::good(CLIENT).signed(&world.intermediate, &sibling), "whom the issuer has not certified"),
        (crate::support::pki::error_answer(3), "tryLater"),
        (b"<html>".to_vec(), "cannot be read"),
        (vec![0x30; 40_000], "cannot be read"),
        (broken, "was not made by the key of its signer"),
    ] {
        let log = Log::start();
        let layer = builder(&world).build().unwrap();
        for _ in 0..3 {
            let asked = ask(&layer, stapled(&world.client, &der)).await;
            assert_eq!((asked.reason(), asked.status()), (Some(Reason::RevocationNoSource), 503), "{why}");
        }
        let told = log.with("gateway", "nginx");
        let told: Vec<_> = told.iter().filter(|entry| entry.message == "ocsp answer of the gateway not used").collect();
        assert!(told.iter().any(|entry| entry.field("detail").unwrap().contains(why)), "{why}: {told:?}");
    }
}

#[tokio::test]
async fn the_encoding_is_strict_base64() {
    let world = World::new();
    let good = STANDARD.encode(answer(&world, Status::Good));
    let layer = || builder(&world).build().unwrap();
    assert_eq!(ask(&layer(), with_header(&world.client, &format!("  {good} "))).await.reason(), None);
    let padded = if good.ends_with('=') { good.trim_end_matches('=').to_owned() } else { format!("{good}=") };
    for value in [
        padded,
        format!(":{good}:"),
        format!("{}\t{}", &good[..40], &good[40..]),
        good.replace('+', "-").replace('/', "_").replacen('A', "_", 1),
        format!("{good},{good}"),
        format!("{good}{good}"),
        "%3D".to_owned(),
    ] {
        let asked = ask(&layer(), with_header(&world.client, &value)).await;
        assert_eq!(asked.reason(), Some(Reason::RevocationNoSource), "{value}");
    }
    for absent in ["", " "] {
        let layer = layer();
        assert_eq!(ask(&layer, with_header(&world.client, absent)).await.reason(), Some(Reason::RevocationNoSource));
        assert_eq!(layer.handle().counts().stapled_refused(), 0);
    }
    let twice = request(&[("x-client-cert", &world.client.escaped_pem()), (HEADER, &good), (HEADER, &good)]);
    assert_eq!(ask(&layer(), twice).await.reason(), Some(Reason::HeaderRepeated));
    let long = with_header(&world.client, &"A".repeat(70_000));
    assert_eq!(ask(&layer(), long).await.reason(), Some(Reason::HeaderTooLarge));
    let named = request(&[("x-client-cert", &world.client.escaped_pem()), (HEADER, &good), ("connection", HEADER)]);
    assert_eq!(scene::ask(&layer(), named).await.reason(), Some(Reason::HeaderNamedByConnection));
}

#[tokio::test]
async fn it_is_removed_from_every_request_and_believed_from_the_gateway_alone() {
    let world = World::new();
    let good = STANDARD.encode(answer(&world, Status::Good));
    let layer = builder(&world).build().unwrap();
    for peer in ["192.0.2.1", scene::GATEWAY] {
        let lines = [(HEADER, good.as_str()), ("x_client_ocsp", &good), ("X.Client-Ocsp", &good)];
        let asked = scene::ask(&layer, request_from(peer, &lines)).await;
        let seen = asked.seen.unwrap();
        assert!(seen.headers.is_empty() && seen.identity.is_none(), "{peer}: {:?}", seen.headers);
    }
    // What an untrusted peer sent about a certificate did not come to be known.
    let lines = [("x-client-cert", world.client.escaped_pem()), (HEADER, good)];
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(scene::ask(&layer, request_from("192.0.2.1", &lines)).await.seen.unwrap().identity.is_none());
    let without = ask(&layer, scene::with_certificate(&world.client)).await;
    assert_eq!(without.reason(), Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn a_gateway_without_the_header_has_none() {
    let world = World::new();
    let layer = world.builder().build().unwrap();
    let asked = scene::ask(&layer, stapled(&world.client, &answer(&world, Status::Revoked(None)))).await;
    // Another header like any other, which is neither read nor removed.
    assert!(asked.seen.unwrap().headers.contains_key(HEADER));
}

#[tokio::test]
async fn what_was_concluded_ends_with_the_answer_and_is_of_the_certificate() {
    let world = World::new();
    let clock = Moved::default();
    let shape = AnswerShape::good(CLIENT).issued(seconds(-60), Some(seconds(600)));
    let good = shape.signed(&world.intermediate, &world.intermediate);
    let layer = builder(&world).clock(clock.clone()).build().unwrap();
    let with = || stapled(&world.client, &good);
    let without = || scene::with_certificate(&world.client);
    assert_eq!(ask(&layer, without()).await.reason(), Some(Reason::RevocationNoSource));
    assert_eq!(ask(&layer, with()).await.reason(), None);
    let identity = ask(&layer, without()).await.identity().unwrap().clone();
    clock.set(599);
    assert!(ask(&layer, without()).await.identity().is_some() && identity.still_valid());
    clock.set(600);
    for request in [with(), without()] {
        assert_eq!(ask(&layer, request).await.reason(), Some(Reason::RevocationStale));
    }
    assert!(!identity.still_valid());
    // The next one speaks again.
    let next = AnswerShape::good(CLIENT).issued(seconds(590), Some(seconds(9_000)));
    let next = next.signed(&world.intermediate, &world.intermediate);
    assert_eq!(ask(&layer, stapled(&world.client, &next)).await.reason(), None);
    // And the one before, sent again, ends nothing.
    assert_eq!(ask(&layer, with()).await.reason(), None);
}

#[tokio::test]
async fn a_revocation_is_not_lifted_by_a_later_request() {
    let world = World::new();
    let layer = builder(&world).build().unwrap();
    let good = answer(&world, Status::Good);
    let client = || stapled(&world.client, &good);
    let identity = ask(&layer, client()).await.identity().unwrap().clone();
    let revoked = stapled(&world.client, &answer(&world, Status::Revoked(Some(4))));
    assert_eq!(ask(&layer, revoked).await.reason(), Some(Reason::Revoked));
    assert_eq!(ask(&layer, client()).await.reason(), Some(Reason::Revoked));
    assert_eq!(ask(&layer, scene::with_certificate(&world.client)).await.reason(), Some(Reason::Revoked));
    assert!(!identity.still_valid());
}

#[tokio::test]
async fn an_answer_from_before_its_time_is_looked_at_again() {
    let world = World::new();
    let clock = Moved::default();
    let layer = builder(&world).clock(clock.clone()).build().unwrap();
    let early = AnswerShape::good(CLIENT).issued(seconds(320), Some(days(2)));
    let early = early.signed(&world.intermediate, &world.intermediate);
    assert_eq!(ask(&layer, stapled(&world.client, &early)).await.reason(), Some(Reason::RevocationNoSource));
    assert_eq!(layer.handle().counts().stapled_refused(), 1);
    clock.set(9);
    assert_eq!(ask(&layer, stapled(&world.client, &early)).await.reason(), Some(Reason::RevocationNoSource));
    assert_eq!(layer.handle().counts().stapled_refused(), 1, "it is not looked at again at once");
    clock.set(20);
    assert_eq!(ask(&layer, stapled(&world.client, &early)).await.reason(), None);
}

#[tokio::test]
async fn no_answer_beats_a_list_and_no_list_beats_an_answer() {
    let world = World::new();
    let policy = RevocationPolicy::deny().allow_no_source().allow_stale().allow_unavailable();
    for mode in [
        RevocationMode::Both,
        RevocationMode::Crl,
        RevocationMode::CrlFirst,
        RevocationMode::Ocsp,
        RevocationMode::OcspFirst,
    ] {
        for is_listed in [false, true] {
            for status in [Status::Good, Status::Revoked(None), Status::Unknown] {
                let list = ListShape::new();
                let list = if is_listed { list.revoke(CLIENT) } else { list };
                let list = RevocationLists::from_octets(world.intermediate.sign_list(&list));
                let layer = builder(&world).crls(list).revocation_mode(mode).revocation_policy("ours", policy);
                let asked = ask(&layer.build().unwrap(), stapled(&world.client, &answer(&world, status))).await;
                let expected = match (is_listed, status) {
                    (true, _) | (false, Status::Revoked(_)) => Some(Reason::Revoked),
                    (false, Status::Unknown) => Some(Reason::RevocationUnknown),
                    (false, Status::Good) => None,
                };
                assert_eq!(asked.reason(), expected, "{mode:?} {is_listed} {status:?}");
            }
        }
    }
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn it_spares_the_wait_for_a_responder_and_one_that_cannot_be_used_does_not() {
    use crate::responder::Responder;
    use tower_client_cert::OcspResponder;

    let world = World::new();
    let own = Shape::partner().self_signed();
    let asking = |responder: &Responder| {
        let at = OcspResponder::at("http://ocsp.test/").unwrap();
        builder(&world).ocsp(at).ocsp_fetcher(responder.clone()).build().unwrap()
    };
    let responder = Responder::answering(answer(&world, Status::Revoked(None)));
    let layer = asking(&responder);
    assert_eq!(ask(&layer, stapled(&world.client, &answer(&world, Status::Good))).await.reason(), None);
    assert_eq!(responder.calls(), 0);
    let layer = asking(&responder);
    assert_eq!(ask(&layer, with_header(&world.client, "!")).await.reason(), Some(Reason::Revoked));
    assert_eq!(responder.calls(), 1);
    // Where one certificate alone is believed about an issuer, it is believed alone here too.
    let by_own = AnswerShape::good(CLIENT).signed(&world.intermediate, &own);
    let at = || OcspResponder::at("http://ocsp.test/").unwrap().signed_by(own.pem()).unwrap();
    let refusing = || Responder::new(|_| crate::responder::Reply::Refused);
    for (der, expected) in [(&by_own, None), (&answer(&world, Status::Good), Some(Reason::RevocationUnavailable))] {
        let layer = builder(&world).ocsp(at()).ocsp_fetcher(refusing()).build().unwrap();
        assert_eq!(ask(&layer, stapled(&world.client, der)).await.reason(), expected);
    }
}

#[tokio::test]
async fn an_explanation_knows_the_answer_and_the_policy_names_the_header() {
    let world = World::new();
    let layer = builder(&world).build().unwrap();
    let request = stapled(&world.client, &answer(&world, Status::Revoked(Some(1)))).into_parts().0;
    let explanation = layer.handle().explain(&request);
    let told = format!("{explanation:?}");
    assert!(told.contains("was revoked"), "{told}");
    let policy = layer.handle().policy().to_string();
    assert!(policy.contains("ocsp_answer_header") && policy.contains(HEADER), "{policy}");
}

#[tokio::test]
async fn of_several_statuses_in_one_answer_the_gravest_counts() {
    let world = World::new();
    for (first, second, expected) in [
        (Status::Good, Status::Revoked(Some(1)), Some(Reason::Revoked)),
        (Status::Revoked(Some(6)), Status::Good, Some(Reason::Revoked)),
        (Status::Good, Status::Unknown, Some(Reason::RevocationUnknown)),
        (Status::Good, Status::Good, None),
    ] {
        let shape = AnswerShape::new(CLIENT, first).and(Single::new(CLIENT, second));
        let answer = shape.signed(&world.intermediate, &world.intermediate);
        let asked = ask(&builder(&world).build().unwrap(), stapled(&world.client, &answer)).await;
        assert_eq!(asked.reason(), expected, "{first:?} {second:?}");
    }
}
