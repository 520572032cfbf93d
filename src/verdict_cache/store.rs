use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

use super::shard::Shard;
use super::{Entry, HeaderKey};

/// Entries by the hash of their key, bounded in number and bytes.
pub(super) struct Store<V> {
    shards: Box<[RwLock<Shard<V>>]>,
    room: Room,
}

/// What is taken of the bounds, by all shards together.
pub(super) struct Room {
    max_entries: usize,
    max_bytes: usize,
    entries: AtomicUsize,
    bytes: AtomicUsize,
}

impl<V> Store<V> {
    pub(super) fn new(max_entries: usize, max_bytes: usize) -> Self {
        let shards = (max_entries / ENTRIES_FOR_A_SHARD).clamp(1, MAX_SHARDS);
        Self {
            shards: (0..shards).map(|_| RwLock::new(Shard::default())).collect(),
            room: Room { max_entries, max_bytes, entries: AtomicUsize::new(0), bytes: AtomicUsize::new(0) },
        }
    }

    /// What `read` reads from the entry of a key. The lock is held meanwhile: to share entries beyond it would cost each
    /// hit more than the comparison does.
    pub(super) fn find<T>(
        &self,
        hash: u64,
        key: &HeaderKey<'_>,
        read: impl FnOnce(&Entry<V>) -> Option<T>,
    ) -> Option<T> {
        let shard = self.shard(hash)?.read().unwrap_or_else(PoisonError::into_inner);
        shard.find(hash).filter(|entry| entry.is_of(key)).and_then(read)
    }

    /// Adds an entry, in place of the one with its hash where there is one. Where there is no room, the shard decides who
    /// makes it, or that the newcomer stays outside.
    pub(super) fn put(&self, hash: u64, entry: Entry<V>, now: SystemTime) {
        let Some(shard) = self.shard(hash) else { return };
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let displaced = shard.put(hash, entry, &self.room, now);
        drop(shard);
        // Freed without the lock.
        drop(displaced);
    }

    pub(super) fn forget(&self) {
        for shard in &self.shards {
            let entries = shard.write().unwrap_or_else(PoisonError::into_inner).take_all(&self.room);
            drop(entries);
        }
    }

    fn shard(&self, hash: u64) -> Option<&RwLock<Shard<V>>> {
        // Other bits than the shard's own table picks by.
        let count = u64::try_from(self.shards.len()).ok()?;
        let place = usize::try_from((hash >> 32).checked_rem(count)?).ok()?;
        self.shards.get(place)
    }
}

impl Room {
    /// Takes room for one entry; `false` where there is not enough.
    pub(super) fn take(&self, bytes: usize) -> bool {
        if !take(&self.entries, 1, self.max_entries) {
            return false;
        }
        let has_room = take(&self.bytes, bytes, self.max_bytes);
        if !has_room {
            give_back(&self.entries, 1);
        }
        has_room
    }

    pub(super) fn give_back(&self, bytes: usize) {
        give_back(&self.entries, 1);
        give_back(&self.bytes, bytes);
    }

    /// Whether an entry of so many bytes could have room at all.
    pub(super) fn could_hold(&self, bytes: usize) -> bool {
        self.max_entries > 0 && bytes <= self.max_bytes
    }
}

fn take(taken: &AtomicUsize, more: usize, max: usize) -> bool {
    let add = |taken: usize| taken.checked_add(more).filter(|sum| *sum <= max);
    taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok()
}

fn give_back(taken: &AtomicUsize, less: usize) {
    taken.fetch_sub(less, Ordering::Relaxed);
}

impl<V> fmt::Debug for Store<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("entries", &self.room.entries)
            .field("max_entries", &self.room.max_entries)
            .field("bytes", &self.room.bytes)
            .field("max_bytes", &self.room.max_bytes)
            .finish_non_exhaustive()
    }
}

/// The most shards.
const MAX_SHARDS: usize = 64;
/// A shard has room for so many entries at least: who has to make room is chosen within one.
const ENTRIES_FOR_A_SHARD: usize = 256;
