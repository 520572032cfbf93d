//! Lists from addresses, through the real layer.

use std::time::Duration;

use tower_client_cert::{
    ConfigError, FetchUrlProblem, FetchedCrls, HttpFetcher, Intermediates, Reason, RevocationLists, RevocationPolicy,
    TrustAnchors,
};

use crate::scene::{CLIENT, Served, URL, World, numbered, pass, until, until_true};
use crate::support::faulty_server::{Behaviour, FaultyServer};
use crate::support::log::Log;
use crate::support::pki::{ListShape, seconds};

const ROOT_URL: &str = "http://crl.example/root.crl";

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn a_client_is_refused_without_a_source_until_the_first_list_has_come() {
    let world = World::new();
    let layer = world.layer();
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::RevocationNoSource));
    until(&layer, |counts| counts.crl_fetch_failures() > 0).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::RevocationNoSource));
    world.publish(&numbered(1));
    until(&layer, |counts| counts.crl_fetches() > 0).await;
    assert!(world.ask(&layer).await.identity().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_client_on_a_newer_list_is_refused_after_the_next_look() {
    let world = World::new();
    world.publish(&numbered(1));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    let identity = world.ask(&layer).await.identity().unwrap().clone();
    world.publish(&numbered(2).revoke(CLIENT));
    assert!(world.ask(&layer).await.identity().is_some());
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
    assert!(!identity.still_valid());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_remembered_is_refused_as_soon_as_a_newer_list_has_come() {
    let world = World::new();
    world.publish(&numbered(1));
    // Without the fetch, nothing would ever ask again.
    let builder = world.builder().fetched_crls(world.crls()).max_verdict_age(10_000 * HOUR);
    let layer = builder.build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert!(world.ask(&layer).await.identity().is_some());
    world.publish(&numbered(2).revoke(CLIENT));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn no_request_waits_or_fetches_while_the_server_hangs() {
    let world = World::new();
    world.publish(&numbered(1));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    world.network.serve(Served::Hang);
    pass(HOUR).await;
    let (asked, before) = (world.network.asked(), tokio::time::Instant::now());
    for _ in 0..100 {
        assert!(world.ask(&layer).await.identity().is_some());
    }
    assert_eq!((world.network.asked(), before.elapsed()), (asked, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_in_its_place_a_list_in_force_stays() {
    let world = World::new();
    world.publish(&numbered(5).revoke(CLIENT));
    let policy = RevocationPolicy::deny().allow_stale().allow_no_source();
    let layer = world.builder().fetched_crls(world.crls()).revocation_policy("ours", policy).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    let stranger = World::new();
    let valid = world.intermediate.sign_list(&numbered(6));
    let mut broken = valid.clone();
    *broken.last_mut().unwrap() ^= 1;
    for served in [
        Served::Failure,
        Served::Octets(Vec::new()),
        Served::Octets(b"<html>please pay</html>".to_vec()),
        Served::Octets(valid[..valid.len() - 1].to_vec()),
        Served::Octets(broken),
        Served::Octets(stranger.intermediate.sign_list(&numbered(6))),
        // Properly signed, and older by number or by date.
        Served::Octets(
            world.intermediate.sign_list(&ListShape::new().number(4).issued(seconds(-999_999), seconds(999_999))),
        ),
        // Properly signed, of another authority or for something else.
        Served::Octets(world.root.sign_list(&numbered(9))),
        Served::Octets(world.intermediate.sign_list(&numbered(9).for_point("http://elsewhere.example/", None))),
        Served::AlwaysUnchanged,
    ] {
        let (asked, shown) = (world.network.asked(), format!("{served:?}"));
        world.network.serve(served);
        until_true(|| world.network.asked() > asked + 1).await;
        pass(Duration::from_secs(1)).await;
        assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_looked_for_ahead_of_its_next_update_and_speaks_until_then() {
    let world = World::new();
    world.publish(&ListShape::new().issued(seconds(-60), seconds(600)));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    world.publish(&ListShape::new().number(2).issued(seconds(-30), seconds(1200)));
    pass(Duration::from_secs(590)).await;
    assert_eq!(layer.handle().counts().crl_fetches(), 2);
    pass(Duration::from_secs(20)).await;
    assert!(world.ask(&layer).await.identity().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_nobody_renews_goes_stale_and_a_grace_bridges_it() {
    let world = World::new();
    world.publish(&ListShape::new().issued(seconds(-60), seconds(600)));
    let layer = world.layer();
    let policy = RevocationPolicy::deny().allow_stale_for(HOUR);
    let lenient = world.builder().fetched_crls(world.crls()).revocation_policy("ours", policy).build().unwrap();
    until(&lenient, |counts| counts.crl_fetches() == 1).await;
    world.network.serve(Served::Failure);
    pass(Duration::from_secs(601)).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::RevocationStale));
    assert!(world.ask(&lenient).await.identity().is_some());
    pass(HOUR).await;
    assert_eq!(world.ask(&lenient).await.reason(), Some(Reason::RevocationStale));
    // The server is back, and nobody has to do anything.
    world.publish(&ListShape::new().number(2).issued(seconds(-30), seconds(9_000)));
    pass(Duration::from_secs(301)).await;
    assert!(world.ask(&layer).await.identity().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_is_not_hammered() {
    let world = World::new();
    let layer = world.layer();
    pass(HOUR).await;
    let asked = world.network.asked();
    assert!((12..=40).contains(&asked), "{asked}");
    assert!(layer.handle().counts().crl_fetch_failures() >= 12);
}

#[tokio::test(start_paused = true)]
async fn a_condition_is_sent_for_a_current_list_and_never_for_one_past_its_end() {
    let world = World::new();
    let list = world.intermediate.sign_list(&ListShape::new().issued(seconds(-60), seconds(7200)));
    world.network.serve(Served::Tagged(list, "\"1\""));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    let requests = world.network.requests();
    assert!(requests[0].known().is_none());
    assert_eq!(requests[1].known().unwrap().entity_tag(), Some("\"1\""));
    pass(HOUR * 3).await;
    assert!(world.network.requests().last().unwrap().known().is_none());
}

#[tokio::test(start_paused = true)]
async fn lists_of_several_addresses_are_looked_for_apart() {
    let world = World::new();
    world.publish(&numbered(1));
    let crls = FetchedCrls::new(world.network.clone(), [ROOT_URL, URL]).unwrap();
    let layer = world.builder().fetched_crls(crls).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1 && counts.crl_fetch_failures() > 0).await;
    assert!(world.ask(&layer).await.identity().is_some());
    world.network.serve_at(ROOT_URL, Served::Octets(world.root.sign_list(&numbered(1).revoke(&[0x77]))));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(layer.handle().crls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn fetching_ends_with_the_last_that_has_the_layer() {
    let world = World::new();
    let layer = world.layer();
    let (clone, handle) = (layer.clone(), layer.handle());
    until(&layer, |counts| counts.crl_fetch_failures() > 0).await;
    drop((layer, clone));
    let asked = world.network.asked();
    pass(HOUR).await;
    assert!(world.network.asked() > asked);
    drop(handle);
    let asked = world.network.asked();
    pass(HOUR * 24).await;
    assert_eq!(world.network.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn fetched_lists_outlive_a_reload_of_files_and_a_change_of_trust() {
    let world = World::new();
    world.publish(&numbered(1).revoke(CLIENT));
    let files = RevocationLists::from_octets(world.root.sign_list(&numbered(1)));
    let layer = world.builder().crls(files).fetched_crls(world.crls()).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    let handle = layer.handle();
    handle.reload_crls().unwrap();
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
    handle.replace_crls(RevocationLists::from_octets(world.root.sign_list(&numbered(2)))).unwrap();
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
    let anchors = || TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
    handle.replace(anchors(), Intermediates::from_der(world.intermediate.der()).unwrap()).unwrap();
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
    // Without the intermediate, the key that signed the list is the one that a forwarded chain proves.
    handle.replace(anchors(), Intermediates::default()).unwrap();
    handle.replace(anchors(), Intermediates::from_der(world.intermediate.der()).unwrap()).unwrap();
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn a_fresher_list_of_a_file_is_not_replaced_by_a_fetched_one() {
    let world = World::new();
    world.publish(&numbered(1));
    let file = RevocationLists::from_octets(world.intermediate.sign_list(&numbered(2).revoke(CLIENT)));
    let layer = world.builder().crls(file).fetched_crls(world.crls()).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn what_comes_of_fetches_is_logged() {
    let log = Log::start();
    let world = World::new();
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetch_failures() > 0).await;
    world.publish(&numbered(1));
    until(&layer, |counts| counts.crl_fetches() > 0).await;
    let entries = log.with("url", URL);
    let failed = &entries[0];
    assert_eq!(failed.message, "revocation list not fetched, what was in force stays");
    assert_eq!(failed.field("detail"), Some("the server answered 500, expected 200"));
    let fresh = entries.last().unwrap();
    assert_eq!(fresh.message, "revocation list in force");
    assert!(fresh.field("list").unwrap().contains("number 0x01 of CN=Test Intermediate"), "{fresh:?}");
}

#[test]
fn without_a_runtime_the_build_fails_and_says_why() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let builder = runtime.block_on(async {
        let world = World::new();
        world.builder().fetched_crls(world.crls())
    });
    assert!(matches!(builder.build(), Err(ConfigError::NoRuntime)));
}

#[test]
fn addresses_that_cannot_work_are_refused_by_name() {
    let problem = |urls: &[&str]| match FetchedCrls::new(HttpFetcher::new(), urls) {
        Err(ConfigError::FetchUrl { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(&[]), FetchUrlProblem::Missing);
    assert_eq!(problem(&[URL, "ldap://crl.example/"]), FetchUrlProblem::Scheme);
    assert!(matches!(problem(&["https://crl.example/"]), FetchUrlProblem::Unreachable { .. }));
    assert!(matches!(problem(&[URL; 65]), FetchUrlProblem::TooMany { limit: 64 }));
    let looked_for_every = |interval| FetchedCrls::new(HttpFetcher::new(), [URL]).unwrap().interval(interval);
    let hasty = looked_for_every(Duration::from_millis(9_999));
    assert!(matches!(hasty, Err(ConfigError::FetchInterval { .. })));
    assert!(looked_for_every(Duration::from_secs(10)).is_ok());
}

#[tokio::test]
async fn a_list_comes_from_a_real_server() {
    let world = World::new();
    let list = world.intermediate.sign_list(&numbered(1).revoke(CLIENT));
    let server = FaultyServer::always(Behaviour::ok("application/pkix-crl", &list)).await;
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap();
    let crls = FetchedCrls::new(fetcher, [server.url("/issuing.crl")]).unwrap();
    let layer = world.builder().fetched_crls(crls).build().unwrap();
    let coming = async {
        while layer.handle().counts().crl_fetches() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), coming).await.expect("the list comes in time");
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}
