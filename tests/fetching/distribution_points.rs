//! Lists at the addresses that certificates name.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    AllowedHosts, ClientCertLayer, ClientCertLayerBuilder, FetchedCrls, Intermediates, Reason, RevocationLists,
    RevocationPolicy, RevocationScope,
};

use crate::pipeline::{self, Asked, with_certificate, with_chain};
use crate::scene::{CLIENT, Served, URL, World, numbered, pass, until, until_true};
use crate::support::pki::{ListShape, Minted, Shape, seconds};

const OTHER: &[u8] = &[0x4a, 0x01, 0x02, 0x04];

/// Where a list never comes from.
const SLOW: &str = "http://crl.example/slow.crl";

const ROOT: &str = "http://crl.example/root.crl";

const HOUR: Duration = Duration::from_secs(3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

fn naming(world: &World, serial: &[u8], address: &str) -> Minted {
    world.intermediate.issue(&Shape::partner().serial(serial).distribution_point(address))
}

fn lists_on(world: &World, hosts: &[&str]) -> FetchedCrls {
    FetchedCrls::allow_distribution_points(world.network.clone(), AllowedHosts::new(hosts).unwrap())
}

fn builder(world: &World) -> ClientCertLayerBuilder {
    world.builder().fetched_crls(lists_on(world, &["crl.example"]))
}

async fn ask(layer: &ClientCertLayer, client: &Minted) -> Asked {
    pipeline::ask(layer, with_certificate(client)).await
}

async fn reason(layer: &ClientCertLayer, client: &Minted) -> Option<Reason> {
    let asked = ask(layer, client).await;
    assert_eq!(asked.identity().is_none(), asked.reason().is_some(), "{:?}", asked.refusal());
    asked.reason()
}

/// Whether the layer answers without waiting for anything.
fn answers_at_once(layer: &ClientCertLayer, client: &Minted) -> bool {
    let mut asked = pin!(ask(layer, client));
    asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[tokio::test(start_paused = true)]
async fn the_first_client_waits_for_its_list_and_nobody_after_it() {
    let world = World::new();
    world.publish(&numbered(1));
    let (first, second) = (naming(&world, CLIENT, URL), naming(&world, OTHER, URL));
    let layer = builder(&world).build().unwrap();
    pass(HOUR).await;
    assert_eq!(world.network.asked(), 0, "nothing is fetched before a certificate names it");
    assert!(!answers_at_once(&layer, &first));
    let asked = ask(&layer, &first).await;
    let evidence = asked.identity().unwrap().evidence();
    let Some(Outcome::Passed { source, .. }) = evidence.outcome(Check::Crl) else { panic!("{evidence:?}") };
    assert!(source.ends_with(" from http://crl.example/issuing.crl"), "{source}");
    for client in [&first, &second] {
        assert!(answers_at_once(&layer, client));
        assert_eq!(reason(&layer, client).await, None);
    }
    assert_eq!((world.network.asked(), layer.handle().crls().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn whom_the_list_names_is_refused_at_once_and_after_each_renewal() {
    let world = World::new();
    world.publish(&numbered(1).revoke(CLIENT));
    let (first, second) = (naming(&world, CLIENT, URL), naming(&world, OTHER, URL));
    let layer = builder(&world).build().unwrap();
    assert_eq!(reason(&layer, &first).await, Some(Reason::Revoked));
    let held = ask(&layer, &second).await.identity().unwrap().clone();
    world.publish(&numbered(2).revoke(CLIENT).revoke(OTHER));
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(reason(&layer, &second).await, Some(Reason::Revoked));
    assert!(!held.still_valid());
}

#[tokio::test(start_paused = true)]
async fn no_address_is_followed_without_leave_or_for_a_certificate_that_is_not_valid() {
    let world = World::new();
    world.publish(&numbered(1));
    let stranger = World::new();
    let client = naming(&world, CLIENT, URL);
    let with_hosts = |hosts: &[&str]| world.builder().fetched_crls(lists_on(&world, hosts)).build().unwrap();
    for hosts in [&[][..], &["other.example"], &["crl.example:8080"], &["example"]] {
        assert_eq!(reason(&with_hosts(hosts), &client).await, Some(Reason::RevocationNoSource), "{hosts:?}");
    }
    let files = RevocationLists::from_octets(world.root.sign_list(&numbered(1)));
    let without = world.builder().crls(files).build().unwrap();
    assert_eq!(reason(&without, &client).await, Some(Reason::RevocationNoSource));
    let layer = builder(&world).build().unwrap();
    assert_eq!(reason(&layer, &world.client).await, Some(Reason::RevocationNoSource), "it names none");
    let forged = naming(&stranger, CLIENT, URL);
    assert_eq!(reason(&layer, &forged).await, Some(Reason::SignatureInvalid));
    let expired = Shape::partner().valid(seconds(-100), seconds(-1)).distribution_point(URL);
    assert_eq!(reason(&layer, &world.intermediate.issue(&expired)).await, Some(Reason::Expired));
    let elsewhere = naming(&world, CLIENT, "ldap://crl.example/issuing.crl");
    assert_eq!(reason(&layer, &elsewhere).await, Some(Reason::RevocationNoSource));
    assert_eq!(world.network.asked(), 0);
    assert_eq!(reason(&layer, &client).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_list_in_force_spares_the_address() {
    let world = World::new();
    world.publish(&numbered(9).revoke(CLIENT));
    let client = naming(&world, CLIENT, URL);
    let files = RevocationLists::from_octets(world.intermediate.sign_list(&numbered(1)));
    let layer = builder(&world).crls(files).build().unwrap();
    assert!(answers_at_once(&layer, &client));
    assert_eq!(reason(&layer, &client).await, None);
    pass(DAY).await;
    assert_eq!(world.network.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stale_list_of_a_file_is_replaced_from_the_address_and_nobody_waits() {
    let world = World::new();
    world.publish(&numbered(9));
    let client = naming(&world, CLIENT, URL);
    let stale = ListShape::new().issued(seconds(-900_000), seconds(-1));
    let files = RevocationLists::from_octets(world.intermediate.sign_list(&stale));
    let layer = builder(&world).crls(files).build().unwrap();
    assert!(answers_at_once(&layer, &client));
    assert_eq!(reason(&layer, &client).await, Some(Reason::RevocationStale));
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(reason(&layer, &client).await, None);
}

#[tokio::test(start_paused = true)]
async fn many_first_clients_of_one_address_are_one_fetch() {
    let world = World::new();
    world.publish(&numbered(1));
    let layer = builder(&world).build().unwrap();
    let requests: Vec<_> = (0..20_u8)
        .map(|number| {
            let (layer, client) = (layer.clone(), naming(&world, &[0x4a, number], URL));
            tokio::spawn(async move { pipeline::ask(&layer, with_certificate(&client)).await.identity().is_some() })
        })
        .collect();
    for request in requests {
        assert!(request.await.unwrap());
    }
    assert_eq!(world.network.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_no_verdict_and_is_mended_without_a_request() {
    let world = World::new();
    let client = naming(&world, CLIENT, URL);
    let layer = builder(&world).build().unwrap();
    let asked = ask(&layer, &client).await;
    assert_eq!((asked.reason(), asked.status()), (Some(Reason::RevocationUnavailable), 503));
    assert!(asked.header("retry-after").is_some());
    let detail = asked.refusal().unwrap().rejection().to_string();
    assert!(
        detail.contains("from http://crl.example/issuing.crl: it cannot be reached: the server answered 500"),
        "{detail}"
    );
    let mend = asked.refusal().unwrap().rejection().mend().unwrap();
    assert!(mend.starts_with("see that the address in the certificate serves a current list"), "{mend}");
    world.publish(&numbered(1));
    // Nobody else waits for it.
    assert!(answers_at_once(&layer, &client));
    assert_eq!(reason(&layer, &client).await, Some(Reason::RevocationUnavailable));
    pass(Duration::from_secs(31)).await;
    assert!(answers_at_once(&layer, &client));
    assert_eq!(reason(&layer, &client).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_hangs_holds_up_its_first_client_until_the_deadline_and_nobody_else() {
    let world = World::new();
    world.publish(&numbered(1));
    world.network.serve_at(SLOW, Served::Hang);
    let known = naming(&world, CLIENT, URL);
    // Another authority, of which there is no list.
    let other = world.root.issue(&Shape::authority("Other").path_length(0));
    let stranger = other.issue(&Shape::partner().serial(OTHER).distribution_point(SLOW));
    let layer = world
        .builder()
        .intermediates(Intermediates::from_der(other.der()).unwrap())
        .fetched_crls(lists_on(&world, &["crl.example"]).wait(Duration::from_secs(3)))
        .build()
        .unwrap();
    assert_eq!(reason(&layer, &known).await, None);
    let began = tokio::time::Instant::now();
    assert!(!answers_at_once(&layer, &stranger));
    assert!(answers_at_once(&layer, &known));
    assert_eq!(reason(&layer, &stranger).await, Some(Reason::RevocationUnavailable));
    assert_eq!(began.elapsed().as_secs(), 3);
    for client in [&stranger, &known] {
        assert!(answers_at_once(&layer, client));
    }
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_cover_the_certificate_is_no_source() {
    let world = World::new();
    let client = naming(&world, CLIENT, URL);
    let mut broken = world.intermediate.sign_list(&numbered(1));
    *broken.last_mut().unwrap() ^= 1;
    for (served, why) in [
        (
            world.intermediate.sign_list(&numbered(1).for_point("http://crl.example/other.crl", None)),
            "no list that covers",
        ),
        (world.root.sign_list(&numbered(1)), "no list that covers"),
        (World::new().intermediate.sign_list(&numbered(1)), "no list that can be used"),
        (broken, "no list that can be used"),
        (b"<html>".to_vec(), "no list that can be used"),
        (vec![0x30; 8 * 1024 * 1024 + 1], "more than 8388608"),
    ] {
        world.network.serve(Served::Octets(served));
        let layer = builder(&world).build().unwrap();
        for _ in 0..2 {
            let asked = ask(&layer, &client).await;
            assert_eq!(asked.reason(), Some(Reason::RevocationUnavailable), "{why}");
            let detail = asked.refusal().unwrap().rejection().to_string();
            assert!(detail.contains(why), "{detail}");
        }
    }
    let own = world.intermediate.sign_list(&numbered(1).for_point(URL, None));
    world.network.serve(Served::Octets(own));
    assert_eq!(reason(&builder(&world).build().unwrap(), &client).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_an_issuer_that_the_chain_alone_proves_is_believed() {
    let world = World::new();
    let forwarded = world.root.issue(&Shape::authority("Forwarded").path_length(0));
    world.network.serve(Served::Octets(forwarded.sign_list(&numbered(1).revoke(OTHER))));
    let client = |serial: &[u8]| forwarded.issue(&Shape::partner().serial(serial).distribution_point(URL));
    let layer = builder(&world).build().unwrap();
    let ask = async |client: &Minted| pipeline::ask(&layer, with_chain(&[client, &forwarded])).await.reason();
    assert_eq!(ask(&client(CLIENT)).await, None);
    assert_eq!(ask(&client(OTHER)).await, Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_nobody_renews_goes_stale_by_the_policy() {
    let world = World::new();
    world.publish(&ListShape::new().issued(seconds(-60), seconds(600)));
    let client = naming(&world, CLIENT, URL);
    let policy = RevocationPolicy::deny().allow_stale_for(HOUR);
    let (strict, lenient) =
        (builder(&world).build().unwrap(), builder(&world).revocation_policy("ours", policy).build().unwrap());
    for layer in [&strict, &lenient] {
        assert_eq!(reason(layer, &client).await, None);
    }
    world.network.serve(Served::Failure);
    pass(Duration::from_secs(601)).await;
    assert!(answers_at_once(&strict, &client) && answers_at_once(&lenient, &client));
    assert_eq!(reason(&strict, &client).await, Some(Reason::RevocationStale));
    assert_eq!(reason(&lenient, &client).await, None);
    pass(HOUR).await;
    assert_eq!(reason(&lenient, &client).await, Some(Reason::RevocationStale));
}

#[tokio::test(start_paused = true)]
async fn a_policy_may_let_clients_pass_whose_list_cannot_be_had_and_the_evidence_says_so() {
    let world = World::new();
    let client = naming(&world, CLIENT, URL);
    let policy = RevocationPolicy::deny().allow_unavailable();
    let layer = builder(&world).revocation_policy("ours", policy).build().unwrap();
    let asked = ask(&layer, &client).await;
    assert!(!asked.identity().unwrap().evidence().passed(Check::Crl));
    assert_eq!(layer.handle().counts().revocation_allowed(), 1);
    // As soon as it comes, it counts.
    world.publish(&numbered(1).revoke(CLIENT));
    pass(Duration::from_secs(31)).await;
    assert_eq!(reason(&layer, &client).await, Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn every_certificate_in_scope_has_its_own_address() {
    let world = World::new();
    world.publish(&numbered(1));
    let authority = Shape::authority("Below").path_length(0).serial(&[0x4b, 7]).distribution_point(ROOT);
    let authority = world.root.issue(&authority);
    let client = authority.issue(&Shape::partner().distribution_point(URL));
    world.network.serve(Served::Octets(authority.sign_list(&numbered(1))));
    let layer = || {
        let intermediates = Intermediates::from_der(authority.der()).unwrap();
        builder(&world).intermediates(intermediates).revocation_scope(RevocationScope::WholePath).build().unwrap()
    };
    assert_eq!(reason(&layer(), &client).await, Some(Reason::RevocationUnavailable));
    world.network.serve_at(ROOT, Served::Octets(world.root.sign_list(&numbered(1))));
    assert_eq!(reason(&layer(), &client).await, None);
    world.network.serve_at(ROOT, Served::Octets(world.root.sign_list(&numbered(1).revoke(&[0x4b, 7]))));
    assert_eq!(reason(&layer(), &client).await, Some(Reason::Revoked));
}

#[tokio::test(start_paused = true)]
async fn no_more_addresses_are_looked_after_than_may_be() {
    let world = World::new();
    let layer = builder(&world).build().unwrap();
    let mut clients: Vec<_> = (0..=256_u16)
        .map(|number| naming(&world, &[0x4a, 1, 2, 3], &format!("http://crl.example/{number}.crl")))
        .collect();
    let last = clients.pop().unwrap();
    for client in &clients {
        assert_eq!(reason(&layer, client).await, Some(Reason::RevocationUnavailable));
    }
    let asked = world.network.requests().iter().map(|request| request.url().as_str().to_owned()).collect::<Vec<_>>();
    assert!(!asked.contains(&"http://crl.example/256.crl".to_owned()));
    assert!(answers_at_once(&layer, &last));
    let refused = ask(&layer, &last).await;
    assert_eq!(refused.reason(), Some(Reason::RevocationUnavailable));
    assert!(refused.refusal().unwrap().rejection().to_string().contains("one address too many"));
}

#[tokio::test(start_paused = true)]
async fn an_address_without_a_list_for_a_day_is_left_alone_until_it_is_named_again() {
    let world = World::new();
    let client = naming(&world, CLIENT, URL);
    let layer = builder(&world).build().unwrap();
    assert_eq!(reason(&layer, &client).await, Some(Reason::RevocationUnavailable));
    pass(DAY + HOUR).await;
    let asked = world.network.asked();
    pass(DAY).await;
    assert_eq!(world.network.asked(), asked);
    world.publish(&numbered(1));
    assert!(!answers_at_once(&layer, &client));
    assert_eq!(reason(&layer, &client).await, None);
}

#[tokio::test(start_paused = true)]
async fn looking_after_addresses_ends_with_the_layer() {
    let world = World::new();
    let client = naming(&world, CLIENT, URL);
    let layer = builder(&world).build().unwrap();
    assert_eq!(reason(&layer, &client).await, Some(Reason::RevocationUnavailable));
    pass(HOUR).await;
    drop(layer);
    let asked = world.network.asked();
    pass(DAY).await;
    assert_eq!(world.network.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn explaining_a_certificate_fetches_nothing() {
    let world = World::new();
    world.publish(&numbered(1));
    let client = naming(&world, CLIENT, URL);
    let layer = builder(&world).build().unwrap();
    let explanation = layer.handle().explain(&with_certificate(&client).into_parts().0);
    let told = format!("{explanation:?}");
    assert!(told.contains("was not asked yet"), "{told}");
    pass(HOUR).await;
    assert_eq!(world.network.asked(), 0);
    until_true(|| answers_at_once(&layer, &client) || world.network.asked() > 0).await;
}

#[tokio::test(start_paused = true)]
async fn the_effective_policy_names_the_hosts() {
    let world = World::new();
    let policy = builder(&world).fetched_crls(world.crls()).build().unwrap().handle().policy().to_string();
    assert!(
        policy.contains(
            "at most 256 addresses in certificates, on crl.example, 5000 ms for the first client, every 3600 s"
        ),
        "{policy}"
    );
    assert!(policy.contains("http://crl.example/issuing.crl every 3600 s"), "{policy}");
}
