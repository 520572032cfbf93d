//! What becomes of a client of whom no current source speaks.

use std::time::Duration;

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{ClientCertLayerBuilder, ConfigError, Reason, RevocationPolicy};
use tracing::Level;

use crate::support::log::Log;
use crate::support::pki::{ListShape, days};
use crate::world::{CLIENT, DAY_SECONDS, World, ask, reason};

/// A list whose next update was due two days ago.
fn two_days_late() -> ListShape {
    ListShape::new().issued(days(-9), days(-2))
}

fn ours(builder: ClientCertLayerBuilder, policy: RevocationPolicy) -> ClientCertLayerBuilder {
    builder.revocation_policy("ours", policy)
}

#[tokio::test]
async fn a_stale_list_speaks_within_the_grace_and_no_longer() {
    let world = World::new();
    for (grace_seconds, expected) in [
        (2 * DAY_SECONDS, None),
        (2 * DAY_SECONDS - 1, Some(Reason::RevocationStale)),
        (0, Some(Reason::RevocationStale)),
    ] {
        let policy = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(grace_seconds));
        let builder = ours(world.with_lists(&[two_days_late()]), policy);
        assert_eq!(reason(builder, &world.client).await, expected, "{grace_seconds}");
    }
    let builder = ours(world.with_lists(&[two_days_late()]), RevocationPolicy::deny().allow_stale());
    assert_eq!(reason(builder, &world.client).await, None);
}

#[tokio::test]
async fn each_policy_allows_its_own_case_alone() {
    let world = World::new();
    let no_source = || world.with_encoded([world.root.sign_list(&ListShape::new())]);
    let stale = || world.with_lists(&[two_days_late()]);
    let (allow_stale, allow_no_source) =
        (RevocationPolicy::deny().allow_stale(), RevocationPolicy::deny().allow_no_source());
    assert_eq!(reason(ours(no_source(), allow_stale), &world.client).await, Some(Reason::RevocationNoSource));
    assert_eq!(reason(ours(no_source(), allow_no_source), &world.client).await, None);
    assert_eq!(reason(ours(stale(), allow_no_source), &world.client).await, Some(Reason::RevocationStale));
}

#[tokio::test]
async fn no_policy_lets_a_revoked_client_pass() {
    let world = World::new();
    let policy = RevocationPolicy::deny().allow_stale().allow_no_source();
    for list in [two_days_late().revoke(CLIENT), ListShape::new().revoke(CLIENT)] {
        assert_eq!(reason(ours(world.with_lists(&[list]), policy), &world.client).await, Some(Reason::Revoked));
    }
}

#[tokio::test]
async fn what_was_allowed_is_no_passed_check_and_is_counted_and_warned_about() {
    let world = World::new();
    let policy = RevocationPolicy::deny().allow_stale();
    let layer = ours(world.with_lists(&[two_days_late()]), policy).build().unwrap();
    let log = Log::start();
    let asked = ask(&layer, &world.client).await;
    let evidence = asked.identity().unwrap().evidence();
    assert!(!evidence.passed(Check::Crl));
    let outcome = evidence.outcome(Check::Crl).unwrap();
    let Outcome::Tolerated { why, source, next_update, .. } = outcome else { panic!("{outcome:?}") };
    assert!(why.contains("allow_stale"), "{why}");
    assert!(source.contains("CN=Test Intermediate"), "{source}");
    assert_eq!(*next_update, Some(days(-2).into()));
    assert_eq!(layer.handle().counts().revocation_allowed(), 1);
    assert_eq!(log.entries().iter().filter(|entry| entry.level == Level::WARN).count(), 1);
}

#[test]
fn a_policy_for_a_label_that_no_anchor_has_is_an_error() {
    let world = World::new();
    let builder = world.builder().revocation_policy("theirs", RevocationPolicy::deny().allow_stale());
    let error = builder.build().unwrap_err();
    assert!(matches!(error, ConfigError::UnknownAnchorLabel { .. }), "{error}");
}

#[tokio::test]
async fn a_policy_for_other_anchors_loosens_nothing() {
    let world = World::new();
    let theirs = tower_client_cert::TrustAnchors::from_der(World::new().root.der()).unwrap().labelled("theirs");
    let ours = tower_client_cert::TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
    let intermediates = tower_client_cert::Intermediates::from_der(world.intermediate.der()).unwrap();
    let layer = crate::scene::with_anchors(ours.and(theirs))
        .intermediates(intermediates)
        .crls(tower_client_cert::RevocationLists::from_octets(world.intermediate.sign_list(&two_days_late())))
        .revocation_policy("theirs", RevocationPolicy::deny().allow_stale().allow_no_source());
    assert_eq!(reason(layer, &world.client).await, Some(Reason::RevocationStale));
}
