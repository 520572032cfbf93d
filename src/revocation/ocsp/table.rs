use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use super::state::{CertificateKey, CertificateState};

/// The states of the certificates that were asked about, each once; bounded.
#[derive(Debug)]
pub(super) struct StateTable {
    states: RwLock<HashMap<CertificateKey, Arc<CertificateState>>>,
    limit: usize,
}

impl StateTable {
    pub(super) fn new(limit: usize) -> Self {
        Self { states: RwLock::default(), limit }
    }

    pub(super) fn find(&self, key: &CertificateKey) -> Option<Arc<CertificateState>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::clone)
    }

    /// The state of a certificate, a new one if there is none. At the limit, an eighth goes: who was asked about longest
    /// ago, revoked ones last.
    pub(super) fn find_or_add(&self, key: CertificateKey, now: SystemTime) -> Arc<CertificateState> {
        if let Some(known) = self.find(&key) {
            return known;
        }
        let mut states = self.states.write().unwrap_or_else(PoisonError::into_inner);
        if states.len() >= self.limit && !states.contains_key(&key) {
            let rank =
                |state: &CertificateState| (state.answer().is_some_and(|answer| answer.is_final()), state.used_at());
            let mut ranked: Vec<_> = states.iter().map(|(key, state)| (rank(state), *key)).collect();
            let leaving = self.limit.div_ceil(8).min(ranked.len());
            ranked.sort_unstable_by_key(|(rank, _)| *rank);
            for (_, key) in ranked.iter().take(leaving) {
                if let Some(state) = states.remove(key) {
                    state.retire();
                }
            }
        }
        Arc::clone(states.entry(key).or_insert_with(|| Arc::new(CertificateState::new(now))))
    }

    /// Every state there is.
    pub(super) fn all(&self) -> Vec<(CertificateKey, Arc<CertificateState>)> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        states.iter().map(|(key, state)| (*key, Arc::clone(state))).collect()
    }

    #[cfg(feature = "ocsp")]
    pub(super) fn remove(&self, key: &CertificateKey) {
        if let Some(state) = self.states.write().unwrap_or_else(PoisonError::into_inner).remove(key) {
            state.retire();
        }
    }
}
