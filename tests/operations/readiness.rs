//! What a health endpoint can say.

use std::time::{Duration, SystemTime};

use tower_client_cert::{ReadinessProblem, TrustReplacement};

use crate::scene::{self, Fixed};
use crate::support::pki::{ListShape, Pki, Shape, days};
use crate::world::{DAY_SECONDS, Moved, builder, list};

#[test]
fn a_layer_in_order_is_ready_and_says_how_old_its_trust_is() {
    let clock = Moved::default();
    let pki = Pki::new();
    let layer = builder(&pki).crls(list(&pki, &ListShape::new().revoke(&[7]))).clock(clock.clone()).build().unwrap();
    clock.forward(3_600);
    let readiness = layer.handle().readiness();
    assert!(readiness.is_ready() && readiness.problems().is_empty());
    assert_eq!(readiness.trust_age().as_secs(), 3_600);
    let [only] = readiness.crls() else { panic!("{readiness:?}") };
    assert_eq!(only.entries(), 1);
    assert!(readiness.authorities_valid_until().is_some_and(|until| until > readiness.checked_at()));
}

#[test]
fn new_trust_is_young_again() {
    let clock = Moved::default();
    let pki = Pki::new();
    let layer = builder(&pki).clock(clock.clone()).build().unwrap();
    clock.forward(DAY_SECONDS);
    layer.handle().replace_all(TrustReplacement::new()).unwrap();
    assert_eq!(layer.handle().readiness().trust_age().as_secs(), 0);
    // A clock that goes back makes no age.
    clock.back(60);
    assert_eq!(layer.handle().readiness().trust_age().as_secs(), 0);
    clock.forward(61);
    assert_eq!(layer.handle().readiness().trust_age().as_secs(), 1);
}

#[test]
fn a_list_is_a_problem_from_its_next_update_on() {
    let clock = Moved::default();
    let pki = Pki::new();
    let layer = builder(&pki).crls(list(&pki, &ListShape::new())).clock(clock.clone()).build().unwrap();
    clock.forward(7 * DAY_SECONDS - 1);
    assert!(layer.handle().readiness().is_ready());
    clock.forward(1);
    let readiness = layer.handle().readiness();
    assert!(!readiness.is_ready());
    let [problem @ ReadinessProblem::RevocationListStale { .. }] = readiness.problems() else {
        panic!("{readiness:?}")
    };
    assert!(problem.code() == "revocation-list-stale" && ReadinessProblem::CODES.contains(&problem.code()));
    assert!(problem.to_string().ends_with("is stale, its next update was due at 2026-03-08T12:00:00Z"), "{problem}");
    // A fresh list mends it.
    let fresh = ListShape::new().number(2).issued(days(6), days(14));
    layer.handle().replace_crls(list(&pki, &fresh)).unwrap();
    assert!(layer.handle().readiness().is_ready());
}

#[test]
fn a_gateway_is_a_problem_when_no_anchor_for_its_clients_is_in_date() {
    let clock = Moved::default();
    let (old, new) = (
        Shape::authority("Old Root").valid(days(-300), days(10)).self_signed(),
        Shape::authority("New Root").valid(days(-1), days(20)).self_signed(),
    );
    let anchors =
        |minted: &crate::support::pki::Minted| tower_client_cert::TrustAnchors::from_der(minted.der()).unwrap();
    let layer = scene::with_anchors(anchors(&old).and(anchors(&new))).clock(clock.clone()).build().unwrap();
    clock.forward(11 * DAY_SECONDS);
    assert!(layer.handle().readiness().is_ready(), "the successor still stands");
    clock.forward(10 * DAY_SECONDS);
    let readiness = layer.handle().readiness();
    let [problem] = readiness.problems() else { panic!("{readiness:?}") };
    assert!(problem.code() == "anchors-out-of-date" && ReadinessProblem::CODES.contains(&problem.code()));
    assert_eq!(problem.to_string(), "no anchor for clients of the gateway nginx is within its dates");
}

