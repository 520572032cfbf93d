//! Signatures of authorities that are remembered save work, and change neither verdict nor reason.

use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, SanType};
use tower_client_cert::{ClientCertLayer, Intermediates, Reason, TrustAnchors};

use crate::meter::World;
use crate::scene::{self, ask, with_certificate, with_chain};
use crate::support::pki::{Minted, Pki, Shape, escaped_pem, seconds};

/// So short that no verdict is found again at the next request, and signatures are.
const NO_TIME: Duration = Duration::from_nanos(1);

/// Longer than a refusal is remembered.
pub(crate) const SECONDS_APART: i64 = 3;

#[tokio::test]
async fn the_signature_of_an_authority_is_verified_once_and_that_of_a_client_every_time() {
    let world = World::new();
    let layer = world.builder().max_verdict_age(NO_TIME).build().unwrap();
    let client = world.pki.good();
    for (second, expected) in [(0, 2), (1, 1), (2, 1)] {
        world.clock.set(second);
        assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
        assert_eq!(world.meter.take(), expected);
    }
    assert!(ask(&layer, with_certificate(&world.pki.good())).await.identity().is_some());
    assert_eq!(world.meter.take(), 1);
}

#[tokio::test]
async fn a_good_signature_that_is_on_no_accepted_path_is_verified_every_time() {
    let world = World::new();
    let namesake = world.pki.root.issue(&Shape::authority("Test Intermediate"));
    let layer = world.metered(scene::with_anchors(world.trust().0)).max_verdict_age(NO_TIME).build().unwrap();
    let mut counts = Vec::new();
    for second in 0..3 {
        world.clock.set(second);
        let client = world.pki.good();
        let chain = with_chain(&[&client, &namesake, &world.pki.intermediate]);
        assert!(ask(&layer, chain).await.identity().is_some());
        counts.push(world.meter.take());
    }
    // Of four, that on the issuer is remembered: the namesake's is found good, and the client's is not by its key.
    assert_eq!(counts, [4, 3, 3]);
}

#[tokio::test]
async fn it_outlives_a_change_of_trust() {
    let world = World::new();
    let layer = world.layer();
    assert!(ask(&layer, with_certificate(&world.pki.good())).await.identity().is_some());
    let (anchors, intermediates) = world.trust();
    layer.handle().replace(anchors, intermediates).unwrap();
    world.meter.take();
    assert!(ask(&layer, with_certificate(&world.pki.good())).await.identity().is_some());
    assert_eq!(world.meter.take(), 1);
}

#[cfg(feature = "config")]
#[tokio::test]
async fn it_outlives_a_reload_and_a_verdict_does_not() {
    let (pki, (meter, algorithms)) = (Pki::new(), crate::support::signature_meter::SignatureMeter::new());
    let directory = crate::support::scratch::Scratch::new("signatures");
    let text = |gateway: &str| {
        format!(
            "[[gateway]]\nkind = \"nginx\"\naddresses = \"{gateway}\"\n[[anchors]]\npem = '''\n{}'''\n\
             [[intermediates]]\npem = '''\n{}'''\n",
            pki.root.pem(),
            pki.intermediate.pem()
        )
    };
    directory.write("client-cert.toml", text("10.1.0.0/24"));
    let config = tower_client_cert::ClientCertConfig::from_file(directory.path().join("client-cert.toml")).unwrap();
    let config = config.clock(scene::Fixed(crate::support::pki::now()));
    let layer = config.customized(move |builder| builder.signature_algorithms(algorithms)).build().unwrap();
    let client = pki.good();
    for expected in [2, 0] {
        assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
        assert_eq!(meter.take(), expected);
    }
    layer.handle().reload().unwrap();
    meter.take();
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
    assert_eq!(meter.take(), 1, "the client's own signature alone");
    // What is remembered is no trust: without the intermediate's anchor, nobody passes.
    directory.write("client-cert.toml", text("10.1.0.0/24").replace(&pki.root.pem(), &Pki::new().root.pem()));
    layer.handle().reload().unwrap();
    let reason = ask(&layer, with_certificate(&client)).await.reason();
    assert!(matches!(reason, Some(Reason::IssuerUnknown | Reason::SignatureInvalid)), "{reason:?}");
}

