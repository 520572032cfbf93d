use std::sync::Arc;

use http::HeaderName;

use super::address_range::AddressRange;
use super::certificate_matcher::GatewayCertificateMatcher;
use super::peer::GatewayPeer;
use super::secret_header::SecretHeader;
use super::sender_proof::{Factor, Presented, SenderProof};
use super::untrusted_peer::SecondFactorError;
use crate::validation::Trust;

/// By what a gateway is known: any of its ways, each with all of its second factors and all of those that count for
/// every way.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    ways: Vec<SenderProof>,
    factors: Vec<Factor>,
}

impl Sender {
    pub(super) fn new(way: SenderProof) -> Self {
        Self { ways: vec![way], factors: Vec::new() }
    }

    pub(super) fn add_way(&mut self, way: SenderProof) {
        self.ways.push(way);
    }

    pub(super) fn add_secret(&mut self, header: SecretHeader) {
        self.factors.push(Factor::Secret(header));
    }

    pub(super) fn add_certificate(&mut self, matcher: GatewayCertificateMatcher) {
        self.factors.push(Factor::Certificate(matcher));
    }

    pub(super) fn allow_any_address(&mut self) {
        if let Some(first) = self.ways.first_mut() {
            first.extend_to_any_address();
        }
    }

    pub(super) fn ranges(&self) -> impl Iterator<Item = &AddressRange> {
        self.ways.iter().flat_map(SenderProof::ranges)
    }

    /// Each way, with the factors that count for every way.
    pub(super) fn proofs(&self) -> impl Iterator<Item = (&SenderProof, &[Factor])> {
        self.ways.iter().map(|way| (way, &*self.factors))
    }

    pub(super) fn secret_names(&self) -> impl Iterator<Item = &HeaderName> {
        self.all_factors().filter_map(|factor| match factor {
            Factor::Secret(header) => Some(header.name()),
            Factor::Certificate(_) => None,
        })
    }

    /// Judges the peer; returns what it was proven by. `Ok(None)` where the peer is in another place.
    pub(super) fn prove(
        &self,
        peer: GatewayPeer,
        presented: &Presented<'_>,
    ) -> Result<Option<Arc<str>>, SecondFactorError> {
        let mut failure = None;
        for way in &self.ways {
            let Some(place) = way.place_of(peer) else { continue };
            match self.prove_factors(way, place, presented) {
                Ok(proof) => return Ok(Some(proof)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    fn prove_factors(
        &self,
        way: &SenderProof,
        place: Arc<str>,
        presented: &Presented<'_>,
    ) -> Result<Arc<str>, SecondFactorError> {
        let mut proof = place;
        for factor in self.factors_of(way) {
            proof = format!("{proof}, {}", factor.prove(presented)?).into();
        }
        Ok(proof)
    }

    /// A place from which a peer could be taken for either of two senders, by its name.
    pub(super) fn ambiguous_place(&self, other: &Self) -> Option<String> {
        let pairs = self.ways.iter().flat_map(|way| other.ways.iter().map(move |other_way| (way, other_way)));
        pairs
            .filter(|(way, other_way)| !self.is_apart(way, other, other_way))
            .find_map(|(way, other_way)| way.shared_place(other_way))
    }

    /// Whether each demands something that the other's proof does not hold.
    fn is_apart(&self, way: &SenderProof, other: &Self, other_way: &SenderProof) -> bool {
        let demands_more = |this: &[&Factor], that: &[&Factor]| {
            this.iter().any(|factor| !that.iter().any(|known| factor.overlaps(known)))
        };
        let ours: Vec<_> = self.factors_of(way).collect();
        let theirs: Vec<_> = other.factors_of(other_way).collect();
        demands_more(&ours, &theirs) && demands_more(&theirs, &ours)
    }

    /// The subject of an anchor under which clients would be taken for the gateway.
    pub(super) fn anchor_above(&self, clients: &Trust) -> Option<String> {
        self.all_factors().find_map(|factor| match factor {
            Factor::Certificate(matcher) => matcher.anchor_above(clients),
            Factor::Secret(_) => None,
        })
    }

    fn factors_of<'a>(&'a self, way: &'a SenderProof) -> impl Iterator<Item = &'a Factor> {
        way.factors().iter().chain(&self.factors)
    }

    fn all_factors(&self) -> impl Iterator<Item = &Factor> {
        self.ways.iter().flat_map(SenderProof::factors).chain(&self.factors)
    }
}
