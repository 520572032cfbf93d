//! What is found again, and by what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tower_client_cert::{ConfigError, Encoding, Gateway, Intermediates, Reason};

use crate::meter::World;
use crate::scene::{ask, behind, request, request_from, with_anchors, with_certificate, with_chain};
use crate::support::pki::Minted;

#[tokio::test]
async fn a_header_that_came_before_costs_no_signature() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.good();
    for expected in [2, 0, 0] {
        let asked = ask(&layer, with_certificate(&client)).await;
        assert_eq!(asked.identity().unwrap().certificate().der(), client.der());
        assert_eq!(world.meter.take(), expected);
    }
}

#[tokio::test]
async fn a_clone_of_the_layer_remembers_the_same() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.good();
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
    world.meter.take();
    assert!(ask(&layer.clone(), with_certificate(&client)).await.identity().is_some());
    assert_eq!(world.meter.take(), 0);
}

#[tokio::test]
async fn another_client_and_another_spelling_are_judged_for_themselves() {
    let world = World::new();
    let layer = world.layer();
    let (first, second) = (world.pki.good(), world.pki.good());
    let plain = first.pem().replace('\n', " ");
    assert!(ask(&layer, with_certificate(&first)).await.identity().is_some());
    world.meter.take();
    for request in [with_certificate(&second), request(&[("x-client-cert", plain.trim())])] {
        assert!(ask(&layer, request).await.identity().is_some());
        assert!(world.meter.take() > 0);
    }
}

#[tokio::test]
async fn a_header_that_differs_in_one_byte_is_judged_for_itself() {
    let world = World::new();
    let layer = world.builder().max_verdict_age(std::time::Duration::from_secs(3600)).build().unwrap();
    let client = world.pki.good();
    let header = client.escaped_pem();
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
    let broken = crate::support::pki::escaped_pem(&client.with_broken_signature());
    assert_eq!(broken.len(), header.len());
    let asked = ask(&layer, request(&[("x-client-cert", &broken)])).await;
    assert_eq!(asked.reason(), Some(Reason::SignatureInvalid));
    let cut = &header[..header.len() - 1];
    assert!(ask(&layer, request(&[("x-client-cert", cut)])).await.refusal().is_some());
    let longer = format!("{header}0");
    assert!(ask(&layer, request(&[("x-client-cert", &longer)])).await.refusal().is_some());
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
}

#[tokio::test]
async fn what_one_gateway_sent_says_nothing_of_another() {
    let world = World::new();
    let (anchors, intermediates) = world.trust();
    let here = Gateway::custom("here", ["10.1.0.0/24"]).unwrap();
    // It has anchors of its own, under which the client is nobody.
    let elsewhere = crate::support::pki::Pki::new();
    let there = Gateway::custom("there", ["10.2.0.0/24"])
        .unwrap()
        .anchors(tower_client_cert::TrustAnchors::from_der(elsewhere.root.der()).unwrap());
    let layer = world.metered(behind(here, anchors).intermediates(intermediates).gateway(there)).build().unwrap();
    let header = world.pki.good().escaped_pem();
    let lines = [("x-client-cert", header.as_str())];
    for _ in 0..2 {
        assert!(ask(&layer, request_from("10.1.0.4", &lines)).await.identity().is_some());
        assert!(ask(&layer, request_from("10.2.0.4", &lines)).await.refusal().is_some());
        let stranger = ask(&layer, request_from("10.3.0.4", &lines)).await;
        assert!(stranger.is_anonymous(), "who is no gateway gets nothing from what a gateway sent");
    }
}

