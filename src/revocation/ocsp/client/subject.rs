use std::sync::Arc;

use super::responder::Asking;
use crate::certificate::Certificate;
use crate::revocation::fetch::FetchUrl;

/// A certificate to ask about, and whom.
#[derive(Debug)]
pub(in crate::revocation::ocsp) struct Subject {
    pub(super) serial: Box<[u8]>,
    pub(super) issuer: Arc<Certificate>,
    pub(super) url: FetchUrl,
    /// Whether the address stands in the certificate.
    pub(super) origin: UrlOrigin,
    pub(super) asking: Asking,
}

impl Subject {
    /// Whose answers alone count, where the operator said so.
    pub(in crate::revocation::ocsp) fn believed_signer(&self) -> Option<Arc<Certificate>> {
        self.asking.certificate.clone()
    }
}

/// Who wrote down the address of a responder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlOrigin {
    /// The authority, in the certificate.
    Certificate,
    /// The operator.
    Configuration,
}