#[tokio::test]
async fn a_path_that_is_refused_leaves_nothing_behind() {
    let world = World::new();
    let layer = world.layer();
    let expired = world.pki.issue(&Shape::partner().valid(seconds(-20), seconds(-10)));
    let server = world.pki.issue(&Shape::partner().purposes(&[ExtendedKeyUsagePurpose::ServerAuth]));
    let broken = escaped_pem(&world.pki.good().with_broken_signature());
    for request in
        [with_certificate(&expired), with_certificate(&server), scene::request(&[("x-client-cert", &broken)])]
    {
        assert!(ask(&layer, request).await.refusal().is_some());
    }
    world.meter.take();
    assert!(ask(&layer, with_certificate(&world.pki.good())).await.identity().is_some());
    assert_eq!(world.meter.take(), 2);
}

/// What a client forwards is no authority because another client's path led over it.
#[tokio::test]
async fn a_client_alone_is_refused_after_another_came_with_the_whole_chain() {
    let world = World::new();
    let layer = world.metered(scene::with_anchors(world.trust().0)).build().unwrap();
    let (first, second) = (world.pki.good(), world.pki.good());
    for later in [0, SECONDS_APART] {
        world.clock.set(later);
        let whole = ask(&layer, with_chain(&[&first, &world.pki.intermediate])).await;
        assert!(whole.identity().is_some());
        for alone in [&second, &first] {
            assert_eq!(ask(&layer, with_certificate(alone)).await.reason(), Some(Reason::IssuerUnknown));
        }
    }
}

/// One request of a scenario: a chain, the client first.
pub(crate) type Chain = Vec<Minted>;

/// Authorities that are to be trusted, and chains to be sent in any order.
pub(crate) struct Scenario {
    pub(crate) anchors: Vec<Minted>,
    pub(crate) chains: Vec<Chain>,
}

pub(crate) fn forwarded(chain: &[&Minted], client: Minted) -> Chain {
    let again = chain.iter().map(|authority| authority.copy());
    std::iter::once(client).chain(again).collect()
}

/// Good and bad clients under one intermediate, which each of them brings along.
fn under(root: &Minted, intermediate: &Shape, client: &Shape) -> Vec<Chain> {
    let bad = root.issue(intermediate);
    let good = root.issue(&Shape::authority("Good Intermediate"));
    vec![
        forwarded(&[&bad], bad.issue(client)),
        forwarded(&[&good], good.issue(&Shape::partner())),
        forwarded(&[&bad, &good], bad.issue(&Shape::partner())),
        forwarded(&[&good, &bad], good.issue(client)),
    ]
}

