//! Certificate revocation lists (RFC 5280 section 5), read and verified once, then only looked up.
//!
//! **Decides** what the lists in force say of one certificate of a valid path.
//! **Trusts** lists signed by a key of the certificate's issuer: the very key that the path proved, or another key of
//! the same name that this key, or the issuer's own issuer, vouches for (an authority with a new key). The key usage of
//! the signer, where there is one, must have cRLSign.
//! **Refuses** to load delta lists, indirect lists, lists for some reasons alone, lists from the future and those
//! without a next update; unknown critical extensions.
//! **Standard:** RFC 5280 sections 5 and 6.3.
//!
//! A serial number on any list of the issuer means revoked: whatever the scope of the list, and also when it is past
//! its next update. Only the answer *not revoked* needs a list that covers the certificate and is current. It is given
//! by lists of the key that signed the certificate where there are any, since some authorities keep one list per key.

#[cfg(feature = "fetch")]
mod fetched;
mod files;
mod list;
mod lists;
mod parse;
#[cfg(any(fuzzing, test))]
mod probe;
mod scope;
mod serial_table;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;

#[cfg(feature = "fetch")]
pub(crate) use self::fetched::{Added, Delivery, VerifiedLists};
#[cfg(feature = "fetch")]
pub(in crate::revocation) use self::list::ListOrigin;
use self::list::{List, SignerCertificate, Supersession};
#[cfg(feature = "fetch")]
pub(crate) use self::lists::Numbering;
pub use self::lists::RevocationLists;
#[cfg(any(fuzzing, test))]
pub(crate) use self::probe::ProbedList;
use self::scope::Coverage;
#[cfg(feature = "fetch")]
pub(crate) use self::scope::named_addresses;
use super::RevocationPolicy;
use super::status::{CertificateStatus, Standing};
use crate::certificate::Certificate;
use crate::error::RevocationListError;
use crate::evidence::Check;

/// Every list in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListTable {
    /// By the issuer's name as encoded.
    lists: HashMap<Box<[u8]>, Vec<Arc<List>>>,
}

/// A certificate of a valid path, and what the path proves of its issuer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) certificate: &'a Certificate,
    pub(crate) issuer: &'a Certificate,
    /// The issuer of the issuer; `None` where that is the anchor.
    pub(crate) superior: Option<&'a Certificate>,
}

/// Whether a list speaks for the issuer of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authority {
    /// It was signed with the key that signed the certificate.
    SameKey,
    /// It was signed with another proven key of the same issuer.
    OtherKey,
    None,
}

impl ListTable {
    /// Verifies the lists. Those that fail do not keep the others from being in force.
    pub(crate) fn load(
        lists: &RevocationLists,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        now: SystemTime,
    ) -> (Self, Vec<RevocationListError>) {
        let (encoded, mut errors) = lists.read();
        let mut table = Self::default();
        for (list, numbering) in encoded {
            match List::verified(&list.der, authorities, algorithms, numbering, now) {
                Ok(verified) => table.add(Arc::new(verified)),
                Err(problem) => {
                    errors.push(RevocationListError { origin: list.origin, position: list.position, problem });
                }
            }
        }
        (table, errors)
    }

    /// Keeps lists that were in force and are fresher than what was loaded in their place.
    pub(crate) fn keep_fresher(&mut self, before: &Self) {
        for list in before.lists.values().flatten() {
            let is_replaced = self.of(&list.issuer).iter().any(|new| list.supersedes(new) == Supersession::Supersedes);
            if is_replaced {
                self.add(Arc::clone(list));
            }
        }
    }

    /// Keeps every list that was in force, beside what was loaded.
    pub(crate) fn keep_all(&mut self, before: &Self) {
        before.lists.values().flatten().for_each(|list| self.add(Arc::clone(list)));
    }

