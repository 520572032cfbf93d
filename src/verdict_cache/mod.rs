//! What was found out about headers that came before: exact header bytes to verdict.
//!
//! **Remembers** what stages 3 and 4 made of a header. Nothing of a request, a connection or the revocation of a
//! certificate is in it; those are asked every time.
//! **Finds** an entry by the bytes of every certificate header and the gateway that sent them. A keyed hash picks the slot,
//! and equality of the bytes decides.
//! **Believes** an entry under the conditions alone under which it was found: the same generation of trust, the same
//! breadth of the search, and a time at which the same would be found again.
//! **Is bounded** in entries and bytes. Refused verdicts stand in a store of their own, so that garbage displaces nobody,
//! and are kept for seconds.
//!
//! A hit holds a lock while it compares the bytes and copies a pointer. A first sight holds, while it works, a lock that no
//! hit takes: requests with one new header wait for each other, and the certificate is validated once.

mod entry;
mod header_key;
mod shard;
mod store;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use self::entry::Entry;
pub(crate) use self::entry::{Conditions, Verdict};
pub(crate) use self::header_key::HeaderKey;
use self::store::Store;
use crate::keyed_hash::{KeyedHash, keyed_hash};

/// Verdicts on headers: `A` of those that were accepted, `R` of those that were refused.
pub(crate) struct VerdictCache<A, R> {
    hasher: KeyedHash,
    accepted: Store<A>,
    refused: Store<R>,
    /// Held by who judges a header for the first time; picked by its hash.
    first_sights: Box<[Mutex<()>]>,
    max_age: Duration,
}

/// How much is remembered, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemoryLimits {
    pub(crate) clients: usize,
    pub(crate) bytes: usize,
    pub(crate) max_age: Duration,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self { clients: DEFAULT_MAX_CLIENTS, bytes: DEFAULT_MAX_BYTES, max_age: DEFAULT_MAX_AGE }
    }
}

impl<A: Clone, R: Clone> VerdictCache<A, R> {
    pub(crate) fn new(limits: MemoryLimits) -> Self {
        Self {
            hasher: keyed_hash(),
            accepted: Store::new(limits.clients, limits.bytes),
            refused: Store::new(MAX_REFUSED, MAX_REFUSED_BYTES),
            first_sights: (0..FIRST_SIGHTS).map(|_| Mutex::default()).collect(),
            max_age: limits.max_age,
        }
    }

    /// The verdict on a header that is remembered.
    pub(crate) fn find(&self, key: &HeaderKey<'_>, conditions: Conditions, now: SystemTime) -> Option<Result<A, R>> {
        self.find_by_hash(key.hash(&self.hasher), key, conditions, now)
    }

    /// The verdict on a header that was not found: the one that somebody has left meanwhile, or else the one that `judge`
    /// finds.
    pub(crate) fn find_or_judge(
        &self,
        key: &HeaderKey<'_>,
        conditions: Conditions,
        now: SystemTime,
        judge: impl FnOnce() -> Result<Verdict<A>, Verdict<R>>,
    ) -> Result<A, R> {
        let hash = key.hash(&self.hasher);
        let _alone = self.first_sight(hash).map(|first| first.lock().unwrap_or_else(PoisonError::into_inner));
        // Whoever held the lock before may have judged the same header.
        if let Some(known) = self.find_by_hash(hash, key, conditions, now) {
            return known;
        }
        match judge() {
            Ok(verdict) => {
                let verdict = verdict.for_at_most(now, self.max_age_of(hash));
                let accepted = verdict.value.clone();
                self.accepted.put(hash, Entry::new(key, conditions, verdict), now);
                Ok(accepted)
            }
            Err(verdict) => {
                let verdict = verdict.for_at_most(now, MAX_REFUSED_AGE);
                let refused = verdict.value.clone();
                self.refused.put(hash, Entry::new(key, conditions, verdict), now);
                Err(refused)
            }
        }
    }

    /// Forgets everything. What is found by requests under way may still come in.
    pub(crate) fn forget(&self) {
        self.accepted.forget();
        self.refused.forget();
    }

    fn find_by_hash(
        &self,
        hash: u64,
        key: &HeaderKey<'_>,
        conditions: Conditions,
        now: SystemTime,
    ) -> Option<Result<A, R>> {
        let accepted = self.accepted.find(hash, key, |entry| {
            let value = entry.value(conditions, now)?.clone();
            entry.note_use();
            Some(Ok(value))
        });
        accepted.or_else(|| self.refused.find(hash, key, |entry| entry.value(conditions, now).cloned().map(Err)))
    }

    fn first_sight(&self, hash: u64) -> Option<&Mutex<()>> {
        let count = u64::try_from(self.first_sights.len()).ok()?;
        let place = usize::try_from(hash.checked_rem(count)?).ok()?;
        self.first_sights.get(place)
    }

    /// Up to an eighth less than the limit, so that clients that came at the same moment are not all validated again at
    /// the same moment.
    fn max_age_of(&self, hash: u64) -> Duration {
        let share = u32::try_from(hash >> 48).unwrap_or_default();
        self.max_age.saturating_sub((self.max_age / 8 / (1 << 16)) * share)
    }
}

impl<A, R> fmt::Debug for VerdictCache<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerdictCache")
            .field("accepted", &self.accepted)
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

/// Default limit of headers that are remembered.
const DEFAULT_MAX_CLIENTS: usize = 20_000;
/// Default limit of the bytes of all that is remembered.
const DEFAULT_MAX_BYTES: usize = 96 * 1024 * 1024;
/// Default limit of the time for which a verdict is believed.
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(300);
/// Refused headers that are remembered.
const MAX_REFUSED: usize = 1024;
/// Bytes of refused headers that are remembered.
const MAX_REFUSED_BYTES: usize = 2 * 1024 * 1024;
/// For how long a refused header is.
const MAX_REFUSED_AGE: Duration = Duration::from_secs(2);
/// Headers that can be judged for the first time at one moment, unless two happen to have one lock.
const FIRST_SIGHTS: usize = 1024;
