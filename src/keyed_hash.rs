//! The hash that picks slots for what strangers choose.

use std::hash::{BuildHasher as _, RandomState};

use foldhash::SharedSeed;
pub(crate) use foldhash::quality::SeedableRandomState as KeyedHash;

/// A hash with a key that the operating system gave at random, so that nobody can choose what shares a slot.
///
/// It is fast and not cryptographic: whoever finds what it picks compares it as a whole.
pub(crate) fn keyed_hash() -> KeyedHash {
    KeyedHash::with_seed(RandomState::new().hash_one(()), SharedSeed::global_random())
}
