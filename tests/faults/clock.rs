//! Clocks that leap in either direction, past what can be said in a certificate, and back.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tower_client_cert::{Clock, Reason, RevocationLists};

use crate::scene::{ask, builder, with_certificate};
use crate::support::pki::{self, ListShape, Pki};

#[derive(Clone, Debug)]
struct Leaping(Arc<Mutex<SystemTime>>);

impl Leaping {
    fn to(&self, time: SystemTime) {
        *self.0.lock().unwrap() = time;
    }
}

impl Clock for Leaping {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Where clocks stand that have no battery, are set by hand, or overflow; with the reason for which all are refused then.
fn leaps() -> Vec<(SystemTime, Reason)> {
    let latest =
        (0..64).rev().fold(UNIX_EPOCH, |time, bit| time.checked_add(Duration::from_secs(1 << bit)).unwrap_or(time));
    vec![
        (UNIX_EPOCH, Reason::NotYetValid),
        (UNIX_EPOCH + Duration::from_nanos(1), Reason::NotYetValid),
        // A refusal is remembered for two seconds, and readings of threads may be a second apart.
        (UNIX_EPOCH - Duration::from_secs(2), Reason::ClockUnusable),
        (UNIX_EPOCH - YEAR * 1000, Reason::ClockUnusable),
        (pki::now() - YEAR * 30, Reason::NotYetValid),
        (pki::now() + YEAR * 30, Reason::Expired),
        // 2050 and 2106: where dates of two digits and numbers of 32 bits end.
        (UNIX_EPOCH + YEAR * 81, Reason::Expired),
        (UNIX_EPOCH + Duration::from_secs(0x1_0000_0000), Reason::Expired),
        (UNIX_EPOCH + YEAR * 9000, Reason::Expired),
        (latest, Reason::Expired),
    ]
}

#[tokio::test]
async fn a_clock_that_leaps_refuses_for_as_long_as_it_is_wrong_and_no_longer() {
    let pki = Pki::new();
    let good = pki.good();
    let clock = Leaping(Arc::new(Mutex::new(pki::now())));
    for remembers in [true, false] {
        let layer = builder(&pki).clock(clock.clone());
        let layer = if remembers { layer } else { layer.remember_nothing() }.build().unwrap();
        assert!(ask(&layer, with_certificate(&good)).await.identity().is_some());
        for (time, reason) in leaps() {
            clock.to(time);
            let asked = ask(&layer, with_certificate(&good)).await;
            assert_eq!(asked.reason(), Some(reason), "at {time:?}");
            assert!(asked.seen.is_none(), "the handler was called at {time:?}");
            clock.to(pki::now());
            let asked = ask(&layer, with_certificate(&good)).await;
            assert!(asked.identity().is_some(), "after {time:?}: {:?}", asked.refusal());
        }
    }
}

#[tokio::test]
async fn an_identity_hears_of_every_leap_and_is_valid_again_afterwards() {
    let pki = Pki::new();
    let clock = Leaping(Arc::new(Mutex::new(pki::now())));
    let layer = builder(&pki).clock(clock.clone()).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.good())).await;
    let identity = asked.identity().unwrap();
    for (time, _) in leaps() {
        clock.to(time);
        assert!(!identity.still_valid(), "at {time:?}");
        clock.to(pki::now());
        assert!(identity.still_valid(), "after {time:?}");
    }
}

#[tokio::test]
async fn a_list_is_replaced_under_a_clock_that_leaps_without_going_back_in_time() {
    let pki = Pki::new();
    let good = pki.good();
    let clock = Leaping(Arc::new(Mutex::new(pki::now())));
    let lists = |shape: &ListShape| RevocationLists::from_octets(pki.intermediate.sign_list(shape));
    let layer = builder(&pki).clock(clock.clone()).crls(lists(&ListShape::new().number(2))).build().unwrap();
    for (time, _) in leaps() {
        clock.to(time);
        // Whether it is taken depends on the time; that it changes nothing afterwards does not.
        drop(layer.handle().replace_crls(lists(&ListShape::new().number(2))));
        assert!(ask(&layer, with_certificate(&good)).await.identity().is_none(), "at {time:?}");
        clock.to(pki::now());
        layer.handle().replace_crls(lists(&ListShape::new().number(2))).unwrap();
        let asked = ask(&layer, with_certificate(&good)).await;
        assert!(asked.identity().is_some(), "after {time:?}: {:?}", asked.refusal());
    }
}
