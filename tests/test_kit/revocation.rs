//! Revocation at run time, and lists that are out of date.

use std::time::Duration;

use tower_client_cert::test_kit::{TestAuthority, TestClock, assert_not_refused, assert_refused};
use tower_client_cert::{DenyList, Reason, RevocationReason};

use crate::{app, builder, nginx, request, send};

#[tokio::test]
async fn a_client_that_is_revoked_is_refused_from_the_next_list_on() {
    let authority = TestAuthority::new("partner");
    let (stolen, other) = (authority.client("stolen").issue(), authority.client("other").issue());
    let layer = builder(&authority).crls(authority.crls()).build().unwrap();
    let (handle, app) = (layer.handle(), app(layer));
    let ask = async |client| send(&app, nginx().forward(request(), client)).await;

    assert_not_refused(&ask(&stolen).await);
    authority.revoke_for(&stolen, RevocationReason::KeyCompromise);
    assert_not_refused(&ask(&stolen).await);
    handle.replace_crls(authority.crls()).unwrap();
    let refused = ask(&stolen).await;
    assert_refused(&refused, Reason::Revoked);
    let refusal = refused.extensions().get::<tower_client_cert::Refusal>().unwrap();
    assert!(refusal.rejection().to_string().contains("keyCompromise"), "{}", refusal.rejection());
    assert_not_refused(&ask(&other).await);
}

#[tokio::test]
async fn a_list_is_stale_once_the_next_one_is_due() {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let authority = TestAuthority::with_clock("partner", &clock);
    let client = authority.client("orders-svc").issue();
    let list = authority.revocation_list().next_update_in(Duration::from_secs(3600)).sign();
    let layer = builder(&authority).crls(list).clock(clock.clone()).build().unwrap();
    let (handle, app) = (layer.handle(), app(layer));
    let ask = async || send(&app, nginx().forward(request(), &client)).await;

    assert_not_refused(&ask().await);
    clock.advance(Duration::from_secs(3601));
    assert_refused(&ask().await, Reason::RevocationStale);
    handle.replace_crls(authority.crls()).unwrap();
    assert_not_refused(&ask().await);
    let late = authority.revocation_list().issued_ago(Duration::from_secs(8 * 24 * 3600)).sign();
    handle.replace_crls(late).unwrap();
    assert_refused(&ask().await, Reason::RevocationStale);
}

#[tokio::test]
async fn fingerprints_of_the_kit_are_those_of_a_deny_list() {
    let authority = TestAuthority::new("partner");
    let client = authority.client("orders-svc").issue();
    for list in
        [DenyList::new().certificate(client.fingerprint()), DenyList::new().public_key(client.public_key_fingerprint())]
    {
        let app = app(builder(&authority).deny_list(list).build().unwrap());
        assert_refused(&send(&app, nginx().forward(request(), &client)).await, Reason::DenyListed);
    }
}

#[test]
#[should_panic(expected = "has not issued this certificate")]
fn an_authority_revokes_only_what_it_has_issued() {
    let client = TestAuthority::new("partner").client("orders-svc").issue();
    TestAuthority::new("partner").revoke(&client);
}