#[test]
fn an_anchor_is_in_date_throughout_its_last_second_as_for_clients() {
    let root = Shape::authority("Root").valid(days(-1), days(10)).self_signed();
    let last = SystemTime::from(days(10));
    for (now, is_ready) in [
        (SystemTime::from(days(-1)), true),
        (SystemTime::from(days(-1)) - Duration::from_millis(1), false),
        (last, true),
        (last + Duration::from_millis(999), true),
        (last + Duration::from_secs(1), false),
    ] {
        let layer = scene::trusting(&root).clock(Fixed(now)).build().unwrap();
        assert_eq!(layer.handle().readiness().is_ready(), is_ready, "{now:?}");
    }
    let minute = Duration::from_secs(60);
    for (now, is_ready) in [
        (SystemTime::from(days(-1)) - minute, true),
        (SystemTime::from(days(-1)) - minute - Duration::from_millis(1), false),
        (last + minute + Duration::from_millis(999), true),
        (last + minute + Duration::from_secs(1), false),
    ] {
        let layer = scene::trusting(&root).clock(Fixed(now)).clock_skew(minute).build().unwrap();
        assert_eq!(layer.handle().readiness().is_ready(), is_ready, "{now:?} with a skew");
    }
}

#[test]
fn readiness_as_json_is_stable() {
    let pki = Pki::new();
    let clock = Moved::default();
    let layer = builder(&pki).crls(list(&pki, &ListShape::new())).clock(clock.clone()).build().unwrap();
    clock.forward(8 * DAY_SECONDS);
    let json = serde_json::to_value(layer.handle().readiness()).unwrap();
    assert_eq!(json["ready"], false);
    assert_eq!(json["checked_at"], "2026-03-09T12:00:00Z");
    assert_eq!(json["trust_since"], "2026-03-01T12:00:00Z");
    assert_eq!(json["trust_age_seconds"], 8 * DAY_SECONDS);
    assert_eq!(json["crls"][0]["next_update"], "2026-03-08T12:00:00Z");
    assert_eq!(json["problems"][0]["code"], "revocation-list-stale");
    let keys: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "authorities_valid_until",
            "checked_at",
            "crls",
            "problems",
            "ready",
            "trust_age_seconds",
            "trust_since",
            "unreachable"
        ]
    );
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn a_responder_that_gives_nothing_usable_is_told_with_since_when_and_nobody_is_asked_for_it() {
    let (pki, responder, clock) = (Pki::new(), crate::responders::Responder::default(), Moved::default());
    let client = pki.intermediate.issue(&Shape::partner().serial(&[0x21]));
    let layer = responder.asked_by(builder(&pki)).clock(clock.clone()).build().unwrap();
    let handle = layer.handle();
    assert!(handle.readiness().unreachable().is_empty());
    responder.fail();
    scene::ask(&layer, scene::with_certificate(&client)).await;
    clock.forward(600);
    scene::ask(&layer, scene::with_certificate(&client)).await;
    let asked = responder.asked();
    let readiness = handle.readiness();
    let [only] = readiness.unreachable() else { panic!("{readiness:?}") };
    assert_eq!((only.name(), only.since()), ("ocsp.example", crate::support::pki::now()));
    assert_eq!(
        only.to_string(),
        "ocsp.example has given nothing usable since 2026-03-01T12:00:00Z: cannot be reached: the answer broke off or is \
         no HTTP"
    );
    assert!(readiness.is_ready(), "what is known goes on to count, and another replica would know no more");
    assert_eq!(responder.asked(), asked, "readiness asks nobody");

    responder.answer(fresh_answer(&pki));
    clock.forward(600);
    scene::ask(&layer, scene::with_certificate(&client)).await;
    assert!(handle.readiness().unreachable().is_empty());
}

#[cfg(feature = "ocsp")]
fn fresh_answer(pki: &Pki) -> Vec<u8> {
    let day = crate::support::pki::days(0);
    crate::support::pki::AnswerShape::good(&[0x21])
        .issued(day, Some(day + time::Duration::days(7)))
        .signed(&pki.intermediate, &pki.intermediate)
}

#[cfg(feature = "fetch")]
#[tokio::test(start_paused = true)]
async fn a_server_of_lists_is_told_too_until_it_gives_a_list() {
    let (pki, server) = (Pki::new(), crate::responders::Responder::default());
    let crls = tower_client_cert::FetchedCrls::new(server.clone(), ["http://crl.example/a"]).unwrap();
    let clock = Moved::default();
    let layer = builder(&pki).fetched_crls(crls).clock(clock.clone()).build().unwrap();
    let handle = layer.handle();
    let told = async |is_told: bool| {
        for _ in 0..10_000 {
            let readiness = handle.readiness();
            if readiness.unreachable().iter().any(|source| source.name() == "http://crl.example/a") == is_told {
                return;
            }
            clock.forward(1);
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
        panic!("{:?}", handle.readiness());
    };
    told(true).await;
    server.answer(pki.intermediate.sign_list(&ListShape::new()));
    told(false).await;
}
