//! Revocation above the client, and where several paths could be built.

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayerBuilder, DenyList, Intermediates, PinnedCertificates, Reason, RevocationLists, RevocationScope,
    TrustAnchors,
};

use crate::scene;
use crate::support::pki::{ListShape, Minted, Shape, days};
use crate::world::{CLIENT, INTERMEDIATE, World, intermediate_shape, reason};

/// The serial number of the intermediate's other certificate.
const TWIN: &[u8] = &[0x4b, 0x02];

#[tokio::test]
async fn a_listed_intermediate_is_refused_in_either_scope() {
    let world = World::new();
    let clients = world.intermediate.sign_list(&ListShape::new());
    let authorities = world.root.sign_list(&ListShape::new().revoke(INTERMEDIATE));
    for scope in [RevocationScope::EndEntity, RevocationScope::WholePath] {
        let builder = world.with_encoded([clients.clone(), authorities.clone()]).revocation_scope(scope);
        assert_eq!(reason(builder, &world.client).await, Some(Reason::Revoked), "{scope:?}");
    }
}

#[tokio::test]
async fn the_whole_path_needs_a_list_for_each_certificate_but_the_anchor() {
    let world = World::new();
    let clients = world.intermediate.sign_list(&ListShape::new());
    let authorities = world.root.sign_list(&ListShape::new());
    let whole = |lists: Vec<Vec<u8>>| world.with_encoded(lists).revocation_scope(RevocationScope::WholePath);
    assert_eq!(reason(whole(vec![clients.clone()]), &world.client).await, Some(Reason::RevocationNoSource));
    assert_eq!(reason(whole(vec![authorities.clone()]), &world.client).await, Some(Reason::RevocationNoSource));
    assert_eq!(reason(whole(vec![clients.clone(), authorities]), &world.client).await, None);
    let stale = world.root.sign_list(&ListShape::new().issued(days(-9), days(-2)));
    assert_eq!(reason(whole(vec![clients, stale]), &world.client).await, Some(Reason::RevocationStale));
}

#[tokio::test]
async fn the_anchor_needs_no_list() {
    let world = World::new();
    let anchors = TrustAnchors::from_der(world.intermediate.der()).unwrap();
    let builder = scene::with_anchors(anchors)
        .revocation_scope(RevocationScope::WholePath)
        .crls(RevocationLists::from_octets(world.intermediate.sign_list(&ListShape::new())));
    assert_eq!(reason(builder, &world.client).await, None);
}

/// The same authority, certified twice by the root under one name and key.
fn twin(world: &World) -> Minted {
    world.intermediate.renewed(&intermediate_shape().serial(TWIN), &world.root)
}

