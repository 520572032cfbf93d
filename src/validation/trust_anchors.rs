use std::path::Path;
use std::sync::Arc;

use super::allowance::Allowance;
use super::spiffe::TrustDomain;
use super::trust_anchor::Profile;
use super::{TrustAnchor, certificate_files};
use crate::certificate::Certificate;
use crate::error::{ConfigError, Origin};

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
    /// The first of the anchors that were given a label when all of them had another, with that label.
    relabelled: Option<(TrustAnchor, Arc<str>)>,
}

impl TrustAnchors {
    /// No anchor: for a layer that accepts nothing but pinned certificates.
    #[must_use]
    pub fn none() -> Self {
        Self { anchors: Vec::new(), relabelled: None }
    }

    /// Reads every certificate of PEM text; any other text between the blocks is passed over.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pem`] for blocks that are malformed or of another kind, [`ConfigError::NoCertificates`] when
    /// there is none, [`ConfigError::Certificate`] for one that cannot be read. Whether it can be an anchor is found
    /// when the layer is built.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let origin = Origin::Memory;
        Ok(Self::of(certificate_files::from_pem(pem.as_ref(), &origin)?, &origin))
    }

    /// Reads one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Certificate`] when it cannot be read. Whether it can be an anchor is found when the layer is
    /// built.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let origin = Origin::Memory;
        Ok(Self::of(vec![certificate_files::from_der(der.as_ref(), &origin)?], &origin))
    }

    /// Reads a file with PEM blocks, or with one DER certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the file cannot be read, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        Ok(Self::of(certificate_files::from_file(path)?, &Origin::File(path.to_owned())))
    }

    /// Reads every file of a directory whose name ends in `.pem`, `.crt`, `.cer` or `.der`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when the directory or a file cannot be read, [`ConfigError::NoCertificates`] when there is
    /// none, and the errors of [`from_pem`](Self::from_pem).
    pub fn from_directory(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        Ok(Self::of(certificate_files::from_directory(path)?, &Origin::Directory(path.to_owned())))
    }

    /// Labels every anchor of the set that has no label yet. Where all of them have another one, the set cannot be
    /// used: building fails with [`ConfigError::AnchorLabels`], because rules that name the new label would never hold.
    #[must_use]
    pub fn labelled(mut self, label: impl AsRef<str>) -> Self {
        let label: Arc<str> = label.as_ref().into();
        for anchor in &mut self.anchors {
            anchor.label.get_or_insert_with(|| Arc::clone(&label));
        }
        if let Some(first) = self.anchors.first()
            && self.anchors.iter().all(|anchor| anchor.label.as_ref() != Some(&label))
        {
            self.relabelled = Some((first.clone(), label));
        }
        self
    }

    /// Keeps a comment of the operator with every anchor of the set that has none yet: a ticket, a contact, an end.
    #[must_use]
    pub fn commented(mut self, comment: impl AsRef<str>) -> Self {
        let comment: Arc<str> = comment.as_ref().into();
        for anchor in &mut self.anchors {
            anchor.comment.get_or_insert_with(|| Arc::clone(&comment));
        }
        self
    }

    /// Makes the set the bundle of a SPIFFE trust domain, such as `example.org`.
    ///
    /// As soon as one set has a trust domain, a certificate with a SPIFFE ID is validated against the bundle of that
    /// ID's trust domain and nothing else, and must have exactly one URI and neither keyCertSign nor cRLSign (X509-SVID
    /// section 5.2). The bundle accepts no other certificates.
    ///
    /// # Errors
    ///
    /// [`ConfigError::TrustDomain`] for text that is no trust domain (SPIFFE ID standard, section 2.1).
    pub fn for_trust_domain(mut self, trust_domain: &str) -> Result<Self, ConfigError> {
        let trust_domain: TrustDomain =
            trust_domain.parse().map_err(|()| ConfigError::TrustDomain { value: trust_domain.to_owned() })?;
        for anchor in &mut self.anchors {
            anchor.trust_domain = Some(trust_domain.clone());
        }
        Ok(self)
    }

    /// Holds these anchors, and all that is issued below them, to RFC 5280 by the letter: key identifiers, criticality
    /// of extensions, forms of names and serial numbers.
    ///
    /// Off by default: none of these rules guards anything here, and private authorities often break them.
    #[must_use]
    pub fn strict_profile(mut self) -> Self {
        for anchor in &mut self.anchors {
            anchor.profile = Profile::Strict;
        }
        self
    }

    /// Adds the anchors of another set; options that were set on one of the two stay with its anchors.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.anchors.extend(others.anchors);
        self.relabelled = self.relabelled.or(others.relabelled);
        self
    }

    /// The anchors, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    fn allow(mut self, allowance: Allowance) -> Self {
        for anchor in &mut self.anchors {
            anchor.allowances.allow(allowance);
        }
        self
    }

    /// Each anchor once in each trust domain; given twice, it allows what both allow. The same certificate under two
    /// labels is an error: rules could be tied to either.
    pub(super) fn distinct(self) -> Result<Vec<TrustAnchor>, ConfigError> {
        let label = |anchor: &TrustAnchor| anchor.label().map(str::to_owned);
        if let Some((anchor, given)) = self.relabelled {
            return Err(ConfigError::AnchorLabels {
                subject: anchor.certificate().subject().to_string(),
                labels: [label(&anchor), Some(given.to_string())],
            });
        }
        let mut distinct: Vec<TrustAnchor> = Vec::with_capacity(self.anchors.len());
        for anchor in self.anchors {
            match distinct.iter_mut().find(|known| known.is_same(&anchor)) {
                None => distinct.push(anchor),
                Some(known) if known.label == anchor.label => {
                    known.allowances = known.allowances.and(anchor.allowances);
                    if anchor.profile == Profile::Strict {
                        known.profile = Profile::Strict;
                    }
                }
                Some(known) => {
                    return Err(ConfigError::AnchorLabels {
                        subject: known.certificate().subject().to_string(),
                        labels: [label(known), label(&anchor)],
                    });
                }
            }
        }
        Ok(distinct)
    }

    fn of(certificates: Vec<Certificate>, origin: &Origin) -> Self {
        let anchor = |(index, certificate)| TrustAnchor::new(certificate, origin, index + 1);
        Self { anchors: certificates.into_iter().enumerate().map(anchor).collect(), relabelled: None }
    }
}

