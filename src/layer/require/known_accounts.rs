use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::certificate::Fingerprint;
use crate::identity::ClientIdentity;
use crate::validation::TrustAnchor;

/// The accounts of clients, for a time and a number of them. That there is none is never remembered.
#[derive(Debug)]
pub(super) struct KnownAccounts<A> {
    time: Duration,
    max_clients: usize,
    known: Mutex<HashMap<Key, Known<A>>>,
}

#[derive(Debug)]
struct Known<A> {
    account: A,
    asked_at: SystemTime,
}

/// The same certificate by another path, under another anchor or label, or through another gateway, is another client.
/// Nothing of a request is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The end entity, the intermediates, and the anchor where it is not pinned.
    path: Box<[Fingerprint]>,
    anchor_label: Option<Box<str>>,
    gateway: Box<str>,
}

impl Key {
    pub(super) fn of(identity: &ClientIdentity) -> Self {
        let path = identity.path();
        let authorities = path.intermediates().iter().map(AsRef::as_ref);
        let authorities = authorities.chain(path.anchor().map(TrustAnchor::certificate));
        let certificates = std::iter::once(path.end_entity()).chain(authorities);
        Self {
            path: certificates.map(|certificate| *certificate.fingerprint()).collect(),
            anchor_label: identity.anchor_label().map(Box::from),
            gateway: identity.gateway().into(),
        }
    }
}

impl<A: Clone> KnownAccounts<A> {
    pub(super) fn new(time: Duration, max_clients: usize) -> Self {
        Self { time, max_clients, known: Mutex::default() }
    }

    pub(super) fn find(&self, key: &Key, now: SystemTime) -> Option<A> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).filter(|known| self.is_current(known, now)).map(|known| known.account.clone())
    }

    pub(super) fn remember(&self, key: Key, account: A, asked_at: SystemTime) {
        if self.time.is_zero() || self.max_clients == 0 {
            return;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= self.max_clients && !known.contains_key(&key) {
            known.retain(|_, known| self.is_current(known, asked_at));
            if known.len() >= self.max_clients {
                // Whichever the map's own random order names first: no client can choose whom it pushes out.
                let evicted = known.keys().next().cloned();
                evicted.map(|evicted| known.remove(&evicted));
            }
        }
        known.insert(key, Known { account, asked_at });
    }

    /// A clock that went back makes an account old.
    fn is_current(&self, known: &Known<A>, now: SystemTime) -> bool {
        now.duration_since(known.asked_at).is_ok_and(|age| age < self.time)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn key(number: u8) -> Key {
        Key {
            path: [1, number].map(|octet| Fingerprint::new([octet; 32])).into(),
            anchor_label: None,
            gateway: "nginx".into(),
        }
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn an_account_is_found_until_its_time_is_over_and_not_after_the_clock_went_back() {
        let accounts = KnownAccounts::new(Duration::from_secs(60), 10);
        accounts.remember(key(1), "account", at(1000));
        assert_eq!(accounts.find(&key(1), at(1059)), Some("account"));
        assert_eq!(accounts.find(&key(1), at(1060)), None);
        assert_eq!(accounts.find(&key(1), at(999)), None);
        assert_eq!(accounts.find(&key(2), at(1000)), None);
    }

    #[test]
    fn another_label_or_gateway_is_another_client() {
        let accounts = KnownAccounts::new(Duration::from_secs(60), 10);
        accounts.remember(key(1), (), at(1000));
        let labelled = Key { anchor_label: Some("a".into()), ..key(1) };
        let elsewhere = Key { gateway: "envoy".into(), ..key(1) };
        assert!(accounts.find(&labelled, at(1000)).is_none() && accounts.find(&elsewhere, at(1000)).is_none());
    }

    #[test]
    fn the_number_of_accounts_is_bounded_and_the_newest_is_kept() {
        let accounts = KnownAccounts::new(Duration::from_secs(60), 2);
        for number in 0..10 {
            accounts.remember(key(number), number, at(1000));
            assert_eq!(accounts.find(&key(number), at(1000)), Some(number));
            assert!(accounts.known.lock().unwrap().len() <= 2);
        }
    }

    #[test]
    fn an_account_that_is_remembered_again_pushes_no_other_out() {
        // Whom a full map pushes out is chance, so one map alone would prove little.
        for _ in 0..64 {
            let accounts = KnownAccounts::new(Duration::from_secs(60), 2);
            accounts.remember(key(1), "first", at(1000));
            accounts.remember(key(2), "second", at(1000));
            accounts.remember(key(1), "again", at(1001));
            assert_eq!(accounts.find(&key(1), at(1001)), Some("again"));
            assert_eq!(accounts.find(&key(2), at(1001)), Some("second"));
        }
    }

    #[test]
    fn without_a_time_nothing_is_remembered() {
        let accounts = KnownAccounts::new(Duration::ZERO, 10);
        accounts.remember(key(1), (), at(1000));
        assert!(accounts.known.lock().unwrap().is_empty());
    }
}
