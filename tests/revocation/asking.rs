//! Responders that are asked: the first time while the client waits, ever after in the background.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tower_client_cert::evidence::Check;
use tower_client_cert::{
    AllowedHosts, CertIdHash, ClientCertLayer, ClientCertLayerBuilder, ConfigError, IssuedBy, OcspMethod, OcspNonce,
    OcspResponder, Reason, RevocationLists, RevocationMode, RevocationPolicy,
};

use crate::responder::{Reply, Responder, nonce_of};
use crate::scene::with_certificate;
use crate::support::clock::Moved;
use crate::support::log::Log;
use crate::support::pki::{
    Access, AnswerShape, Hash, ListShape, Minted, Shape, Status, days, error_answer, escaped_pem, seconds,
};
use crate::world::{CLIENT, OTHER, World, ask};

const URL: &str = "http://ocsp.test/";

fn at_url() -> OcspResponder {
    OcspResponder::at(URL).unwrap()
}

fn asking(world: &World, responder: &Responder) -> ClientCertLayerBuilder {
    world.builder().ocsp(at_url()).ocsp_fetcher(responder.clone())
}

fn good(world: &World) -> Vec<u8> {
    AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate)
}

fn revoked(world: &World) -> Vec<u8> {
    AnswerShape::revoked(CLIENT).issued(seconds(-1), Some(days(6))).signed(&world.intermediate, &world.intermediate)
}

/// Whether the layer answers without waiting for anything.
fn answers_at_once(layer: &ClientCertLayer, client: &Minted) -> bool {
    let mut asked = pin!(ask(layer, client));
    asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[tokio::test]
async fn a_client_never_seen_before_waits_and_a_known_one_asks_nobody() {
    let world = World::new();
    let responder = Responder::answering(good(&world));
    let layer = asking(&world, &responder).build().unwrap();
    assert_eq!((layer.handle().counts().ocsp_answers(), layer.handle().counts().ocsp_failures()), (0, 0));
    assert!(!answers_at_once(&layer, &world.client));
    let asked = ask(&layer, &world.client).await;
    assert!(asked.identity().unwrap().evidence().passed(Check::Ocsp));
    assert_eq!(responder.calls(), 1);
    for _ in 0..10 {
        assert!(answers_at_once(&layer, &world.client));
        assert!(ask(&layer, &world.client).await.identity().is_some());
    }
    assert_eq!(responder.calls(), 1);
    assert_eq!((layer.handle().counts().ocsp_answers(), layer.handle().counts().ocsp_failures()), (1, 0));
}

#[tokio::test]
async fn whom_a_responder_names_is_refused_and_stays_refused() {
    let world = World::new();
    for (status, reason, http_status) in
        [(Status::Revoked(Some(1)), Reason::Revoked, 403), (Status::Unknown, Reason::RevocationUnknown, 403)]
    {
        let answer = AnswerShape::new(CLIENT, status).signed(&world.intermediate, &world.intermediate);
        let responder = Responder::answering(answer);
        let layer = asking(&world, &responder).build().unwrap();
        for _ in 0..3 {
            let asked = ask(&layer, &world.client).await;
            assert_eq!((asked.reason(), asked.status()), (Some(reason), http_status));
        }
        assert_eq!(responder.calls(), 1);
    }
}

#[tokio::test]
async fn a_failure_is_no_verdict_and_is_remembered_for_seconds() {
    let world = World::new();
    let clock = Moved::default();
    let responder = Responder::new(|_| Reply::Refused);
    let layer = asking(&world, &responder).clock(clock.clone()).build().unwrap();
    let log = Log::start();
    let asked = ask(&layer, &world.client).await;
    assert_eq!((asked.reason(), asked.status()), (Some(Reason::RevocationUnavailable), 503));
    assert!(asked.header("retry-after").is_some());
    let detail = asked.refusal().unwrap().rejection().to_string();
    assert!(detail.contains("http://ocsp.test/") && detail.contains("no connection came about"), "{detail}");
    assert_eq!(log.with("responder", "ocsp.test").len(), 1);
    responder.now_answers(good(&world));
    clock.set(9);
    assert!(answers_at_once(&layer, &world.client));
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationUnavailable));
    assert_eq!(responder.calls(), 1);
    clock.set(10);
    assert!(ask(&layer, &world.client).await.identity().is_some());
    assert_eq!(responder.calls(), 2);
}

