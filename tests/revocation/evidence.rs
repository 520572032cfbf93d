//! What an identity tells of stage 5.

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{DenyList, OcspAnswers, RevocationScope};

use crate::support::log::Log;
use crate::support::pki::{self, AnswerShape, ListShape, Shape, Status, days};
use crate::world::{CLIENT, OTHER, World, ask};

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

#[tokio::test]
async fn the_line_of_a_refusal_has_the_status_and_its_source_in_fields_of_their_own() {
    const FIELDS: [&str; 6] = ["status", "reason", "revoked_at", "source", "this_update", "next_update"];
    let world = World::new();
    let ca = &world.intermediate;
    let answers = |shape: AnswerShape| world.builder().ocsp_answers(OcspAnswers::from_octets(shape.signed(ca, ca)));
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let denied = DenyList::new().certificate(*asked.identity().unwrap().fingerprint());
    let list = "crl number 0x07 of CN=Test Intermediate issued 2026-02-20T12:00:00Z";
    let answer = "ocsp answer of CN=Test Intermediate issued 2026-02-28T12:00:00Z";
    let (early, late) = (Some("2026-02-20T12:00:00Z"), Some("2026-02-28T12:00:00Z"));
    for (builder, status, others) in [
        (world.builder().deny_list(denied), "deny-listed", [None; 5]),
        (world.with_encoded([world.root.sign_list(&ListShape::new())]), "no source", [None; 5]),
        (
            world.with_lists(&[ListShape::new().number(7).issued(days(-9), days(-1))]),
            "stale",
            [None, None, Some(list), early, late],
        ),
        (answers(AnswerShape::new(CLIENT, Status::Unknown)), "unknown", [None, None, Some(answer), late, None]),
    ] {
        let log = Log::start();
        ask(&builder.build().unwrap(), &world.client).await;
        let entries = log.with("stage", "revocation");
        let [line] = entries.as_slice() else { panic!("{status}: {:?}", log.entries()) };
        let found = FIELDS.map(|field| line.field(&format!("revocation.{field}")));
        assert_eq!((found[0], &found[1..]), (Some(status), &others[..]));
    }
    // Another stage has nothing to say of it.
    let log = Log::start();
    ask(&world.builder().build().unwrap(), &Shape::partner().self_signed()).await;
    let [line] = &log.entries()[..] else { panic!("{:?}", log.entries()) };
    assert!(line.fields.keys().all(|field| !field.starts_with("revocation.")), "{line:?}");
}

#[test]
fn the_handle_tells_the_lists_in_force() {
    let world = World::new();
    let layer = world.with_lists(&[ListShape::new().revoke(OTHER).revoke(CLIENT)]).build().unwrap();
    let lists = layer.handle().crls();
    let [list] = lists.as_slice() else { panic!("{lists:?}") };
    assert_eq!(list.name(), "crl number 0x01 of CN=Test Intermediate issued 2026-02-28T12:00:00Z");
    assert_eq!(list.entries(), 2);
    assert_eq!((list.this_update(), list.next_update()), (days(-1).into(), days(7).into()));
    assert!(world.builder().build().unwrap().handle().crls().is_empty());
}
