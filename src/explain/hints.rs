//! What can be said about mending beyond the sentence of the refusal, because the configuration is at hand.

use std::net::IpAddr;

use ipnet::IpNet;

use super::step::shown;
use super::words;
use crate::certificate::{Certificate, DistinguishedName};
use crate::gateway::UntrustedPeer;
use crate::snapshot::Snapshot;
use crate::validation::{Trust, TrustAnchor, ValidationError, ValidationProblem};

/// Which range would hold the peer, and which of those that there are comes nearest.
pub(super) fn for_peer(peer: &UntrustedPeer, snapshot: &Snapshot) -> Option<String> {
    let UntrustedPeer::OutsideRanges { peer } = peer else { return None };
    let address = peer.ip()?;
    let ranges = snapshot.gateways.iter().flat_map(|member| member.gateway.ranges().map(move |range| (member, range)));
    let nearest = ranges
        .filter(|(_, range)| range.network().addr().is_ipv4() == address.is_ipv4())
        .max_by_key(|(_, range)| common_bits(range.network().addr(), address));
    let mend = format!(
        "if the peer is a gateway, add {} or its subnet, such as {}, to the gateway's addresses; otherwise this is right",
        IpNet::from(address),
        subnet_of(address)
    );
    Some(match nearest {
        Some((member, range)) => {
            let name = words::name_of(&member.gateway);
            format!("{mend} (the nearest range is {} of gateway \"{name}\")", range.as_str())
        }
        None => mend,
    })
}

/// The range that a network of usual size would have.
fn subnet_of(address: IpAddr) -> IpNet {
    let prefix = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, prefix).map_or_else(|_| IpNet::from(address), |subnet| subnet.trunc())
}

fn common_bits(one: IpAddr, other: IpAddr) -> u32 {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u32::from(one) ^ u32::from(other)).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (u128::from(one) ^ u128::from(other)).leading_zeros(),
        _ => 0,
    }
}

/// For an issuer that is not known, the anchors that come nearest; for dates, since when or until when.
pub(super) fn for_path(error: &ValidationError, trust: &Trust) -> Option<String> {
    match error.problem() {
        ValidationProblem::Expired { not_after, now } => {
            let since = now.duration_since(*not_after).unwrap_or_default();
            Some(format!("it expired {} ago", words::span(since.as_secs())))
        }
        ValidationProblem::NotYetValid { not_before, now } => {
            let until = not_before.duration_since(*now).unwrap_or_default();
            Some(format!("it becomes valid in {}", words::span(until.as_secs())))
        }
        ValidationProblem::IssuerUnknown { issuer, key_id, .. } => {
            nearest_authorities(issuer, key_id.as_deref(), trust)
        }
        _ => None,
    }
}

fn nearest_authorities(issuer: &str, key_id: Option<&str>, trust: &Trust) -> Option<String> {
    let anchors = trust.anchors().map(|anchor| (Known::Anchor(anchor), anchor.certificate()));
    let intermediates = trust.intermediates().iter().map(|known| (Known::Intermediate, known.as_ref()));
    let mut near: Vec<_> = anchors
        .chain(intermediates)
        .map(|(known, certificate)| (likeness(certificate, issuer, key_id), known, certificate))
        .filter(|(likeness, ..)| *likeness > 0)
        .collect();
    near.sort_by_key(|(likeness, ..)| std::cmp::Reverse(*likeness));
    let named: Vec<_> =
        near.iter().take(MAX_NEAREST).map(|(_, known, certificate)| named(known, certificate)).collect();
    (!named.is_empty()).then(|| format!("the nearest that are configured: {}", named.join(", ")))
}

enum Known<'a> {
    Anchor(&'a TrustAnchor),
    Intermediate,
}

fn named(known: &Known<'_>, certificate: &Certificate) -> String {
    let subject = shown(certificate.subject().to_string());
    let what = match known {
        Known::Anchor(anchor) => match anchor.label() {
            Some(label) => format!("anchor \"{}\", {subject}", shown(label)),
            None => format!("anchor {subject}"),
        },
        Known::Intermediate => format!("intermediate {subject}"),
    };
    match certificate.subject_key_id() {
        Some(key_id) => format!("{what} with key id {key_id}"),
        None => what,
    }
}

/// How much of the wanted name a certificate has; a key identifier that is the wanted one says more than any name.
fn likeness(certificate: &Certificate, issuer: &str, key_id: Option<&str>) -> usize {
    let has_key =
        key_id.is_some_and(|wanted| certificate.subject_key_id().is_some_and(|own| own.to_string() == wanted));
    let in_common = texts(certificate.subject()).filter(|text| issuer.contains(text.as_str())).count();
    in_common + if has_key { KEY_ID_WEIGHT } else { 0 }
}

/// The attributes of a name as they stand in its text, such as `O=CARC`; the country says nothing.
fn texts(name: &DistinguishedName) -> impl Iterator<Item = String> {
    name.iter().filter_map(|attribute| {
        let key = attribute.key().filter(|key| *key != "C")?;
        Some(format!("{key}={}", attribute.text()?))
    })
}

/// Authorities that are named as the nearest.
const MAX_NEAREST: usize = 3;
/// More than a name has attributes.
const KEY_ID_WEIGHT: usize = 100;
