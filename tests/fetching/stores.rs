//! Stores that replicas share, and what becomes of verdicts where they fail: nothing.

use std::time::Duration;

use tower_client_cert::{DirectoryStore, Reason};

use crate::scene::{CLIENT, Served, URL, World, numbered, pass, until, until_true};
use crate::support::log::Log;
use crate::support::pki;
use crate::support::scratch::Scratch;
use crate::support::told_store::{Does, Told};

#[tokio::test(start_paused = true)]
async fn fifty_replicas_that_start_one_after_the_other_ask_the_authority_once() {
    let world = World::new();
    let store = Told::default();
    world.publish(&numbered(1).revoke(CLIENT));
    let mut replicas = Vec::new();
    for _ in 0..50 {
        let layer = world.builder().fetched_crls(world.crls().store(store.clone())).build().unwrap();
        until(&layer, |counts| counts.crl_fetches() == 1).await;
        assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
        replicas.push(layer);
    }
    assert_eq!((world.network.asked(), store.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_restart_while_the_authority_is_down_is_bridged_by_a_directory() {
    let world = World::new();
    let scratch = Scratch::new("replicas");
    let crls = || world.crls().store(DirectoryStore::at(scratch.path()).unwrap());
    world.publish(&numbered(1).revoke(CLIENT));
    let layer = world.builder().fetched_crls(crls()).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    while std::fs::read_dir(scratch.path()).unwrap().next().is_none() {
        tokio::task::yield_now().await;
    }
    drop(layer);
    world.network.serve(Served::Failure);
    let restarted = world.builder().fetched_crls(crls()).build().unwrap();
    until(&restarted, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(world.ask(&restarted).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_hangs_or_panics_changes_no_verdict() {
    for does in [Does::Fail, Does::Hang, Does::Panic] {
        let world = World::new();
        let store = Told::default();
        let shown = format!("{does:?}");
        store.now_does(does);
        world.publish(&numbered(1));
        let layer = world.builder().fetched_crls(world.crls().store(store)).build().unwrap();
        until(&layer, |counts| counts.crl_fetches() == 1).await;
        assert!(world.ask(&layer).await.identity().is_some(), "{shown}");
        world.publish(&numbered(2).revoke(CLIENT));
        until(&layer, |counts| counts.crl_fetches() == 2).await;
        assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked), "{shown}");
        assert!(layer.handle().counts().store_failures() >= 2, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lies_changes_no_verdict() {
    let world = World::new();
    let stranger = World::new();
    for lie in [
        b"rubbish".to_vec(),
        Vec::new(),
        stranger.intermediate.sign_list(&numbered(99)),
        world.intermediate.sign_list(&numbered(1)),
        world.root.sign_list(&numbered(99)),
        vec![0x30; 70 * 1024 * 1024],
    ] {
        let store = Told::default();
        world.publish(&numbered(5).revoke(CLIENT));
        let layer = world.builder().fetched_crls(world.crls().store(store.clone())).build().unwrap();
        until(&layer, |counts| counts.crl_fetches() >= 1).await;
        store.now_does(Does::Say(lie));
        pass(Duration::from_secs(3 * 3600)).await;
        assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
        // And what it says from the beginning keeps no list away for longer than one interval.
        let fresh = world.builder().fetched_crls(world.crls().store(store)).build().unwrap();
        pass(Duration::from_secs(2 * 3600)).await;
        assert_eq!(world.ask(&fresh).await.reason(), Some(Reason::Revoked));
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hands_out_old_lists_one_by_one_holds_up_the_newest_for_one_interval() {
    let world = World::new();
    let store = Told::default();
    store.now_does(Does::Say(world.intermediate.sign_list(&numbered(1))));
    world.publish(&numbered(9).revoke(CLIENT));
    let layer = world.builder().fetched_crls(world.crls().store(store.clone())).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert!(world.ask(&layer).await.identity().is_some());
    store.now_does(Does::Say(world.intermediate.sign_list(&numbered(2))));
    pass(Duration::from_secs(3601)).await;
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn nothing_that_was_not_verified_is_stored() {
    let world = World::new();
    let store = Told::default();
    world.network.serve(Served::Octets(World::new().intermediate.sign_list(&numbered(1))));
    let layer = world.builder().fetched_crls(world.crls().store(store.clone())).build().unwrap();
    until(&layer, |counts| counts.crl_fetch_failures() > 1).await;
    assert_eq!(store.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_kept_for_a_week_after_its_next_update() {
    let world = World::new();
    let store = Told::default();
    world.publish(&numbered(1));
    let layer = world.builder().fetched_crls(world.crls().store(store.clone())).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    until_true(|| store.len() == 1).await;
    assert_eq!(store.useful_until(), [pki::now() + Duration::from_secs(14 * 24 * 3600)]);
}

#[tokio::test(start_paused = true)]
async fn what_a_store_has_and_cannot_be_used_is_told() {
    let log = Log::start();
    let world = World::new();
    let store = Told::default();
    store.now_does(Does::Say(b"rubbish".to_vec()));
    world.publish(&numbered(1));
    let layer = world.builder().fetched_crls(world.crls().store(store)).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    // The server is not to blame for it.
    let counts = layer.handle().counts();
    assert_eq!((counts.store_failures(), counts.crl_fetch_failures()), (1, 0));
    let told = log.with("url", URL);
    let failed: Vec<_> = told.iter().filter(|entry| entry.message == "store of revocation data failed").collect();
    let [failed] = failed.as_slice() else { panic!("{told:?}") };
    assert!(failed.field("detail").is_some_and(|detail| detail.contains(URL)), "{failed:?}");
}