#[tokio::test]
async fn whatever_is_no_good_answer_is_a_failure_that_says_why() {
    let world = World::new();
    let sibling = world.root.issue(&Shape::authority("Sibling"));
    let stale = AnswerShape::good(CLIENT).issued(days(-9), Some(seconds(0)));
    for (octets, why) in [
        (error_answer(1), "malformedRequest"),
        (error_answer(2), "internalError"),
        (error_answer(3), "tryLater"),
        (error_answer(5), "sigRequired"),
        (error_answer(6), "unauthorized"),
        (Vec::new(), "ends too early"),
        (b"<html>".to_vec(), "cannot be read"),
        (AnswerShape::good(OTHER).signed(&world.intermediate, &world.intermediate), "about another certificate"),
        (AnswerShape::good(CLIENT).signed(&world.root, &world.root), "about another certificate"),
        (AnswerShape::good(CLIENT).signed(&world.intermediate, &sibling), "whom the issuer has not certified"),
        (stale.signed(&world.intermediate, &world.intermediate), "went stale"),
    ] {
        let layer = asking(&world, &Responder::answering(octets)).build().unwrap();
        let asked = ask(&layer, &world.client).await;
        assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable), "{why}");
        let detail = asked.refusal().unwrap().rejection().to_string();
        assert!(detail.contains(why), "{detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_responder_that_hangs_holds_up_its_first_client_until_the_deadline_and_nobody_else() {
    let world = World::new();
    let responder = Responder::answering(good(&world));
    let layer = asking(&world, &responder).ocsp_wait(Duration::from_secs(3)).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    responder.behaves(|_| Reply::Silence);
    let stranger = world.intermediate.issue(&Shape::partner().serial(OTHER));
    let began = tokio::time::Instant::now();
    let first = tokio::spawn({
        let (layer, stranger) = (layer.clone(), stranger.escaped_pem());
        async move { crate::scene::ask(&layer, crate::scene::request(&[("x-client-cert", &stranger)])).await.reason() }
    });
    tokio::task::yield_now().await;
    assert!(answers_at_once(&layer, &world.client));
    assert_eq!(first.await.unwrap(), Some(Reason::RevocationUnavailable));
    assert_eq!(began.elapsed().as_secs(), 3);
    // What hung is remembered, and the question is still under way.
    assert!(answers_at_once(&layer, &stranger));
    assert!(answers_at_once(&layer, &world.client));
    assert_eq!(responder.calls(), 2);
}

#[tokio::test]
async fn many_requests_with_one_new_certificate_are_one_question() {
    let world = World::new();
    let responder = Responder::answering(good(&world));
    let layer = asking(&world, &responder).build().unwrap();
    let requests: Vec<_> = (0..20)
        .map(|_| {
            let (layer, request) = (layer.clone(), with_certificate(&world.client));
            tokio::spawn(async move { crate::scene::ask(&layer, request).await.identity().is_some() })
        })
        .collect();
    for request in requests {
        assert!(request.await.unwrap());
    }
    assert_eq!(responder.calls(), 1);
}

#[tokio::test]
async fn a_nonce_is_new_each_time_and_must_come_back_where_it_is_required() {
    let world = World::new();
    let signed = |shape: AnswerShape, world: &World| shape.signed(&world.intermediate, &world.intermediate);
    let with_nonce = |nonce: &[u8]| AnswerShape::good(CLIENT).nonce(nonce);
    let other = signed(with_nonce(&[7; 32]), &world);
    let without = good(&world);
    for (kind, answer, expected) in [
        (OcspNonce::Off, &without, None),
        (OcspNonce::Off, &other, None),
        (OcspNonce::Prefer, &without, None),
        (OcspNonce::Prefer, &other, Some(Reason::RevocationUnavailable)),
        (OcspNonce::Require, &without, Some(Reason::RevocationUnavailable)),
        (OcspNonce::Require, &other, Some(Reason::RevocationUnavailable)),
    ] {
        let responder = Responder::answering(answer.clone());
        let builder = world.builder().ocsp(at_url().nonce(kind)).ocsp_fetcher(responder);
        assert_eq!(crate::world::reason(builder, &world.client).await, expected, "{kind:?}");
    }
    let world = Arc::new(world);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    for kind in [OcspNonce::Prefer, OcspNonce::Require] {
        let (inner, seen) = (Arc::clone(&world), Arc::clone(&seen));
        let responder = Responder::new(move |request| {
            let nonce = nonce_of(request).expect("a request with a nonce");
            seen.lock().unwrap().push(nonce.clone());
            let shape = AnswerShape::good(CLIENT).nonce(&nonce);
            Reply::Octets(shape.signed(&inner.intermediate, &inner.intermediate))
        });
        let builder = world.builder().ocsp(at_url().nonce(kind)).ocsp_fetcher(responder);
        assert_eq!(crate::world::reason(builder, &world.client).await, None, "{kind:?}");
    }
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert!(seen[0] != seen[1] && seen.iter().all(|nonce| *nonce != [0; 32]));
}

