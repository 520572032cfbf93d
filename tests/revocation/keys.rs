//! Which key may sign a list for whom.

use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, Intermediates, Reason, RevocationListProblem, RevocationLists, TrustAnchors,
};

use crate::scene;
use crate::support::pki::{ListShape, Minted, Shape, days};
use crate::world::{CLIENT, World, intermediate_shape, reason};

/// Another key of the intermediate's name, certified by `issuer`.
fn rekeyed(issuer: &Minted) -> Minted {
    issuer.issue(&intermediate_shape().serial(&[0x4b, 0x03]))
}

fn with_both_keys(world: &World, new_key: &Minted, lists: &[Vec<u8>]) -> ClientCertLayerBuilder {
    let builder = world.builder().intermediates(Intermediates::from_der(new_key.der()).unwrap());
    lists.iter().fold(builder, |builder, list| builder.crls(RevocationLists::from_octets(list.clone())))
}

#[tokio::test]
async fn a_list_signed_with_the_new_key_speaks_for_clients_of_the_old_one() {
    let world = World::new();
    for issuer in [&world.root, &world.intermediate] {
        let new_key = rekeyed(issuer);
        let good = new_key.sign_list(&ListShape::new());
        assert_eq!(reason(with_both_keys(&world, &new_key, &[good]), &world.client).await, None);
        let revoking = new_key.sign_list(&ListShape::new().revoke(CLIENT));
        let builder = with_both_keys(&world, &new_key, &[revoking]);
        assert_eq!(reason(builder, &world.client).await, Some(Reason::Revoked));
    }
}

#[tokio::test]
async fn a_fresh_list_of_the_new_key_hides_no_revocation_by_the_old_one() {
    let world = World::new();
    let new_key = rekeyed(&world.root);
    let by_old = world.intermediate.sign_list(&ListShape::new().number(1).issued(days(-5), days(5)).revoke(CLIENT));
    let by_new = new_key.sign_list(&ListShape::new().number(2));
    let builder = with_both_keys(&world, &new_key, &[by_old, by_new]);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn where_the_old_key_has_lists_a_stale_one_is_not_mended_by_the_new_key() {
    let world = World::new();
    let new_key = rekeyed(&world.root);
    let by_old = world.intermediate.sign_list(&ListShape::new().issued(days(-9), days(-2)));
    let by_new = new_key.sign_list(&ListShape::new());
    let builder = with_both_keys(&world, &new_key, &[by_old, by_new]);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationStale));
}

#[tokio::test]
async fn a_key_that_was_revoked_speaks_for_nobody() {
    let world = World::new();
    let new_key = rekeyed(&world.root);
    let good = new_key.sign_list(&ListShape::new());
    let roots = world.root.sign_list(&ListShape::new().revoke(&[0x4b, 0x03]));
    let builder = with_both_keys(&world, &new_key, &[good, roots]);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn a_key_whose_certificate_has_expired_speaks_for_nobody_else() {
    let world = World::new();
    let expired = intermediate_shape().serial(&[0x4b, 0x03]).valid(days(-60), days(-1));
    let new_key = world.root.issue(&expired);
    let good = new_key.sign_list(&ListShape::new());
    let builder = with_both_keys(&world, &new_key, &[good]);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn another_authority_of_the_same_name_speaks_for_nobody_else() {
    let world = World::new();
    // Under a root of its own name, and under one that has the name of ours.
    for root in ["Other Root", "Test Root"] {
        let other_root = Shape::authority(root).self_signed();
        let namesake = rekeyed(&other_root);
        for list in [ListShape::new(), ListShape::new().revoke(CLIENT)] {
            let anchors = TrustAnchors::from_der(world.root.der()).unwrap();
            let both = scene::with_anchors(anchors.and(TrustAnchors::from_der(other_root.der()).unwrap()))
                .intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
                .intermediates(Intermediates::from_der(namesake.der()).unwrap())
                .crls(RevocationLists::from_octets(namesake.sign_list(&list)));
            assert_eq!(reason(both, &world.client).await, Some(Reason::RevocationNoSource), "{root}");
        }
    }
}

#[test]
fn a_list_by_a_key_that_is_not_configured_for_the_name_is_not_loaded() {
    let world = World::new();
    let stranger = World::new();
    let list = stranger.intermediate.sign_list(&ListShape::new());
    let error = world.with_encoded([list]).build().unwrap_err();
    let ConfigError::RevocationLists { errors } = &error else { panic!("{error}") };
    assert!(matches!(errors[0].problem, RevocationListProblem::SignatureInvalid { .. }), "{error}");
}

#[tokio::test]
async fn a_client_that_bears_the_name_of_its_issuer_speaks_for_nobody() {
    let world = World::new();
    let shape = intermediate_shape().serial(&[0x4b, 0x03]).without_authority();
    let impostor = world.intermediate.issue(&shape);
    let list = impostor.sign_list(&ListShape::new());
    let builder = with_both_keys(&world, &impostor, &[list]);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationNoSource));
}

/// A list by the voucher without the new key's serial number, and that serial number on somebody else's list.
#[tokio::test]
async fn a_key_is_revoked_by_whoever_vouches_for_it_and_by_nobody_else() {
    let world = World::new();
    let new_key = rekeyed(&world.root);
    let good = new_key.sign_list(&ListShape::new());
    let roots = world.root.sign_list(&ListShape::new());
    let beside = with_both_keys(&world, &new_key, &[good.clone(), roots]);
    assert_eq!(reason(beside, &world.client).await, None);
    // Another root of the same name revokes what it has never issued.
    let namesake = Shape::authority("Test Root").self_signed();
    let foreign = namesake.sign_list(&ListShape::new().revoke(&[0x4b, 0x03]));
    let anchors = TrustAnchors::from_der(world.root.der()).unwrap();
    let builder = scene::with_anchors(anchors.and(TrustAnchors::from_der(namesake.der()).unwrap()))
        .intermediates(Intermediates::from_der(world.intermediate.der()).unwrap())
        .intermediates(Intermediates::from_der(new_key.der()).unwrap())
        .crls(RevocationLists::from_octets(good))
        .crls(RevocationLists::from_octets(foreign));
    assert_eq!(reason(builder, &world.client).await, None);
}