fn scenarios() -> Vec<(&'static str, Scenario)> {
    let root = || Shape::authority("Root").self_signed();
    let one = |root: Minted, chains| Scenario { anchors: vec![root], chains };
    let dns = |name: &str| Shape::client("host").alternative_name(SanType::DnsName(name.try_into().unwrap()));
    let mut all = Vec::new();

    let above = root();
    let constrained = Shape::authority("Constrained").permitted(GeneralSubtree::DnsName("inside.example".into()));
    let mut chains = under(&above, &constrained, &dns("a.outside.example"));
    chains.extend(under(&above, &constrained, &dns("a.inside.example")));
    all.push(("name constraints above the issuer", one(above, chains)));

    let anchor = Shape::authority("Root").permitted(GeneralSubtree::DnsName("inside.example".into())).self_signed();
    let mut chains = under(&anchor, &Shape::authority("Issuer"), &dns("a.outside.example"));
    chains.extend(under(&anchor, &Shape::authority("Issuer"), &dns("a.inside.example")));
    all.push(("name constraints on the anchor", one(anchor, chains)));

    let top = root();
    let short = top.issue(&Shape::authority("Short").path_length(0));
    let below = short.issue(&Shape::authority("Below"));
    let chains = vec![
        forwarded(&[&short], short.issue(&Shape::partner())),
        forwarded(&[&below, &short], below.issue(&Shape::partner())),
        forwarded(&[&short, &below], below.issue(&Shape::partner())),
    ];
    all.push(("path length", one(top, chains)));

    let top = root();
    let servers = Shape::authority("Servers").purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
    let chains = under(&top, &servers, &Shape::partner());
    all.push(("nested purposes", one(top, chains)));

    let top = root();
    let expired = Shape::authority("Expired").valid(seconds(-100), seconds(-10));
    let chains = under(&top, &expired, &Shape::partner());
    all.push(("expired issuer", one(top, chains)));

    // One name and key, certified by a root that is trusted and by one that is not.
    let (ours, theirs) = (root(), Shape::authority("Their Root").self_signed());
    let here = ours.issue(&Shape::authority("Crossed"));
    let there = here.renewed(&Shape::authority("Crossed"), &theirs);
    let short = here.renewed(&Shape::authority("Crossed").path_length(0), &ours);
    let below = here.issue(&Shape::authority("Below"));
    let mut chains = Vec::new();
    for crossed in [vec![&here], vec![&there], vec![&here, &there], vec![&there, &here], vec![&short], vec![]] {
        chains.push(forwarded(&crossed, here.issue(&Shape::partner())));
        let longer: Vec<_> = std::iter::once(&below).chain(crossed.iter().copied()).collect();
        chains.push(forwarded(&longer, below.issue(&Shape::partner())));
    }
    all.push(("cross-signed authorities", one(ours, chains)));

    let top = root();
    let mut authorities: Vec<Minted> = Vec::new();
    for number in 0..7 {
        let next = authorities.last().unwrap_or(&top).issue(&Shape::authority(&format!("Authority {number}")));
        authorities.push(next);
    }
    let mut chains = Vec::new();
    for length in 1..=7 {
        let path: Vec<_> = authorities[..length].iter().rev().collect();
        chains.push(forwarded(&path, path[0].issue(&Shape::partner())));
    }
    all.push(("seven intermediates", one(top, chains)));

    // The same names all over, and keys that signed none of the others.
    let (first, second) = (Pki::new(), Pki::new());
    let chains = vec![
        forwarded(&[&first.intermediate], first.good()),
        forwarded(&[&second.intermediate], second.good()),
        forwarded(&[&second.intermediate], first.good()),
        forwarded(&[&first.intermediate, &second.intermediate], second.good()),
        forwarded(&[], first.good()),
    ];
    all.push(("one name, two keys", one(first.root, chains)));
    all
}

pub(crate) fn layer(world: &World, scenario: &Scenario, remembering: bool) -> ClientCertLayer {
    let pem: String = scenario.anchors.iter().map(Minted::pem).collect();
    let builder = world.metered(scene::with_anchors(TrustAnchors::from_pem(&pem).unwrap()));
    let builder = builder.intermediates(Intermediates::default());
    if remembering { builder.max_verdict_age(NO_TIME).build() } else { builder.remember_nothing().build() }.unwrap()
}

/// What came of a chain, in words: the path that was found, or why there is none.
pub(crate) async fn told(layer: &ClientCertLayer, chain: &Chain) -> String {
    let asked = ask(layer, with_chain(&chain.iter().collect::<Vec<_>>())).await;
    match (asked.identity(), asked.refusal()) {
        (Some(identity), None) => {
            let path = identity.path();
            let over: Vec<_> = path.intermediates().iter().map(|known| known.fingerprint().to_string()).collect();
            format!("accepted over {over:?}")
        }
        (None, Some(refusal)) => format!("{}: {}", refusal.rejection().reason().code(), refusal.rejection()),
        other => panic!("{other:?}"),
    }
}

/// A small generator, so that every run takes the same orders.
fn shuffled(count: usize, seed: &mut u64) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    for place in (1..count).rev() {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(*seed >> 33).unwrap() % (place + 1);
        order.swap(place, other);
    }
    order
}

#[tokio::test]
async fn every_verdict_and_every_reason_is_that_of_a_layer_without_memory_in_whatever_order_they_come() {
    let mut seed = 7;
    let (mut accepted, mut refused) = (0, 0);
    for (name, scenario) in scenarios() {
        let world = World::new();
        let forgetful = layer(&world, &scenario, false);
        let mut second = 0;
        for _ in 0..4 {
            let remembering = layer(&world, &scenario, true);
            for place in (0..3).flat_map(|_| shuffled(scenario.chains.len(), &mut seed)) {
                second += SECONDS_APART;
                world.clock.set(second);
                let chain = &scenario.chains[place];
                let told_by_memory = told(&remembering, chain).await;
                assert_eq!(told_by_memory, told(&forgetful, chain).await, "{name}, chain {place}");
                if told_by_memory.starts_with("accepted") { accepted += 1 } else { refused += 1 }
            }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}
