//! The recipes of `docs/revocation.md`, as they stand there, and what they promise.

use std::fs;
use std::time::Duration;

use http::StatusCode;
use tower_client_cert::evidence::Check;
use tower_client_cert::{
    ClientCertHandle, ClientCertLayer, ConfigError, DenyList, Gateway, Intermediates, Reason, RevocationPolicy,
    TrustAnchors,
};

use crate::scene::{ask, behind, gateway, request};
use crate::support::clock::Moved;
use crate::support::pki::{ListShape, Minted, days};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, DAY_SECONDS, World};

fn builder(world: &World, gateway: Gateway) -> tower_client_cert::ClientCertLayerBuilder {
    let anchors = TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
    behind(gateway, anchors).intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
}

async fn reason(layer: &ClientCertLayer, client: &Minted) -> Option<Reason> {
    ask(layer, request(&[("x-client-cert", &client.escaped_pem())])).await.reason()
}

/// A new list takes the place of the file in one step, as a copy beside it that is renamed does.
fn deliver(scratch: &Scratch, world: &World, list: &ListShape) {
    let new = scratch.write("issuing.crl.new", world.intermediate.sign_list(list));
    fs::rename(new, scratch.path().join("crl/issuing.crl")).unwrap();
}

fn with_directory() -> Scratch {
    let scratch = Scratch::new("recipes");
    fs::create_dir(scratch.path().join("crl")).unwrap();
    scratch
}

#[tokio::test]
async fn a_private_authority_with_its_list_on_disk_refuses_after_the_next_tick() {
    let (world, scratch) = (World::new(), with_directory());
    deliver(&scratch, &world, &ListShape::new());
    let layer = builder(&world, gateway()).crls(scratch.path().join("crl")).build().unwrap();
    let tick = |handle: &ClientCertHandle| -> Result<(), ConfigError> { handle.reload_crls() };
    assert_eq!(reason(&layer, &world.client).await, None);
    deliver(&scratch, &world, &ListShape::new().number(2).issued(days(0), days(7)).revoke(CLIENT));
    assert_eq!(reason(&layer, &world.client).await, None);
    tick(&layer.handle()).unwrap();
    assert_eq!(reason(&layer, &world.client).await, Some(Reason::Revoked));
    // A copy that was caught half-way is told, and opens nothing.
    fs::write(scratch.path().join("crl/issuing.crl"), b"half a list").unwrap();
    tick(&layer.handle()).unwrap_err();
    assert_eq!(reason(&layer, &world.client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn behind_application_gateway_a_revoked_client_gets_its_answer_where_the_gateway_did_not_ask() {
    let world = World::new();
    let gateway = Gateway::azure_application_gateway(["10.1.0.0/24"]).unwrap();
    let list = world.intermediate.sign_list(&ListShape::new().revoke(CLIENT));
    let layer = builder(&world, gateway)
        .crls(tower_client_cert::RevocationLists::from_octets(list))
        .status(Reason::Revoked, StatusCode::BAD_REQUEST)
        .build()
        .unwrap();
    let asked = ask(&layer, request(&[("x-client-cert", &world.client.escaped_pem())])).await;
    assert_eq!((asked.reason(), asked.status()), (Some(Reason::Revoked), 400));
    assert!(asked.seen.is_none(), "the handler was called");
    let other = world.intermediate.issue(&crate::support::pki::Shape::partner());
    assert_eq!(reason(&layer, &other).await, None);
}

#[tokio::test]
async fn an_air_gapped_service_bridges_the_gap_between_deliveries_and_denies_at_once() {
    let (world, scratch) = (World::new(), with_directory());
    let clock = Moved::default();
    deliver(&scratch, &world, &ListShape::new());
    let gap = Duration::from_secs(30 * DAY_SECONDS);
    let layer = builder(&world, gateway())
        .crls(scratch.path().join("crl"))
        .revocation_policy("ours", RevocationPolicy::deny().allow_stale_for(gap))
        .clock(clock.clone())
        .build()
        .unwrap();
    let handle = layer.handle();
    let asked = async || ask(&layer, request(&[("x-client-cert", &world.client.escaped_pem())])).await;

    // The list ends after a week.
    clock.set(37 * DAY_SECONDS);
    let identity = asked().await.identity().unwrap().clone();
    assert!(!identity.evidence().passed(Check::Crl), "what is bridged is told");
    clock.set(37 * DAY_SECONDS + 1);
    assert_eq!(asked().await.reason(), Some(Reason::RevocationStale));
    assert!(!identity.still_valid());

    deliver(&scratch, &world, &ListShape::new().number(2).issued(days(36), days(43)));
    handle.reload_crls().unwrap();
    assert!(asked().await.identity().unwrap().evidence().passed(Check::Crl));
    let fingerprint = identity.fingerprint().to_string();
    let denied = scratch.write("denied.txt", format!("certificate {fingerprint}\n"));
    handle.replace_deny_list(DenyList::from_file(denied).unwrap());
    assert_eq!(asked().await.reason(), Some(Reason::DenyListed));
}
