//! Whatever is replaced counts from the next request on, for every spelling of a certificate that is remembered.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use http::Request;
use http_body_util::Full;
use tower_client_cert::{Clock, DenyList, Intermediates, Reason, RevocationLists, TrustAnchors};

use crate::meter::{World, fingerprint};
use crate::scene::{self, ask, request, with_certificate};
use crate::support::pki::{ListShape, Minted, Pki, Shape, days, now};

const SERIAL: &[u8] = &[0x4a, 0x01];

fn client(world: &World) -> Minted {
    world.pki.issue(&Shape::partner().serial(SERIAL))
}

/// Three headers for one certificate.
fn spellings(client: &Minted) -> Vec<Request<Full<bytes::Bytes>>> {
    let escaped = client.escaped_pem();
    let lower = escaped.replace("%2F", "%2f").replace("%0A", "%0a").replace("%3D", "%3d");
    let blanks = client.pem().replace('\n', " ");
    [escaped.as_str(), lower.as_str(), blanks.trim()].map(|value| request(&[("x-client-cert", value)])).into()
}

async fn reasons(layer: &tower_client_cert::ClientCertLayer, client: &Minted) -> Vec<Option<Reason>> {
    let mut reasons = Vec::new();
    for request in spellings(client) {
        let asked = ask(layer, request).await;
        assert_eq!(asked.identity().is_some(), asked.refusal().is_none());
        reasons.push(asked.reason());
    }
    reasons
}

fn list(world: &World, list: &ListShape) -> RevocationLists {
    RevocationLists::from_octets(world.pki.intermediate.sign_list(list))
}

#[tokio::test]
async fn a_deny_list_counts_from_the_next_request_on_and_so_does_its_end() {
    let world = World::new();
    let layer = world.layer();
    let client = client(&world);
    let other = world.pki.good();
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    assert_eq!(reasons(&layer, &other).await, [None; 3]);
    let denied = *ask(&layer, with_certificate(&client)).await.identity().unwrap().fingerprint();
    for _ in 0..2 {
        layer.handle().replace_deny_list(DenyList::new().certificate(denied));
        assert_eq!(reasons(&layer, &client).await, [Some(Reason::DenyListed); 3]);
        assert_eq!(reasons(&layer, &client).await, [Some(Reason::DenyListed); 3]);
        assert_eq!(reasons(&layer, &other).await, [None; 3]);
        layer.handle().replace_deny_list(DenyList::new());
        assert_eq!(reasons(&layer, &client).await, [None; 3]);
    }
}

/// Where both lists have entries, as many paths are looked for as before.
#[tokio::test]
async fn another_entry_of_a_deny_list_counts_from_the_next_request_on() {
    let world = World::new();
    let (client, other) = (client(&world), world.pki.good());
    let denying = |minted: &Minted| DenyList::new().certificate(fingerprint(minted));
    let layer = world.builder().deny_list(denying(&other)).build().unwrap();
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    layer.handle().replace_deny_list(denying(&client));
    assert_eq!(reasons(&layer, &client).await, [Some(Reason::DenyListed); 3]);
    assert_eq!(reasons(&layer, &other).await, [None; 3]);
}

#[tokio::test]
async fn a_new_list_counts_from_the_next_request_on_and_validates_no_path_again() {
    let world = World::new();
    let layer = world.builder().crls(list(&world, &ListShape::new().number(1))).build().unwrap();
    let client = client(&world);
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    layer.handle().replace_crls(list(&world, &ListShape::new().number(2).revoke(SERIAL))).unwrap();
    // The list's own signature.
    world.meter.take();
    assert_eq!(reasons(&layer, &client).await, [Some(Reason::Revoked); 3]);
    layer.handle().replace_crls(list(&world, &ListShape::new().number(3).issued(days(0), days(7)))).unwrap();
    world.meter.take();
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    assert_eq!(world.meter.take(), 0);
}

#[tokio::test]
async fn the_first_list_there_is_counts_for_clients_that_are_remembered() {
    let world = World::new();
    let layer = world.layer();
    let client = client(&world);
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    layer.handle().replace_crls(list(&world, &ListShape::new().revoke(SERIAL))).unwrap();
    assert_eq!(reasons(&layer, &client).await, [Some(Reason::Revoked); 3]);
}

