//! What an identity tells of stage 5.

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{DenyList, RevocationScope};

use crate::support::pki::{self, ListShape, days};
use crate::world::{OTHER, World, ask};

#[tokio::test]
async fn what_is_not_configured_is_said_to_be_so() {
    let world = World::new();
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let evidence = asked.identity().unwrap().evidence();
    for check in [Check::DenyList, Check::Crl, Check::Ocsp] {
        assert_eq!(evidence.outcome(check), Some(&Outcome::NotConfigured), "{check:?}");
    }
}

#[tokio::test]
async fn a_passed_list_is_named_with_its_dates() {
    let world = World::new();
    let list = ListShape::new().number(5).issued(days(-2), days(3));
    let layer = world.with_lists(&[list]).deny_list(DenyList::new()).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    let evidence = asked.identity().unwrap().evidence();
    assert!(evidence.passed(Check::DenyList) && evidence.passed(Check::Crl));
    let Some(Outcome::Passed { source, checked_at, this_update, next_update }) = evidence.outcome(Check::Crl) else {
        panic!("{evidence:?}")
    };
    assert_eq!(&**source, "crl number 0x05 of CN=Test Intermediate issued 2026-02-27T12:00:00Z");
    assert_eq!(*checked_at, pki::now());
    assert_eq!((*this_update, *next_update), (Some(days(-2).into()), Some(days(3).into())));
}

#[tokio::test]
async fn the_evidence_of_a_whole_path_has_the_oldest_dates_of_its_lists() {
    let world = World::new();
    let clients = world.intermediate.sign_list(&ListShape::new().issued(days(-1), days(7)));
    let authorities = world.root.sign_list(&ListShape::new().issued(days(-20), days(2)));
    let builder = world.with_encoded([clients, authorities]).revocation_scope(RevocationScope::WholePath);
    let asked = ask(&builder.build().unwrap(), &world.client).await;
    let evidence = asked.identity().unwrap().evidence();
    let Some(Outcome::Passed { source, this_update, next_update, .. }) = evidence.outcome(Check::Crl) else {
        panic!("{evidence:?}")
    };
    assert!(source.contains("CN=Test Intermediate") && source.contains("CN=Test Root"), "{source}");
    assert_eq!((*this_update, *next_update), (Some(days(-20).into()), Some(days(2).into())));
}

#[test]
fn the_handle_tells_the_lists_in_force() {
    let world = World::new();
    let layer = world.with_lists(&[ListShape::new().revoke(OTHER)]).build().unwrap();
    let lists = layer.handle().crls();
    let [list] = lists.as_slice() else { panic!("{lists:?}") };
    assert_eq!(list.name(), "crl number 0x01 of CN=Test Intermediate issued 2026-02-28T12:00:00Z");
    assert_eq!(list.entries(), 1);
    assert_eq!((list.this_update(), list.next_update()), (days(-1).into(), days(7).into()));
    assert!(world.builder().build().unwrap().handle().crls().is_empty());
}
