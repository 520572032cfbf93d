use std::sync::Arc;

use crate::certificate::Certificate;
use crate::validation::{Pin, ProvenPath, TrustAnchor, TrustSource};

/// A validated path: the client's certificate, the authorities above it, the trust anchor.
#[derive(Clone, Debug)]
pub struct CertificationPath(Arc<ProvenPath>);

impl CertificationPath {
    pub(super) fn new(proven: Arc<ProvenPath>) -> Self {
        Self(proven)
    }

    pub(crate) fn proven(&self) -> &ProvenPath {
        &self.0
    }

    /// The client's certificate.
    #[must_use]
    pub fn end_entity(&self) -> &Certificate {
        &self.0.path.end_entity
    }

    /// The authorities between the client and the anchor, from the client's issuer upwards. Empty where the anchor
    /// itself issued the certificate.
    #[must_use]
    pub fn intermediates(&self) -> &[Arc<Certificate>] {
        &self.0.path.intermediates
    }

    /// What the certificate is trusted by.
    #[must_use]
    pub fn trusted_by(&self) -> TrustedBy<'_> {
        match &self.0.path.trusted_by {
            TrustSource::Anchor(anchor) => TrustedBy::Anchor(anchor),
            TrustSource::Pin(pin) => TrustedBy::Pin(pin),
        }
    }

    /// The trust anchor at which the path ends; `None` for a pinned certificate, which has no path.
    #[must_use]
    pub fn anchor(&self) -> Option<&TrustAnchor> {
        self.0.path.anchor().map(AsRef::as_ref)
    }

    /// The certificate of the authority that issued the client's: the first intermediate, or the anchor. `None` for a
    /// pinned certificate, whose issuer nobody has looked at.
    #[must_use]
    pub fn issuer(&self) -> Option<&Certificate> {
        self.0.path.intermediates.first().map(AsRef::as_ref).or_else(|| self.anchor().map(TrustAnchor::certificate))
    }

    /// How evidence and logs name what the certificate is trusted by.
    pub(crate) fn trusted_by_name(&self) -> Arc<str> {
        self.0.path.trusted_by_name()
    }
}

/// What a certificate is trusted by.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TrustedBy<'a> {
    /// A valid path that ends at this anchor.
    Anchor(&'a TrustAnchor),
    /// This pin, in place of a path. Of [`PinKind::PublicKey`](crate::PinKind::PublicKey) it says who holds the key, and
    /// nothing about the names in the certificate.
    Pin(&'a Pin),
}
