use std::error::Error;
use std::fmt;
use std::io;
use std::time::SystemTime;

use super::Origin;
use crate::certificate::CertificateError;
use crate::utc::Utc;

/// Why an OCSP answer says nothing (RFC 6960 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcspAnswerProblem {
    /// It is not strict base64, which it has to be in a header.
    Base64Malformed,
    /// It has a critical extension that is not understood (RFC 6960 section 4.4).
    CriticalExtensionUnsupported {
        /// The object identifier.
        extension: String,
    },
    /// It says that it is successful and holds no answer.
    Empty,
    /// It was issued in the future.
    FromTheFuture {
        /// When it says it was issued.
        issued_at: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// No anchor and no configured intermediate is the issuer that it speaks of.
    IssuerUnknown,
    /// There is none.
    Missing,
    /// It has another nonce than the request, or none where one is required (RFC 9654).
    Nonce,
    /// It is about other certificates.
    OtherCertificate,
    /// Its signature uses an algorithm, or a key, that is not accepted.
    SignatureAlgorithmUnsupported,
    /// Its signature was not made by the key of its signer.
    SignatureInvalid,
    /// The certificate of its signer was not issued by the issuer that it speaks for.
    SignerNotDelegated,
    /// The certificate of its signer does not name the purpose `OCSPSigning`, or its key usage forbids signatures.
    SignerNotForAnswers,
    /// The certificate of its signer is outside of its dates.
    SignerNotInDate,
    /// Neither the issuer, nor a certificate beside the answer, nor the configured responder is its signer.
    SignerUnknown,
    /// It is past its next update, or older than the limit.
    Stale {
        /// When it went stale.
        fresh_until: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// The responder says that it has no answer.
    Status {
        /// In its own words.
        status: ResponderStatus,
    },
    /// It has more octets than the limit.
    TooLarge {
        /// The limit, in octets.
        limit_octets: usize,
    },
    /// It is no basic response.
    TypeUnsupported,
    /// It cannot be read.
    Unreadable(CertificateError),
    /// The file cannot be read.
    UnreadableFile {
        /// Why.
        kind: io::ErrorKind,
    },
}

/// An OCSP answer that is not in force, with the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OcspAnswerError {
    /// Where it came from.
    pub origin: Origin,
    /// What is wrong with it.
    pub problem: OcspAnswerProblem,
}

impl fmt::Display for OcspAnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, problem } = self;
        match problem {
            OcspAnswerProblem::Missing | OcspAnswerProblem::UnreadableFile { .. } => write!(f, "{origin} {problem}"),
            _ => write!(f, "ocsp answer of {origin} {problem}"),
        }
    }
}

impl Error for OcspAnswerError {}

/// What a responder says instead of an answer (`OCSPResponseStatus`, RFC 6960 section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponderStatus {
    /// It could not read the request.
    MalformedRequest,
    /// It failed.
    InternalError,
    /// It has no answer yet.
    TryLater,
    /// It wants the request to be signed.
    SigRequired,
    /// It does not answer for this certificate, or not to this client (RFC 5019 section 2.2.3).
    Unauthorized,
    /// A number that the standard does not know.
    Other,
}

impl ResponderStatus {
    pub(crate) fn from_content(content: &[u8]) -> Self {
        match content {
            [1] => Self::MalformedRequest,
            [2] => Self::InternalError,
            [3] => Self::TryLater,
            [5] => Self::SigRequired,
            [6] => Self::Unauthorized,
            _ => Self::Other,
        }
    }

    /// The name of the status in the standard.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
            Self::Other => "a status that the standard does not know",
        }
    }
}

impl fmt::Display for OcspAnswerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CriticalExtensionUnsupported { extension } => {
                write!(f, "has the critical extension {extension}, which cannot be honoured")
            }
            Self::Base64Malformed => f.write_str("is not strict base64"),
            Self::Empty => f.write_str("is successful and holds no answer"),
            Self::FromTheFuture { issued_at, now } => {
                write!(f, "was issued at {}, now {}: set the clock right, here or there", Utc(*issued_at), Utc(*now))
            }
            Self::IssuerUnknown => {
                f.write_str("is of an issuer that no anchor and no configured intermediate is: add that certificate")
            }
            Self::Missing => f.write_str("holds no OCSP answer, expected at least one"),
            Self::Nonce => f.write_str("does not repeat the nonce of the request"),
            Self::OtherCertificate => f.write_str("is about another certificate"),
            Self::SignatureAlgorithmUnsupported => {
                f.write_str("is signed with an algorithm or a key that is not accepted")
            }
            Self::SignatureInvalid => f.write_str("has a signature that was not made by the key of its signer"),
            Self::SignerNotDelegated => f.write_str("was signed by somebody whom the issuer has not certified"),
            Self::SignerNotForAnswers => {
                f.write_str("was signed with a certificate that is not for OCSP answers: expected OCSPSigning")
            }
            Self::SignerNotInDate => f.write_str("was signed with a certificate that is outside of its dates"),
            Self::SignerUnknown => f.write_str(
                "names a signer that is not the issuer, not the configured responder, and has no certificate beside it",
            ),
            Self::Stale { fresh_until, now } => {
                write!(f, "went stale at {}, now {}", Utc(*fresh_until), Utc(*now))
            }
            Self::Status { status } => write!(f, "says {}", status.name()),
            Self::TooLarge { limit_octets } => write!(f, "has more than {limit_octets} octets"),
            Self::TypeUnsupported => f.write_str("is no basic OCSP response"),
            Self::Unreadable(problem) => write!(f, "cannot be read: {problem}"),
            Self::UnreadableFile { kind } => write!(f, "cannot be read: {kind}"),
        }
    }
}

impl Error for OcspAnswerProblem {}

impl From<CertificateError> for OcspAnswerProblem {
    fn from(error: CertificateError) -> Self {
        Self::Unreadable(error)
    }
}
