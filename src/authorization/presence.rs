use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::error::ConfigError;
use crate::gateway::UntrustedPeer;

/// Whether requests need a certificate.
#[derive(Clone, Debug, Default)]
pub(crate) enum Presence {
    /// Anonymous requests go on.
    #[default]
    Optional,
    /// Anonymous requests are refused, but for these paths.
    Required { except: Vec<Box<str>> },
}

/// Why a request is anonymous.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The gateway sent no certificate; its name, where a request was judged.
    NotPresented { gateway: Option<Arc<str>> },
    /// The peer is no gateway, so nothing it sent was looked at.
    NotFromGateway { peer: UntrustedPeer, header_removed: bool },
}

impl Absence {
    /// The gateway that sent no certificate.
    pub(crate) fn gateway(&self) -> Option<&str> {
        match self {
            Self::NotPresented { gateway } => gateway.as_deref(),
            Self::NotFromGateway { .. } => None,
        }
    }
}

impl Presence {
    /// Excepted paths are compared with the path of the request as a whole, as the client sent it.
    pub(crate) fn required_except(paths: Vec<String>) -> Result<Self, ConfigError> {
        match paths.iter().find(|path| !path.starts_with('/') || path.contains(['?', '#'])) {
            Some(path) => Err(ConfigError::ExceptedPath { value: path.clone() }),
            None => Ok(Self::Required { except: paths.into_iter().map(String::into_boxed_str).collect() }),
        }
    }

    /// The paths that are excepted; `None` where no certificate is required.
    pub(crate) fn except(&self) -> Option<&[Box<str>]> {
        match self {
            Self::Optional => None,
            Self::Required { except } => Some(except),
        }
    }

    /// Judges a request without a certificate.
    pub(crate) fn admit(&self, absence: &Absence, path: &str) -> Result<(), CertificateMissing> {
        match self {
            Self::Optional => Ok(()),
            Self::Required { except } if except.iter().any(|excepted| **excepted == *path) => Ok(()),
            Self::Required { .. } => Err(CertificateMissing { absence: absence.clone() }),
        }
    }
}

/// Refusal of a request without a certificate where one is required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateMissing {
    absence: Absence,
}

impl CertificateMissing {
    pub(crate) fn new(absence: Absence) -> Self {
        Self { absence }
    }

    /// Why the sender was not believed, where that is why there is no certificate.
    #[must_use]
    pub fn untrusted_peer(&self) -> Option<&UntrustedPeer> {
        match &self.absence {
            Absence::NotPresented { .. } => None,
            Absence::NotFromGateway { peer, .. } => Some(peer),
        }
    }
}

impl fmt::Display for CertificateMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.absence {
            Absence::NotPresented { .. } => f.write_str("client certificate required, the gateway forwarded none"),
            Absence::NotFromGateway { peer, header_removed } => {
                write!(f, "client certificate required from a gateway; {peer}")?;
                f.write_str(if *header_removed { "; its certificate header was removed unread" } else { "" })
            }
        }
    }
}

impl Error for CertificateMissing {}
