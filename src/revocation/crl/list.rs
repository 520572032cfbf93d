use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::SignatureVerificationAlgorithm;

#[cfg(feature = "fetch")]
use super::fetched::Delivery;
use super::lists::Numbering;
use super::parse::{ListNumber, ParsedList, Version};
use super::scope::Scope;
use super::serial_table::SerialTable;
use crate::certificate::{Certificate, Fingerprint, KeyUsage};
use crate::error::RevocationListProblem as Problem;
#[cfg(feature = "fetch")]
use crate::revocation::fetch::FetchUrl;
use crate::revocation::signature::{SignatureProblem, Signed};
use crate::utc::Utc;

/// A list whose signature was verified.
#[derive(Debug)]
pub(super) struct List {
    /// The issuer's name as encoded.
    pub(super) issuer: Box<[u8]>,
    pub(super) signer: Signer,
    pub(super) scope: Scope,
    pub(super) number: Option<ListNumber>,
    pub(super) this_update: SystemTime,
    pub(super) next_update: SystemTime,
    pub(super) serials: Arc<SerialTable>,
    /// How evidence and logs name the list.
    pub(super) name: Arc<str>,
    pub(super) origin: ListOrigin,
}

/// Where a list came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::revocation) enum ListOrigin {
    /// An address that the operator wrote down.
    #[cfg(feature = "fetch")]
    Address(FetchUrl),
    /// An address that a certificate names which it is about.
    #[cfg(feature = "fetch")]
    DistributionPoint(FetchUrl),
    /// A file, or memory.
    File,
}

/// The key that signed a list.
#[derive(Debug)]
pub(super) struct Signer {
    pub(super) key: Fingerprint,
    /// Configured certificates for that key under the issuer's name, each with who vouches for it.
    pub(super) certificates: Vec<SignerCertificate>,
}

#[derive(Debug)]
pub(super) struct SignerCertificate {
    pub(super) certificate: Arc<Certificate>,
    /// Keys under the name of the certificate's issuer whose signature is on it.
    pub(super) vouched_by: Vec<Fingerprint>,
}

impl List {
    /// Reads a list and verifies it with the certificates of its issuer among `authorities`.
    pub(super) fn verified(
        der: &[u8],
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        numbering: Numbering,
        now: SystemTime,
    ) -> Result<Self, Problem> {
        let parsed = ParsedList::read(der)?;
        if parsed.number.is_none() && parsed.version == Version::Two && numbering == Numbering::Required {
            return Err(Problem::NumberMissing);
        }
        let signer = Signer::find(&parsed, authorities, algorithms)?;
        let this_update = parsed.this_update;
        if this_update.duration_since(now).is_ok_and(|ahead| !ahead.is_zero()) {
            return Err(Problem::FromTheFuture { this_update, now });
        }
        let number = parsed.number.as_ref().map(|number| format!(" number {number}")).unwrap_or_default();
        Ok(Self {
            name: format!("crl{number} of {} issued {}", parsed.issuer, Utc(this_update)).into(),
            issuer: parsed.issuer.der().into(),
            signer,
            scope: parsed.scope,
            number: parsed.number,
            this_update,
            next_update: parsed.next_update,
            serials: Arc::new(parsed.serials),
            origin: ListOrigin::File,
        })
    }

    /// The same list, with the address that it came from in its name.
    #[cfg(feature = "fetch")]
    pub(super) fn delivered(self, delivery: &Delivery) -> Self {
        let url = delivery.url.clone();
        let name = format!("{} from {}", self.name, url.as_str()).into();
        let origin = match &delivery.issuer {
            Some(_) => ListOrigin::DistributionPoint(url),
            None => ListOrigin::Address(url),
        };
        Self { name, origin, ..self }
    }

