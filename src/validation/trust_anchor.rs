use std::fmt;
use std::sync::Arc;

use super::allowance::{Allowance, Allowances};
use super::spiffe::TrustDomain;
use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError, Origin};

/// One certificate at which a path may end, with the operator's label.
#[derive(Clone)]
pub struct TrustAnchor {
    certificate: Arc<Certificate>,
    pub(super) label: Option<Arc<str>>,
    pub(super) comment: Option<Arc<str>>,
    pub(super) trust_domain: Option<TrustDomain>,
    pub(super) allowances: Allowances,
    pub(super) profile: Profile,
    origin: Origin,
    /// Its place at the origin, counted from 1.
    position: usize,
}

/// How closely certificates must keep to RFC 5280 where nothing here depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Profile {
    /// As private authorities are: what guards nothing is not asked.
    #[default]
    Lenient,
    /// To the letter.
    Strict,
}

impl TrustAnchor {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(crate) fn shared_certificate(&self) -> Arc<Certificate> {
        Arc::clone(&self.certificate)
    }

    /// The operator's label.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// How evidence and logs name the anchor: by its label, else by its subject.
    #[must_use]
    pub fn name(&self) -> String {
        self.label().map_or_else(|| self.certificate.subject().to_string(), str::to_owned)
    }

    /// The operator's comment.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    pub(super) fn allows(&self, allowance: Allowance) -> bool {
        self.allowances.has(allowance)
    }

    pub(super) fn profile(&self) -> Profile {
        self.profile
    }

    pub(super) fn trust_domain(&self) -> Option<&TrustDomain> {
        self.trust_domain.as_ref()
    }

    /// A problem with this certificate, at the place where it was found.
    pub(super) fn unusable(&self, problem: CertificateProblem) -> ConfigError {
        ConfigError::Certificate { origin: self.origin.clone(), position: self.position, problem }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.certificate.fingerprint() == other.certificate.fingerprint() && self.trust_domain == other.trust_domain
    }

    pub(super) fn new(certificate: Certificate, origin: &Origin, position: usize) -> Self {
        Self {
            certificate: Arc::new(certificate),
            label: None,
            comment: None,
            trust_domain: None,
            allowances: Allowances::default(),
            profile: Profile::default(),
            origin: origin.clone(),
            position,
        }
    }
}

impl fmt::Debug for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchor")
            .field("label", &self.label)
            .field("certificate", &self.certificate)
            .field("trust_domain", &self.trust_domain)
            .field("allowances", &self.allowances)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
