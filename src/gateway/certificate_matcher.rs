use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::certificate_name::GatewayCertificateName;
use super::gateway_certificate::GatewayCertificate;
use crate::certificate::{Certificate, CertificateError, Fingerprint};
use crate::error::{ConfigError, SenderProblem};
use crate::escape::Escaped;
use crate::policy::listed;
use crate::validation::{
    Intermediates, PinnedCertificates, Trust, TrustAnchors, ValidationError, ValidationOptions, validate_gateway,
};

/// Which certificate a gateway has to present in its own TLS handshake with this service.
///
/// The path is validated at each request, as that of a client is: to these anchors alone, within its dates, for client
/// authentication, since the gateway is the client of this connection. These anchors have nothing to do with those of
/// the forwarded certificates. They are fixed when the layer is built; to change the authority, name the old and the
/// new one for a while. Revocation is not asked, neither the deny-list nor lists nor responders: where a gateway's key
/// is lost, give the gateways another name or another authority.
///
/// ```no_run
/// use tower_client_cert::{Gateway, GatewayCertificateMatcher, GatewayCertificateName, TrustAnchors};
///
/// let internal = TrustAnchors::from_pem_file("internal-ca.pem")?;
/// let edge = GatewayCertificateMatcher::named(internal, [GatewayCertificateName::dns("edge.internal.example")])?;
/// let gateway = Gateway::nginx(["10.1.0.0/24"])?.certificate(edge);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GatewayCertificateMatcher {
    trust: Arc<Trust>,
    names: Names,
}

#[derive(Clone, Debug)]
enum Names {
    Any,
    OneOf(Vec<GatewayCertificateName>),
}

impl GatewayCertificateMatcher {
    /// A certificate under these anchors with at least one of these names.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Sender`] without any name, and the errors of a set of anchors that cannot be used.
    pub fn named(
        anchors: TrustAnchors,
        one_of: impl IntoIterator<Item = GatewayCertificateName>,
    ) -> Result<Self, ConfigError> {
        let names: Vec<_> = one_of.into_iter().collect();
        if names.is_empty() {
            return Err(SenderProblem::NoCertificateNames.into());
        }
        Self::of(anchors, Names::OneOf(names))
    }

    /// Every certificate under these anchors, for an authority that issues to gateways and to nobody else.
    ///
    /// # Errors
    ///
    /// The errors of a set of anchors that cannot be used. Building the layer fails where clients are accepted under
    /// one of them too.
    pub fn any_issued_under(anchors: TrustAnchors) -> Result<Self, ConfigError> {
        Self::of(anchors, Names::Any)
    }

    /// Judges what the gateway presented; returns the SHA-256 of its certificate.
    pub(super) fn prove(
        &self,
        presented: Option<&GatewayCertificate>,
        options: &ValidationOptions,
        now: SystemTime,
    ) -> Result<Fingerprint, GatewayCertificateError> {
        let chain = presented.map(GatewayCertificate::chain).unwrap_or_default();
        let Some((end_entity, candidates)) = chain.split_first() else {
            return Err(GatewayCertificateError::NotPresented);
        };
        if chain.len() > MAX_CHAIN_CERTIFICATES {
            let found = chain.len();
            return Err(GatewayCertificateError::TooMany { found, max_certificates: MAX_CHAIN_CERTIFICATES });
        }
        let end_entity =
            Certificate::from_der(end_entity.clone()).map(Arc::new).map_err(GatewayCertificateError::Unreadable)?;
        // The name first, because it costs nothing; neither is enough without the other.
        if !self.names.any_in(&end_entity) {
            return Err(GatewayCertificateError::NotNamed { subject: end_entity.subject().to_string() });
        }
        validate_gateway(&end_entity, candidates, &self.trust, options, now)
            .map_err(GatewayCertificateError::Invalid)?;
        Ok(*end_entity.fingerprint())
    }

    pub(super) fn is_any(&self) -> bool {
        matches!(self.names, Names::Any)
    }

    /// As it stands in the effective policy.
    pub(super) fn describe(&self) -> String {
        let names = match &self.names {
            Names::Any => "with any name".to_owned(),
            Names::OneOf(names) => format!("with one of {}", listed(names)),
        };
        let anchors = self.trust.anchors().map(|anchor| anchor.certificate().fingerprint().to_string());
        format!("a certificate of its own under {}, {names}", listed(anchors))
    }

    /// Whether one certificate could do for both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let names = match (&self.names, &other.names) {
            (Names::OneOf(names), Names::OneOf(others)) => names.iter().any(|name| others.contains(name)),
            (Names::Any, _) | (_, Names::Any) => true,
        };
        names && self.trust.shares_anchor_with(&other.trust)
    }

    /// The subject of an anchor under which clients would be taken for the gateway.
    pub(super) fn anchor_above(&self, clients: &Trust) -> Option<String> {
        match self.names {
            Names::Any => self.trust.anchor_above(clients),
            Names::OneOf(_) => None,
        }
    }

    fn of(anchors: TrustAnchors, names: Names) -> Result<Self, ConfigError> {
        Ok(Self {
            trust: Arc::new(Trust::new(anchors, Intermediates::default(), PinnedCertificates::default())?),
            names,
        })
    }
}

impl Names {
    fn any_in(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(names) => names.iter().any(|name| name.is_in(certificate)),
        }
    }
}

/// Why a gateway's own certificate does not prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GatewayCertificateError {
    /// Its path was not accepted.
    Invalid(Box<ValidationError>),
    /// It has none of the names.
    NotNamed {
        /// The subject it has.
        subject: String,
    },
    /// The connection has none.
    NotPresented,
    /// Too many came along.
    TooMany {
        /// How many.
        found: usize,
        /// The limit.
        max_certificates: usize,
    },
    /// It cannot be read.
    Unreadable(CertificateError),
}

impl fmt::Display for GatewayCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // `ValidationError` speaks of the client of a connection, which the gateway is here.
            Self::Invalid(error) => write!(f, "the certificate of its own was not accepted: as {error}"),
            Self::NotNamed { subject } => write!(f, "its certificate \"{}\" has none of the names", Escaped(subject)),
            Self::NotPresented => f.write_str(
                "no certificate of its own is known: ask for one in the TLS handshake, and insert a GatewayCertificate",
            ),
            Self::TooMany { found, max_certificates } => {
                write!(f, "it presented {found} certificates, the limit is {max_certificates}")
            }
            Self::Unreadable(error) => write!(f, "its certificate cannot be read: {error}"),
        }
    }
}

impl Error for GatewayCertificateError {}

/// The most certificates in a gateway's own chain.
const MAX_CHAIN_CERTIFICATES: usize = 10;
