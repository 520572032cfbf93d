use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::SystemTime;

use super::Entry;
use super::store::Room;

/// The entries behind one lock.
pub(super) struct Shard<V> {
    /// Where the entry with a hash stands. There is one at most: of two keys with one hash, the later displaces the other.
    places: HashMap<u64, usize, BuildHasherDefault<AlreadyHashed>>,
    slots: Vec<Slot<V>>,
    /// State of the choice among those that might make room.
    choice: u64,
}

struct Slot<V> {
    hash: u64,
    entry: Entry<V>,
}

impl<V> Shard<V> {
    pub(super) fn find(&self, hash: u64) -> Option<&Entry<V>> {
        self.slots.get(*self.places.get(&hash)?).map(|slot| &slot.entry)
    }

    /// Returns what was displaced, so that it can be freed without the lock.
    pub(super) fn put(&mut self, hash: u64, entry: Entry<V>, room: &Room, now: SystemTime) -> Vec<Entry<V>> {
        let bytes = entry.bytes();
        let mut displaced = Vec::new();
        if !room.could_hold(bytes) {
            return displaced;
        }
        if let Some(place) = self.places.get(&hash).copied() {
            displaced.extend(self.remove(place, room));
            // It came back when it was no longer good: it is in use.
            entry.note_use();
        }
        let mut has_room = room.take(bytes);
        while !has_room && displaced.len() < MAX_DISPLACED {
            let Some(place) = self.place_to_free(&entry, now) else { break };
            displaced.extend(self.remove(place, room));
            has_room = room.take(bytes);
        }
        if has_room {
            self.places.insert(hash, self.slots.len());
            self.slots.push(Slot { hash, entry });
        }
        displaced
    }

    pub(super) fn take_all(&mut self, room: &Room) -> Vec<Entry<V>> {
        self.places = HashMap::default();
        let entries: Vec<_> = std::mem::take(&mut self.slots).into_iter().map(|slot| slot.entry).collect();
        for entry in &entries {
            room.give_back(entry.bytes());
        }
        entries
    }

    /// Who makes room for a newcomer, among a few that are looked at: one that is no longer good. Where all are, the
    /// newcomer mostly stays outside, because whoever always displaces those who may come back keeps nobody: one in 16
    /// displaces an entry that nobody has asked for again, one in 256 one that somebody has. Where clients have gone for
    /// good, their entries end before long.
    fn place_to_free(&mut self, newcomer: &Entry<V>, now: SystemTime) -> Option<usize> {
        let mut unused = None;
        let mut last = None;
        for _ in 0..LOOKED_AT {
            let place = self.choose()?;
            let entry = &self.slots.get(place)?.entry;
            if !entry.is_alive(newcomer, now) {
                return Some(place);
            }
            if !entry.was_used() {
                unused = Some(place);
            }
            last = Some(place);
        }
        let by_chance = |bits: u32| self.choice >> (u64::BITS - bits) == 0;
        unused.filter(|_| by_chance(UNUSED_DISPLACED_BITS)).or_else(|| last.filter(|_| by_chance(USED_DISPLACED_BITS)))
    }

    fn choose(&mut self) -> Option<usize> {
        // A linear congruential step (Knuth's constants); the upper half is the better one.
        self.choice = self.choice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let slots = u64::try_from(self.slots.len()).ok()?;
        usize::try_from((self.choice >> 32).checked_rem(slots)?).ok()
    }

    fn remove(&mut self, place: usize, room: &Room) -> Option<Entry<V>> {
        if place >= self.slots.len() {
            return None;
        }
        let Slot { hash, entry } = self.slots.swap_remove(place);
        self.places.remove(&hash);
        if let Some(moved) = self.slots.get(place) {
            self.places.insert(moved.hash, place);
        }
        room.give_back(entry.bytes());
        Some(entry)
    }
}

impl<V> Default for Shard<V> {
    fn default() -> Self {
        Self { places: HashMap::default(), slots: Vec::new(), choice: 0 }
    }
}

/// The keys of the table are hashes.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Entries that one newcomer looks at.
const LOOKED_AT: usize = 16;
/// Of newcomers that find no entry at its end, one in 2^4 displaces an unused one.
const UNUSED_DISPLACED_BITS: u32 = 4;
/// Of those that find no unused one either, one in 2^8 displaces any.
const USED_DISPLACED_BITS: u32 = 8;
/// Entries that one newcomer displaces at most: it may be larger than those that it finds.
const MAX_DISPLACED: usize = 16;
