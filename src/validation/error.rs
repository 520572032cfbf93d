use std::error::Error;
use std::fmt;

use super::problem::ValidationProblem;
use crate::certificate::{Certificate, Fingerprint};
use crate::escape::Escaped;
use crate::reason::Reason;

/// Why a certificate was not accepted: what is wrong, with which certificate of the path, found and wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    problem: ValidationProblem,
    certificate: PathCertificate,
    /// It is trusted by a pin, in place of a path.
    is_pinned: bool,
}

/// The certificate of which a [`ValidationError`] speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathCertificate {
    place: Place,
    subject: String,
    fingerprint: Fingerprint,
}

/// The place of a certificate in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The client's own certificate.
    EndEntity,
    /// An authority between the client and the anchor.
    Intermediate {
        /// Its number, counted from 1 at the issuer of the client's certificate.
        number: usize,
    },
    /// The trust anchor.
    Anchor,
}

impl ValidationError {
    pub(super) fn new(problem: ValidationProblem, place: Place, certificate: &Certificate) -> Self {
        Self { problem, certificate: PathCertificate::new(place, certificate), is_pinned: false }
    }

    /// Of a pinned certificate, which options of anchors do not help.
    pub(super) fn of_pin(problem: ValidationProblem, certificate: &Certificate) -> Self {
        Self { is_pinned: true, ..Self::new(problem, Place::EndEntity, certificate) }
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &ValidationProblem {
        &self.problem
    }

    /// The certificate it is wrong with.
    #[must_use]
    pub fn certificate(&self) -> &PathCertificate {
        &self.certificate
    }

    /// What can be done about it, in one sentence; names the option that would accept the certificate where there is
    /// one.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        let of_pin = self.is_pinned.then(|| self.problem.mend_of_pin()).flatten();
        of_pin.unwrap_or_else(|| self.problem.mend(self.certificate.place))
    }

    pub(crate) fn reason(&self) -> Reason {
        self.problem.reason()
    }
}

impl PathCertificate {
    pub(crate) fn new(place: Place, certificate: &Certificate) -> Self {
        Self { place, subject: certificate.subject().to_string(), fingerprint: *certificate.fingerprint() }
    }

    /// Its place in the path.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Its subject as RFC 4514 text.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its SHA-256.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.certificate, self.problem)
    }
}

impl Error for ValidationError {}

impl fmt::Display for PathCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.place, Escaped(&self.subject))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndEntity => f.write_str("client certificate"),
            Self::Intermediate { number } => write!(f, "intermediate {number}"),
            Self::Anchor => f.write_str("trust anchor"),
        }
    }
}
