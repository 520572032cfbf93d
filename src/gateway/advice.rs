//! What is probably not meant in a gateway.

use super::facts::{ChainForwarded, RemovesClientCopy, Validates};
use super::{Gateway, is_same_or_look_alike};
use crate::advice::{Advice, AdviceCode};
use crate::escape::Escaped;
use crate::policy::listed;
use crate::validation::{Trust, TrustAnchor, TrustAnchors};

impl Gateway {
    /// Names the authorities by which the gateway itself accepts clients, from its own file. Nothing is accepted or
    /// refused by it: where it differs from the anchors, [`Advice`] tells both lists.
    #[must_use]
    pub fn client_authorities(self, authorities: TrustAnchors) -> Self {
        Self { client_authorities: Some(authorities), ..self }
    }

    pub(crate) fn advise(&self, trust: &Trust, checks_revocation: bool, advice: &mut Vec<Advice>) {
        let name = Escaped(self.name());
        let mut add = |code, text: String| advice.push(Advice::new(code, text));
        for (way, common) in self.sender.proofs() {
            let is_wide = way.ranges().iter().find(|range| {
                let network = range.network();
                let narrowest = if network.network().is_ipv4() { WIDE_IPV4_BITS } else { WIDE_IPV6_BITS };
                network.prefix_len() < narrowest
            });
            if let Some(range) = is_wide.filter(|_| way.factors().is_empty() && common.is_empty()) {
                add(
                    AdviceCode::RangeWide,
                    format!(
                        "gateway \"{name}\" is believed from {} without a second factor: whoever sends from there is \
                         every client; name the gateway's own addresses",
                        range.as_str()
                    ),
                );
            }
        }
        if let Some(facts) = self.facts {
            let why = match facts.removes_client_copy {
                RemovesClientCopy::Always => None,
                RemovesClientCopy::Undocumented => Some("its vendor does not say that it removes one"),
                RemovesClientCopy::WhereConfigured => Some("it removes one only where its configuration says so"),
            };
            if let Some(why) = why {
                add(
                    AdviceCode::ClientHeaderPasses,
                    format!(
                        "gateway \"{name}\" may pass on a header {} of the client's own: {why}; compare every route \
                         with docs/gateways/{}",
                        self.forwarding.leaf().name,
                        facts.page
                    ),
                );
            }
            if facts.chain == ChainForwarded::None && trust.needs_intermediates() {
                add(
                    AdviceCode::IntermediatesMissing,
                    format!(
                        "gateway \"{name}\" forwards the leaf alone, and no intermediate is configured: clients of \
                         authorities below the anchors are refused; add intermediates"
                    ),
                );
            }
        }
        if !checks_revocation {
            let validates = match self.facts.map(|facts| facts.validates) {
                Some(Validates::No) => "validates nothing",
                Some(Validates::ByMode) => "validates in some of its modes alone",
                None => "is of a kind of which nothing is known",
            };
            add(
                AdviceCode::RevocationOff,
                format!(
                    "gateway \"{name}\" {validates}, and revocation is not checked here: a stolen key is a client \
                     until its certificate expires; add crls or a deny-list"
                ),
            );
        }
        if let Some(own) = &self.client_authorities {
            self.compare_authorities(own, trust, advice);
        }
    }

    fn compare_authorities(&self, own: &TrustAnchors, trust: &Trust, advice: &mut Vec<Advice>) {
        let ours: Vec<_> = trust.anchors().map(|anchor| anchor.certificate()).collect();
        let theirs: Vec<_> = own.as_slice().iter().map(TrustAnchor::certificate).collect();
        let keys = |list: &[&crate::certificate::Certificate]| {
            let mut keys: Vec<_> = list.iter().map(|one| one.public_key_fingerprint().to_string()).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        if keys(&ours) == keys(&theirs) {
            return;
        }
        let names = |list: &[&crate::certificate::Certificate]| {
            listed(list.iter().map(|one| format!("\"{}\"", Escaped(&one.subject().to_string()))))
        };
        let text = format!(
            "gateway \"{}\" accepts clients of {}, this layer clients of {}: whom one refuses, the other need not offer",
            Escaped(self.name()),
            names(&theirs),
            names(&ours)
        );
        advice.push(Advice::new(AdviceCode::GatewayAuthoritiesDiffer, text));
    }
}

/// What is probably not meant in several gateways together.
pub(crate) fn advise_together(gateways: &[&Gateway], advice: &mut Vec<Advice>) {
    for (place, gateway) in gateways.iter().enumerate() {
        for other in gateways.iter().skip(place + 1) {
            let (ours, theirs) = (&gateway.forwarding.leaf().name, &other.forwarding.leaf().name);
            if is_same_or_look_alike(ours, theirs) {
                let text = format!(
                    "gateways \"{}\" and \"{}\" both use the header {ours}: that one passes on what was meant for the \
                     other is not noticed; give each a header of its own",
                    Escaped(gateway.name()),
                    Escaped(other.name())
                );
                advice.push(Advice::new(AdviceCode::HeaderShared, text));
            }
        }
    }
}

/// Networks of fewer bits are wide.
const WIDE_IPV4_BITS: u8 = 8;
const WIDE_IPV6_BITS: u8 = 32;
