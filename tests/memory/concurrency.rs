//! Many requests at one time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tower_client_cert::{ClientCertLayer, DenyList, Reason, RevocationLists};

use crate::meter::World;
use crate::scene::{Asked, ask, with_certificate};
use crate::support::pki::{ListShape, Minted, Shape};

const THREADS: usize = 8;

/// The longest that a thread waits for others.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// Ends the threads that ask, also where a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn ask_here(layer: &ClientCertLayer, client: &Minted) -> Asked {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(ask(layer, with_certificate(client)))
}

#[test]
fn a_new_header_that_comes_many_times_at_once_is_validated_once() {
    let world = World::new();
    let layer = world.layer();
    // The intermediate's signature, and the client's; then the client's alone.
    for signatures in [2, 1, 1, 1, 1, 1, 1] {
        let client = world.pki.good();
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    assert!(ask_here(&layer, &client).identity().is_some());
                });
            }
        });
        assert_eq!(world.meter.take(), signatures);
    }
}

#[test]
fn a_bad_header_that_comes_many_times_at_once_is_judged_once() {
    let world = World::new();
    let layer = world.layer();
    let start = Barrier::new(THREADS);
    let broken = crate::support::pki::escaped_pem(&world.pki.good().with_broken_signature());
    let judge = || {
        let request = crate::scene::request(&[("x-client-cert", &broken)]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(ask(&layer, request)).reason(), Some(Reason::SignatureInvalid));
    };
    judge();
    let alone = world.meter.take();
    world.clock.set(10);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                judge();
            });
        }
    });
    assert_eq!(world.meter.take(), alone);
}

/// Asks from several threads all the time. Once `replace` has returned, nobody who starts afterwards may see what was
/// before.
fn no_request_after_the_replacement_is_accepted(layer: &ClientCertLayer, client: &Minted, replace: impl FnOnce()) {
    let (is_replaced, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let asked = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let must_be_refused = is_replaced.load(Ordering::SeqCst);
                    let accepted = ask_here(layer, client).identity().is_some();
                    assert!(!(must_be_refused && accepted), "accepted by what was replaced");
                    asked.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let wait_for = |more: usize| {
            let target = asked.load(Ordering::SeqCst) + more;
            let limit = Instant::now() + MAX_WAIT;
            while asked.load(Ordering::SeqCst) < target {
                assert!(Instant::now() < limit, "nobody asks any more");
                thread::yield_now();
            }
        };
        let _over = Over(&is_over);
        wait_for(50);
        replace();
        is_replaced.store(true, Ordering::SeqCst);
        wait_for(50);
    });
    assert!(ask_here(layer, client).refusal().is_some());
}

#[test]
fn a_deny_list_counts_for_requests_that_come_all_the_time() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.good();
    let fingerprint = *ask_here(&layer, &client).identity().unwrap().fingerprint();
    no_request_after_the_replacement_is_accepted(&layer, &client, || {
        layer.handle().replace_deny_list(DenyList::new().certificate(fingerprint));
    });
}

#[test]
fn a_list_counts_for_requests_that_come_all_the_time() {
    let world = World::new();
    let serial = [0x4a, 0x05];
    let sign = |list: &ListShape| RevocationLists::from_octets(world.pki.intermediate.sign_list(list));
    let layer = world.builder().crls(sign(&ListShape::new().number(1))).build().unwrap();
    let client = world.pki.issue(&Shape::partner().serial(&serial));
    assert!(ask_here(&layer, &client).identity().is_some());
    no_request_after_the_replacement_is_accepted(&layer, &client, || {
        layer.handle().replace_crls(sign(&ListShape::new().number(2).revoke(&serial))).unwrap();
    });
}

#[test]
fn trust_counts_for_requests_that_come_all_the_time() {
    let world = World::new();
    let layer = world.layer();
    let client = world.pki.good();
    let other = crate::support::pki::Pki::new();
    no_request_after_the_replacement_is_accepted(&layer, &client, || {
        let anchors = tower_client_cert::TrustAnchors::from_der(other.root.der()).unwrap();
        layer.handle().replace(anchors, world.trust().1).unwrap();
    });
}
