use std::sync::Arc;

use crate::certificate::Certificate;
use crate::validation::{TrustAnchor, ValidatedPath};

/// A validated path: the client's certificate, the authorities above it, the trust anchor.
#[derive(Clone, Debug)]
pub struct CertificationPath(ValidatedPath);

impl CertificationPath {
    pub(super) fn new(path: ValidatedPath) -> Self {
        Self(path)
    }

    /// The client's certificate.
    #[must_use]
    pub fn end_entity(&self) -> &Certificate {
        &self.0.end_entity
    }

    /// The authorities between the client and the anchor, from the client's issuer upwards. Empty where the anchor
    /// itself issued the certificate.
    #[must_use]
    pub fn intermediates(&self) -> &[Arc<Certificate>] {
        &self.0.intermediates
    }

    /// The trust anchor.
    #[must_use]
    pub fn anchor(&self) -> &TrustAnchor {
        &self.0.anchor
    }

    /// The certificate of the authority that issued the client's: the first intermediate, or the anchor.
    #[must_use]
    pub fn issuer(&self) -> &Certificate {
        self.0.intermediates.first().map_or_else(|| self.0.anchor.certificate(), AsRef::as_ref)
    }
}
