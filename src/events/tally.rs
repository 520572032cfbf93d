use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::budget::Budget;
use crate::reason::Reason;

/// What one layer counts.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) accepted: Counter,
    pub(super) anonymous: Counter,
    pub(super) revocation_allowed: Warning,
    pub(super) untrusted_headers: Warning,
    pub(super) look_alikes: Warning,
    pub(super) foreign_headers: Warning,
    pub(super) stapled_refused: Warning,
    pub(super) shadow_denials: Warning,
    pub(super) reloads: Counter,
    pub(super) failed_reloads: Counter,
    pub(super) audit_lost: Warning,
    pub(super) crl_fetches: Counter,
    pub(super) crl_fetch_failures: Warning,
    pub(super) store_failures: Warning,
    #[cfg(feature = "ocsp")]
    pub(super) ocsp_answers: Counter,
    #[cfg(feature = "ocsp")]
    pub(super) ocsp_failures: Warning,
    refused: [Warning; REASONS],
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

/// A counter of what is warned about, and how much of it is shown.
#[derive(Debug, Default)]
pub(super) struct Warning {
    count: Counter,
    budget: Mutex<Budget>,
}

/// What one layer has decided since it was built, as numbers.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    accepted: u64,
    anonymous: u64,
    revocation_allowed: u64,
    refused: [u64; REASONS],
    untrusted_headers: u64,
    look_alikes: u64,
    foreign_headers: u64,
    stapled_refused: u64,
    shadow_denials: u64,
    reloads: u64,
    failed_reloads: u64,
    audit_lost: u64,
    crl_fetches: u64,
    crl_fetch_failures: u64,
    store_failures: u64,
    #[cfg(feature = "ocsp")]
    ocsp_answers: u64,
    #[cfg(feature = "ocsp")]
    ocsp_failures: u64,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            accepted: Counter::default(),
            anonymous: Counter::default(),
            revocation_allowed: Warning::default(),
            untrusted_headers: Warning::default(),
            look_alikes: Warning::default(),
            foreign_headers: Warning::default(),
            stapled_refused: Warning::default(),
            shadow_denials: Warning::default(),
            reloads: Counter::default(),
            failed_reloads: Counter::default(),
            audit_lost: Warning::default(),
            crl_fetches: Counter::default(),
            crl_fetch_failures: Warning::default(),
            store_failures: Warning::default(),
            #[cfg(feature = "ocsp")]
            ocsp_answers: Counter::default(),
            #[cfg(feature = "ocsp")]
            ocsp_failures: Warning::default(),
            refused: array::from_fn(|_| Warning::default()),
        }
    }

    pub(super) fn refused(&self, reason: Reason) -> Option<&Warning> {
        self.refused.get(index_of(reason))
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            accepted: self.accepted.read(),
            anonymous: self.anonymous.read(),
            revocation_allowed: self.revocation_allowed.count.read(),
            refused: array::from_fn(|index| self.refused.get(index).map_or(0, |warning| warning.count.read())),
            untrusted_headers: self.untrusted_headers.count.read(),
            look_alikes: self.look_alikes.count.read(),
            foreign_headers: self.foreign_headers.count.read(),
            stapled_refused: self.stapled_refused.count.read(),
            shadow_denials: self.shadow_denials.count.read(),
            reloads: self.reloads.read(),
            failed_reloads: self.failed_reloads.read(),
            audit_lost: self.audit_lost.count.read(),
            crl_fetches: self.crl_fetches.read(),
            crl_fetch_failures: self.crl_fetch_failures.count.read(),
            store_failures: self.store_failures.count.read(),
            #[cfg(feature = "ocsp")]
            ocsp_answers: self.ocsp_answers.read(),
            #[cfg(feature = "ocsp")]
            ocsp_failures: self.ocsp_failures.count.read(),
        }
    }
}

impl Counter {
    pub(super) fn add(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Warning {
    /// Counts, and says whether a line is shown; then with the number of those that were not since the last.
    pub(super) fn add(&self, by: u64, now_seconds: u64) -> Option<u64> {
        self.count.add(by);
        self.budget.lock().unwrap_or_else(PoisonError::into_inner).take(now_seconds)
    }
}

impl Counts {
    /// Requests with an identity.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Requests without a certificate that went on.
    #[must_use]
    pub fn anonymous(&self) -> u64 {
        self.anonymous
    }

    /// Requests with an identity of which no current source said that its certificate is not revoked: a policy allowed
    /// it. They are among the accepted.
    #[must_use]
    pub fn revocation_allowed(&self) -> u64 {
        self.revocation_allowed
    }

    /// Answers of OCSP responders that could be used. There are none while clients are known and nothing is due.
    #[cfg(feature = "ocsp")]
    #[must_use]
    pub fn ocsp_answers(&self) -> u64 {
        self.ocsp_answers
    }

    /// Questions to OCSP responders that brought no answer that could be used.
    #[cfg(feature = "ocsp")]
    #[must_use]
    pub fn ocsp_failures(&self) -> u64 {
        self.ocsp_failures
    }

    /// Requests refused for a reason.
    #[must_use]
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused.get(index_of(reason)).copied().unwrap_or(0)
    }

    /// Certificate headers that were removed because their sender is no gateway: wrong ranges, or an attempt to claim
    /// somebody else's certificate.
    #[must_use]
    pub fn untrusted_headers(&self) -> u64 {
        self.untrusted_headers
    }

    /// Certificate headers that were removed because they are another gateway's than the one that sent them: it passes
    /// on what clients make up.
    #[must_use]
    pub fn foreign_headers(&self) -> u64 {
        self.foreign_headers
    }

    /// OCSP answers in headers of gateways that could not be used. The same one of a certificate counts again after 10
    /// seconds.
    #[must_use]
    pub fn stapled_refused(&self) -> u64 {
        self.stapled_refused
    }

    /// Requests that passed and that a rule in shadow mode would have refused.
    #[must_use]
    pub fn shadow_denials(&self) -> u64 {
        self.shadow_denials
    }

    /// Configurations that were put in force by a reload.
    #[must_use]
    pub fn reloads(&self) -> u64 {
        self.reloads
    }

    /// Reloads that failed, so that what was in force stayed.
    #[must_use]
    pub fn failed_reloads(&self) -> u64 {
        self.failed_reloads
    }

    /// Decisions that the audit has no record of.
    #[must_use]
    pub fn audit_lost(&self) -> u64 {
        self.audit_lost
    }

    /// Looks for a revocation list over the network or in a store that ended with a list that can be used, the same as
    /// before included.
    #[must_use]
    pub fn crl_fetches(&self) -> u64 {
        self.crl_fetches
    }

    /// Looks for a revocation list that failed, and lists that came and cannot be used.
    #[must_use]
    pub fn crl_fetch_failures(&self) -> u64 {
        self.crl_fetch_failures
    }

    /// Failed accesses to a store that replicas share.
    #[must_use]
    pub fn store_failures(&self) -> u64 {
        self.store_failures
    }

    /// Headers removed because their names differ from the certificate header's only in separators.
    #[must_use]
    pub fn look_alikes(&self) -> u64 {
        self.look_alikes
    }
}

fn index_of(reason: Reason) -> usize {
    Reason::ALL.iter().position(|known| *known == reason).unwrap_or(REASONS)
}

const REASONS: usize = Reason::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        for (index, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(index_of(*reason), index);
        }
    }
}
