//! The operator's own list.

use base64::Engine as _;
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{ClientCertLayerBuilder, DenyList, Reason, RevocationScope};

use crate::scene::{self, ask, request, with_certificate};
use crate::support::pki::{ListShape, Minted, Shape};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, World, reason};

/// The fingerprints of an authority and its key, as the layer itself tells them.
fn fingerprints(authority: &Minted) -> (Fingerprint, Fingerprint) {
    let anchors = tower_client_cert::TrustAnchors::from_der(authority.der()).unwrap();
    let certificate = anchors.as_slice()[0].certificate();
    (*certificate.fingerprint(), *certificate.public_key_fingerprint())
}

async fn client_fingerprints(world: &World) -> (Fingerprint, Fingerprint) {
    let asked = ask(&world.builder().build().unwrap(), with_certificate(&world.client)).await;
    let identity = asked.identity().unwrap();
    (*identity.fingerprint(), *identity.public_key_fingerprint())
}

fn denying(world: &World, list: DenyList) -> ClientCertLayerBuilder {
    world.builder().deny_list(list)
}

#[tokio::test]
async fn a_client_is_denied_by_certificate_key_and_issuer_with_serial() {
    let world = World::new();
    let (certificate, key) = client_fingerprints(&world).await;
    let (issuer, issuer_key) = fingerprints(&world.intermediate);
    let lists = [
        DenyList::new().certificate(certificate),
        DenyList::new().public_key(key),
        DenyList::new().serial(issuer, "4A:01:02:03").unwrap(),
        DenyList::new().serial(issuer_key, "0x004a010203").unwrap(),
        DenyList::parse(&format!("issuer {issuer_key} serial 4a 01 02 03")).unwrap(),
    ];
    for list in lists {
        assert_eq!(reason(denying(&world, list.clone()), &world.client).await, Some(Reason::DenyListed), "{list:?}");
    }
}

#[tokio::test]
async fn authorities_and_anchors_are_denied_with_their_clients() {
    let world = World::new();
    let (intermediate, intermediate_key) = fingerprints(&world.intermediate);
    let (root, root_key) = fingerprints(&world.root);
    for certificate in [intermediate, root] {
        let list = DenyList::new().certificate(certificate);
        assert_eq!(reason(denying(&world, list), &world.client).await, Some(Reason::DenyListed));
    }
    for key in [intermediate_key, root_key] {
        let list = DenyList::new().public_key(key);
        assert_eq!(reason(denying(&world, list), &world.client).await, Some(Reason::DenyListed));
    }
    let list = DenyList::new().serial(root_key, "4b01").unwrap();
    assert_eq!(reason(denying(&world, list), &world.client).await, Some(Reason::DenyListed));
}

#[tokio::test]
async fn others_are_not_denied() {
    let world = World::new();
    let (certificate, key) = client_fingerprints(&world).await;
    let (_, issuer_key) = fingerprints(&world.intermediate);
    let (_, root_key) = fingerprints(&world.root);
    let lists = [
        DenyList::new(),
        // Fingerprints of one kind are no fingerprints of the other.
        DenyList::new().certificate(key).public_key(certificate),
        DenyList::new().serial(issuer_key, "4a010204").unwrap(),
        DenyList::new().serial(issuer_key, "4a0102").unwrap(),
        DenyList::new().serial(issuer_key, "-4a010203").unwrap(),
        // The serial number of another issuer.
        DenyList::new().serial(root_key, "4a010203").unwrap(),
    ];
    for list in lists {
        assert_eq!(reason(denying(&world, list.clone()), &world.client).await, None, "{list:?}");
    }
}

#[tokio::test]
async fn every_spelling_of_the_header_is_denied_from_the_next_request_on() {
    let world = World::new();
    let (certificate, _) = client_fingerprints(&world).await;
    let gateway = scene::gateway().encoding(tower_client_cert::Encoding::Auto);
    let anchors = tower_client_cert::TrustAnchors::from_der(world.root.der()).unwrap();
    let layer = tower_client_cert::ClientCertLayer::builder(gateway, anchors)
        .clock(scene::Fixed(crate::support::pki::now()))
        .intermediates(tower_client_cert::Intermediates::from_der(world.intermediate.der()).unwrap())
        .build()
        .unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(world.client.der());
    let spellings = [
        world.client.escaped_pem(),
        world.client.escaped_pem().replace("%2B", "+").replace("%2F", "/").replace("%3D", "="),
        world.client.pem().replace('\n', " "),
        base64.clone(),
        format!(":{base64}:"),
    ];
    for spelling in &spellings {
        assert!(ask(&layer, request(&[("x-client-cert", spelling)])).await.identity().is_some(), "{spelling}");
    }
    let identity = ask(&layer, with_certificate(&world.client)).await.identity().unwrap().clone();
    assert!(identity.still_valid());
    layer.handle().replace_deny_list(DenyList::new().certificate(certificate));
    for spelling in &spellings {
        let asked = ask(&layer, request(&[("x-client-cert", spelling)])).await;
        assert_eq!(asked.reason(), Some(Reason::DenyListed), "{spelling}");
    }
    assert!(!identity.still_valid());
    layer.handle().replace_deny_list(DenyList::new());
    assert!(ask(&layer, with_certificate(&world.client)).await.identity().is_some());
    assert!(identity.still_valid());
}

#[tokio::test]
async fn a_denied_certificate_on_any_path_is_denied() {
    let world = World::new();
    let twin = world.intermediate.renewed(&crate::world::intermediate_shape().serial(&[0x4b, 0x02]), &world.root);
    let (denied, _) = fingerprints(&twin);
    let builder = world
        .builder()
        .intermediates(tower_client_cert::Intermediates::from_der(twin.der()).unwrap())
        .deny_list(DenyList::new().certificate(denied));
    assert_eq!(reason(builder, &world.client).await, Some(Reason::DenyListed));
}

#[tokio::test]
async fn a_list_from_a_file_works_beside_revocation_lists() {
    let world = World::new();
    let (certificate, _) = client_fingerprints(&world).await;
    let scratch = Scratch::new("deny-list");
    let file = scratch.write("denied.txt", format!("# stolen\ncertificate {certificate:X}\n"));
    let denied = DenyList::from_file(file).unwrap();
    let whole = world.root.sign_list(&ListShape::new());
    let clients = world.intermediate.sign_list(&ListShape::new());
    let builder =
        world.with_encoded([whole, clients]).revocation_scope(RevocationScope::WholePath).deny_list(denied.clone());
    assert_eq!(reason(builder, &world.client).await, Some(Reason::DenyListed));
    let other = world.intermediate.issue(&Shape::partner().serial(CLIENT));
    assert_eq!(reason(world.builder().deny_list(denied), &other).await, None);
}
