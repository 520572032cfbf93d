//! The application's own code that panics: what it was asked for fails, and nothing else does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use tower_client_cert::{ClientCertConfig, Clock};

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

#[tokio::test]
async fn a_customization_that_panics_at_a_reload_leaves_the_former_layer_in_force() {
    let world = World::new();
    world.write(USUAL);
    let breaks = Arc::new(AtomicBool::new(false));
    let asked_to = Arc::clone(&breaks);
    let config = ClientCertConfig::from_file(world.directory.path().join("client-cert.toml")).unwrap();
    let layer = config
        .clock(Fixed(pki::now()))
        .customized(move |builder| {
            assert!(!asked_to.load(Ordering::SeqCst), "an application that is broken");
            builder
        })
        .build()
        .unwrap();
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
