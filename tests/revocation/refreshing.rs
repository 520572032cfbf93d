//! What becomes of known clients while time goes by: nobody waits, revocations arrive, and failures end nothing at once.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};
use tower_client_cert::evidence::Check;
use tower_client_cert::{
    ClientCertLayerBuilder, Clock, IssuedBy, OcspAnswers, OcspResponder, Reason, RevocationPolicy, TrustAnchors,
};

use crate::responder::{Reply, Responder, answer, is_about};
use crate::support::clock::{Moved, RuntimeClock};
use crate::support::pki::{AnswerShape, Shape, Status, days, seconds};
use crate::world::{CLIENT, OTHER, World, ask};

const HOUR_SECONDS: u64 = 3_600;

fn asking(world: &World, responder: &Responder, clock: impl Clock) -> ClientCertLayerBuilder {
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    world.builder().ocsp(at).ocsp_fetcher(responder.clone()).clock(clock)
}

#[tokio::test]
async fn an_answer_is_renewed_ahead_of_time_and_a_revocation_arrives_with_it() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    let identity = ask(&layer, &world.client).await.identity().unwrap().clone();
    responder.now_answers(answer(&world, Status::Revoked(Some(1)), HOUR_SECONDS));
    clock.set(HOUR_SECONDS * 3 / 4);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(responder.calls(), 1, "nothing is due before four fifths of the interval");
    assert!(ask(&layer, &world.client).await.identity().is_some());
    clock.set(HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(responder.calls(), 2);
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert!(!identity.still_valid());
    responder.now_answers(answer(&world, Status::Good, 10 * HOUR_SECONDS));
    clock.set(10 * HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert_eq!(responder.calls(), 2, "nobody is asked again about a client that is revoked for good");
}

#[tokio::test]
async fn the_same_answer_again_is_a_renewal() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    for (now, calls) in [(HOUR_SECONDS, 2), (HOUR_SECONDS + 60, 2), (2 * HOUR_SECONDS, 3)] {
        clock.set(now);
        layer.handle().refresh_ocsp_answers().await;
        assert_eq!(responder.calls(), calls, "{now}");
    }
}

#[tokio::test]
async fn an_answer_that_is_short_of_life_is_renewed_after_half_of_it() {
    let world = World::new();
    let brief = AnswerShape::good(CLIENT).issued(seconds(0), Some(seconds(100)));
    let responder = Responder::answering(brief.signed(&world.intermediate, &world.intermediate));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    for (now, calls) in [(39, 1), (50, 2)] {
        clock.set(now);
        layer.handle().refresh_ocsp_answers().await;
        assert_eq!(responder.calls(), calls, "{now}");
    }
}

#[tokio::test]
async fn while_the_responder_is_down_known_clients_go_on_within_the_grace_and_new_ones_are_refused() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let clock = Moved::default();
    let policy = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(HOUR_SECONDS));
    let layer = asking(&world, &responder, clock.clone()).revocation_policy("ours", policy).build().unwrap();
    let stranger = world.intermediate.issue(&Shape::partner().serial(OTHER));
    assert!(ask(&layer, &world.client).await.identity().is_some());

    responder.behaves(|_| Reply::Refused);
    for (now, passed, reason) in [
        (86_399, true, None),
        (86_400, false, None),
        (86_400 + HOUR_SECONDS, false, None),
        (86_401 + HOUR_SECONDS, false, Some(Reason::RevocationStale)),
    ] {
        clock.set(now);
        layer.handle().refresh_ocsp_answers().await;
        let asked = ask(&layer, &world.client).await;
        assert_eq!(asked.reason(), reason, "{now}");
        let has_passed = asked.identity().is_some_and(|identity| identity.evidence().passed(Check::Ocsp));
        assert_eq!(has_passed, passed, "{now}");
        assert_eq!(ask(&layer, &stranger).await.reason(), Some(Reason::RevocationUnavailable), "{now}");
    }

    let back = 86_402 + 2 * HOUR_SECONDS;
    responder.now_answers(answer(&world, Status::Good, back));
    clock.set(back);
    layer.handle().refresh_ocsp_answers().await;
    assert!(ask(&layer, &world.client).await.identity().unwrap().evidence().passed(Check::Ocsp));
}