    /// The same list under other authorities. Which key signed it does not change with them; what other keys its signer's
    /// certificates vouch for does. Without a certificate of its signer it speaks for that key alone, which paths prove.
    pub(super) fn under(
        &self,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Self {
        let is_signer = |authority: &&Arc<Certificate>| {
            authority.subject().der() == &*self.issuer
                && *authority.public_key_fingerprint() == self.signer.key
                && authority.key_usage().is_none_or(KeyUsage::crl_sign)
        };
        let certificates = authorities
            .iter()
            .filter(is_signer)
            .map(|signer| SignerCertificate::new(signer, authorities, algorithms))
            .collect();
        Self {
            issuer: self.issuer.clone(),
            signer: Signer { key: self.signer.key, certificates },
            scope: self.scope.clone(),
            number: self.number.clone(),
            this_update: self.this_update,
            next_update: self.next_update,
            serials: Arc::clone(&self.serials),
            name: Arc::clone(&self.name),
            origin: self.origin.clone(),
        }
    }

    /// Whether this list takes the place of another: same issuer, key and scope, and by number and date not older. A
    /// list that is newer by one and older by the other leaves both in force.
    pub(super) fn supersedes(&self, other: &Self) -> Supersession {
        let is_same_series =
            self.issuer == other.issuer && self.signer.key == other.signer.key && self.scope == other.scope;
        let number_is_older = match (&self.number, &other.number) {
            (Some(ours), Some(theirs)) => ours < theirs,
            _ => false,
        };
        if is_same_series && !number_is_older && self.this_update >= other.this_update {
            Supersession::Supersedes
        } else {
            Supersession::None
        }
    }
}

/// Whether one list takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supersession {
    None,
    Supersedes,
}

impl Signer {
    fn find(
        parsed: &ParsedList<'_>,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Result<Self, Problem> {
        let issuer = || parsed.issuer.to_string();
        let named: Vec<_> =
            authorities.iter().filter(|authority| authority.subject().der() == parsed.issuer.der()).collect();
        if named.is_empty() {
            return Err(Problem::IssuerUnknown { issuer: issuer() });
        }
        // RFC 5280 section 6.3.3 (f): the key usage, where there is one, must allow to sign lists.
        let may_sign = |authority: &&&Arc<Certificate>| authority.key_usage().is_none_or(KeyUsage::crl_sign);
        let allowed: Vec<_> = named.iter().filter(may_sign).collect();
        let signed =
            Signed { octets: parsed.signed, algorithm: parsed.signature_algorithm, signature: parsed.signature };
        let mut problem = SignatureProblem::AlgorithmUnsupported;
        for authority in &allowed {
            match signed.verify(authority, algorithms) {
                Ok(()) => {
                    let key = *authority.public_key_fingerprint();
                    let certificates = allowed
                        .iter()
                        .filter(|other| *other.public_key_fingerprint() == key)
                        .map(|other| SignerCertificate::new(other, authorities, algorithms))
                        .collect();
                    return Ok(Self { key, certificates });
                }
                Err(SignatureProblem::Invalid) => problem = SignatureProblem::Invalid,
                Err(SignatureProblem::AlgorithmUnsupported) => {}
            }
        }
        Err(match problem {
            _ if allowed.is_empty() => Problem::SignerNotForLists { issuer: issuer() },
            SignatureProblem::Invalid => Problem::SignatureInvalid { issuer: issuer() },
            SignatureProblem::AlgorithmUnsupported => Problem::SignatureAlgorithmUnsupported { issuer: issuer() },
        })
    }
}

impl SignerCertificate {
    fn new(
        certificate: &Arc<Certificate>,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Self {
        let vouches = |authority: &&Arc<Certificate>| {
            authority.subject().der() == certificate.issuer().der()
                && Signed::certificate(certificate).is_ok_and(|signed| signed.verify(authority, algorithms).is_ok())
        };
        let vouched_by = authorities.iter().filter(vouches).map(|authority| *authority.public_key_fingerprint());
        Self { certificate: Arc::clone(certificate), vouched_by: vouched_by.collect() }
    }
}
