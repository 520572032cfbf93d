//! What lists say, and which of several speaks.

use rcgen::CrlScope;
use tower_client_cert::Reason;

use crate::support::clock::Moved;
use crate::support::log::Log;
use crate::support::pki::{ListShape, Shape, days, element, seconds};
use crate::world::{CLIENT, DAY_SECONDS, OTHER, World, ask, reason};

#[tokio::test]
async fn a_client_on_no_list_is_accepted_and_a_listed_one_is_refused() {
    let world = World::new();
    assert_eq!(reason(world.with_lists(&[ListShape::new().revoke(OTHER)]), &world.client).await, None);
    let listed = world.with_lists(&[ListShape::new().revoke(OTHER).revoke(CLIENT)]);
    assert_eq!(reason(listed, &world.client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn the_refusal_tells_when_why_and_by_which_list() {
    let world = World::new();
    let layer = world.with_lists(&[ListShape::new().number(0x2a).revoke(CLIENT)]).build().unwrap();
    let log = Log::start();
    let asked = ask(&layer, &world.client).await;
    assert_eq!(asked.status(), 403);
    let events = log.with("reason", "revoked");
    let [event] = events.as_slice() else { panic!("{:?}", log.entries()) };
    let detail = event.field("detail").unwrap();
    for part in [
        "was revoked at 2026-02-19T12:00:00Z (keyCompromise)",
        "by crl number 0x2a of CN=Test Intermediate issued 2026-02-28T12:00:00Z",
    ] {
        assert!(detail.contains(part), "{detail}");
    }
    for (field, text) in [
        ("tls.client.subject", "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"),
        ("tls.client.issuer", "CN=Test Intermediate"),
        ("tls.client.x509.serial_number", "4a010203"),
        ("tls.client.not_before", "2026-01-30T12:00:00Z"),
        ("tls.client.not_after", "2046-02-24T12:00:00Z"),
        ("revocation.status", "revoked"),
        ("revocation.reason", "keyCompromise"),
        ("revocation.revoked_at", "2026-02-19T12:00:00Z"),
        ("revocation.source", "crl number 0x2a of CN=Test Intermediate issued 2026-02-28T12:00:00Z"),
        ("revocation.this_update", "2026-02-28T12:00:00Z"),
    ] {
        assert_eq!(event.field(field), Some(text));
    }
}

#[tokio::test]
async fn every_form_of_serial_number_is_found() {
    let world = World::new();
    let serials: [&[u8]; 5] = [&[0x01], &[0x80], &[0xff; 8], &[0x7f; 20], &[0x80; 20]];
    for serial in serials {
        let client = world.intermediate.issue(&Shape::partner().serial(serial));
        let listed = world.with_lists(&[ListShape::new().revoke(serial).revoke(&[0x11])]);
        assert_eq!(reason(listed, &client).await, Some(Reason::Revoked), "{serial:?}");
        let others = world.with_lists(&[ListShape::new().revoke(&[0x11]).revoke(&serial[1..])]);
        assert_eq!(reason(others, &client).await, None, "{serial:?}");
    }
}

#[tokio::test]
async fn the_same_serial_number_of_another_issuer_is_another_certificate() {
    let world = World::new();
    let own = world.intermediate.sign_list(&ListShape::new());
    let roots = world.root.sign_list(&ListShape::new().revoke(CLIENT));
    assert_eq!(reason(world.with_encoded([own, roots]), &world.client).await, None);
}

#[tokio::test]
async fn a_client_that_no_list_covers_is_answered_503() {
    let world = World::new();
    let layer = world.with_encoded([world.root.sign_list(&ListShape::new())]).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    assert_eq!(asked.reason(), Some(Reason::RevocationNoSource));
    assert_eq!((asked.status(), asked.header("retry-after")), (503, Some("60")));
    let mend = asked.refusal().unwrap().rejection().mend().unwrap();
    assert!(mend.contains("crls()") && mend.contains("allow_no_source"), "{mend}");
}

#[tokio::test]
async fn a_list_speaks_until_its_next_update_and_no_longer() {
    let world = World::new();
    let clock = Moved::default();
    let layer = world.with_lists(&[ListShape::new()]).clock(clock.clone()).build().unwrap();
    clock.set(7 * DAY_SECONDS - 1);
    assert!(ask(&layer, &world.client).await.identity().is_some());
    clock.set(7 * DAY_SECONDS);
    let asked = ask(&layer, &world.client).await;
    assert_eq!((asked.reason(), asked.status()), (Some(Reason::RevocationStale), 503));
}

#[tokio::test]
async fn what_a_stale_list_revoked_stays_revoked() {
    let world = World::new();
    let stale = ListShape::new().issued(days(-9), days(-2)).revoke(CLIENT);
    assert_eq!(reason(world.with_lists(&[stale]), &world.client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn of_several_lists_the_freshest_speaks_in_whatever_order() {
    let world = World::new();
    let older = || ListShape::new().number(7).issued(days(-5), days(5)).revoke(CLIENT);
    let newer = || ListShape::new().number(8).issued(days(-1), days(5));
    for lists in [[older(), newer()], [newer(), older()]] {
        assert_eq!(reason(world.with_lists(&lists), &world.client).await, None);
    }
    let older = || ListShape::new().number(7).issued(days(-5), days(5));
    let newer = || ListShape::new().number(8).issued(days(-1), days(5)).revoke(CLIENT);
    for lists in [[older(), newer()], [newer(), older()]] {
        assert_eq!(reason(world.with_lists(&lists), &world.client).await, Some(Reason::Revoked));
    }
}

#[tokio::test]
async fn of_lists_of_one_second_the_higher_number_speaks() {
    let world = World::new();
    for (first, second) in [(0xff, 0x100), (0x7f, 0x80), (1, 2)] {
        let older = ListShape::new().number(first).revoke(CLIENT);
        let newer = ListShape::new().number(second);
        assert_eq!(reason(world.with_lists(&[newer, older]), &world.client).await, None, "{first} {second}");
    }
}

#[tokio::test]
async fn a_list_newer_by_number_and_older_by_date_hides_no_revocation() {
    let world = World::new();
    for revoked_by_number in [true, false] {
        let mut by_number = ListShape::new().number(9).issued(days(-5), days(5));
        let mut by_date = ListShape::new().number(8).issued(days(-1), days(5));
        if revoked_by_number {
            by_number = by_number.revoke(CLIENT);
        } else {
            by_date = by_date.revoke(CLIENT);
        }
        let lists = world.with_lists(&[by_number, by_date]);
        assert_eq!(reason(lists, &world.client).await, Some(Reason::Revoked), "{revoked_by_number}");
    }
}

#[tokio::test]
async fn a_fresh_list_speaks_beside_a_stale_one() {
    let world = World::new();
    let lists = [ListShape::new().number(1).issued(days(-9), days(-2)), ListShape::new().number(2)];
    assert_eq!(reason(world.with_lists(&lists), &world.client).await, None);
}

#[tokio::test]
async fn a_list_of_a_distribution_point_covers_the_certificates_that_name_it() {
    let world = World::new();
    let point = "http://crl.test/one.crl";
    let list = |uri| ListShape::new().for_point(uri, Some(CrlScope::UserCertsOnly));
    let naming = |uri: &str| Shape::partner().serial(CLIENT).distribution_point(uri);
    let client = world.intermediate.issue(&naming(point));
    assert_eq!(reason(world.with_lists(&[list(point)]), &client).await, None);
    let elsewhere = reason(world.with_lists(&[list("http://crl.test/two.crl")]), &client).await;
    assert_eq!(elsewhere, Some(Reason::RevocationNoSource));
    // A certificate that names no point is covered by none.
    assert_eq!(reason(world.with_lists(&[list(point)]), &world.client).await, Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn a_list_for_authorities_covers_no_client_and_its_revocations_count() {
    let world = World::new();
    let point = "http://crl.test/one.crl";
    let list = || ListShape::new().for_point(point, Some(CrlScope::CaCertsOnly));
    let client = world.intermediate.issue(&Shape::partner().serial(CLIENT).distribution_point(point));
    assert_eq!(reason(world.with_lists(&[list()]), &client).await, Some(Reason::RevocationNoSource));
    assert_eq!(reason(world.with_lists(&[list().revoke(CLIENT)]), &client).await, Some(Reason::Revoked));
    // Beside a list that covers everything.
    let lists = [ListShape::new(), list().revoke(CLIENT)];
    assert_eq!(reason(world.with_lists(&lists), &client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn a_list_issued_this_second_is_in_force() {
    let world = World::new();
    let lists = [ListShape::new().issued(seconds(0), days(1))];
    assert_eq!(reason(world.with_lists(&lists), &world.client).await, None);
}

#[tokio::test]
async fn a_list_that_is_issued_again_under_its_number_takes_the_place_of_the_one_before() {
    let world = World::new();
    let (before, again) =
        (ListShape::new().number(7).issued(days(-5), days(5)), ListShape::new().number(7).issued(days(-1), days(5)));
    let layer = world.with_lists(&[again, before.revoke(CLIENT)]).build().unwrap();
    assert_eq!(layer.handle().crls().len(), 1);
    assert!(ask(&layer, &world.client).await.identity().is_some());
}

/// A client is not covered by what it names beyond a hundred names, and no list that is for some reasons alone counts.
#[tokio::test]
async fn what_cannot_be_read_of_distribution_points_covers_nobody() {
    let world = World::new();
    let point = "http://crl.test/one.crl";
    let name = |address: &str| element(0x86, address.as_bytes());
    for (names, reasons, expected) in [
        (1, &[][..], None),
        (1, &[0x81, 2, 1, 0x80], Some(Reason::RevocationNoSource)),
        (100, &[], None),
        (101, &[], Some(Reason::RevocationNoSource)),
    ] {
        let others = name("http://a/").repeat(names - 1);
        let full_name = element(0xa0, &element(0xa0, &[name(point), others].concat()));
        let value = element(0x30, &element(0x30, &[&*full_name, reasons].concat()));
        let client = world.intermediate.issue(&Shape::partner().serial(CLIENT).extension(&[2, 5, 29, 31], &value));
        let list = ListShape::new().for_point(point, None);
        assert_eq!(reason(world.with_lists(&[list]), &client).await, expected, "{names}");
    }
}
