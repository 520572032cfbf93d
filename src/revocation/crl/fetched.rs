//! Lists that came over the network, or out of a store.

use std::sync::Arc;
use std::time::SystemTime;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::files;
use super::list::{List, ListOrigin};
use super::lists::Numbering;
use super::{ListTable, RevocationListInForce};
use crate::certificate::Certificate;
use crate::error::{Origin, RevocationListError, RevocationListProblem};
use crate::revocation::fetch::FetchUrl;

/// Where lists came from, and by what they are verified.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) url: FetchUrl,
    pub(crate) numbering: Numbering,
    /// The issuer of a certificate that names the address, as a path proved it, where the operator did not write it down.
    pub(crate) issuer: Option<Arc<Certificate>>,
}

/// Lists from one address, each verified, and those that were not.
#[derive(Debug)]
pub(crate) struct VerifiedLists {
    pub(super) lists: Vec<Arc<List>>,
    pub(super) errors: Vec<RevocationListError>,
    origin: Origin,
}

/// What became of the lists from one address.
#[derive(Debug, Default)]
pub(crate) struct Added {
    /// Lists that are in force from now on.
    pub(crate) fresh: Vec<RevocationListInForce>,
    /// Lists that can be used, and than which fresher ones or the same are in force.
    pub(crate) known: usize,
    /// What is wrong with the others.
    pub(crate) errors: Vec<RevocationListError>,
    /// The period of the list that ends first, of all that can be used: when it was issued, and its next update.
    pub(crate) period: Option<(SystemTime, SystemTime)>,
}

impl VerifiedLists {
    pub(crate) fn verify(
        octets: &[u8],
        delivery: &Delivery,
        authorities: &[Arc<Certificate>],
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        now: SystemTime,
    ) -> Self {
        let origin = Origin::Url(delivery.url.as_str().to_owned());
        let mut verified = Self { lists: Vec::new(), errors: Vec::new(), origin };
        let encoded = match files::read_octets(octets.to_vec(), &verified.origin) {
            Ok(encoded) => encoded,
            Err(error) => {
                verified.errors.push(error);
                return verified;
            }
        };
        for list in encoded {
            match List::verified(&list.der, authorities, algorithms, delivery.numbering, now) {
                Ok(list) => verified.lists.push(Arc::new(list.delivered(delivery))),
                Err(problem) => {
                    let error = RevocationListError { origin: list.origin, position: list.position, problem };
                    verified.errors.push(error);
                }
            }
        }
        verified
    }
}

impl ListTable {
    /// Adds lists that are fresher than those of the same issuer, key and scope. Nothing else goes: a list that is served
    /// in place of another does not silence it.
    pub(crate) fn add_fetched(&mut self, fetched: &mut Self, verified: VerifiedLists) -> Added {
        let VerifiedLists { lists, errors, origin } = verified;
        let mut added = Added { errors, ..Added::default() };
        for (index, list) in lists.into_iter().enumerate() {
            let period = (list.this_update, list.next_update);
            added.period = Some(match added.period {
                Some(known) if known.1 <= period.1 => known,
                _ => period,
            });
            if !self.would_add(&list) {
                added.known += 1;
                continue;
            }
            fetched.add(Arc::clone(&list));
            if fetched.len() > MAX_FETCHED_LISTS {
                fetched.remove(&list);
                let problem = RevocationListProblem::TooMany { limit: MAX_FETCHED_LISTS };
                added.errors.push(RevocationListError { origin: origin.clone(), position: index + 1, problem });
                continue;
            }
            self.add(Arc::clone(&list));
            added.fresh.push(RevocationListInForce(list));
        }
        added
    }

    /// The lists that came from where this holds.
    pub(crate) fn only_from(&self, holds: impl Fn(&ListOrigin) -> bool) -> Self {
        let mut kept = Self::default();
        let lists = self.lists.values().flatten();
        lists.filter(|list| holds(&list.origin)).for_each(|list| kept.add(Arc::clone(list)));
        kept
    }

    /// Whether a list came from an address that the operator wrote down.
    pub(crate) fn has_any_from(&self, url: &FetchUrl) -> bool {
        let mut lists = self.lists.values().flatten();
        lists.any(|list| matches!(&list.origin, ListOrigin::Address(from) if from == url))
    }

    fn len(&self) -> usize {
        self.lists.values().map(Vec::len).sum()
    }

    fn remove(&mut self, list: &Arc<List>) {
        if let Some(known) = self.lists.get_mut(&list.issuer) {
            known.retain(|known| !Arc::ptr_eq(known, list));
        }
    }
}

/// Lists in force that were fetched. Each was signed by a configured authority, and takes the place of the one before.
const MAX_FETCHED_LISTS: usize = 1024;
