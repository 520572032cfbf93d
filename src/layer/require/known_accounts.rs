use std::collections::{HashMap, VecDeque};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::certificate::Fingerprint;
use crate::identity::ClientIdentity;
use crate::validation::TrustAnchor;

/// The accounts of clients, for a time and a number of them. That there is none is never remembered.
#[derive(Debug)]
pub(super) struct KnownAccounts<A> {
    time: Duration,
    max_clients: usize,
    known: Mutex<Known<A>>,
}

#[derive(Debug)]
struct Known<A> {
    accounts: HashMap<Arc<Key>, Asked<A>>,
    /// The keys of `accounts`, each once, from the one that came first.
    order: VecDeque<Arc<Key>>,
}

/// Shared, so that no code of the program's own runs under the lock: to clone or to drop an account may take long.
#[derive(Debug)]
struct Asked<A> {
    account: Arc<A>,
    at: SystemTime,
}

/// The same certificate by another path, under another anchor or label, or through another gateway, is another client.
/// Nothing of a request is in it.
#[derive(Debug, PartialEq, Eq, Hash)]
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
        let known = Known { accounts: HashMap::new(), order: VecDeque::new() };
        Self { time, max_clients, known: Mutex::new(known) }
    }

    pub(super) fn find(&self, key: &Key, now: SystemTime) -> Option<A> {
        let current = |asked: &&Asked<A>| self.is_current(asked, now);
        let account = self.known().accounts.get(key).filter(current).map(|asked| Arc::clone(&asked.account))?;
        Some(A::clone(&account))
    }

    pub(super) fn remember(&self, key: Key, account: A, at: SystemTime) {
        if self.time.is_zero() || self.max_clients == 0 {
            return;
        }
        let asked = Asked { account: Arc::new(account), at };
        let pushed_out = self.known().put(key, asked, self.max_clients);
        drop(pushed_out);
    }

    /// A clock that went back makes an account old.
    fn is_current(&self, asked: &Asked<A>, now: SystemTime) -> bool {
        now.duration_since(asked.at).is_ok_and(|age| age < self.time)
    }

    fn known(&self) -> MutexGuard<'_, Known<A>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A> Known<A> {
    /// What had to go: what was known of the same client, or of the one that came first.
    fn put(&mut self, key: Key, asked: Asked<A>, max_clients: usize) -> Option<Asked<A>> {
        if let Some(known) = self.accounts.get_mut(&key) {
            return Some(mem::replace(known, asked));
        }
        let is_full = self.order.len() >= max_clients;
        let first = if is_full { self.order.pop_front() } else { None };
        let pushed_out = first.and_then(|first| self.accounts.remove(&first));
        let key = Arc::new(key);
        self.order.push_back(Arc::clone(&key));
        self.accounts.insert(key, asked);
        pushed_out
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};
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
            let known = accounts.known();
            assert_eq!(
                (known.accounts.len(), known.order.len()),
                (usize::from(number.min(1)) + 1, known.accounts.len())
            );
        }
    }

    #[test]
    fn who_came_first_makes_room_for_who_comes_anew() {
        let accounts = KnownAccounts::new(Duration::from_secs(60), 3);
        for number in 1..=5 {
            accounts.remember(key(number), number, at(1000));
        }
        let found = [1, 2, 3, 4, 5].map(|number| accounts.find(&key(number), at(1000)));
        assert_eq!(found, [None, None, Some(3), Some(4), Some(5)]);
    }

    #[test]
    fn an_account_that_is_remembered_again_pushes_no_other_out() {
        let accounts = KnownAccounts::new(Duration::from_secs(60), 2);
        accounts.remember(key(1), "first", at(1000));
        accounts.remember(key(2), "second", at(1000));
        accounts.remember(key(2), "anew", at(1001));
        assert_eq!(accounts.find(&key(1), at(1001)), Some("first"));
        assert_eq!(accounts.find(&key(2), at(1001)), Some("anew"));
        accounts.remember(key(1), "again", at(1001));
        assert_eq!(accounts.find(&key(1), at(1001)), Some("again"));
        assert_eq!(accounts.find(&key(2), at(1001)), Some("anew"));
        assert_eq!(accounts.known().order.len(), 2);
    }

    #[test]
    fn no_account_is_cloned_or_dropped_under_the_lock() {
        /// Looks whether the lock is free when it is cloned, and when it is dropped.
        struct Looking(Arc<OnceLock<Accounts>>, Arc<AtomicUsize>);
        type Accounts = KnownAccounts<Looking>;
        impl Looking {
            fn look(&self) {
                let accounts = self.0.get().unwrap();
                assert!(accounts.known.try_lock().is_ok());
                self.1.fetch_add(1, Ordering::Relaxed);
            }
        }
        impl Clone for Looking {
            fn clone(&self) -> Self {
                self.look();
                Self(Arc::clone(&self.0), Arc::clone(&self.1))
            }
        }
        impl Drop for Looking {
            fn drop(&mut self) {
                self.look();
            }
        }
        let (accounts, looks) = (Arc::new(OnceLock::new()), Arc::new(AtomicUsize::new(0)));
        let known = accounts.get_or_init(|| KnownAccounts::new(Duration::from_secs(60), 1));
        for number in [1, 1, 2] {
            known.remember(key(number), Looking(Arc::clone(&accounts), Arc::clone(&looks)), at(1000));
        }
        // One for the same client again, and one that made room.
        assert_eq!(looks.load(Ordering::Relaxed), 2);
        // Cloned, and what came of that dropped.
        drop(known.find(&key(2), at(1000)));
        assert_eq!(looks.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn without_a_time_nothing_is_remembered() {
        let accounts = KnownAccounts::new(Duration::ZERO, 10);
        accounts.remember(key(1), (), at(1000));
        assert!(accounts.known().accounts.is_empty());
    }
}
