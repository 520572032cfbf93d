//! The application's own code that panics: what it was asked for fails, and nothing else does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use tower_client_cert::{ClientCertConfig, ClientCertLayer, Clock};

use crate::scene::{Fixed, ask, builder, with_certificate};
use crate::support::pki::{self, Pki};
use crate::world::{USUAL, World};

/// Panics for as long as it is told to.
#[derive(Clone, Debug, Default)]
struct Breaking(Arc<AtomicBool>);

impl Clock for Breaking {
    fn now(&self) -> SystemTime {
        assert!(!self.0.load(Ordering::SeqCst), "a clock that is broken");
        pki::now()
    }
}

#[tokio::test]
async fn a_clock_that_panics_ends_its_request_and_poisons_nothing() {
    let pki = Pki::new();
    let (known, new) = (pki.good(), pki.good());
    let clock = Breaking::default();
    let layer = builder(&pki).clock(clock.clone()).build().unwrap();
    assert!(ask(&layer, with_certificate(&known)).await.identity().is_some());
    for _ in 0..100 {
        for client in [&known, &new] {
            clock.0.store(true, Ordering::SeqCst);
            let (layer, request) = (layer.clone(), with_certificate(client));
            let ended = tokio::spawn(async move { ask(&layer, request).await.identity().is_some() }).await;
            assert!(ended.is_err_and(|error| error.is_panic()));
            clock.0.store(false, Ordering::SeqCst);
        }
    }
    for client in [&known, &new] {
        let asked = ask(&layer, with_certificate(client)).await;
        assert!(asked.identity().is_some(), "{:?}", asked.refusal());
    }
}

/// A layer from a file, to which a program adds something that panics for as long as it is told to, and how often it did.
fn customized(world: &World) -> (ClientCertLayer, Arc<AtomicBool>, Arc<AtomicUsize>) {
    world.write(USUAL);
    let (breaks, panics) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (asked_to, counted) = (Arc::clone(&breaks), Arc::clone(&panics));
    let config = ClientCertConfig::from_file(world.directory.path().join("client-cert.toml")).unwrap();
    let config = config.clock(Fixed(pki::now())).customized(move |builder| {
        if asked_to.load(Ordering::SeqCst) {
            counted.fetch_add(1, Ordering::SeqCst);
            panic!("an application that is broken");
        }
        builder
    });
    (config.build().unwrap(), breaks, panics)
}

#[tokio::test]
async fn a_customization_that_panics_at_a_reload_leaves_the_former_layer_in_force() {
    let world = World::new();
    let (layer, breaks, _) = customized(&world);
    let handle = layer.handle();
    breaks.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        assert!(std::panic::catch_unwind(AssertUnwindSafe(|| handle.reload())).is_err());
        assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
    }
    breaks.store(false, Ordering::SeqCst);
    handle.reload().unwrap();
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
}

#[test]
fn a_customization_that_panics_ends_no_watch() {
    let world = World::new();
    let (layer, breaks, panics) = customized(&world);
    let handle = layer.handle();
    breaks.store(true, Ordering::SeqCst);
    let watcher = handle.watch(Duration::from_millis(1)).unwrap();
    world.write(&format!("{USUAL}# changed\n"));
    let looked = |is_done: &dyn Fn() -> bool| {
        (0..MAX_LOOKS).any(|_| {
            is_done() || {
                thread::yield_now();
                false
            }
        })
    };
    assert!(looked(&|| panics.load(Ordering::SeqCst) > 1));
    assert_eq!(handle.counts().reloads(), 0);
    breaks.store(false, Ordering::SeqCst);
    assert!(looked(&|| handle.counts().reloads() == 1));
    drop(watcher);
}

/// Far more than one look of the watcher takes.
const MAX_LOOKS: usize = 50_000_000;