#[tokio::test]
async fn another_path_does_not_mend_a_revoked_certificate() {
    let world = World::new();
    let twin = twin(&world);
    let clients = world.intermediate.sign_list(&ListShape::new());
    let configured = |first: &Minted, second: &Minted| {
        let first = Intermediates::from_der(first.der()).unwrap();
        first.and(Intermediates::from_der(second.der()).unwrap())
    };
    for revoked in [INTERMEDIATE, TWIN] {
        let authorities = world.root.sign_list(&ListShape::new().revoke(revoked));
        for intermediates in [configured(&world.intermediate, &twin), configured(&twin, &world.intermediate)] {
            let builder = scene::trusting(&world.root)
                .intermediates(intermediates)
                .crls(RevocationLists::from_octets(clients.clone()))
                .crls(RevocationLists::from_octets(authorities.clone()));
            assert_eq!(reason(builder, &world.client).await, Some(Reason::Revoked), "{revoked:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_ends_when_what_is_revoked_is_on_another_path_than_its_own() {
    let world = World::new();
    let twin = twin(&world);
    let clients = world.intermediate.sign_list(&ListShape::new());
    let lists = |authorities: &ListShape| {
        RevocationLists::from_octets(clients.clone())
            .and(RevocationLists::from_octets(world.root.sign_list(authorities)))
    };
    for revoked in [INTERMEDIATE, TWIN] {
        let layer = scene::trusting(&world.root)
            .intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
            .intermediates(Intermediates::from_der(twin.der()).unwrap())
            .crls(lists(&ListShape::new()))
            .build()
            .unwrap();
        let asked = scene::ask(&layer, scene::with_certificate(&world.client)).await;
        let identity = asked.identity().unwrap();
        assert!(identity.still_valid());
        layer.handle().replace_crls(lists(&ListShape::new().number(9).revoke(revoked))).unwrap();
        assert!(!identity.still_valid(), "{revoked:?}");
        let asked = scene::ask(&layer, scene::with_certificate(&world.client)).await;
        assert_eq!(asked.reason(), Some(Reason::Revoked), "{revoked:?}");
    }
}

#[tokio::test]
async fn an_intermediate_that_is_forwarded_and_revoked_is_refused_beside_a_configured_one() {
    let world = World::new();
    let twin = twin(&world);
    let lists = [world.intermediate.sign_list(&ListShape::new()), world.root.sign_list(&ListShape::new().revoke(TWIN))];
    let layer = world.with_encoded(lists).build().unwrap();
    let asked = scene::ask(&layer, scene::with_chain(&[&world.client, &twin])).await;
    assert_eq!(asked.reason(), Some(Reason::Revoked));
    // Without it, nothing on the path is revoked.
    assert!(scene::ask(&layer, scene::with_certificate(&world.client)).await.identity().is_some());
}

/// The intermediate is certified by another root too, whose path is found first and is not covered by the lists.
fn crossed(world: &World) -> ClientCertLayerBuilder {
    let other_root = Shape::authority("Other Root").self_signed();
    let cross = world.intermediate.renewed(&intermediate_shape().serial(TWIN), &other_root);
    let anchors = TrustAnchors::from_der(other_root.der()).unwrap().labelled("other");
    let anchors = anchors.and(TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours"));
    let intermediates = Intermediates::from_der(cross.der()).unwrap();
    scene::with_anchors(anchors)
        .intermediates(intermediates.and(Intermediates::from_der(world.intermediate.der()).unwrap()))
        .revocation_scope(RevocationScope::WholePath)
        .crls(RevocationLists::from_octets(world.intermediate.sign_list(&ListShape::new())))
        .crls(RevocationLists::from_octets(world.root.sign_list(&ListShape::new())))
}

#[tokio::test]
async fn a_path_that_is_covered_is_taken_where_another_is_not() {
    let world = World::new();
    let layer = crossed(&world).build().unwrap();
    let asked = scene::ask(&layer, scene::with_certificate(&world.client)).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.anchor_label(), Some("ours"), "{identity:?}");
    let path = identity.evidence().outcome(Check::Path).unwrap();
    assert!(format!("{path:?}").contains("ours"), "{path:?}");
}

#[tokio::test]
async fn a_search_given_up_at_its_limit_is_no_answer() {
    let world = World::new();
    // Authorities that bear the root's name and issue one another's name: the limit of work is met after the good path.
    let crowd = (0..9).map(|_| Shape::authority("Test Root").self_signed());
    let crowd = crowd.map(|authority| Intermediates::from_der(authority.der()).unwrap());
    let crowd = crowd.reduce(Intermediates::and).unwrap();
    let with_lists = world.with_lists(&[ListShape::new()]).intermediates(crowd.clone());
    assert_eq!(reason(with_lists, &world.client).await, Some(Reason::PathTooComplex));
    // Where nothing could be revoked, the first path is enough.
    assert_eq!(reason(world.builder().intermediates(crowd), &world.client).await, None);
}

#[tokio::test]
async fn a_pinned_client_needs_no_list_and_is_refused_when_one_of_its_issuer_names_it() {
    let world = World::new();
    let unpinned = scene::ask(&world.builder().build().unwrap(), scene::with_certificate(&world.client)).await;
    let fingerprint = *unpinned.identity().unwrap().fingerprint();
    let pinning =
        |builder: ClientCertLayerBuilder| builder.trust_pinned(PinnedCertificates::certificates([fingerprint]));
    let good = pinning(world.with_lists(&[ListShape::new()])).build().unwrap();
    let asked = scene::ask(&good, scene::with_certificate(&world.client)).await;
    let outcome = asked.identity().unwrap().evidence().outcome(Check::Crl).cloned();
    assert!(matches!(outcome, Some(Outcome::Skipped { .. })), "{outcome:?}");
    let listed = pinning(world.with_lists(&[ListShape::new().revoke(CLIENT)]));
    assert_eq!(reason(listed, &world.client).await, Some(Reason::Revoked));
    let denied = pinning(world.builder()).deny_list(DenyList::new().certificate(fingerprint));
    assert_eq!(reason(denied, &world.client).await, Some(Reason::DenyListed));
}

/// A path takes two signatures, its intermediate's and the client's, and no more than 48 are verified.
#[tokio::test]
async fn where_signatures_run_out_a_path_that_was_found_does_not_speak_for_the_others() {
    let world = World::new();
    let namesakes = |count| {
        let crowd = (0..count).map(|_| world.root.issue(&Shape::authority("Test Intermediate")));
        let crowd = crowd.map(|namesake| Intermediates::from_der(namesake.der()).unwrap());
        crowd.reduce(Intermediates::and).unwrap()
    };
    for (count, expected) in [(22, None), (23, Some(Reason::PathTooComplex))] {
        let builder = world.with_lists(&[ListShape::new()]).intermediates(namesakes(count));
        assert_eq!(reason(builder, &world.client).await, expected, "after the good path, {count} others");
    }
    // Where one path is enough, the last signature may be the one that counts.
    for (count, expected) in [(23, None), (24, Some(Reason::PathTooComplex))] {
        let ours = Intermediates::from_der(world.intermediate.der()).unwrap();
        let builder = scene::trusting(&world.root).intermediates(namesakes(count).and(ours));
        assert_eq!(reason(builder, &world.client).await, expected, "before the good path, {count} others");
    }
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn where_a_responder_fails_for_the_first_path_another_that_lists_cover_is_taken() {
    use tower_client_cert::{ClientIdentity, OcspResponder, RevocationMode};

    use crate::responder::{Reply, Responder};

    let world = World::new();
    let responder = Responder::new(|_| Reply::Refused);
    let layer = crossed(&world)
        .revocation_mode(RevocationMode::CrlFirst)
        .ocsp(OcspResponder::at("http://ocsp.test/").unwrap())
        .ocsp_fetcher(responder.clone())
        .build()
        .unwrap();
    let asked = crate::world::ask(&layer, &world.client).await;
    assert_eq!(responder.calls(), 1, "no list covers the first path's intermediate");
    assert_eq!(asked.identity().and_then(ClientIdentity::anchor_label), Some("ours"), "{:?}", asked.refusal());
}
