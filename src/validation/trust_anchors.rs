use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::certificate_files;
use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError, Origin};

/// The certificates at which a path may end. There is no default: never the system's roots.
///
/// An anchor may be a root or an intermediate; with the issuing authority itself as anchor, nothing else under the same
/// root is accepted. The whole certificate is kept: its dates are checked at each use, and its label stands in the
/// identity and the evidence.
///
/// ```no_run
/// use tower_client_cert::TrustAnchors;
///
/// let anchors = TrustAnchors::from_pem_file("partners/foo.pem")?
///     .labelled("foo")
///     .and(TrustAnchors::from_directory("partners/others")?);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TrustAnchors {
    anchors: Vec<TrustAnchor>,
}

/// One certificate at which a path may end, with the operator's label.
#[derive(Clone)]
pub struct TrustAnchor {
    certificate: Arc<Certificate>,
    label: Option<Arc<str>>,
}

impl TrustAnchors {
    /// Reads every certificate of PEM text; any other text between the blocks is passed over.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pem`] for blocks that are malformed or of another kind, [`ConfigError::NoCertificates`] when
    /// there is none, [`ConfigError::Certificate`] for one that cannot be read or cannot be an anchor.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let origin = Origin::Memory;
        Self::of(certificate_files::from_pem(pem.as_ref(), &origin)?, &origin)
    }

    /// Reads one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Certificate`] when it cannot be read or cannot be an anchor.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let origin = Origin::Memory;
        Self::of(vec![certificate_files::from_der(der.as_ref(), &origin)?], &origin)
    }

    /// Reads a file with PEM blocks, or with one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the file cannot be read, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        Self::of(certificate_files::from_file(path)?, &Origin::File(path.to_owned()))
    }

    /// Reads every file of a directory whose name ends in `.pem`, `.crt`, `.cer` or `.der`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the directory or a file cannot be read, [`ConfigError::NoCertificates`] when there is
    /// none, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        Self::of(certificate_files::from_directory(path)?, &Origin::Directory(path.to_owned()))
    }

    /// Labels every anchor of the set that has no label yet.
    #[must_use]
    pub fn labelled(mut self, label: impl AsRef<str>) -> Self {
        let label: Arc<str> = label.as_ref().into();
        for anchor in &mut self.anchors {
            anchor.label.get_or_insert_with(|| Arc::clone(&label));
        }
        self
    }

    /// Adds the anchors of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.anchors.extend(others.anchors);
        self
    }

    /// The anchors, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// Each anchor once. The same certificate under two labels is an error: rules could be tied to either.
    pub(super) fn distinct(self) -> Result<Vec<TrustAnchor>, ConfigError> {
        let mut distinct: Vec<TrustAnchor> = Vec::with_capacity(self.anchors.len());
        for anchor in self.anchors {
            match distinct.iter().find(|known| known.certificate.fingerprint() == anchor.certificate.fingerprint()) {
                None => distinct.push(anchor),
                Some(known) if known.label == anchor.label => {}
                Some(known) => {
                    let label = |anchor: &TrustAnchor| anchor.label().map(str::to_owned);
                    return Err(ConfigError::AnchorLabels {
                        subject: known.certificate.subject().to_string(),
                        labels: [label(known), label(&anchor)],
                    });
                }
            }
        }
        Ok(distinct)
    }

    fn of(certificates: Vec<Certificate>, origin: &Origin) -> Result<Self, ConfigError> {
        let usable = |(index, certificate)| TrustAnchor::usable(certificate, origin, index + 1);
        let anchors = certificates.into_iter().enumerate().map(usable).collect::<Result<_, _>>()?;
        Ok(Self { anchors })
    }
}

impl TrustAnchor {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
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

    pub(super) fn shared_certificate(&self) -> Arc<Certificate> {
        Arc::clone(&self.certificate)
    }

    fn usable(certificate: Certificate, origin: &Origin, position: usize) -> Result<Self, ConfigError> {
        // webpki reads version 1 too, which has no basic constraints to say that this is an authority.
        if certificate.version() != 3 || webpki::anchor_from_trusted_cert(certificate.certificate_der()).is_err() {
            let problem = CertificateProblem::NotUsable;
            return Err(ConfigError::Certificate { origin: origin.clone(), position, problem });
        }
        Ok(Self { certificate: Arc::new(certificate), label: None })
    }
}

impl fmt::Debug for TrustAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchor").field("label", &self.label).field("certificate", &self.certificate).finish()
    }
}
