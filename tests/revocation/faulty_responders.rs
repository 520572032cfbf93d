//! Responders over real sockets that do what responders should not: a client that was never seen before is refused, and
//! nothing changes for anybody else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tower_client_cert::{ClientCertLayerBuilder, HttpFetcher, OcspNonce, OcspResponder, Reason};

use crate::responder::{Reply, Responder, nonce_in};
use crate::support::clock::Moved;
use crate::support::faulty_server::{Behaviour, FaultyServer, Received};
use crate::support::pki::{AnswerShape, Minted, Shape, Status, days, seconds};
use crate::world::{CLIENT, OTHER, World, ask};

/// The serial number of a client that its responder has revoked.
const REVOKED: &[u8] = &[0x4a, 0x01, 0x02, 0x05];

const TYPE: &str = "application/ocsp-response";

fn asking(world: &World, server: &FaultyServer, wait: Duration) -> ClientCertLayerBuilder {
    let at = OcspResponder::at(server.url("/")).unwrap();
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    world.builder().ocsp(at).ocsp_fetcher(fetcher).ocsp_wait(wait)
}

fn answer(world: &World, serial: &[u8]) -> Vec<u8> {
    let status = if serial == REVOKED { Status::Revoked(Some(1)) } else { Status::Good };
    AnswerShape::new(serial, status).signed(&world.intermediate, &world.intermediate)
}

/// Answers as it should, about each of the certificates.
fn honest(world: &World) -> impl Fn(&Received) -> Behaviour + Send + 'static {
    let answers = [CLIENT, OTHER, REVOKED].map(|serial| (serial, answer(world, serial)));
    move |request| {
        let is_about = |serial: &[u8]| request.body.windows(serial.len()).any(|window| window == serial);
        let (_, octets) = answers.iter().find(|(serial, _)| is_about(serial)).unwrap();
        Behaviour::ok(TYPE, octets)
    }
}

fn client(world: &World, serial: &[u8]) -> Minted {
    world.intermediate.issue(&Shape::partner().serial(serial))
}

/// The whole life of a responder that goes wrong, and comes back.
async fn goes_wrong(world: Arc<World>, what: &'static str, behaviour: Behaviour, told: &'static str) {
    let (known, revoked, stranger) = (client(&world, CLIENT), client(&world, REVOKED), client(&world, OTHER));
    let server = FaultyServer::start(honest(&world)).await;
    let clock = Moved::default();
    let layer = asking(&world, &server, WAIT).clock(clock.clone()).build().unwrap();
    assert_eq!(ask(&layer, &known).await.reason(), None, "{what}");
    assert_eq!(ask(&layer, &revoked).await.reason(), Some(Reason::Revoked), "{what}");

    server.answer(move |_| behaviour.clone());
    let asked = ask(&layer, &stranger).await;
    assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable), "{what}");
    assert!(asked.seen.is_none(), "{what}: the handler was called");
    assert_eq!((asked.status(), asked.header("retry-after")), (503, Some("60")), "{what}");
    let detail = asked.refusal().unwrap().rejection().to_string();
    assert!(detail.contains(told), "{what}: {detail}");
    // Renewals fail like first questions, and end nothing.
    clock.set(HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert!(layer.handle().counts().ocsp_failures() >= 2, "{what}");
    assert_eq!(ask(&layer, &known).await.reason(), None, "{what}");
    assert_eq!(ask(&layer, &revoked).await.reason(), Some(Reason::Revoked), "{what}");

    server.answer(honest(&world));
    clock.set(2 * HOUR_SECONDS);
    assert_eq!(ask(&layer, &stranger).await.reason(), None, "{what}");
    assert_eq!(ask(&layer, &revoked).await.reason(), Some(Reason::Revoked), "{what}");
}

#[tokio::test]
async fn whatever_a_responder_does_wrong_is_no_answer_and_ends_none() {
    let world = Arc::new(World::new());
    let good = answer(&world, OTHER);
    let late = AnswerShape::good(OTHER).issued(days(-9), Some(days(-2)));
    let late = late.signed(&world.intermediate, &world.intermediate);
    let whole = Behaviour::ok(TYPE, &good).octets().to_vec();
    let mut scenes = JoinSet::new();
    for (what, behaviour, told) in [
        ("says nothing", Behaviour::Hang, "gave no answer within"),
        ("trickles", Behaviour::Trickle(whole.clone(), Duration::from_millis(100)), "gave no answer within"),
        ("stops in the middle", Behaviour::SendAndHang(whole[..whole.len() - 1].to_vec()), "gave no answer within"),
        ("resets", Behaviour::Reset, "cannot be reached"),
        ("closes without a word", Behaviour::Send(Vec::new()), "cannot be reached"),
        ("answers 500", Behaviour::answer("500 Oops", &[("content-type", TYPE)], &good), "500"),
        ("answers 404", Behaviour::answer("404 Not Found", &[("content-type", TYPE)], &good), "404"),
        ("sends elsewhere", Behaviour::redirect("302 Found", "http://127.0.0.1/"), "302"),
        ("sends a page", Behaviour::ok("text/html", &good), "text/html"),
        ("sends too much", Behaviour::ok(TYPE, &vec![0x30; 65_537]), "65536"),
        ("sends without an end", Behaviour::Endless, "cannot be reached"),
        ("sends garbage", Behaviour::ok(TYPE, &[0xff; 300]), "cannot be read"),
        ("speaks of another", Behaviour::ok(TYPE, &answer(&world, CLIENT)), "about another certificate"),
        ("repeats what is over", Behaviour::ok(TYPE, &late), "went stale"),
    ] {
        scenes.spawn(goes_wrong(Arc::clone(&world), what, behaviour, told));
    }
    let scenes = scenes.join_all().await;
    assert_eq!(scenes.len(), 14);
}

