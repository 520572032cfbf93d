use std::sync::{Arc, Mutex, PoisonError};

use crate::certificate::Certificate;

/// Certificates of authorities and responders, of which many states need the same few.
#[derive(Debug, Default)]
pub(super) struct Interned(Mutex<Vec<Arc<Certificate>>>);

impl Interned {
    /// The certificate as it was first seen. Beyond the limit, the one seen longest ago is forgotten.
    pub(super) fn intern(&self, certificate: &Certificate) -> Arc<Certificate> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.iter().find(|known| known.fingerprint() == certificate.fingerprint()) {
            return Arc::clone(same);
        }
        if known.len() == MAX_INTERNED {
            known.remove(0);
        }
        let certificate = Arc::new(certificate.clone());
        known.push(Arc::clone(&certificate));
        certificate
    }
}

const MAX_INTERNED: usize = 64;
