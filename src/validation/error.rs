use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use crate::certificate::{Certificate, Fingerprint};
use crate::escape::Escaped;
use crate::reason::Reason;
use crate::utc::Utc;

/// Why a certificate was not accepted: what is wrong, with which certificate of the path, found and wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    problem: ValidationProblem,
    certificate: PathCertificate,
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
    Intermediate,
    /// The trust anchor.
    Anchor,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationProblem {
    /// The signature on it uses an algorithm, or a key of the issuer, that is not accepted.
    AlgorithmUnsupported {
        /// The algorithm of the signature.
        signature: String,
    },
    /// It is the certificate of an authority.
    CaCertificate,
    /// The clock shows a time before 1970.
    ClockUnusable {
        /// The time shown.
        now: SystemTime,
    },
    /// It has a critical extension that cannot be honoured.
    CriticalExtensionUnsupported {
        /// The object identifier, where it could be found.
        extension: Option<String>,
    },
    /// It is past its end.
    Expired {
        /// The last second of its validity.
        not_after: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// No authority of its path is among those allowed.
    IssuerNotAllowed {
        /// The anchor of the path.
        anchor: String,
    },
    /// It issued a certificate without being an authority.
    IssuerNotCa,
    /// Nobody is known who issued it.
    IssuerUnknown {
        /// The issuer it names.
        issuer: String,
        /// The key identifier of that issuer, in hex, where it gives one.
        key_id: Option<String>,
        /// It names itself as its issuer.
        self_issued: bool,
    },
    /// Its key is on the list of keys known to be compromised.
    KeyDistrusted,
    /// A field of it cannot be read.
    Malformed,
    /// A name in it is outside the constraints of an authority above, or these cannot be evaluated.
    NameConstraintViolated,
    /// It is not for client authentication.
    NotForClientUse {
        /// The purposes it names; `None` without the extension.
        purposes: Option<Vec<String>>,
    },
    /// It is before its beginning.
    NotYetValid {
        /// The first second of its validity.
        not_before: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// More authorities stand below it than it allows, or more than any path may have.
    PathLengthExceeded {
        /// How many it allows; `None` where the limit of the path building was met.
        allowed: Option<u32>,
    },
    /// The search for its path took more work than is allowed.
    PathTooComplex,
    /// The signature on it, or above it, was made by another key.
    SignatureInvalid {
        /// The issuer it names.
        issuer: String,
    },
    /// It ends before it begins.
    ValidityInvalid,
    /// It is not of version 3.
    VersionUnsupported {
        /// Its version.
        version: u8,
    },
}

impl ValidationError {
    pub(super) fn new(problem: ValidationProblem, place: Place, certificate: &Certificate) -> Self {
        let certificate = PathCertificate {
            place,
            subject: certificate.subject().to_string(),
            fingerprint: *certificate.fingerprint(),
        };
        Self { problem, certificate }
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

    pub(crate) fn reason(&self) -> Reason {
        match self.problem {
            ValidationProblem::AlgorithmUnsupported { .. } => Reason::AlgorithmUnsupported,
            ValidationProblem::CaCertificate => Reason::CaCertificate,
            ValidationProblem::ClockUnusable { .. } => Reason::ClockUnusable,
            ValidationProblem::CriticalExtensionUnsupported { .. } => Reason::CriticalExtensionUnsupported,
            ValidationProblem::Expired { .. } => Reason::Expired,
            ValidationProblem::IssuerNotAllowed { .. } => Reason::IssuerNotAllowed,
            ValidationProblem::IssuerNotCa => Reason::IssuerNotCa,
            ValidationProblem::IssuerUnknown { .. } => Reason::IssuerUnknown,
            ValidationProblem::KeyDistrusted => Reason::KeyDistrusted,
            ValidationProblem::Malformed => Reason::CertificateMalformed,
            ValidationProblem::NameConstraintViolated => Reason::NameConstraintViolated,
            ValidationProblem::NotForClientUse { .. } => Reason::NotForClientUse,
            ValidationProblem::NotYetValid { .. } => Reason::NotYetValid,
            ValidationProblem::PathLengthExceeded { .. } => Reason::PathLengthExceeded,
            ValidationProblem::PathTooComplex => Reason::PathTooComplex,
            ValidationProblem::SignatureInvalid { .. } => Reason::SignatureInvalid,
            ValidationProblem::ValidityInvalid => Reason::ValidityInvalid,
            ValidationProblem::VersionUnsupported { .. } => Reason::VersionUnsupported,
        }
    }
}

impl PathCertificate {
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
        f.write_str(match self {
            Self::EndEntity => "client certificate",
            Self::Intermediate => "intermediate",
            Self::Anchor => "trust anchor",
        })
    }
}

impl fmt::Display for ValidationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmUnsupported { signature } => {
                write!(f, "is signed with {}, or by a key of its issuer, that is not accepted", Escaped(signature))
            }
            Self::CaCertificate => f.write_str("is the certificate of an authority, expected one of a client"),
            Self::ClockUnusable { now } => write!(f, "cannot be judged: the clock shows {}", Utc(*now)),
            Self::CriticalExtensionUnsupported { extension: Some(extension) } => {
                write!(f, "has the critical extension {}, which cannot be honoured", Escaped(extension))
            }
            Self::CriticalExtensionUnsupported { extension: None } => {
                f.write_str("has a critical extension that cannot be honoured")
            }
            Self::Expired { not_after, now } => write!(f, "expired at {}, now {}", Utc(*not_after), Utc(*now)),
            Self::IssuerNotAllowed { anchor } => {
                write!(f, "has a path to \"{}\", but no authority on it is among those allowed", Escaped(anchor))
            }
            Self::IssuerNotCa => f.write_str("issued a certificate, but is not the certificate of an authority"),
            Self::IssuerUnknown { self_issued: true, .. } => f.write_str("is self-issued and no trust anchor"),
            Self::IssuerUnknown { issuer, key_id, .. } => {
                write!(f, "was issued by \"{}\"", Escaped(issuer))?;
                if let Some(key_id) = key_id {
                    write!(f, " with key id {key_id}")?;
                }
                f.write_str(", which is neither a trust anchor nor a known intermediate")
            }
            Self::KeyDistrusted => f.write_str("has a key, or an issuer with a key, that is known to be compromised"),
            Self::Malformed => f.write_str("has a field that cannot be read"),
            Self::NameConstraintViolated => {
                f.write_str("has a name outside the constraints of an authority above it, or these cannot be evaluated")
            }
            Self::NotForClientUse { purposes: None } => f.write_str("names no extended key usage, expected clientAuth"),
            Self::NotForClientUse { purposes: Some(purposes) } => {
                write!(f, "is for {}, expected clientAuth", Escaped(&purposes.join(", ")))
            }
            Self::NotYetValid { not_before, now } => {
                write!(f, "is not valid before {}, now {}", Utc(*not_before), Utc(*now))
            }
            Self::PathLengthExceeded { allowed: Some(allowed) } => {
                write!(f, "allows {allowed} authorities below it, found more")
            }
            Self::PathLengthExceeded { allowed: None } => {
                write!(f, "needs a path of more than {} intermediates", super::MAX_INTERMEDIATES)
            }
            Self::PathTooComplex => f.write_str("needs more work to find its path than is allowed"),
            Self::SignatureInvalid { issuer } => write!(
                f,
                "does not verify: a signature on its path was made by another key than that of \"{}\" or its issuers",
                Escaped(issuer)
            ),
            Self::ValidityInvalid => f.write_str("ends before it begins"),
            Self::VersionUnsupported { version } => write!(f, "is of version {version}, expected 3"),
        }
    }
}