/// Without a source, the first path that is found is enough. What is on the others must be known when there is one.
#[tokio::test]
async fn the_first_source_there_is_asks_for_the_paths_that_nobody_had_looked_for() {
    let world = World::new();
    let twin_shape = Shape::authority("Test Intermediate").path_length(0).serial(&[0x77]);
    let twin = world.pki.intermediate.renewed(&twin_shape, &world.pki.root);
    for twins in [[&world.pki.intermediate, &twin], [&twin, &world.pki.intermediate]] {
        let anchors = world.trust().0;
        let intermediates = twins
            .iter()
            .fold(Intermediates::default(), |known, twin| known.and(Intermediates::from_der(twin.der()).unwrap()));
        let layer = world.metered(scene::with_anchors(anchors).intermediates(intermediates)).build().unwrap();
        let client = client(&world);
        assert_eq!(reasons(&layer, &client).await, [None; 3]);
        for denied in twins {
            layer.handle().replace_deny_list(DenyList::new().certificate(fingerprint(denied)));
            assert_eq!(reasons(&layer, &client).await, [Some(Reason::DenyListed); 3]);
        }
    }
}

#[tokio::test]
async fn trust_that_is_taken_away_counts_from_the_next_request_on_and_so_does_its_return() {
    let world = World::new();
    let layer = world.layer();
    let client = client(&world);
    let other = Pki::new();
    for _ in 0..2 {
        assert_eq!(reasons(&layer, &client).await, [None; 3]);
        let anchors = TrustAnchors::from_der(other.root.der()).unwrap();
        layer.handle().replace(anchors, world.trust().1).unwrap();
        for reason in reasons(&layer, &client).await {
            assert!(matches!(reason, Some(Reason::IssuerUnknown | Reason::SignatureInvalid)), "{reason:?}");
        }
        let (anchors, intermediates) = world.trust();
        layer.handle().replace(anchors, intermediates).unwrap();
    }
}

/// Does something once, in the middle of the next request.
#[derive(Clone, Default)]
struct Interrupted(Arc<Mutex<Option<Interruption>>>);

type Interruption = Box<dyn FnOnce() + Send>;

impl fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupted")
    }
}

impl Clock for Interrupted {
    fn now(&self) -> SystemTime {
        let interruption = self.0.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption();
        }
        now()
    }
}

#[tokio::test]
async fn a_request_under_way_while_trust_is_taken_away_leaves_nothing_that_is_believed() {
    let world = World::new();
    let clock = Interrupted::default();
    let layer = world.builder().clock(clock.clone()).build().unwrap();
    let (client, handle, other) = (client(&world), layer.handle(), Pki::new());
    let intermediates = world.trust().1;
    *clock.0.lock().unwrap() = Some(Box::new(move || {
        handle.replace(TrustAnchors::from_der(other.root.der()).unwrap(), intermediates).unwrap();
    }));
    let under_way = ask(&layer, with_certificate(&client)).await;
    assert!(under_way.identity().is_some(), "judged by what was in force when it came");
    assert!(clock.0.lock().unwrap().is_none());
    for reason in reasons(&layer, &client).await {
        assert!(matches!(reason, Some(Reason::IssuerUnknown | Reason::SignatureInvalid)), "{reason:?}");
    }
}

#[tokio::test]
async fn the_same_trust_once_more_is_another_and_validates_again() {
    let world = World::new();
    let layer = world.layer();
    let client = client(&world);
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    let (anchors, intermediates) = world.trust();
    layer.handle().replace(anchors, intermediates).unwrap();
    world.meter.take();
    assert!(ask(&layer, with_certificate(&client)).await.identity().is_some());
    assert!(world.meter.take() > 0);
}

#[tokio::test]
async fn a_replacement_that_fails_forgets_nobody() {
    let world = World::new();
    let layer = world.builder().only_issued_by([tower_client_cert::IssuedBy::label("ours")]).build().unwrap();
    let client = client(&world);
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    world.meter.take();
    let unlabelled = TrustAnchors::from_der(world.pki.root.der()).unwrap();
    assert!(layer.handle().replace(unlabelled, world.trust().1).is_err());
    assert_eq!(reasons(&layer, &client).await, [None; 3]);
    assert_eq!(world.meter.take(), 0);
}

#[tokio::test]
async fn an_identity_that_exists_hears_of_it_too() {
    let world = World::new();
    let layer = world.layer();
    let client = client(&world);
    let (first, second) = (ask(&layer, with_certificate(&client)).await, ask(&layer, with_certificate(&client)).await);
    layer.handle().replace_deny_list(DenyList::new().certificate(fingerprint(&client)));
    assert!(!first.identity().unwrap().still_valid());
    assert!(!second.identity().unwrap().still_valid());
}
