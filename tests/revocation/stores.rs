//! Answers that replicas share, and what becomes of verdicts where a store fails: nothing.

use std::time::Duration;

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{ClientCertLayer, ClientCertLayerBuilder, DirectoryStore, OcspNonce, OcspResponder, Reason};

use crate::responder::{Reply, Responder, answer, nonce_of};
use crate::support::clock::Moved;
use crate::support::pki::{self, AnswerShape, Shape, Status, seconds};
use crate::support::scratch::Scratch;
use crate::support::told_store::{Does, Told};
use crate::world::{CLIENT, OTHER, World, ask};

const HOUR_SECONDS: u64 = 3_600;

fn asking(world: &World, responder: &Responder, store: &Told) -> ClientCertLayerBuilder {
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    world.builder().ocsp(at).ocsp_fetcher(responder.clone()).ocsp_store(store.clone())
}

async fn reason(layer: &ClientCertLayer, world: &World) -> Option<Reason> {
    let asked = ask(layer, &world.client).await;
    assert_eq!(asked.identity().is_none(), asked.reason().is_some(), "{:?}", asked.refusal());
    asked.reason()
}

/// Until everything has happened that no request waits for.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn fifty_replicas_ask_a_responder_once() {
    let world = World::new();
    let (responder, store) = (Responder::answering(answer(&world, Status::Good, 0)), Told::default());
    let mut replicas = Vec::new();
    for number in 0..50 {
        let layer = asking(&world, &responder, &store).build().unwrap();
        let asked = ask(&layer, &world.client).await;
        let Some(Outcome::Passed { source, .. }) = asked.identity().unwrap().evidence().outcome(Check::Ocsp) else {
            panic!("{:?}", asked.identity())
        };
        let from = if number == 0 { " from ocsp.test" } else { " from the store" };
        assert!(source.ends_with(from), "{source}");
        replicas.push(layer);
        settle().await;
    }
    assert_eq!((responder.calls(), store.len()), (1, 1));
}

#[tokio::test]
async fn a_revocation_that_one_replica_has_heard_of_reaches_the_next_at_once() {
    let world = World::new();
    let (responder, store) = (Responder::answering(answer(&world, Status::Revoked(Some(1)), 0)), Told::default());
    assert_eq!(reason(&asking(&world, &responder, &store).build().unwrap(), &world).await, Some(Reason::Revoked));
    settle().await;
    responder.behaves(|_| Reply::Refused);
    assert_eq!(reason(&asking(&world, &responder, &store).build().unwrap(), &world).await, Some(Reason::Revoked));
    // It does not end with the answer.
    let clock = Moved::default();
    clock.set(86_400 * 3);
    let late = asking(&world, &responder, &store).clock(clock).build().unwrap();
    assert_eq!(reason(&late, &world).await, Some(Reason::Revoked));
    assert_eq!(responder.calls(), 1);
}

#[tokio::test]
async fn a_revocation_is_kept_for_a_week_and_another_answer_to_its_end() {
    let world = World::new();
    for (status, days) in
        [(Status::Good, 1), (Status::Revoked(Some(6)), 1), (Status::Unknown, 1), (Status::Revoked(Some(1)), 7)]
    {
        let (responder, store) = (Responder::answering(answer(&world, status, 0)), Told::default());
        let layer = asking(&world, &responder, &store).build().unwrap();
        assert!(ask(&layer, &world.client).await.status() < 500);
        settle().await;
        assert_eq!(store.useful_until(), [pki::now() + Duration::from_secs(days * 86_400)]);
    }
}