#[tokio::test]
async fn requests_are_posted_or_stand_in_the_address() {
    let world = World::new();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    for (method, hash) in [
        (OcspMethod::Post, CertIdHash::Sha1),
        (OcspMethod::Get, CertIdHash::Sha1),
        (OcspMethod::Get, CertIdHash::Sha256),
    ] {
        let answer = AnswerShape::good(CLIENT).hashed(if hash == CertIdHash::Sha1 { Hash::Sha1 } else { Hash::Sha256 });
        let answer = answer.signed(&world.intermediate, &world.intermediate);
        let responder = Responder::new({
            let told = Arc::clone(&told);
            move |request| {
                let posted = request.body().map(|body| (body.content_type(), body.octets().len()));
                assert_eq!(request.accepted_content_types(), ["application/ocsp-response"]);
                assert_eq!(request.max_octets(), 64 * 1024);
                told.lock().unwrap().push((request.url().as_str().to_owned(), posted));
                Reply::Octets(answer.clone())
            }
        });
        let builder = world.builder().ocsp(at_url().method(method).cert_id_hash(hash)).ocsp_fetcher(responder);
        assert_eq!(crate::world::reason(builder, &world.client).await, None, "{method:?} {hash:?}");
    }
    let told = told.lock().unwrap();
    assert_eq!(told[0].0, URL);
    assert_eq!(told[0].1.unwrap().0, "application/ocsp-request");
    assert!(told[1].0.starts_with("http://ocsp.test/M") && told[1].1.is_none(), "{:?}", told[1]);
    assert!(!told[1].0["http://ocsp.test/".len()..].contains(['+', '/', '=']), "{:?}", told[1]);
}

#[tokio::test]
async fn responders_are_chosen_by_issuer_and_believed_by_their_own_certificate() {
    let world = World::new();
    let own = Shape::partner().self_signed();
    let by_own = AnswerShape::good(CLIENT).signed(&world.intermediate, &own);
    let fingerprint = |minted: &Minted| {
        let anchors = tower_client_cert::TrustAnchors::from_der(minted.der()).unwrap();
        *anchors.as_slice()[0].certificate().fingerprint()
    };
    let elsewhere = || OcspResponder::at("http://elsewhere.test/").unwrap();
    let of_root = elsewhere().for_issuer(IssuedBy::certificate(fingerprint(&world.root)));
    let of_issuer = at_url().for_issuer(IssuedBy::certificate(fingerprint(&world.intermediate)));
    let of_issuer = of_issuer.signed_by(own.pem()).unwrap();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let responder = Responder::new({
        let asked = Arc::clone(&asked);
        move |request| {
            asked.lock().unwrap().push(request.url().host().to_owned());
            Reply::Octets(by_own.clone())
        }
    });
    let builder = || world.builder().ocsp_fetcher(responder.clone());
    assert_eq!(crate::world::reason(builder().ocsp(of_root.clone()).ocsp(of_issuer), &world.client).await, None);
    assert_eq!(*asked.lock().unwrap(), ["ocsp.test"]);
    let nobody = builder().ocsp(of_root);
    assert_eq!(crate::world::reason(nobody, &world.client).await, Some(Reason::RevocationNoSource));
    let by_label = builder().ocsp(at_url().for_issuer("ours"));
    assert_eq!(crate::world::reason(by_label, &world.client).await, Some(Reason::RevocationUnavailable));
    let error = builder().ocsp(at_url().for_issuer("theirs")).build().unwrap_err();
    assert!(matches!(error, ConfigError::UnknownAnchorLabel { .. }), "{error}");
}

