//! Signatures on certificates of authorities that were verified before.
//!
//! Above the leaf, the same signatures are met for every client. Whether one is good depends on nothing but algorithm,
//! key, message and signature, so that it need not be found out twice. Everything else about a path is judged every
//! time.
//!
//! Whole copies are kept and compared, octet for octet. They are taken of signatures on intermediates of accepted paths
//! alone: a client cannot fill the memory with what it makes up, and signatures on clients' own certificates are never
//! in it.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher as _;
use std::sync::{PoisonError, RwLock};

use crate::keyed_hash::{KeyedHash, keyed_hash};

/// Signatures that are known to be good; bounded.
pub(crate) struct SignatureMemory {
    hash: KeyedHash,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// By hash; of two with one hash, the later displaces the other.
    signatures: HashMap<u64, KnownVerification>,
    octets: usize,
}

/// Everything that a signature's being good depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Verification<'a> {
    pub(super) key_algorithm: &'a [u8],
    pub(super) signature_algorithm: &'a [u8],
    pub(super) key: &'a [u8],
    pub(super) message: &'a [u8],
    pub(super) signature: &'a [u8],
}

/// The same, kept.
#[derive(Clone, Debug)]
pub(super) struct KnownVerification {
    key_algorithm: Box<[u8]>,
    signature_algorithm: Box<[u8]>,
    key: Box<[u8]>,
    message: Box<[u8]>,
    signature: Box<[u8]>,
}

impl SignatureMemory {
    pub(crate) fn new() -> Self {
        Self { hash: keyed_hash(), known: RwLock::default() }
    }

    /// Whether this very signature is known to be good.
    pub(super) fn holds(&self, signature: &Verification<'_>) -> bool {
        let hash = self.hash.hash_one(signature);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.signatures.get(&hash).is_some_and(|known| known.parts() == *signature)
    }

    /// Adds a signature that was found good. At the bound, everything else is forgotten: there are far fewer
    /// authorities, and what is forgotten is verified again.
    pub(super) fn add(&self, signature: KnownVerification) {
        let octets = signature.octets();
        if octets > MAX_OCTETS {
            return;
        }
        let hash = self.hash.hash_one(signature.parts());
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.signatures.len() >= MAX_SIGNATURES || known.octets.saturating_add(octets) > MAX_OCTETS {
            *known = Known::default();
        }
        known.octets += octets;
        if let Some(displaced) = known.signatures.insert(hash, signature) {
            known.octets = known.octets.saturating_sub(displaced.octets());
        }
    }
}

impl Verification<'_> {
    pub(super) fn to_known(self) -> KnownVerification {
        KnownVerification {
            key_algorithm: self.key_algorithm.into(),
            signature_algorithm: self.signature_algorithm.into(),
            key: self.key.into(),
            message: self.message.into(),
            signature: self.signature.into(),
        }
    }
}

impl KnownVerification {
    pub(super) fn parts(&self) -> Verification<'_> {
        Verification {
            key_algorithm: &self.key_algorithm,
            signature_algorithm: &self.signature_algorithm,
            key: &self.key,
            message: &self.message,
            signature: &self.signature,
        }
    }

    fn octets(&self) -> usize {
        let Verification { key_algorithm, signature_algorithm, key, message, signature } = self.parts();
        [key_algorithm, signature_algorithm, key, message, signature].iter().map(|part| part.len()).sum()
    }
}

impl fmt::Debug for SignatureMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("SignatureMemory").field("signatures", &known.signatures.len()).finish_non_exhaustive()
    }
}

/// Signatures that are remembered.
const MAX_SIGNATURES: usize = 1024;

/// Octets of all that is remembered.
const MAX_OCTETS: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Verification<'_> = Verification {
        key_algorithm: b"ka",
        signature_algorithm: b"sa",
        key: b"key",
        message: b"message",
        signature: b"signature",
    };

    #[test]
    fn a_signature_is_known_by_all_of_its_parts_alone() {
        let memory = SignatureMemory::new();
        assert!(!memory.holds(&GOOD));
        memory.add(GOOD.to_known());
        assert!(memory.holds(&GOOD));
        for other in [
            Verification { key_algorithm: b"kb", ..GOOD },
            Verification { signature_algorithm: b"sb", ..GOOD },
            Verification { key: b"kez", ..GOOD },
            Verification { message: b"messagf", ..GOOD },
            Verification { signature: b"signaturf", ..GOOD },
            // The same octets, parted elsewhere.
            Verification { key: b"keym", message: b"essage", ..GOOD },
            Verification { key_algorithm: b"kas", signature_algorithm: b"a", ..GOOD },
            Verification { message: b"messages", signature: b"ignature", ..GOOD },
        ] {
            assert!(!memory.holds(&other), "{other:?}");
        }
    }

    #[test]
    fn it_does_not_outgrow_its_bounds() {
        let memory = SignatureMemory::new();
        for number in 0..3 * MAX_SIGNATURES {
            memory.add(Verification { message: &number.to_le_bytes(), ..GOOD }.to_known());
            assert!(memory.holds(&Verification { message: &number.to_le_bytes(), ..GOOD }));
            assert!(memory.known.read().unwrap().signatures.len() <= MAX_SIGNATURES);
        }
        let large = vec![0; MAX_OCTETS / 3];
        for number in 0..10_u8 {
            let message = [large.as_slice(), &[number]].concat();
            memory.add(Verification { message: &message, ..GOOD }.to_known());
            let known = memory.known.read().unwrap();
            assert_eq!(known.octets, known.signatures.values().map(KnownVerification::octets).sum::<usize>());
            assert!(known.octets <= MAX_OCTETS);
        }
        memory.add(Verification { message: &vec![0; MAX_OCTETS], ..GOOD }.to_known());
        assert!(!memory.holds(&Verification { message: &vec![0; MAX_OCTETS], ..GOOD }));
    }

    #[test]
    fn up_to_its_bounds_it_forgets_nothing() {
        let memory = SignatureMemory::new();
        let numbered = |number: usize| number.to_le_bytes();
        (0..MAX_SIGNATURES).for_each(|number| {
            memory.add(Verification { message: &numbered(number), ..GOOD }.to_known());
        });
        assert!((0..MAX_SIGNATURES).all(|number| memory.holds(&Verification { message: &numbered(number), ..GOOD })));
        let memory = SignatureMemory::new();
        let rest = MAX_OCTETS - 2 * Verification { message: b"", ..GOOD }.to_known().octets();
        let halves = [vec![1; rest / 2], vec![2; rest - rest / 2]];
        for message in &halves {
            memory.add(Verification { message, ..GOOD }.to_known());
        }
        assert!(halves.iter().all(|message| memory.holds(&Verification { message, ..GOOD })));
        let whole = vec![3; rest + GOOD.to_known().octets() - GOOD.message.len()];
        memory.add(Verification { message: &whole, ..GOOD }.to_known());
        assert!(memory.holds(&Verification { message: &whole, ..GOOD }), "as large as the bound");
    }

    #[test]
    fn adding_what_is_known_takes_no_more_room() {
        let memory = SignatureMemory::new();
        (0..10).for_each(|_| memory.add(GOOD.to_known()));
        assert_eq!(memory.known.read().unwrap().octets, GOOD.to_known().octets());
    }
}
