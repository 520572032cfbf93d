use std::borrow::Cow;

use super::super::certificates::Certificates;
use super::super::{EncodingError, pem};
use crate::certificate::Fingerprint;

/// What counts of one element, before any of it is decoded.
#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    seen: Vec<Key>,
    /// It has names that are written without quotes, so that what follows the element may be the work of one.
    pub(super) has_bare_names: bool,
    pub(super) hash: Option<Cow<'a, [u8]>>,
    pub(super) leaf: Option<Pem<'a>>,
    pub(super) chain: Vec<Pem<'a>>,
}

/// Certificates as the two forms write them.
#[derive(Debug)]
pub(super) enum Pem<'a> {
    /// Percent-encoded.
    Escaped(Cow<'a, [u8]>),
    /// As it is, with line feeds.
    Plain(Vec<u8>),
}

/// The keys of an element. The text form's are case-insensitive, so that both forms are read so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A name of the hop's own certificate; it repeats.
    By,
    Cert,
    Chain,
    Hash,
    Issuer,
    Subject,
    /// `URI` and `DNS`, which repeat, and keys of later versions. Their values are never looked at.
    Other,
}

impl Key {
    pub(super) fn of(name: &[u8]) -> Self {
        const KNOWN: &[(&[u8], Key)] = &[
            (b"by", Key::By),
            (b"cert", Key::Cert),
            (b"chain", Key::Chain),
            (b"hash", Key::Hash),
            (b"issuer", Key::Issuer),
            (b"subject", Key::Subject),
        ];
        KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Self::Other, |(_, key)| *key)
    }
}

impl Element<'_> {
    /// Notes a key; `false` for one that occurs a second time and must not.
    pub(super) fn is_new(&mut self, key: Key) -> bool {
        if matches!(key, Key::By | Key::Other) {
            return true;
        }
        if self.seen.contains(&key) {
            return false;
        }
        self.seen.push(key);
        true
    }

    /// Decodes the certificates, the end entity first, and compares what the element says twice.
    pub(super) fn add_to(self, certificates: &mut Certificates) -> Result<(), EncodingError> {
        let contradictory = |found, expected| EncodingError::XfccContradictory { found, expected };
        let mut chain = certificates.empty_with_same_limit();
        for pem in &self.chain {
            pem.decode(&mut chain)?;
        }
        let chain = chain.into_vec();
        let mut leaf = certificates.empty_with_same_limit();
        if let Some(pem) = &self.leaf {
            pem.decode(&mut leaf)?;
        }
        let leaf = leaf.into_vec();
        if leaf.len() > 1 {
            return Err(contradictory("several certificates under Cert", "one"));
        }
        let Some(end_entity) = leaf.first().or(chain.first()) else {
            return Err(contradictory("neither Cert nor Chain", "a gateway that is told to forward the certificate"));
        };
        if chain.first().is_some_and(|first| first != end_entity) {
            return Err(contradictory("a Chain that does not begin with Cert", "the same certificate in both"));
        }
        let hash = self.hash.as_deref().ok_or_else(|| contradictory("no Hash", "the SHA-256 of Cert"))?;
        let hash = std::str::from_utf8(hash).ok().filter(|text| !text.contains(':'));
        if hash.and_then(|text| text.parse().ok()) != Some(Fingerprint::of(end_entity)) {
            return Err(contradictory("a Hash of something else", "the SHA-256 of Cert"));
        }
        let others = if chain.is_empty() { leaf } else { chain };
        others.into_iter().try_for_each(|certificate| certificates.add_der(certificate.to_vec()))
    }
}

impl Pem<'_> {
    fn decode(&self, certificates: &mut Certificates) -> Result<(), EncodingError> {
        match self {
            Self::Escaped(value) => pem::decode(value, certificates),
            Self::Plain(text) => pem::decode_text(text, certificates),
        }
    }
}
