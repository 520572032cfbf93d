//! Which of the lists that come are in force, for how long, and for whom they speak.

use std::time::Duration;

use rcgen::KeyUsagePurpose;
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{
    AllowedHosts, ConfigError, DenyList, DirectoryStore, FetchUrlProblem, FetchedCrls, GuardedFetch, HttpFetcher,
    Intermediates, Reason, RevocationLists, TrustAnchors,
};

use crate::scene::{CLIENT, Served, URL, World, numbered, pass, until};
use crate::support::log::Log;
use crate::support::pki::{ListShape, Minted, Shape, pem, seconds};
use crate::support::scratch::Scratch;
use crate::support::told_store::Told;

/// Several lists in one file.
fn bundle(lists: impl IntoIterator<Item = Vec<u8>>) -> Served {
    let blocks: String = lists.into_iter().map(|list| pem(&list).replace("CERTIFICATE", "X509 CRL")).collect();
    Served::Octets(blocks.into_bytes())
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_no_fresher_is_unchanged_and_not_told_as_in_force() {
    let log = Log::start();
    let world = World::new();
    world.publish(&numbered(4));
    let file = RevocationLists::from_octets(world.intermediate.sign_list(&numbered(5)));
    let layer = world.builder().crls(file).fetched_crls(world.crls()).build().unwrap();
    let told = || log.with("url", URL).iter().filter(|entry| entry.message == "revocation list in force").count();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(told(), 0, "the one of the file is fresher");
    world.publish(&numbered(6));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(told(), 1);
    until(&layer, |counts| counts.crl_fetches() == 4).await;
    assert_eq!(told(), 1, "it is in force since");
    assert_eq!(layer.handle().counts().crl_fetch_failures(), 0);
}

#[tokio::test(start_paused = true)]
async fn of_several_lists_the_one_that_ends_first_says_when_the_next_ones_are_looked_for() {
    for is_first in [true, false] {
        let world = World::new();
        let soon = world.intermediate.sign_list(&ListShape::new().issued(seconds(-60), seconds(600)));
        let late = world.root.sign_list(&numbered(1));
        world.network.serve(bundle(if is_first { [soon, late] } else { [late, soon] }));
        let layer = world.layer();
        pass(Duration::from_secs(400)).await;
        assert_eq!((world.network.asked(), layer.handle().crls().len()), (1, 2));
        pass(Duration::from_secs(199)).await;
        assert!(world.network.asked() > 1, "ahead of its end");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_fetched_lists_are_in_force_than_may_be_and_those_that_are_go_on_being_renewed() {
    let log = Log::start();
    let world = World::new();
    let list = |number: u64, point: usize| {
        let shape = numbered(number).for_point(&format!("http://crl.example/{point}.crl"), None);
        if number == 2 && point == 7 { shape.revoke(CLIENT) } else { shape }
    };
    let served = |number, points: std::ops::Range<usize>| {
        bundle(points.map(|point| world.intermediate.sign_list(&list(number, point))))
    };
    let client = |point: usize| {
        let shape = Shape::partner().serial(CLIENT);
        world.intermediate.issue(&shape.distribution_point(&format!("http://crl.example/{point}.crl")))
    };
    let (first, edge, beyond) = (client(0), client(1023), client(1024));
    world.network.serve(served(1, 0..1025));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!((layer.handle().crls().len(), layer.handle().counts().crl_fetch_failures()), (1024, 1));
    let entries = log.with("url", URL);
    let refused = entries.iter().find_map(|entry| entry.field("detail")).unwrap();
    assert!(refused.starts_with("revocation list 1025 of "), "{refused}");
    let ask =
        async |client: &Minted| crate::pipeline::ask(&layer, crate::pipeline::with_certificate(client)).await.reason();
    for (client, expected) in [(&first, None), (&edge, None), (&beyond, Some(Reason::RevocationNoSource))] {
        assert_eq!(ask(client).await, expected);
    }
    // A list takes the place of the one before, so that there is always room for it.
    world.network.serve(served(2, 0..1024));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!((layer.handle().crls().len(), layer.handle().counts().crl_fetch_failures()), (1024, 1));
    assert_eq!(ask(&first).await, Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn a_fetched_list_of_another_key_speaks_only_while_a_certificate_for_lists_vouches_for_that_key() {
    let world = World::new();
    let shape = || Shape::authority("Test Intermediate").path_length(0).serial(&[0x4b, 0x03]);
    let new_key = world.root.issue(&shape());
    let not_for_lists = new_key.renewed(&shape().usages(&[KeyUsagePurpose::KeyCertSign]), &world.root);
    world.network.serve(Served::Octets(new_key.sign_list(&numbered(1))));
    let of = |minted: &Minted| Intermediates::from_der(minted.der()).unwrap();
    let layer = world.builder().intermediates(of(&new_key)).fetched_crls(world.crls()).build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(world.ask(&layer).await.reason(), None);
    let none = Some(Reason::RevocationNoSource);
    for (intermediates, expected) in [
        (of(&world.intermediate), none),
        (of(&world.intermediate).and(of(&new_key)), None),
        (of(&world.intermediate).and(of(&not_for_lists)), none),
        (of(&world.intermediate).and(of(&not_for_lists)).and(of(&new_key)), None),
    ] {
        let anchors = TrustAnchors::from_der(world.root.der()).unwrap().labelled("ours");
        layer.handle().replace(anchors, intermediates).unwrap();
        assert_eq!(world.ask(&layer).await.reason(), expected);
        assert_eq!(layer.handle().crls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_used_is_told_and_keeps_no_other_from_being_in_force() {
    let log = Log::start();
    let world = World::new();
    let foreign = World::new().intermediate.sign_list(&numbered(9));
    world.network.serve(bundle([foreign, world.intermediate.sign_list(&numbered(1).revoke(CLIENT))]));
    let layer = world.layer();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(layer.handle().counts().crl_fetch_failures(), 1);
    let entries = log.with("url", URL);
    let refused = entries.iter().find_map(|entry| entry.field("detail")).unwrap();
    assert!(refused.contains(URL) && refused.contains("signed by none of the keys"), "{refused}");
    assert_eq!(world.ask(&layer).await.reason(), Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn what_lists_come_through_and_from_where_stands_in_the_policy() {
    let world = World::new();
    let policy_of = |crls: FetchedCrls| world.builder().fetched_crls(crls).build().unwrap().handle().policy();
    let own = policy_of(world.crls());
    let entry = |key: &str| own.entry(&format!("revocation.{key}")).unwrap_or_else(|| panic!("{key} of {own}"));
    assert_eq!(entry("fetched_crls[0].http").value(), "a fetcher of the program's own");
    for (key, value) in [("fetched_crls[0].http.allow_targets", "none"), ("deny_list", "none"), ("crls", "none")] {
        let found = entry(key);
        assert_eq!((found.value(), found.is_default(), found.allows()), (value, true, None), "{key}");
    }
    let fetcher = HttpFetcher::new().allow_targets("10.20.0.0/28").unwrap().allow_targets("10.30.0.0/28").unwrap();
    let listed = policy_of(FetchedCrls::new(fetcher, [URL]).unwrap());
    let targets = listed.entry("revocation.fetched_crls[0].http.allow_targets").unwrap();
    assert_eq!((targets.value(), targets.is_default()), ("10.20.0.0/28, 10.30.0.0/28", false));
    assert!(targets.allows().unwrap().contains("only this network"));
    let files = RevocationLists::from_octets(world.intermediate.sign_list(&numbered(1)));
    let files = files.and(RevocationLists::from_octets(world.root.sign_list(&numbered(1))).allow_missing_number());
    let denied = DenyList::new().certificate("ab".repeat(32).parse::<Fingerprint>().unwrap());
    let policy = world.builder().crls(files).deny_list(denied).build().unwrap().handle().policy();
    let shown = |key: &str| {
        let found = policy.entry(key).unwrap();
        (found.value().to_owned(), found.is_default())
    };
    assert_eq!(shown("revocation.crls"), ("memory, memory (allow_missing_number)".to_owned(), false));
    assert_eq!(shown("revocation.deny_list"), ("1 entries".to_owned(), false));
}

#[tokio::test(start_paused = true)]
async fn how_lists_are_fetched_and_where_they_are_kept_stands_in_the_policy() {
    let world = World::new();
    let scratch = Scratch::new("described");
    let shown = |crls: FetchedCrls, key: &str| {
        let policy = world.builder().fetched_crls(crls).build().unwrap().handle().policy();
        policy.entry(&format!("revocation.fetched_crls[0]{key}")).unwrap().value().to_owned()
    };
    let crls = |fetcher: HttpFetcher| FetchedCrls::new(fetcher, [URL]).unwrap();
    let hosts = || AllowedHosts::new(["crl.example"]).unwrap();
    let text = format!("{URL} every 3600 s and ahead of their next update, at most 67108864 octets in 60 s");
    assert_eq!(shown(crls(HttpFetcher::new()), ""), text);
    let text = "at most 256 addresses in certificates, on crl.example, 5000 ms for the first client, every 3600 s and \
                ahead of their next update, at most 8388608 octets in 60 s";
    assert_eq!(shown(FetchedCrls::allow_distribution_points(HttpFetcher::new(), hosts()), ""), text);

    let http = "HTTP, 2000 ms to connect, 8 fetches at a time, 64 more wait, https ";
    let root = TrustAnchors::from_der(world.root.der()).unwrap();
    let from_servers = format!("{http}from servers under {}", root.as_slice()[0].certificate().fingerprint());
    let secure = || HttpFetcher::new().https_roots(&root, world.clock).unwrap();
    assert_eq!(shown(crls(HttpFetcher::new()), ".http"), format!("{http}refused"));
    assert_eq!(shown(crls(secure()), ".http"), from_servers);
    let guarded = GuardedFetch::new(secure().allow_targets("10.1.0.0/28").unwrap(), world.clock);
    let guarded = || FetchedCrls::new(guarded.clone(), ["https://crl.example/"]).unwrap();
    assert_eq!(shown(guarded(), ".http"), from_servers);
    assert_eq!(shown(guarded(), ".http.allow_targets"), "10.1.0.0/28");
    let refused = FetchedCrls::new(GuardedFetch::new(HttpFetcher::new(), world.clock), ["https://crl.example/"]);
    assert!(matches!(refused, Err(ConfigError::FetchUrl { problem: FetchUrlProblem::Unreachable { .. }, .. })));

    assert_eq!(shown(world.crls(), ".store"), "none");
    assert_eq!(shown(world.crls().store(Told::default()), ".store"), "a store of the program's own");
    let path = scratch.path().display();
    let store = || DirectoryStore::at(scratch.path()).unwrap();
    let text = format!("directory {path}, at most 268435456 octets in 10000 entries");
    assert_eq!(shown(world.crls().store(store()), ".store"), text);
    let text = format!("directory {path}, at most 1000 octets in 3 entries");
    assert_eq!(shown(world.crls().store(store().max_octets(1000).max_entries(3)), ".store"), text);
}