#[tokio::test]
async fn addresses_in_certificates_are_asked_on_allowed_hosts_alone() {
    let world = World::new();
    let shape = Shape::partner().serial(CLIENT).information_access(&[(Access::Ocsp, "http://aia.test/ocsp")]);
    let client = world.intermediate.issue(&shape);
    let responder = Responder::answering(good(&world));
    let builder = |hosts: &[&str]| {
        let hosts = AllowedHosts::new(hosts.iter()).unwrap();
        world.builder().ocsp_fetcher(responder.clone()).allow_aia_responders(hosts)
    };
    assert_eq!(crate::world::reason(builder(&["aia.test"]), &client).await, None);
    assert_eq!(responder.calls(), 1);
    for hosts in [&["other.test"][..], &[]] {
        assert_eq!(crate::world::reason(builder(hosts), &client).await, Some(Reason::RevocationNoSource));
    }
    let without = builder(&["aia.test"]);
    assert_eq!(crate::world::reason(without, &world.client).await, Some(Reason::RevocationNoSource));
    // Nobody has allowed it, or the path is not valid: then an address in a certificate is text.
    assert_eq!(crate::world::reason(world.builder(), &client).await, None);
    let expired = world.intermediate.issue(&shape.clone().valid(days(-9), days(-1)));
    assert_eq!(crate::world::reason(builder(&["aia.test"]), &expired).await, Some(Reason::Expired));
    let forged = crate::scene::request(&[("x-client-cert", &escaped_pem(&client.with_broken_signature()))]);
    let asked = crate::scene::ask(&builder(&["aia.test"]).build().unwrap(), forged).await;
    assert_eq!(asked.reason(), Some(Reason::SignatureInvalid));
    assert_eq!(responder.calls(), 1);
}

#[tokio::test]
async fn a_list_that_is_good_first_spares_the_responder_and_a_stale_one_does_not() {
    let world = World::new();
    let responder = Responder::answering(good(&world));
    let with_list = |list: ListShape, mode| {
        let list = RevocationLists::from_octets(world.intermediate.sign_list(&list));
        asking(&world, &responder).crls(list).revocation_mode(mode)
    };
    let late = || ListShape::new().issued(days(-9), days(-2));
    for (list, mode, calls) in [
        (ListShape::new(), RevocationMode::CrlFirst, 0),
        (ListShape::new(), RevocationMode::Crl, 0),
        (late(), RevocationMode::CrlFirst, 1),
        (late(), RevocationMode::OcspFirst, 2),
        (late(), RevocationMode::Ocsp, 3),
        (ListShape::new(), RevocationMode::Both, 4),
    ] {
        assert_eq!(crate::world::reason(with_list(list, mode), &world.client).await, None, "{mode:?}");
        assert_eq!(responder.calls(), calls, "{mode:?}");
    }
    let late = with_list(late(), RevocationMode::Both);
    assert_eq!(crate::world::reason(late, &world.client).await, Some(Reason::RevocationStale));
    assert_eq!(responder.calls(), 4, "nobody is asked about a client that is refused anyway");
}

#[tokio::test]
async fn who_is_allowed_without_an_answer_waits_once() {
    let world = World::new();
    let responder = Responder::new(|_| Reply::Refused);
    let clock = Moved::default();
    let policy = RevocationPolicy::deny().allow_unavailable();
    let layer = asking(&world, &responder).clock(clock.clone()).revocation_policy("ours", policy).build().unwrap();
    assert!(!answers_at_once(&layer, &world.client));
    let asked = ask(&layer, &world.client).await;
    assert!(!asked.identity().unwrap().evidence().passed(Check::Ocsp));
    for later in [1, 60, 3_600] {
        clock.set(later);
        assert!(answers_at_once(&layer, &world.client));
    }
    responder.now_answers(revoked(&world));
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn a_fetcher_that_panics_is_a_failure() {
    let world = World::new();
    let layer = asking(&world, &Responder::new(|_| Reply::Panic)).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable));
}

#[test]
fn outside_of_a_runtime_nobody_is_asked_and_nothing_panics() {
    let world = World::new();
    let responder = Responder::answering(good(&world));
    let layer = asking(&world, &responder).build().unwrap();
    let mut asked = pin!(ask(&layer, &world.client));
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        asked.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }));
    let Ok(Poll::Ready(asked)) = polled else { panic!("it waits or panics") };
    assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable));
    assert_eq!(responder.calls(), 0);
}
