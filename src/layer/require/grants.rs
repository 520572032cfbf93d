use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::certificate::Fingerprint;
use crate::identity::ClientIdentity;

/// What an authorizer that waits has granted, for a time and a number of clients. A no is never remembered.
#[derive(Debug)]
pub(super) struct Grants<G> {
    time: Duration,
    max_clients: usize,
    known: Mutex<HashMap<Key, Grant<G>>>,
}

#[derive(Debug)]
struct Grant<G> {
    grant: G,
    granted_at: SystemTime,
}

/// The same certificate under another anchor, or through another gateway, is another client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    certificate: Fingerprint,
    anchor: Option<Fingerprint>,
    anchor_label: Option<Box<str>>,
    gateway: Box<str>,
}

impl Key {
    pub(super) fn of(identity: &ClientIdentity) -> Self {
        Self {
            certificate: *identity.fingerprint(),
            anchor: identity.path().anchor().map(|anchor| *anchor.certificate().fingerprint()),
            anchor_label: identity.anchor_label().map(Box::from),
            gateway: identity.gateway().into(),
        }
    }
}

impl<G: Clone> Grants<G> {
    pub(super) fn new(time: Duration, max_clients: usize) -> Self {
        Self { time, max_clients, known: Mutex::default() }
    }

    pub(super) fn find(&self, key: &Key, now: SystemTime) -> Option<G> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|grant| self.is_current(grant, now)).map(|grant| grant.grant.clone())
    }

    pub(super) fn remember(&self, key: Key, grant: G, now: SystemTime) {
        if self.time.is_zero() || self.max_clients == 0 {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.max_clients && !known.contains_key(&key) {
            known.retain(|_, grant| self.is_current(grant, now));
            if known.len() >= self.max_clients {
                // Whichever the map's own random order names first: no client can choose whom it pushes out.
                let evicted = known.keys().next().cloned();
                evicted.map(|evicted| known.remove(&evicted));
            }
        }
        known.insert(key, Grant { grant, granted_at: now });
    }

    /// A clock that went back makes a grant old.
    fn is_current(&self, grant: &Grant<G>, now: SystemTime) -> bool {
        now.duration_since(grant.granted_at).is_ok_and(|age| age < self.time)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn key(number: u8) -> Key {
        let certificate = Fingerprint::new([number; 32]);
        Key { certificate, anchor: Some(certificate), anchor_label: None, gateway: "nginx".into() }
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_grant_is_found_until_its_time_is_over_and_not_after_the_clock_went_back() {
        let grants = Grants::new(Duration::from_secs(60), 10);
        grants.remember(key(1), "account", at(1000));
        assert_eq!(grants.find(&key(1), at(1059)), Some("account"));
        assert_eq!(grants.find(&key(1), at(1060)), None);
        assert_eq!(grants.find(&key(1), at(999)), None);
        assert_eq!(grants.find(&key(2), at(1000)), None);
    }

    #[test]
    fn another_label_or_gateway_is_another_client() {
        let grants = Grants::new(Duration::from_secs(60), 10);
        grants.remember(key(1), (), at(1000));
        let labelled = Key { anchor_label: Some("a".into()), ..key(1) };
        let elsewhere = Key { gateway: "envoy".into(), ..key(1) };
        assert!(grants.find(&labelled, at(1000)).is_none() && grants.find(&elsewhere, at(1000)).is_none());
    }

    #[test]
    fn the_number_of_grants_is_bounded_and_the_newest_is_kept() {
        let grants = Grants::new(Duration::from_secs(60), 2);
        for number in 0..10 {
            grants.remember(key(number), number, at(1000));
            assert_eq!(grants.find(&key(number), at(1000)), Some(number));
            assert!(grants.known.lock().unwrap().len() <= 2);
        }
    }

    #[test]
    fn without_a_time_nothing_is_remembered() {
        let grants = Grants::new(Duration::ZERO, 10);
        grants.remember(key(1), (), at(1000));
        assert!(grants.known.lock().unwrap().is_empty());
    }
}
