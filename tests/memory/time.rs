//! Time goes on, and back, under what is remembered.

use std::time::Duration;

use tower_client_cert::{ClientCertLayer, PinnedCertificates, Reason, RevocationLists, RevocationPolicy};

use crate::meter::{World, fingerprint};
use crate::scene::{ask, with_certificate};
use crate::support::pki::{ListShape, Minted, Shape, seconds};

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn remembering(world: &World) -> ClientCertLayer {
    world.builder().max_verdict_age(A_DAY * 1000).build().unwrap()
}

async fn reason(layer: &ClientCertLayer, client: &Minted) -> Option<Reason> {
    ask(layer, with_certificate(client)).await.reason()
}

#[tokio::test]
async fn a_certificate_is_refused_from_the_second_after_its_last_on() {
    let world = World::new();
    let layer = remembering(&world);
    let client = world.pki.issue(&Shape::partner().valid(seconds(-100), seconds(100)));
    assert_eq!(reason(&layer, &client).await, None);
    for (millis, expected) in [(99_999, None), (100_999, None), (101_000, Some(Reason::Expired)), (100_500, None)] {
        world.clock.set_millis(millis);
        assert_eq!(reason(&layer, &client).await, expected, "{millis}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_before_the_first_second_refuses() {
    let world = World::new();
    let layer = remembering(&world);
    let client = world.pki.issue(&Shape::partner().valid(seconds(-1), seconds(100)));
    assert_eq!(reason(&layer, &client).await, None);
    world.clock.set_millis(-1_000);
    assert_eq!(reason(&layer, &client).await, None);
    world.clock.set_millis(-1_001);
    assert_eq!(reason(&layer, &client).await, Some(Reason::NotYetValid));
}

#[tokio::test]
async fn an_intermediate_that_expires_ends_what_was_found_with_it() {
    let world = World::new();
    let intermediate = world.pki.root.issue(&Shape::authority("Short").valid(seconds(-100), seconds(50)));
    let intermediates = tower_client_cert::Intermediates::from_der(intermediate.der()).unwrap();
    let layer = world.builder().intermediates(intermediates).max_verdict_age(A_DAY * 1000).build().unwrap();
    let client = intermediate.issue(&Shape::partner());
    assert_eq!(reason(&layer, &client).await, None);
    world.clock.set(51);
    assert_eq!(reason(&layer, &client).await, Some(Reason::Expired));
}

/// Another path may come into its dates, and what is on it may be denied.
#[tokio::test]
async fn an_intermediate_that_becomes_valid_is_looked_at_when_it_does() {
    let world = World::new();
    let shape = Shape::authority("Test Intermediate").path_length(0).valid(seconds(60), seconds(1000));
    let next = world.pki.intermediate.renewed(&shape, &world.pki.root);
    let layer = world
        .builder()
        .intermediates(tower_client_cert::Intermediates::from_der(next.der()).unwrap())
        .deny_list(tower_client_cert::DenyList::new().certificate(fingerprint(&next)))
        .max_verdict_age(A_DAY)
        .build()
        .unwrap();
    let client = world.pki.good();
    for (second, expected) in [(0, None), (59, None), (60, Some(Reason::DenyListed))] {
        world.clock.set(second);
        assert_eq!(reason(&layer, &client).await, expected, "{second}");
    }
}

#[tokio::test]
async fn a_skew_that_lets_a_certificate_pass_ends_when_it_ends() {
    let world = World::new();
    let skewed = world.builder().clock_skew(Duration::from_secs(30)).max_verdict_age(A_DAY).build().unwrap();
    let client = world.pki.issue(&Shape::partner().valid(seconds(-100), seconds(10)));
    for (second, expected) in [(0, None), (20, None), (40, None), (41, Some(Reason::Expired))] {
        world.clock.set(second);
        assert_eq!(reason(&skewed, &client).await, expected, "{second}");
    }
}

#[tokio::test]
async fn a_verdict_is_found_again_after_its_age() {
    let world = World::new();
    let layer = world.builder().max_verdict_age(Duration::from_secs(80)).build().unwrap();
    let client = world.pki.good();
    assert_eq!(reason(&layer, &client).await, None);
    world.meter.take();
    // An eighth of the age is spread among the clients. The signature on the intermediate is remembered.
    for (second, signatures) in [(69, 0), (80, 1), (149, 0), (160, 1)] {
        world.clock.set(second);
        assert_eq!(reason(&layer, &client).await, None);
        assert_eq!(world.meter.take(), signatures, "{second}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_validates_again() {
    let world = World::new();
    let layer = remembering(&world);
    let client = world.pki.good();
    assert_eq!(reason(&layer, &client).await, None);
    world.meter.take();
    for (millis, signatures) in [(-999, 0), (-5_000, 1), (0, 0), (-5_000, 0)] {
        world.clock.set_millis(millis);
        assert_eq!(reason(&layer, &client).await, None);
        assert_eq!(world.meter.take(), signatures, "{millis}");
    }
}

#[tokio::test]
async fn a_list_that_goes_stale_is_stale_at_that_moment() {
    let world = World::new();
    let list = world.pki.intermediate.sign_list(&ListShape::new().issued(seconds(-10), seconds(20)));
    let lists = RevocationLists::from_octets(list);
    let strict = world.builder().crls(lists.clone()).max_verdict_age(A_DAY).build().unwrap();
    let grace = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(30));
    let lenient = world.builder().crls(lists).revocation_policy("ours", grace).max_verdict_age(A_DAY).build().unwrap();
    let client = world.pki.good();
    let stale = Some(Reason::RevocationStale);
    let moments = [
        (0, None, None),
        (19_999, None, None),
        (20_000, stale, None),
        (50_000, stale, None),
        (50_001, stale, stale),
        (19_000, None, None),
    ];
    for (millis, by_strict, by_lenient) in moments {
        world.clock.set_millis(millis);
        for _ in 0..2 {
            assert_eq!(reason(&strict, &client).await, by_strict, "{millis}");
            assert_eq!(reason(&lenient, &client).await, by_lenient, "{millis}");
        }
    }
}

#[tokio::test]
async fn a_pin_that_is_allowed_to_be_expired_is_remembered_like_another() {
    let world = World::new();
    let client = Shape::partner().valid(seconds(-100), seconds(-50)).self_signed();
    let pins = PinnedCertificates::certificates([fingerprint(&client)]);
    let layer = world.builder().trust_pinned(pins.clone().allow_expired()).build().unwrap();
    let strict = world.builder().trust_pinned(pins).build().unwrap();
    for _ in 0..2 {
        assert_eq!(reason(&layer, &client).await, None);
        assert_eq!(reason(&strict, &client).await, Some(Reason::Expired));
    }
}
