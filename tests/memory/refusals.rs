//! Refusals are remembered for seconds, and displace nobody.

use tower_client_cert::Reason;

use crate::meter::World;
use crate::scene::{ask, request, with_certificate};
use crate::support::pki::{Pki, Shape, escaped_pem, seconds};

#[tokio::test]
async fn a_bad_signature_is_verified_once_in_two_seconds_and_refused_each_time_for_the_same_reason() {
    let world = World::new();
    let layer = world.layer();
    let broken = escaped_pem(&world.pki.good().with_broken_signature());
    for (millis, is_judged) in [(0, true), (1_999, false), (2_000, true), (2_500, false), (60_000, true)] {
        world.clock.set_millis(millis);
        let asked = ask(&layer, request(&[("x-client-cert", &broken)])).await;
        assert_eq!(asked.reason(), Some(Reason::SignatureInvalid));
        assert_eq!(asked.status(), 403);
        assert_eq!(world.meter.take() > 0, is_judged, "{millis}");
    }
}

#[tokio::test]
async fn every_refusal_is_counted_and_has_a_reference_of_its_own() {
    let world = World::new();
    let layer = world.layer();
    let first = ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    let second = ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    assert_eq!(first.reason(), second.reason());
    assert_ne!(first.refusal().unwrap().reference(), second.refusal().unwrap().reference());
    assert_eq!(layer.handle().counts().refused(first.reason().unwrap()), 2);
}

#[tokio::test]
async fn who_came_too_early_is_accepted_in_time() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.issue(&Shape::partner().valid(seconds(1), seconds(100)));
    for (millis, expected) in [(0, Some(Reason::NotYetValid)), (999, Some(Reason::NotYetValid)), (1_000, None)] {
        world.clock.set_millis(millis);
        assert_eq!(ask(&layer, with_certificate(&client)).await.reason(), expected, "{millis}");
    }
}

#[tokio::test]
async fn new_trust_mends_a_refusal_at_once() {
    let world = World::new();
    let elsewhere = Pki::new();
    let layer = world.layer();
    let client = elsewhere.good();
    assert!(ask(&layer, with_certificate(&client)).await.refusal().is_some());
    let anchors = tower_client_cert::TrustAnchors::from_der(elsewhere.root.der()).unwrap();
    let intermediates = tower_client_cert::Intermediates::from_der(elsewhere.intermediate.der()).unwrap();
    layer.handle().replace(anchors, intermediates).unwrap();
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
}

#[tokio::test]
async fn a_flood_of_garbage_displaces_no_client() {
    let world = World::new();
    let layer = world.builder().max_remembered_clients(10).build().unwrap();
    let clients: Vec<_> = (0..10).map(|_| world.pki.good()).collect();
    for client in &clients {
        assert!(ask(&layer, with_certificate(client)).await.identity().is_some());
    }
    for number in 0..3_000 {
        let garbage = format!("MIIB{number:08}");
        assert!(ask(&layer, request(&[("x-client-cert", &garbage)])).await.refusal().is_some());
    }
    world.meter.take();
    for client in &clients {
        assert!(ask(&layer, with_certificate(client)).await.identity().is_some());
    }
    assert_eq!(world.meter.take(), 0);
}
