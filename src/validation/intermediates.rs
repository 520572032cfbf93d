use std::path::Path;
use std::sync::Arc;

use super::certificate_files;
use crate::certificate::Certificate;
use crate::error::{ConfigError, Origin};

/// Certificates of issuing authorities between the clients and the trust anchors.
///
/// Most gateways forward the leaf alone, so the way from it to an anchor must be known here. An intermediate is trusted
/// no further than its own path to an anchor.
#[derive(Clone, Debug, Default)]
pub struct Intermediates {
    certificates: Vec<Arc<Certificate>>,
}

impl Intermediates {
    /// Reads every certificate of PEM text; any other text between the blocks is passed over.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pem`] for blocks that are malformed or of another kind, [`ConfigError::NoCertificates`] when
    /// there is none, [`ConfigError::Certificate`] for one that cannot be read.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        certificate_files::from_pem(pem.as_ref(), &Origin::Memory).map(Self::of)
    }

    /// Reads one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Certificate`] when it cannot be read.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        certificate_files::from_der(der.as_ref(), &Origin::Memory).map(|certificate| Self::of(vec![certificate]))
    }

    /// Reads a file with PEM blocks, or with one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the file cannot be read, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        certificate_files::from_file(path.as_ref()).map(Self::of)
    }

    /// Reads every file of a directory whose name ends in `.pem`, `.crt`, `.cer` or `.der`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the directory or a file cannot be read, [`ConfigError::NoCertificates`] when there is
    /// none, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        certificate_files::from_directory(path.as_ref()).map(Self::of)
    }

    /// Adds the certificates of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.certificates.extend(others.certificates);
        self
    }

    /// The certificates, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Arc<Certificate>] {
        &self.certificates
    }

    pub(super) fn into_vec(self) -> Vec<Arc<Certificate>> {
        self.certificates
    }

    fn of(certificates: Vec<Certificate>) -> Self {
        Self { certificates: certificates.into_iter().map(Arc::new).collect() }
    }
}
