use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::certificate::{Certificate, Fingerprint};
use crate::error::ConfigError;

/// Names clients so that two records of one can be told to be so, and not who it is.
pub(super) struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl Pseudonyms {
    pub(super) fn new(key: &[u8]) -> Result<Self, ConfigError> {
        if key.len() < MIN_KEY_BYTES {
            return Err(ConfigError::AuditKey { bytes: key.len(), min_bytes: MIN_KEY_BYTES });
        }
        // HMAC takes keys of every length; the error is of other algorithms.
        let keyed = Hmac::new_from_slice(key)
            .map_err(|_| ConfigError::AuditKey { bytes: key.len(), min_bytes: MIN_KEY_BYTES })?;
        Ok(Self { keyed })
    }

    /// The pseudonym of whoever has this subject from this issuer. Both names are DER, which tells where the first ends.
    pub(super) fn of(&self, certificate: &Certificate) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(certificate.issuer().der());
        keyed.update(certificate.subject().der());
        let octets: [u8; 32] = keyed.finalize().into_bytes().into();
        Fingerprint::new(octets).to_string()
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonyms").finish_non_exhaustive()
    }
}

/// Shortest key, in bytes: a shorter one can be found by trying.
const MIN_KEY_BYTES: usize = 16;
