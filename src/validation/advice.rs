//! What is probably not meant in anchors and intermediates.

use std::time::{Duration, SystemTime};

use rustls_pki_types::alg_id;

use super::curve::{P256_OID, P384_OID, P521_OID};
use super::options::ValidationOptions;
use super::trust::Trust;
use crate::advice::{Advice, AdviceCode, is_public_root};
use crate::certificate::{Certificate, ObjectIdentifier, PublicKey};
use crate::escape::Escaped;
use crate::utc::Utc;

impl Trust {
    pub(crate) fn advise(&self, options: &ValidationOptions, now: SystemTime, advice: &mut Vec<Advice>) {
        for anchor in self.anchors() {
            let (certificate, name) = (anchor.certificate(), anchor.name());
            let name = Escaped(&name);
            if is_public_root(certificate.public_key_fingerprint()) {
                let text = format!(
                    "anchor \"{name}\" is a root of the public web: whoever buys a certificate there is a client; take \
                     the partner's own authority, and only_issued_by"
                );
                advice.push(Advice::new(AdviceCode::AnchorPublic, text));
            }
            if !options.verifies(certificate.public_key()) {
                let text = format!(
                    "no signature algorithm that is configured verifies with the key of anchor \"{name}\", {}: with ring \
                     there is no P-521; enable aws-lc-rs",
                    certificate.public_key()
                );
                advice.push(Advice::new(AdviceCode::AlgorithmMissing, text));
            }
            if expires_soon(certificate, now) {
                let text = expiry("anchor", certificate, now);
                advice.push(Advice::new(AdviceCode::AnchorExpires, text));
            }
        }
        for authority in self.intermediates() {
            if expires_soon(authority, now) {
                let text = expiry("intermediate", authority, now);
                advice.push(Advice::new(AdviceCode::IntermediateExpires, text));
            }
        }
    }

    /// Whether no intermediate is known although some anchor may have authorities below it.
    pub(crate) fn needs_intermediates(&self) -> bool {
        self.intermediates().is_empty() && self.anchors().any(|anchor| may_have_authorities_below(anchor.certificate()))
    }
}

/// A root that its path length does not make the issuer of clients.
fn may_have_authorities_below(certificate: &Certificate) -> bool {
    let path_length = certificate.basic_constraints().and_then(|constraints| constraints.path_len());
    certificate.is_self_issued() && path_length != Some(0)
}

fn expires_soon(certificate: &Certificate, now: SystemTime) -> bool {
    certificate.not_after().duration_since(now).unwrap_or_default() < EXPIRY_NOTICE
}

fn expiry(kind: &str, certificate: &Certificate, now: SystemTime) -> String {
    let subject = certificate.subject().to_string();
    let verb = if certificate.not_after() < now { "expired" } else { "expires" };
    format!(
        "{kind} \"{}\" {verb} at {}: clients below it are refused from then on; add its successor",
        Escaped(&subject),
        Utc(certificate.not_after())
    )
}

impl ValidationOptions {
    /// Whether some algorithm is for keys of this kind.
    fn verifies(&self, key: &PublicKey) -> bool {
        let wanted = match (key.curve().map(ObjectIdentifier::as_str), key.rsa()) {
            (Some(P256_OID), _) => alg_id::ECDSA_P256,
            (Some(P384_OID), _) => alg_id::ECDSA_P384,
            (Some(P521_OID), _) => alg_id::ECDSA_P521,
            (_, Some(_)) => alg_id::RSA_ENCRYPTION,
            _ => alg_id::ED25519,
        };
        self.algorithms.iter().any(|algorithm| algorithm.public_key_alg_id() == wanted)
    }
}

/// How long before its end an authority is told of.
const EXPIRY_NOTICE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
