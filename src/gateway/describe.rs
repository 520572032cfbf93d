//! A gateway, as it stands in the effective policy.

use super::forwarding::{CertificateHeader, Forwarding, StatusHeader};
use super::sender_proof::{Factor, Place, SenderProof};
use super::{Gateway, presets};
use crate::encoding::Encoding;
use crate::escape::Escaped;
use crate::policy::{EffectivePolicy, listed};

impl Gateway {
    pub(crate) fn describe(&self, key: &str, policy: &mut EffectivePolicy) {
        let product = self.facts.map_or("custom", |facts| facts.product);
        policy.add(format!("{key}.kind"), "the product", product).set_if(true);
        policy.add(format!("{key}.name"), "its name", Escaped(self.name())).set_if(self.name() != product);
        if let Some(facts) = self.facts {
            let value = format!(
                "validates: {}; removes a client's own header: {}; a client can make it drop the header: {}",
                facts.validates, facts.removes_client_copy, facts.client_can_drop
            );
            policy.add(format!("{key}.product"), "what is known of the product", value);
        }
        for (number, (way, common)) in self.sender.proofs().enumerate() {
            let factors = way.factors().iter().chain(common);
            let value = format!("from {}; {}", way.describe_place(), describe_factors(factors));
            policy
                .add(format!("{key}.proof[{number}]"), "how it proves that it is the sender", value)
                .set_if(true)
                .allows_if(way.is_anywhere(), "where it was sent from: only second factors tell the sender")
                .allows_if(way.is_any_user(), "which process sent it: only the permissions of the socket are left")
                .allows_if(
                    way.factors().iter().chain(common).any(Factor::is_any_certificate),
                    "which machine sent it: every certificate of an authority is the gateway's",
                );
        }
        let authorities = self
            .client_authorities
            .as_ref()
            .map(|set| listed(set.as_slice().iter().map(|anchor| anchor.certificate().subject().to_string())));
        let value = authorities.as_deref().unwrap_or("not told");
        policy
            .add(format!("{key}.client_authorities"), "whose clients the gateway itself accepts", value)
            .set_if(authorities.is_some());
        self.forwarding.describe(key, self.facts.and_then(presets::standard), policy);
    }
}

impl Forwarding {
    fn describe(&self, key: &str, standard: Option<Self>, policy: &mut EffectivePolicy) {
        let standard = standard.unwrap_or_default();
        let mut add = |name: &str, check, value: String, usual: String| {
            let is_set = value != usual;
            policy.add(format!("{key}.{name}"), check, value).set_if(is_set);
        };
        let leaf = |forwarding: &Self| forwarding.leaf().name.to_string();
        add("header", "the header with the certificate", leaf(self), leaf(&standard));
        let encoding = |forwarding: &Self| describe_encoding(forwarding.leaf().encoding);
        add("encoding", "how the certificate is encoded", encoding(self), encoding(&standard));
        let absent =
            |forwarding: &Self| listed(forwarding.absent_values().map(|value| format!("\"{}\"", value.escape_ascii())));
        add("absent_values", "values that mean no certificate", absent(self), absent(&standard));
        let chain = |forwarding: &Self| listed(forwarding.chain().iter().map(describe_header));
        add("chain_header", "headers with the rest of the chain", chain(self), chain(&standard));
        let others = |forwarding: &Self| listed(forwarding.other_leaves().iter().map(describe_header));
        add("other_leaf_headers", "headers that must agree", others(self), others(&standard));
        let status = |forwarding: &Self| {
            let describe = |header: &StatusHeader| format!("{} ({:?})", header.name, header.format);
            forwarding.status().map_or_else(|| "none".to_owned(), describe)
        };
        let answer =
            |forwarding: &Self| forwarding.ocsp_answer().map_or_else(|| "none".to_owned(), ToString::to_string);
        add("ocsp_answer_header", "the header with an OCSP answer", answer(self), answer(&standard));
        add("status_header", "the header by which the gateway can refuse", status(self), status(&standard));
    }
}

impl SenderProof {
    fn describe_place(&self) -> String {
        match &self.place {
            Place::Addresses(ranges) if ranges.is_empty() => "nowhere".to_owned(),
            Place::Addresses(ranges) => listed(ranges.iter().map(|range| range.as_str().to_owned())),
            Place::UnixSocket(peers) => format!("a unix socket, {peers}"),
        }
    }

    fn is_anywhere(&self) -> bool {
        matches!(&self.place, Place::Addresses(ranges) if ranges.iter().any(|range| range.network().prefix_len() == 0))
    }

    fn is_any_user(&self) -> bool {
        matches!(&self.place, Place::UnixSocket(peers) if peers.is_anyone())
    }
}

impl Factor {
    fn is_any_certificate(&self) -> bool {
        matches!(self, Self::Certificate(matcher) if matcher.is_any())
    }

    fn describe(&self) -> String {
        match self {
            Self::Secret(header) => {
                format!("a secret in header {} ({} values known)", header.name(), header.secret().values())
            }
            Self::Certificate(matcher) => matcher.describe(),
        }
    }
}

fn describe_factors<'a>(factors: impl Iterator<Item = &'a Factor>) -> String {
    let texts: Vec<_> = factors.map(Factor::describe).collect();
    if texts.is_empty() { "no second factor".to_owned() } else { format!("with {}", texts.join(" and ")) }
}

fn describe_header(header: &CertificateHeader) -> String {
    format!("{} ({})", header.name, describe_encoding(header.encoding))
}

fn describe_encoding(encoding: Encoding) -> String {
    format!("{encoding:?}")
}