#[tokio::test]
async fn one_value_in_two_headers_is_another_request_than_in_one() {
    let world = World::new();
    let gateway = Gateway::custom("edge", ["10.1.0.0/24"])
        .unwrap()
        .encoding(Encoding::DerBase64)
        .other_leaf_header("x-again", Encoding::DerBase64)
        .unwrap()
        .chain_header("x-chain", Encoding::DerBase64)
        .unwrap();
    let layer = world.metered(behind(gateway, world.trust().0)).build().unwrap();
    let (client, issuer) = (STANDARD.encode(world.pki.good().der()), STANDARD.encode(world.pki.intermediate.der()));
    let (leaf, again, chain) = (("x-client-cert", &*client), ("x-again", &*client), ("x-chain", &*issuer));
    for _ in 0..2 {
        assert!(ask(&layer, request(&[leaf, chain])).await.identity().is_some());
        assert!(ask(&layer, request(&[leaf, again, chain])).await.identity().is_some());
        // The same bytes under other names.
        let swapped = [("x-client-cert", &*client), ("x-again", &*issuer)];
        assert_eq!(ask(&layer, request(&swapped)).await.reason(), Some(Reason::LeafHeadersDiffer));
        assert_eq!(ask(&layer, request(&[leaf])).await.reason(), Some(Reason::IssuerUnknown));
        assert_eq!(ask(&layer, request(&[chain])).await.reason(), Some(Reason::LeafMissing));
    }
}

#[tokio::test]
async fn a_second_line_is_refused_however_well_its_value_is_known() {
    let world = World::new();
    let layer = world.layer();
    let header = world.pki.good().escaped_pem();
    let line = ("x-client-cert", header.as_str());
    assert!(ask(&layer, request(&[line])).await.identity().is_some());
    assert_eq!(ask(&layer, request(&[line, line])).await.reason(), Some(Reason::HeaderRepeated));
    let named = ask(&layer, request(&[line, ("connection", "x-client-cert")])).await;
    assert_eq!(named.reason(), Some(Reason::HeaderNamedByConnection));
}

#[tokio::test]
async fn a_layer_that_remembers_nothing_validates_every_request() {
    let world = World::new();
    let layer = world.builder().remember_nothing().build().unwrap();
    let client = world.pki.good();
    for _ in 0..3 {
        assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
        assert_eq!(world.meter.take(), 2);
    }
}

#[tokio::test]
async fn two_requests_of_one_client_have_one_path_between_them() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.good();
    let (first, second) = (ask(&layer, with_certificate(&client)).await, ask(&layer, with_certificate(&client)).await);
    assert!(std::ptr::eq(first.identity().unwrap().path(), second.identity().unwrap().path()));
}

/// The least `max_remembered_bytes` under which a client is remembered that comes with its intermediate.
async fn least_bytes(world: &World, client: &Minted, intermediates: &Intermediates) -> usize {
    let (mut forgotten, mut remembered) = (0_usize, 1 << 20);
    while remembered - forgotten > 1 {
        let bytes = forgotten.midpoint(remembered);
        let layer = world.metered(with_anchors(world.trust().0)).max_remembered_bytes(bytes);
        let layer = layer.intermediates(intermediates.clone()).build().unwrap();
        let chain = || with_chain(&[client, &world.pki.intermediate]);
        assert!(ask(&layer, chain()).await.identity().is_some());
        world.meter.take();
        assert!(ask(&layer, chain()).await.identity().is_some());
        if world.meter.take() == 0 { remembered = bytes } else { forgotten = bytes }
    }
    remembered
}

#[tokio::test]
async fn what_is_kept_for_one_client_alone_counts_and_what_every_client_shares_does_not() {
    let world = World::new();
    let client = world.pki.good();
    let shared = least_bytes(&world, &client, &world.trust().1).await;
    let kept = least_bytes(&world, &client, &Intermediates::default()).await;
    let header = client.escaped_pem().len() + world.pki.intermediate.escaped_pem().len();
    let (leaf, intermediate) = (client.der().len(), world.pki.intermediate.der().len());
    assert!((header + 3 * leaf..header + 10 * leaf).contains(&shared), "{shared}");
    assert!((intermediate..10 * intermediate).contains(&(kept - shared)), "{kept} {shared}");
}

#[test]
fn a_limit_of_nothing_is_refused_by_name() {
    let world = World::new();
    let built = [
        ("max_remembered_clients", world.builder().max_remembered_clients(0).build()),
        ("max_remembered_bytes", world.builder().max_remembered_bytes(0).build()),
        ("max_verdict_age", world.builder().max_verdict_age(std::time::Duration::ZERO).build()),
    ];
    for (expected, built) in built {
        assert!(matches!(built, Err(ConfigError::Limit { name }) if name == expected), "{expected}");
    }
}