#[tokio::test]
async fn a_failed_renewal_is_tried_again_at_growing_intervals() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    responder.behaves(|_| Reply::Refused);
    let mut calls = Vec::new();
    for now in HOUR_SECONDS..HOUR_SECONDS + 1_300 {
        clock.set(now);
        layer.handle().refresh_ocsp_answers().await;
        calls.push(responder.calls());
    }
    // At once, and then after 10, 20, 40, 80, 160, 320 and 320 seconds.
    let times: Vec<_> = (1..calls.len()).filter(|second| calls[*second] > calls[second - 1]).collect();
    assert_eq!(calls[0], 2);
    assert_eq!(times, [10, 30, 70, 150, 310, 630, 950, 1_270]);
}

#[tokio::test]
async fn whom_the_responder_does_not_know_it_is_asked_about_again_within_a_minute() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Unknown, 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationUnknown));
    responder.now_answers(answer(&world, Status::Good, 60));
    clock.set(60);
    layer.handle().refresh_ocsp_answers().await;
    assert!(ask(&layer, &world.client).await.identity().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_layer_renews_by_itself_until_it_is_dropped() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let layer = asking(&world, &responder, RuntimeClock::new()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    responder.now_answers(answer(&world, Status::Revoked(Some(1)), 1));
    sleep(Duration::from_secs(HOUR_SECONDS + 60)).await;
    assert_eq!(responder.calls(), 2);
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
    drop(layer);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_about_clients_that_come_no_more() {
    let world = World::new();
    let shape = AnswerShape::good(CLIENT).issued(days(0), Some(days(6)));
    let responder = Responder::answering(shape.signed(&world.intermediate, &world.intermediate));
    let layer = asking(&world, &responder, RuntimeClock::new()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    sleep(Duration::from_secs(26 * HOUR_SECONDS)).await;
    let calls = responder.calls();
    assert!((25..=31).contains(&calls), "{calls}");
    sleep(Duration::from_secs(48 * HOUR_SECONDS)).await;
    assert_eq!(responder.calls(), calls);
    assert!(ask(&layer, &world.client).await.identity().is_some());
    assert_eq!(responder.calls(), calls + 1);
}

#[tokio::test]
async fn a_revocation_is_not_forgotten_although_the_client_comes_no_more() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Revoked(Some(1)), 0));
    let clock = Moved::default();
    let policy = RevocationPolicy::deny().allow_unavailable();
    let layer = asking(&world, &responder, clock.clone()).revocation_policy("ours", policy).build().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    responder.behaves(|_| Reply::Refused);
    clock.set(25 * HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    responder.now_answers(answer(&world, Status::Good, 50 * HOUR_SECONDS));
    clock.set(51 * HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert_eq!(responder.calls(), 1);
}

#[tokio::test]
async fn an_answer_from_a_file_stays_where_no_responder_could_give_another() {
    let world = World::new();
    let root = TrustAnchors::from_der(world.root.der()).unwrap();
    let of_root = IssuedBy::certificate(*root.as_slice()[0].certificate().fingerprint());
    let good = AnswerShape::good(CLIENT).issued(days(0), Some(days(6)));
    let good = good.signed(&world.intermediate, &world.intermediate);
    let responder = Responder::new(|_| Reply::Refused);
    let clock = Moved::default();
    let layer = world
        .builder()
        .ocsp(OcspResponder::at("http://ocsp.test/").unwrap().for_issuer(of_root))
        .ocsp_fetcher(responder.clone())
        .ocsp_answers(OcspAnswers::from_octets(good))
        .clock(clock.clone())
        .build()
        .unwrap();
    for hours in [25, 75] {
        clock.set(hours * HOUR_SECONDS);
        layer.handle().refresh_ocsp_answers().await;
        assert_eq!(ask(&layer, &world.client).await.reason(), None, "{hours}");
    }
    assert_eq!(responder.calls(), 0);
}

#[tokio::test]
async fn a_clock_that_is_set_back_puts_no_renewal_off() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    clock.set(10 * HOUR_SECONDS);
    assert!(ask(&layer, &world.client).await.identity().is_some());
    clock.set(HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(responder.calls(), 2);
    // After a failure, too.
    responder.behaves(|_| Reply::Refused);
    clock.set(20 * HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    responder.now_answers(answer(&world, Status::Revoked(Some(1)), HOUR_SECONDS));
    clock.set(2 * HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(responder.calls(), 4);
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn beyond_the_limit_who_came_longest_ago_is_forgotten_and_revoked_ones_last() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Revoked(Some(1)), 0));
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).max_ocsp_certificates(8).build().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    let others: Vec<_> = (1..=20_u8)
        .map(|number| {
            let serial = [0x60, number];
            let good = AnswerShape::good(&serial).signed(&world.intermediate, &world.intermediate);
            (world.intermediate.issue(&Shape::partner().serial(&serial)), good)
        })
        .collect();
    for (now, (other, good)) in others.iter().enumerate() {
        clock.set(u64::try_from(now).unwrap() + 1);
        responder.now_answers(good.clone());
        assert!(ask(&layer, other).await.identity().is_some());
    }
    let calls = responder.calls();
    assert!(ask(&layer, &others[19].0).await.identity().is_some());
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert_eq!(responder.calls(), calls);
    responder.now_answers(others[0].1.clone());
    assert!(ask(&layer, &others[0].0).await.identity().is_some());
    assert_eq!(responder.calls(), calls + 1, "the first had been forgotten");
}

/// Nobody waits for a renewal, however long it takes.
#[tokio::test(start_paused = true)]
async fn renewals_that_hang_leave_half_of_the_places_to_clients_never_seen_before() {
    let world = World::new();
    let good = |serial: &[u8]| AnswerShape::good(serial).signed(&world.intermediate, &world.intermediate);
    let issue = |serial: &[u8]| world.intermediate.issue(&Shape::partner().serial(serial));
    let serials: Vec<_> = (1..=70_u8).map(|number| vec![0x60, number]).collect();
    let known: Vec<_> = serials.iter().map(|serial| (issue(serial), good(serial))).collect();
    let (stranger, about_the_stranger) = (issue(OTHER), good(OTHER));
    for (at_a_time, renewals) in [(None, 32), (Some(200), 32), (Some(8), 4), (Some(3), 1)] {
        let responder = Responder::new(|_| Reply::Silence);
        let responder = at_a_time.map_or(responder.clone(), |at_a_time| responder.hearing(at_a_time));
        let clock = Moved::default();
        let layer = asking(&world, &responder, clock.clone()).build().unwrap();
        for (client, answer) in &known {
            responder.now_answers(answer.clone());
            assert!(ask(&layer, client).await.identity().is_some());
        }
        let answer = about_the_stranger.clone();
        responder.behaves(
            move |request| {
                if is_about(request, OTHER) { Reply::Octets(answer.clone()) } else { Reply::Silence }
            },
        );
        clock.set(HOUR_SECONDS);
        let (began, handle) = (Instant::now(), layer.handle());
        let renewing = tokio::spawn(async move { handle.refresh_ocsp_answers().await });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(responder.calls() - known.len(), renewals, "{at_a_time:?}");
        assert!(ask(&layer, &stranger).await.identity().is_some(), "{at_a_time:?}");
        assert_eq!(began.elapsed(), Duration::ZERO, "{at_a_time:?}");
        renewing.await.unwrap();
    }
}

#[tokio::test]
async fn where_one_question_is_asked_at_a_time_it_may_be_a_renewal() {
    let world = World::new();
    let responder = Responder::answering(answer(&world, Status::Good, 0)).hearing(1);
    let clock = Moved::default();
    let layer = asking(&world, &responder, clock.clone()).build().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    clock.set(HOUR_SECONDS);
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(responder.calls(), 2);
}
