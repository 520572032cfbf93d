//! By what a gateway is known.

use super::certificates::{anchors, fingerprints};
use crate::certificate::ObjectIdentifier;
use crate::config::document::{GatewayCertificateTable, SecretHeaderTable, UnixSocketTable, WayTable};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::document::OneOrMany;
use crate::gateway::{
    AddressRange, GatewayCertificateMatcher, GatewayCertificateName, IntoAddressRange as _, Secret, SenderProof,
    UnixPeers,
};

/// Ranges, each of which is told apart where it is wrong.
pub(super) fn ranges(texts: Option<&OneOrMany<String>>, key: &Key) -> Result<Vec<AddressRange>, Mistake> {
    let texts = texts.iter().flat_map(|texts| &texts.0).enumerate();
    texts.map(|(index, text)| text.as_str().into_address_range().at(&key.index(index))).collect()
}

pub(super) fn unix_peers(table: &UnixSocketTable, key: &Key) -> Result<UnixPeers, Mistake> {
    match (&table.uids, table.allow_anyone_with_access) {
        (Some(uids), None | Some(false)) => Ok(UnixPeers::uids(uids.iter().copied())),
        (None, Some(true)) => Ok(UnixPeers::anyone_with_access()),
        _ => contradiction(key, "has none or both of uids and allow_anyone_with_access, expected exactly one"),
    }
}

/// One more way: a place, and the factors that are demanded there.
pub(super) fn way(table: &WayTable, key: &Key, sources: &Sources<'_>) -> Result<SenderProof, Mistake> {
    let mut proof = match (&table.addresses, table.allow_any_address, &table.unix_socket) {
        (Some(_), None | Some(false), None) => {
            let key = key.field("addresses");
            SenderProof::addresses(ranges(table.addresses.as_ref(), &key)?).at(&key)?
        }
        (None, Some(true), None) => SenderProof::allow_any_address(),
        (None, None | Some(false), Some(unix)) => {
            SenderProof::unix_socket(unix_peers(unix, &key.field("unix_socket"))?)
        }
        _ => {
            let text = "has none or several of addresses, allow_any_address and unix_socket, expected exactly one";
            return contradiction(key, text);
        }
    };
    for (index, header) in table.secret_headers.iter().flatten().enumerate() {
        let key = key.field("secret_headers").index(index);
        let (name, secret) = secret_header(header, &key, sources)?;
        proof = proof.secret_header(name, secret).at(&key.field("name"))?;
    }
    for (index, certificate) in table.certificate.iter().flatten().enumerate() {
        proof = proof.certificate(matcher(certificate, &key.field("certificate").index(index), sources)?);
    }
    Ok(proof)
}

pub(super) fn secret_header<'a>(
    table: &'a SecretHeaderTable,
    key: &Key,
    sources: &Sources<'_>,
) -> Result<(&'a str, Secret), Mistake> {
    let Some(name) = table.name.as_deref() else {
        return contradiction(key, "has no name");
    };
    let mut secret: Option<Secret> = None;
    for (index, value) in table.secret.iter().flat_map(|values| &values.0).enumerate() {
        let next = sources.secret(value, &key.field("secret").index(index))?;
        secret = Some(match secret {
            Some(known) => known.or(next),
            None => next,
        });
    }
    match secret {
        Some(secret) => Ok((name, secret)),
        None => contradiction(key, "has no secret"),
    }
}

pub(super) fn matcher(
    table: &GatewayCertificateTable,
    key: &Key,
    sources: &Sources<'_>,
) -> Result<GatewayCertificateMatcher, Mistake> {
    let anchors = anchors(table.anchors.as_deref().unwrap_or_default(), &key.field("anchors"), sources)?;
    let mut names = Vec::new();
    names.extend(texts(table.dns.as_ref()).map(GatewayCertificateName::dns));
    names.extend(texts(table.uri.as_ref()).map(GatewayCertificateName::uri));
    for (attribute, values) in table.subject_attributes.iter().flatten() {
        let key = key.field("subject_attributes").field(attribute);
        let kind = attribute_type(attribute, &key)?;
        names.extend(values.0.iter().map(|value| GatewayCertificateName::subject_attribute(kind.clone(), value)));
    }
    let public_keys = fingerprints(table.public_key.as_ref(), &key.field("public_key"))?;
    names.extend(public_keys.into_iter().map(GatewayCertificateName::public_key));
    match (table.allow_any_issued, names.is_empty()) {
        (Some(true), true) => GatewayCertificateMatcher::any_issued_under(anchors).at(key),
        (Some(true), false) => contradiction(key, "has allow_any_issued beside names, expected one of both"),
        (None | Some(false), _) => GatewayCertificateMatcher::named(anchors, names).at(key),
    }
}

pub(super) fn attribute_type(text: &str, key: &Key) -> Result<ObjectIdentifier, Mistake> {
    match ObjectIdentifier::of_attribute(text) {
        Some(kind) => Ok(kind),
        None => contradiction(
            key,
            format!(
                "\"{}\" is no attribute type, expected one such as O, or an object identifier",
                crate::escape::Escaped(text)
            ),
        ),
    }
}

fn texts(values: Option<&OneOrMany<String>>) -> impl Iterator<Item = &String> {
    values.into_iter().flat_map(|values| &values.0)
}