/// What an authority's certificates may lack. Each is off by default, loosens these anchors alone, and is named in the
/// evidence of every identity that needed it.
impl TrustAnchors {
    /// Accepts client certificates that name anyExtendedKeyUsage in place of clientAuth.
    #[must_use]
    pub fn allow_any_purpose(self) -> Self {
        self.allow(Allowance::AnyPurpose)
    }

    /// Accepts client certificates without an extended key usage extension. Whatever the authority issues without one,
    /// for servers or for mail, can then be a client.
    #[must_use]
    pub fn allow_missing_client_auth(self) -> Self {
        self.allow(Allowance::MissingClientAuth)
    }

    /// Accepts client certificates whose key usage lacks digitalSignature.
    #[must_use]
    pub fn allow_missing_digital_signature(self) -> Self {
        self.allow(Allowance::MissingDigitalSignature)
    }

    /// Accepts RSA keys whose size in bits is no multiple of 8.
    #[must_use]
    pub fn allow_uneven_rsa_size(self) -> Self {
        self.allow(Allowance::UnevenRsaSize)
    }

    /// Accepts certificates of version 1 as anchors. They cannot say that they are an authority's, so the operator
    /// does.
    #[must_use]
    pub fn allow_v1_anchor(self) -> Self {
        self.allow(Allowance::V1Anchor)
    }
}
