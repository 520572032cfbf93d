//! Lists are replaced while the layer runs.

use tower_client_cert::{ConfigError, Intermediates, Reason, RevocationListProblem, RevocationLists, TrustAnchors};

use crate::support::clock::Moved;
use crate::support::pki::{ListShape, days, pem};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, DAY_SECONDS, World, ask};

fn problems(error: &ConfigError) -> Vec<&RevocationListProblem> {
    let ConfigError::RevocationLists { errors } = error else { panic!("{error}") };
    errors.iter().map(|error| &error.problem).collect()
}

#[tokio::test]
async fn a_new_list_in_the_directory_revokes_after_the_reload() {
    let world = World::new();
    let scratch = Scratch::new("reload");
    scratch.write("clients.crl", world.intermediate.sign_list(&ListShape::new().number(1)));
    let layer = world.builder().crls(scratch.path()).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    let identity = asked.identity().unwrap();
    scratch.write("clients.crl", world.intermediate.sign_list(&ListShape::new().number(2).revoke(CLIENT)));
    assert!(identity.still_valid());
    layer.handle().reload_crls().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert!(!identity.still_valid());
}

#[tokio::test]
async fn a_reload_mends_a_stale_list() {
    let world = World::new();
    let scratch = Scratch::new("reload");
    let clock = Moved::default();
    scratch.write("clients.crl", world.intermediate.sign_list(&ListShape::new().number(1)));
    let layer = world.builder().crls(scratch.path()).clock(clock.clone()).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    clock.set(8 * DAY_SECONDS);
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationStale));
    assert!(!asked.identity().unwrap().still_valid());
    let next = ListShape::new().number(2).issued(days(7), days(14));
    scratch.write("clients.crl", world.intermediate.sign_list(&next));
    layer.handle().reload_crls().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    assert!(asked.identity().unwrap().still_valid());
}

#[tokio::test]
async fn a_bad_file_hides_neither_a_new_revocation_nor_an_old_one() {
    let world = World::new();
    let scratch = Scratch::new("reload");
    let another = world.intermediate.issue(&crate::support::pki::Shape::partner().serial(&[0x11]));
    scratch.write("a.crl", world.intermediate.sign_list(&ListShape::new().number(1).revoke(&[0x11])));
    let layer = world.builder().crls(scratch.path()).build().unwrap();
    // The list is replaced by garbage, and another one revokes the client.
    scratch.write("a.crl", "garbage");
    scratch.write("b.crl", world.root.sign_list(&ListShape::new().revoke(crate::world::INTERMEDIATE)));
    let error = layer.handle().reload_crls().unwrap_err();
    assert!(matches!(problems(&error)[..], [RevocationListProblem::Missing]), "{error}");
    assert!(error.to_string().contains("a.crl"), "{error}");
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    assert_eq!(ask(&layer, &another).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn a_list_that_cannot_be_used_leaves_the_client_accepted_by_the_old_one() {
    let world = World::new();
    let scratch = Scratch::new("reload");
    scratch.write("a.crl", world.intermediate.sign_list(&ListShape::new()));
    let layer = world.builder().crls(scratch.path()).build().unwrap();
    scratch.write("a.crl", World::new().intermediate.sign_list(&ListShape::new().number(2)));
    assert!(layer.handle().reload_crls().is_err());
    assert!(ask(&layer, &world.client).await.identity().is_some());
}

#[tokio::test]
async fn an_older_list_does_not_take_the_place_of_a_newer_one() {
    let world = World::new();
    let layer = world.with_lists(&[ListShape::new().number(2).revoke(CLIENT)]).build().unwrap();
    let older = world.intermediate.sign_list(&ListShape::new().number(1).issued(days(-3), days(7)));
    layer.handle().replace_crls(RevocationLists::from_octets(older)).unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    let newer = world.intermediate.sign_list(&ListShape::new().number(3));
    layer.handle().replace_crls(RevocationLists::from_octets(newer)).unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
}

#[tokio::test]
async fn a_list_that_is_taken_away_covers_nobody_any_more() {
    let world = World::new();
    let scratch = Scratch::new("reload");
    scratch.write("roots.crl", world.root.sign_list(&ListShape::new()));
    let clients = scratch.write("clients.crl", world.intermediate.sign_list(&ListShape::new()));
    let layer = world.builder().crls(scratch.path()).build().unwrap();
    std::fs::remove_file(clients).unwrap();
    layer.handle().reload_crls().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn lists_can_be_added_to_a_layer_that_was_built_without() {
    let world = World::new();
    let layer = world.builder().build().unwrap();
    layer.handle().reload_crls().unwrap();
    assert!(ask(&layer, &world.client).await.identity().is_some());
    let list = world.intermediate.sign_list(&ListShape::new().revoke(CLIENT));
    layer.handle().replace_crls(RevocationLists::from_octets(list)).unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
}

#[tokio::test]
async fn new_anchors_verify_the_lists_again_and_fail_whole() {
    let world = World::new();
    let layer = world.with_lists(&[ListShape::new().revoke(CLIENT)]).build().unwrap();
    let other = World::new();
    let others = || TrustAnchors::from_der(other.root.der()).unwrap();
    let error = layer.handle().replace(others(), Intermediates::default()).unwrap_err();
    assert!(matches!(problems(&error)[..], [RevocationListProblem::IssuerUnknown { .. }]), "{error}");
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    // With an anchor under which the list is known, the change goes through and nothing is forgotten.
    let ours = others().and(TrustAnchors::from_der(world.root.der()).unwrap());
    layer.handle().replace(ours, Intermediates::from_der(world.intermediate.der()).unwrap()).unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
}

#[test]
fn a_directory_is_read_by_the_names_of_its_files() {
    let world = World::new();
    let scratch = Scratch::new("directory");
    let list = |number| world.intermediate.sign_list(&ListShape::new().number(number).issued(days(-1), days(1)));
    let roots = world.root.sign_list(&ListShape::new());
    let text = pem(&list(1)).replace("CERTIFICATE", "X509 CRL") + &pem(&roots).replace("CERTIFICATE", "X509 CRL");
    scratch.write("both.PEM", format!("text before\n{text}text after\n"));
    scratch.write("9d66eef0.r0", list(2));
    for passed_over in ["README", ".hidden.crl", "notes.txt", "x.rs", "x.r", "x.r1b"] {
        scratch.write(passed_over, "no list");
    }
    let layer = world.builder().crls(scratch.path()).build().unwrap();
    let mut names: Vec<_> = layer.handle().crls().iter().map(|list| list.name().to_owned()).collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].contains("number 0x01 of CN=Test Root"), "{names:?}");
    assert!(names[1].contains("number 0x02 of CN=Test Intermediate"), "{names:?}");
}