#[tokio::test]
async fn a_renewal_takes_what_another_replica_has_renewed_and_asks_the_next_time() {
    let world = World::new();
    let (responder, store) = (Responder::answering(answer(&world, Status::Good, 0)), Told::default());
    let clock = Moved::default();
    let layer = || asking(&world, &responder, &store).clock(clock.clone()).build().unwrap();
    let (first, second) = (layer(), layer());
    for layer in [&first, &second] {
        assert_eq!(reason(layer, &world).await, None);
        settle().await;
    }
    assert_eq!(responder.calls(), 1);
    let mut calls = Vec::new();
    for interval in 1..=4_u64 {
        clock.set(HOUR_SECONDS * interval);
        responder.now_answers(answer(&world, Status::Good, HOUR_SECONDS * interval));
        for layer in [&first, &second] {
            layer.handle().refresh_ocsp_answers().await;
            settle().await;
        }
        calls.push(responder.calls());
    }
    // The first finds nothing later and asks each time; the second, every other time.
    assert_eq!(calls, [3, 4, 6, 7]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_hangs_or_panics_changes_no_verdict() {
    for does in [Does::Fail, Does::Hang, Does::Panic] {
        let shown = format!("{does:?}");
        let world = World::new();
        let (responder, store) = (Responder::answering(answer(&world, Status::Good, 0)), Told::default());
        store.now_does(does);
        let clock = Moved::default();
        let layer = asking(&world, &responder, &store).clock(clock.clone()).build().unwrap();
        assert_eq!(reason(&layer, &world).await, None, "{shown}");
        responder.now_answers(answer(&world, Status::Revoked(None), HOUR_SECONDS));
        clock.set(HOUR_SECONDS);
        layer.handle().refresh_ocsp_answers().await;
        assert_eq!(reason(&layer, &world).await, Some(Reason::Revoked), "{shown}");
        assert_eq!(responder.calls(), 2, "{shown}");
        assert!(layer.handle().counts().store_failures() >= 2, "{shown}");
    }
}

#[tokio::test]
async fn a_store_that_lies_changes_no_verdict() {
    let world = World::new();
    let stranger = World::new();
    let sibling = world.root.issue(&Shape::authority("Sibling"));
    let revoked = || Responder::answering(answer(&world, Status::Revoked(Some(1)), 0));
    let other = AnswerShape::good(OTHER).signed(&world.intermediate, &world.intermediate);
    let stale = AnswerShape::good(CLIENT).issued(seconds(-900), Some(seconds(0)));
    let mut broken = answer(&world, Status::Good, 0);
    *broken.last_mut().unwrap() ^= 1;
    for lie in [
        Vec::new(),
        b"rubbish".to_vec(),
        vec![0x30; 64 * 1024 + 1],
        crate::support::pki::error_answer(6),
        answer(&stranger, Status::Good, 0),
        AnswerShape::good(CLIENT).signed(&world.intermediate, &sibling),
        stale.signed(&world.intermediate, &world.intermediate),
        other,
        broken,
    ] {
        let (responder, store) = (revoked(), Told::default());
        store.now_does(Does::Say(lie.clone()));
        let layer = asking(&world, &responder, &store).build().unwrap();
        assert_eq!(reason(&layer, &world).await, Some(Reason::Revoked), "{lie:?}");
        assert_eq!(responder.calls(), 1);
    }
}

#[tokio::test]
async fn a_store_that_holds_back_a_revocation_holds_it_back_for_one_interval() {
    let world = World::new();
    let store = Told::default();
    store.now_does(Does::Say(answer(&world, Status::Good, 0)));
    let responder = Responder::answering(answer(&world, Status::Revoked(Some(1)), 60));
    let clock = Moved::default();
    clock.set(60);
    let layer = asking(&world, &responder, &store).clock(clock.clone()).build().unwrap();
    assert_eq!(reason(&layer, &world).await, None);
    // Even a later one that was given before.
    store.now_does(Does::Say(answer(&world, Status::Good, 50)));
    clock.set(60 + HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(reason(&layer, &world).await, Some(Reason::Revoked));
    assert_eq!(responder.calls(), 1);
}

#[tokio::test]
async fn what_is_known_to_be_outdated_or_cannot_be_verified_is_not_shared() {
    let world = World::new();
    let stranger = World::new();
    let (responder, store) = (Responder::answering(answer(&stranger, Status::Good, 0)), Told::default());
    let layer = asking(&world, &responder, &store).build().unwrap();
    assert_eq!(reason(&layer, &world).await, Some(Reason::RevocationUnavailable));
    settle().await;
    assert_eq!(store.len(), 0);
    // A replica of the responder that is late lifts nothing here, and nothing at the other replicas.
    let hold = answer(&world, Status::Revoked(Some(6)), 100);
    let clock = Moved::default();
    clock.set(100);
    responder.now_answers(hold.clone());
    let layer = asking(&world, &responder, &store).clock(clock.clone()).build().unwrap();
    assert_eq!(reason(&layer, &world).await, Some(Reason::Revoked));
    settle().await;
    responder.now_answers(answer(&world, Status::Good, 50));
    clock.set(100 + HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    settle().await;
    assert_eq!((responder.calls(), reason(&layer, &world).await), (3, Some(Reason::Revoked)));
    assert_eq!(store.entries(), [hold]);
}

#[tokio::test]
async fn answers_to_requests_with_a_nonce_are_not_shared() {
    for kind in [OcspNonce::Prefer, OcspNonce::Require] {
        let world = std::sync::Arc::new(World::new());
        let inner = std::sync::Arc::clone(&world);
        let responder = Responder::new(move |request| {
            let shape = AnswerShape::good(CLIENT).nonce(&nonce_of(request).unwrap());
            Reply::Octets(shape.signed(&inner.intermediate, &inner.intermediate))
        });
        let store = Told::default();
        let at = || OcspResponder::at("http://ocsp.test/").unwrap().nonce(kind);
        for calls in 1..=2 {
            let builder = world.builder().ocsp(at()).ocsp_fetcher(responder.clone()).ocsp_store(store.clone());
            assert_eq!(reason(&builder.build().unwrap(), &world).await, None);
            settle().await;
            assert_eq!((responder.calls(), store.len()), (calls, 0));
        }
    }
}

#[tokio::test]
async fn a_restart_while_the_responder_is_down_is_bridged_by_a_directory() {
    let world = World::new();
    let scratch = Scratch::new("answers");
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let layer = || {
        let at = OcspResponder::at("http://ocsp.test/").unwrap();
        let store = DirectoryStore::at(scratch.path()).unwrap();
        world.builder().ocsp(at).ocsp_fetcher(responder.clone()).ocsp_store(store).build().unwrap()
    };
    let first = layer();
    assert_eq!(reason(&first, &world).await, None);
    while !std::fs::read_dir(scratch.path())
        .unwrap()
        .any(|file| file.is_ok_and(|file| file.path().extension().is_some_and(|extension| extension == "entry")))
    {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    drop(first);
    responder.behaves(|_| Reply::Refused);
    assert_eq!(reason(&layer(), &world).await, None);
    assert_eq!(responder.calls(), 1);
}