#[tokio::test]
async fn an_answer_cut_off_at_any_length_is_no_answer() {
    let world = World::new();
    let stranger = client(&world, OTHER);
    let whole = Behaviour::ok(TYPE, &answer(&world, OTHER)).octets().to_vec();
    let (length, octets) = (Arc::new(AtomicUsize::new(0)), whole.clone());
    let sent = Arc::clone(&length);
    let cut = move |_: &Received| Behaviour::Send(octets[..sent.load(Ordering::SeqCst)].to_vec());
    let server = FaultyServer::start(cut).await;
    for end in 0..=whole.len() {
        length.store(end, Ordering::SeqCst);
        let layer = asking(&world, &server, LONG_WAIT).build().unwrap();
        let expected = (end < whole.len()).then_some(Reason::RevocationUnavailable);
        assert_eq!(ask(&layer, &stranger).await.reason(), expected, "{end} of {} octets", whole.len());
    }
}

#[tokio::test]
async fn an_answer_that_was_recorded_is_none_where_a_nonce_is_sent() {
    let world = Arc::new(World::new());
    let stranger = client(&world, OTHER);
    let (recorded, inner) = (Mutex::new(None), Arc::clone(&world));
    let server = FaultyServer::start(move |request| {
        let made = || {
            let nonce = nonce_in(&request.body).expect("a request with a nonce");
            AnswerShape::good(OTHER).nonce(&nonce).signed(&inner.intermediate, &inner.intermediate)
        };
        Behaviour::ok(TYPE, recorded.lock().unwrap().get_or_insert_with(made))
    })
    .await;
    for (nonce, expected) in [
        (OcspNonce::Require, None),
        (OcspNonce::Require, Some(Reason::RevocationUnavailable)),
        (OcspNonce::Prefer, Some(Reason::RevocationUnavailable)),
    ] {
        let at = OcspResponder::at(server.url("/")).unwrap().nonce(nonce);
        let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
        let layer = world.builder().ocsp(at).ocsp_fetcher(fetcher).build().unwrap();
        assert_eq!(ask(&layer, &stranger).await.reason(), expected, "{nonce:?}");
    }
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn while_a_responder_is_left_alone_nobody_new_comes_in_and_nobody_known_is_put_out() {
    let world = World::new();
    let (known, revoked) = (client(&world, CLIENT), client(&world, REVOKED));
    let strangers: Vec<_> = (1..=20).map(|number| client(&world, &[0x60, number])).collect();
    let responder = Responder::answering(answer(&world, CLIENT));
    let clock = Moved::default();
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    let layer = world.builder().ocsp(at).ocsp_fetcher(responder.clone()).clock(clock.clone()).build().unwrap();
    assert_eq!(ask(&layer, &known).await.reason(), None);
    responder.now_answers(answer(&world, REVOKED));
    assert_eq!(ask(&layer, &revoked).await.reason(), Some(Reason::Revoked));

    responder.behaves(|_| Reply::Refused);
    let before = responder.calls();
    for stranger in &strangers {
        assert_eq!(ask(&layer, stranger).await.reason(), Some(Reason::RevocationUnavailable));
        assert_eq!(ask(&layer, &known).await.reason(), None);
        assert_eq!(ask(&layer, &revoked).await.reason(), Some(Reason::Revoked));
    }
    assert_eq!(responder.calls() - before, FAILURES_TO_LEAVE_ALONE, "the others were refused without a question");

    // The pause ends, one question is asked, and what it brings counts.
    let good = AnswerShape::good(&[0x60, 20]).issued(seconds(60), Some(days(2)));
    responder.now_answers(good.signed(&world.intermediate, &world.intermediate));
    clock.set(61);
    assert_eq!(ask(&layer, &strangers[19]).await.reason(), None);
    assert_eq!(responder.calls() - before, FAILURES_TO_LEAVE_ALONE + 1);
}

const WAIT: Duration = Duration::from_secs(3);
/// Never reached: what is cut off is noticed at once.
const LONG_WAIT: Duration = Duration::from_secs(30);
const HOUR_SECONDS: u64 = 3_600;
/// Of `GuardedFetch`.
const FAILURES_TO_LEAVE_ALONE: usize = 5;
