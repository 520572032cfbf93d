//! Responders, and how they are asked.

use std::time::Duration;

use super::certificates::certificate_file;
use super::options::{set, subject};
use super::revocation::Fetching;
use crate::authorization::authority;
use crate::config::document::revocation::{HashWord, MethodWord, NonceWord, ResponderTable, RevocationTable};
use crate::config::key::{At as _, Key, Mistake, contradiction};
use crate::config::sources::Sources;
use crate::layer::ClientCertLayerBuilder;
use crate::revocation::{AllowedHosts, CertIdHash, OcspMethod, OcspNonce, OcspResponder};
use crate::validation::IssuedBy;

pub(super) fn responders(
    mut builder: ClientCertLayerBuilder,
    table: &RevocationTable,
    key: &Key,
    fetching: Fetching<'_>,
) -> Result<ClientCertLayerBuilder, Mistake> {
    for (index, table) in table.ocsp.iter().flatten().enumerate() {
        builder = builder.ocsp(responder(table, &key.field("ocsp").index(index), fetching.sources)?);
    }
    if let Some(hosts) = &table.allow_aia_responders {
        builder = builder.allow_aia_responders(AllowedHosts::new(&hosts.0).at(&key.field("allow_aia_responders"))?);
    }
    #[cfg(feature = "http-client")]
    if super::revocation::asks_responders(table) {
        if let Some(http) = &table.http {
            builder = builder.ocsp_fetcher(super::http::fetcher(http, &key.field("http"), fetching)?);
        }
        if let Some(store) = &table.store {
            builder = builder.ocsp_store(super::http::store(store, &key.field("store"), fetching)?);
        }
    }
    let wait = table.ocsp_wait_milliseconds.map(Duration::from_millis);
    builder = set(builder, wait, ClientCertLayerBuilder::ocsp_wait);
    let interval = table.ocsp_refresh_interval_seconds.map(Duration::from_secs);
    Ok(set(builder, interval, ClientCertLayerBuilder::ocsp_refresh_interval))
}

fn responder(table: &ResponderTable, key: &Key, sources: &Sources<'_>) -> Result<OcspResponder, Mistake> {
    let Some(url) = &table.url else {
        return contradiction(key, "has no url, expected the responder's address");
    };
    let mut responder = OcspResponder::at(url).at(&key.field("url"))?;
    match (&table.issuer, &table.issuer_subject) {
        (Some(issuer), None) => responder = responder.for_issuer(authority(issuer).at(&key.field("issuer"))?),
        (None, Some(attributes)) => {
            let subject = subject(attributes, &key.field("issuer_subject"))?;
            responder = responder.for_issuer(IssuedBy::subject(subject));
        }
        (None, None) => {}
        (Some(_), Some(_)) => return contradiction(key, "has issuer beside issuer_subject, expected one of both"),
    }
    let method = table.method.map(|method| match method {
        MethodWord::Get => OcspMethod::Get,
        MethodWord::Post => OcspMethod::Post,
    });
    responder = set(responder, method, OcspResponder::method);
    let nonce = table.nonce.map(|nonce| match nonce {
        NonceWord::Off => OcspNonce::Off,
        NonceWord::Prefer => OcspNonce::Prefer,
        NonceWord::Require => OcspNonce::Require,
    });
    responder = set(responder, nonce, OcspResponder::nonce);
    let hash = table.cert_id_hash.map(|hash| match hash {
        HashWord::Sha1 => CertIdHash::Sha1,
        HashWord::Sha256 => CertIdHash::Sha256,
    });
    responder = set(responder, hash, OcspResponder::cert_id_hash);
    match &table.signed_by {
        Some(path) => {
            let key = key.field("signed_by");
            responder.signed_by(certificate_file(path, &key, sources)?).at(&key)
        }
        None => Ok(responder),
    }
}
