//! What of the evidence is the request's, and what the certificate's.

use std::time::Duration;

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{ClientIdentity, DenyList, RevocationLists};

use crate::meter::World;
use crate::scene::{ask, request_from};
use crate::support::pki::{ListShape, now};

fn checked_at(identity: &ClientIdentity, check: Check) -> std::time::SystemTime {
    match identity.evidence().outcome(check) {
        Some(Outcome::Passed { checked_at, .. }) => *checked_at,
        other => panic!("{check:?}: {other:?}"),
    }
}

#[tokio::test]
async fn the_sender_is_of_the_request_and_the_path_of_the_certificate() {
    let world = World::new();
    let list = RevocationLists::from_octets(world.pki.intermediate.sign_list(&ListShape::new()));
    let layer = world.builder().crls(list).deny_list(DenyList::new()).build().unwrap();
    let header = world.pki.good().escaped_pem();
    let lines = [("x-client-cert", header.as_str())];
    let first = ask(&layer, request_from("10.1.0.4", &lines)).await;
    world.clock.set(100);
    let second = ask(&layer, request_from("10.1.0.5", &lines)).await;
    let (first, second) = (first.identity().unwrap(), second.identity().unwrap());
    assert_eq!(first.gateway_peer().to_string(), "10.1.0.4");
    assert_eq!(second.gateway_peer().to_string(), "10.1.0.5");
    let afterwards = now() + Duration::from_secs(100);
    for (check, of_second) in [
        (Check::Sender, afterwards),
        (Check::Header, afterwards),
        (Check::Encoding, now()),
        (Check::Path, now()),
        (Check::Key, now()),
        // Whether the lists in force are those that were asked, and still current, was found out by this request.
        (Check::DenyList, afterwards),
        (Check::Crl, afterwards),
    ] {
        assert_eq!(checked_at(first, check), now(), "{check:?}");
        assert_eq!(checked_at(second, check), of_second, "{check:?}");
    }
    let checks: Vec<_> = second.evidence().entries().iter().map(|entry| entry.check).collect();
    let expected: Vec<_> = first.evidence().entries().iter().map(|entry| entry.check).collect();
    assert_eq!(checks, expected);
}

#[tokio::test]
async fn a_clone_has_the_evidence_of_the_same_request() {
    let world = World::new();
    let header = world.pki.good().escaped_pem();
    let asked = ask(&world.layer(), request_from("10.1.0.4", &[("x-client-cert", &header)])).await;
    let identity = asked.identity().unwrap();
    let before = identity.clone();
    assert_eq!(checked_at(identity, Check::Sender), checked_at(&before, Check::Sender));
    assert_eq!(format!("{:?}", identity.evidence()), format!("{:?}", identity.clone().evidence()));
}
