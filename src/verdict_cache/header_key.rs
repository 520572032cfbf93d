use std::hash::{BuildHasher, Hasher as _};

use crate::header::{RawCertificate, RawValue};

/// What a verdict depends on of a request: the gateway, and the bytes of every certificate header.
///
/// As bytes it is the gateway's place, then for each value the place of its header, its length, and itself: two keys are
/// the same bytes only where they are the same values of the same headers of the same gateway.
pub(crate) struct HeaderKey<'a> {
    gateway: usize,
    raw: &'a RawCertificate,
}

impl<'a> HeaderKey<'a> {
    /// `gateway` is the place of the gateway in its snapshot.
    pub(crate) fn new(gateway: usize, raw: &'a RawCertificate) -> Self {
        Self { gateway, raw }
    }

    pub(super) fn hash(&self, hasher: &impl BuildHasher) -> u64 {
        let mut hasher = hasher.build_hasher();
        hasher.write_usize(self.gateway);
        for value in self.raw.values() {
            hasher.write_usize(value.place);
            hasher.write_usize(value.bytes().len());
            hasher.write(value.bytes());
        }
        hasher.finish()
    }

    pub(super) fn to_bytes(&self) -> Box<[u8]> {
        let length = self.raw.values().map(|value| 2 * size_of::<usize>() + value.bytes().len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(size_of::<usize>() + length);
        bytes.extend_from_slice(&self.gateway.to_le_bytes());
        for value in self.raw.values() {
            for part in &parts(value, &value.place.to_le_bytes(), &value.bytes().len().to_le_bytes()) {
                bytes.extend_from_slice(part);
            }
        }
        bytes.into()
    }

    /// Whether the bytes of a key are those of this one.
    pub(super) fn is(&self, bytes: &[u8]) -> bool {
        let Some(mut rest) = bytes.strip_prefix(&self.gateway.to_le_bytes()) else { return false };
        for value in self.raw.values() {
            for part in &parts(value, &value.place.to_le_bytes(), &value.bytes().len().to_le_bytes()) {
                match rest.strip_prefix(*part) {
                    Some(after) => rest = after,
                    None => return false,
                }
            }
        }
        rest.is_empty()
    }
}

fn parts<'v>(value: &'v RawValue, place: &'v [u8], length: &'v [u8]) -> [&'v [u8]; 3] {
    [place, length, value.bytes()]
}