    /// The same lists under other authorities.
    pub(crate) fn under(
        &self,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Self {
        let mut table = Self::default();
        self.lists.values().flatten().for_each(|list| table.add(Arc::new(list.under(authorities, algorithms))));
        table
    }

    /// The entry of a certificate on any list of its issuer.
    pub(crate) fn revocation(&self, question: &Question<'_>, now: SystemTime) -> Option<CertificateStatus> {
        let lists = self.of(question.certificate.issuer().der()).iter();
        lists.filter(|list| self.authority(list, question, now) != Authority::None).find_map(|list| {
            let revoked = list.serials.find(question.certificate.serial().as_octets())?;
            let standing = Standing::Revoked { at: revoked.at, reason: revoked.reason };
            Some(list.status(standing, now))
        })
    }

    /// The entry of a certificate on any list of its issuer's name, whoever holds that name.
    pub(crate) fn revocation_by_name(&self, certificate: &Certificate, now: SystemTime) -> Option<CertificateStatus> {
        self.of(certificate.issuer().der()).iter().find_map(|list| {
            let revoked = list.serials.find(certificate.serial().as_octets())?;
            Some(list.status(Standing::Revoked { at: revoked.at, reason: revoked.reason }, now))
        })
    }

    /// What the lists say of a certificate.
    pub(crate) fn status(&self, question: &Question<'_>, now: SystemTime) -> CertificateStatus {
        if let Some(revoked) = self.revocation(question, now) {
            return revoked;
        }
        match self.covering(question, now) {
            Some(list) if now < list.next_update => list.status(Standing::Good, now),
            Some(list) => list.status(Standing::Stale, now),
            None => CertificateStatus::no_source(Check::Crl, now),
        }
    }

    /// Whether the list that covers a certificate came from an address that a certificate named.
    #[cfg(feature = "fetch")]
    pub(crate) fn is_covered_from_distribution_point(&self, question: &Question<'_>, now: SystemTime) -> bool {
        self.covering(question, now).is_some_and(|list| matches!(list.origin, ListOrigin::DistributionPoint(_)))
    }

    /// The latest list that covers a certificate.
    fn covering(&self, question: &Question<'_>, now: SystemTime) -> Option<&Arc<List>> {
        let by = |wanted: Authority| {
            self.of(question.certificate.issuer().der())
                .iter()
                .filter(move |list| self.authority(list, question, now) == wanted)
                .filter(|list| list.scope.covers(question.certificate) == Coverage::Covered)
                .max_by_key(|list| (list.this_update, list.next_update))
        };
        by(Authority::SameKey).or_else(|| by(Authority::OtherKey))
    }

    /// The moments at which what the lists say of a certificate changes of itself: lists go stale, grace ends, and
    /// certificates of their signers come into and go out of their dates.
    pub(crate) fn changes(
        &self,
        certificate: &Certificate,
        policy: RevocationPolicy,
    ) -> impl Iterator<Item = SystemTime> {
        self.of(certificate.issuer().der()).iter().flat_map(move |list| {
            let signers = list.signer.certificates.iter();
            let dates = signers
                .flat_map(|signer| [Some(signer.certificate.not_before()), just_after(signer.certificate.not_after())]);
            let grace = policy.end_of_grace(list.next_update).and_then(just_after);
            dates.chain([Some(list.next_update), grace]).flatten()
        })
    }

    pub(crate) fn in_force(&self) -> Vec<RevocationListInForce> {
        self.lists.values().flatten().map(|list| RevocationListInForce(Arc::clone(list))).collect()
    }

    fn of(&self, issuer: &[u8]) -> &[Arc<List>] {
        self.lists.get(issuer).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a list, unless a fresher one is there; lists that it supersedes go.
    fn add(&mut self, list: Arc<List>) {
        let known = self.lists.entry(list.issuer.clone()).or_default();
        if known.iter().any(|known| known.supersedes(&list) == Supersession::Supersedes) {
            return;
        }
        known.retain(|known| list.supersedes(known) == Supersession::None);
        known.push(list);
    }

    /// Whether a list would come into force: none that is there is as fresh.
    #[cfg(feature = "fetch")]
    fn would_add(&self, list: &List) -> bool {
        !self.of(&list.issuer).iter().any(|known| known.supersedes(list) == Supersession::Supersedes)
    }

    fn authority(&self, list: &List, question: &Question<'_>, now: SystemTime) -> Authority {
        if list.signer.key == *question.issuer.public_key_fingerprint() {
            return Authority::SameKey;
        }
        let is_proven = |signer: &SignerCertificate| self.proves(signer, question, now);
        if list.signer.certificates.iter().any(is_proven) { Authority::OtherKey } else { Authority::None }
    }

    /// Whether a certificate for another key of the issuer's name comes from the issuer itself or from its issuer, is
    /// an authority's, in date and not revoked. Another authority under the same name is neither.
    fn proves(&self, signer: &SignerCertificate, question: &Question<'_>, now: SystemTime) -> bool {
        let (certificate, issuer) = (&signer.certificate, question.issuer);
        let is_vouched_for_by = |authority: &Certificate| {
            certificate.issuer().der() == authority.subject().der()
                && signer.vouched_by.contains(authority.public_key_fingerprint())
        };
        let voucher = [Some(issuer), question.superior].into_iter().flatten().find(|known| is_vouched_for_by(known));
        let Some(voucher) = voucher else {
            return false;
        };
        let is_revoked = self.of(certificate.issuer().der()).iter().any(|list| {
            list.signer.key == *voucher.public_key_fingerprint()
                && list.serials.find(certificate.serial().as_octets()).is_some()
        });
        let is_authority = certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca());
        let is_in_date = certificate.not_before() <= now && now <= certificate.not_after();
        is_authority && is_in_date && !is_revoked
    }
}

/// The first moment at which a last moment has passed.
pub(super) fn just_after(last: SystemTime) -> Option<SystemTime> {
    last.checked_add(Duration::from_nanos(1))
}

/// A revocation list in force.
#[derive(Clone, Debug)]
pub struct RevocationListInForce(Arc<List>);

impl RevocationListInForce {
    /// The list as evidence and logs name it: number, issuer and date.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether an authority of this name issued it.
    pub(crate) fn is_by(&self, authority: &Certificate) -> bool {
        *self.0.issuer == *authority.subject().der()
    }

    /// The number of certificates on it.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.0.serials.len()
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> SystemTime {
        self.0.this_update
    }

    /// When the next one is due; from then on it says of no certificate that it is good.
    #[must_use]
    pub fn next_update(&self) -> SystemTime {
        self.0.next_update
    }
}

impl List {
    fn status(&self, standing: Standing, now: SystemTime) -> CertificateStatus {
        CertificateStatus {
            standing,
            check: Check::Crl,
            source: Some(Arc::clone(&self.name)),
            checked_at: now,
            this_update: Some(self.this_update),
            next_update: Some(self.next_update),
            detail: None,
        }
    }
}

#[cfg(test)]
mod tests;
