//! Why a request was refused: one variant per stage, and two for the service itself.

use std::error::Error;
use std::fmt;

use crate::authorization::{AuthorizationError, CertificateMissing};
use crate::encoding::EncodingError;
use crate::gateway::UntrustedPeer;
use crate::header::HeaderError;
use crate::identity::IdentityError;
use crate::reason::{Fault, Reason, Stage};
use crate::revocation::RevocationError;
use crate::validation::{ValidationBusy, ValidationError};

/// Why a request was refused, with the values that were compared.
///
/// The layer puts a [`Refusal`](crate::Refusal) with it into the extensions of the response. It is for logs, counters
/// and pages of the operator; the client is told a fixed text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// Stage 1: who sent it.
    Gateway(UntrustedPeer),
    /// Stage 2: which header.
    Header(HeaderError),
    /// Stage 3: from header bytes to certificates.
    Encoding(EncodingError),
    /// Stage 4: path, dates, purpose, issuer.
    Validation(Box<ValidationError>),
    /// Stages 3 and 4 were not entered: too many certificates were being validated, or waited to be.
    Busy(ValidationBusy),
    /// Stage 5: deny-list, revocation lists, OCSP.
    Revocation(Box<RevocationError>),
    /// Stage 6: who the client is.
    Identity(IdentityError),
    /// Stage 7: may they do this.
    Authorization(AuthorizationError),
    /// The service is set up wrongly.
    Setup(SetupError),
}

/// A mistake in the set-up of the service that shows only when a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// No request may pass unrecorded, and this one could not be recorded; the log says why.
    AuditUnavailable,
    /// An identity was asked for where no `ClientCertLayer` had run.
    LayerMissing,
    /// A `ClientCertLayer` stands inside another.
    LayerNested,
}

impl Rejection {
    /// The reason with its stable code.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Gateway(error) => error.reason(),
            Self::Header(error) => error.reason(),
            Self::Encoding(error) => error.reason(),
            Self::Validation(error) => error.reason(),
            Self::Busy(_) => Reason::ValidationBusy,
            Self::Revocation(error) => error.reason(),
            Self::Identity(_) => Reason::NameUnusable,
            Self::Authorization(error) => error.reason(),
            Self::Setup(SetupError::AuditUnavailable) => Reason::AuditUnavailable,
            Self::Setup(SetupError::LayerMissing) => Reason::LayerMissing,
            Self::Setup(SetupError::LayerNested) => Reason::LayerNested,
        }
    }

    /// The stage that its reason belongs to. A clock that cannot be used is noticed by validation and is a mistake of
    /// the set-up all the same.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.reason().stage()
    }

    /// What the operator can do about it, in one sentence; `None` where the text says all there is.
    #[must_use]
    pub fn mend(&self) -> Option<&'static str> {
        match self {
            Self::Gateway(error) => error.mend(),
            Self::Header(error) => Some(error.mend()),
            Self::Encoding(error) => Some(error.mend()),
            Self::Validation(error) => Some(error.mend()),
            Self::Busy(error) => Some(error.mend()),
            Self::Revocation(error) => Some(error.mend()),
            Self::Identity(error) => Some(error.mend()),
            Self::Authorization(error) => error.mend(),
            Self::Setup(_) => None,
        }
    }

    /// Whose mistake it is, as far as one request can tell.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.reason().fault()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(error) => error.fmt(f),
            Self::Header(error) => error.fmt(f),
            Self::Encoding(error) => error.fmt(f),
            Self::Validation(error) => error.fmt(f),
            Self::Busy(error) => error.fmt(f),
            Self::Revocation(error) => error.fmt(f),
            Self::Identity(error) => error.fmt(f),
            Self::Authorization(error) => error.fmt(f),
            Self::Setup(error) => error.fmt(f),
        }
    }
}

impl Error for Rejection {}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LayerMissing => {
                "an identity was asked for, but no ClientCertLayer ran before: add the layer outside of this route"
            }
            Self::AuditUnavailable => "the request could not be recorded, and none may pass unrecorded",
            Self::LayerNested => "a ClientCertLayer stands inside another: keep one, outermost",
        })
    }
}

impl Error for SetupError {}

macro_rules! from_stage {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for Rejection {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from_stage! {
    UntrustedPeer => Gateway,
    HeaderError => Header,
    EncodingError => Encoding,
    Box<ValidationError> => Validation,
    ValidationBusy => Busy,
    Box<RevocationError> => Revocation,
    IdentityError => Identity,
    AuthorizationError => Authorization,
    SetupError => Setup,
}

impl From<CertificateMissing> for Rejection {
    fn from(error: CertificateMissing) -> Self {
        Self::Authorization(error.into())
    }
}
