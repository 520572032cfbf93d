use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::status::RevocationReason;
use crate::certificate::Certificate;
use crate::escape::Escaped;
use crate::evidence::Check;
use crate::reason::Reason;
use crate::utc::Utc;
use crate::validation::{PathCertificate, Place};

/// Why a certificate of a valid path was not accepted as unrevoked: which certificate, by which source, as of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationError {
    problem: RevocationProblem,
    /// What was asked.
    check: Check,
    certificate: PathCertificate,
    checked_at: SystemTime,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationProblem {
    /// It is on the deny-list.
    DenyListed {
        /// By what the entry names it.
        entry: DenyListMatch,
    },
    /// No source says whether it is revoked.
    NoSource {
        /// Its issuer.
        issuer: String,
    },
    /// It was revoked.
    Revoked {
        /// When.
        at: SystemTime,
        /// Why, where the source says so.
        reason: Option<RevocationReason>,
        /// The source that says so.
        source: Arc<str>,
        /// When the source was issued.
        this_update: Option<SystemTime>,
    },
    /// The source that would say whether it is revoked is past its next update.
    Stale {
        /// The source.
        source: Arc<str>,
        /// When the source was issued.
        this_update: Option<SystemTime>,
        /// When the next one should have come.
        next_update: Option<SystemTime>,
    },
    /// A responder, or the address of a list, was asked whether it is revoked, and gave nothing that can be used.
    Unavailable {
        /// The responder, or the address.
        source: Arc<str>,
        /// What came in place of an answer.
        detail: Arc<str>,
    },
    /// A responder says that it does not know the certificate (RFC 6960 section 2.2).
    Unknown {
        /// The source that says so.
        source: Arc<str>,
        /// When the source was issued.
        this_update: Option<SystemTime>,
    },
}

/// By what an entry of a deny-list names a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DenyListMatch {
    /// By its SHA-256.
    Certificate,
    /// By issuer and serial number.
    IssuerAndSerial,
    /// By the SHA-256 of its public key.
    PublicKey,
}

impl RevocationError {
    pub(super) fn new(
        problem: RevocationProblem,
        check: Check,
        place: Place,
        certificate: &Certificate,
        checked_at: SystemTime,
    ) -> Box<Self> {
        Box::new(Self { problem, check, certificate: PathCertificate::new(place, certificate), checked_at })
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &RevocationProblem {
        &self.problem
    }

    /// The check that refused it: the deny-list, lists or OCSP.
    #[must_use]
    pub fn check(&self) -> Check {
        self.check
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
        match self.problem {
            RevocationProblem::DenyListed { .. } => {
                "take the entry off the deny-list if it names the wrong certificate; nothing else accepts it"
            }
            RevocationProblem::NoSource { .. } if self.check == Check::Ocsp => {
                "give the layer a responder or an answer of the issuer, or RevocationPolicy::allow_no_source to the label \
                 of the anchor"
            }
            RevocationProblem::NoSource { .. } => {
                "give crls() the list of the issuer, or RevocationPolicy::allow_no_source to the label of the anchor"
            }
            RevocationProblem::Revoked { .. } => {
                "ask the issuer for a new certificate; no option accepts a revoked one"
            }
            RevocationProblem::Stale { .. } if self.check == Check::Ocsp => {
                "make the responder answer again, or call reload_ocsp_answers() with a later answer, or give \
                 RevocationPolicy::allow_stale_for to the label of the anchor"
            }
            RevocationProblem::Stale { .. } => {
                "get the next list of the issuer and call reload_crls(), or give RevocationPolicy::allow_stale_for to \
                 the label of the anchor"
            }
            RevocationProblem::Unavailable { .. } if self.check == Check::Crl => {
                "see that the address in the certificate serves a current list of its issuer, or give crls() that list; \
                 RevocationPolicy::allow_unavailable lets clients pass while none comes"
            }
            RevocationProblem::Unavailable { .. } => {
                "make the responder answer; RevocationPolicy::allow_unavailable lets clients pass that were never seen \
                 before, and allow_stale_for those that were"
            }
            RevocationProblem::Unknown { .. } => {
                "ask the issuer why its responder does not know a certificate that it issued; no option accepts it"
            }
        }
    }

    /// The time of the check.
    #[must_use]
    pub fn checked_at(&self) -> SystemTime {
        self.checked_at
    }

    pub(crate) fn reason(&self) -> Reason {
        match self.problem {
            RevocationProblem::DenyListed { .. } => Reason::DenyListed,
            RevocationProblem::NoSource { .. } => Reason::RevocationNoSource,
            RevocationProblem::Revoked { .. } => Reason::Revoked,
            RevocationProblem::Stale { .. } => Reason::RevocationStale,
            RevocationProblem::Unavailable { .. } => Reason::RevocationUnavailable,
            RevocationProblem::Unknown { .. } => Reason::RevocationUnknown,
        }
    }
}

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.certificate)?;
        match &self.problem {
            RevocationProblem::DenyListed { entry } => write!(f, "is on the deny-list {entry}"),
            RevocationProblem::NoSource { issuer } if self.check == Check::Ocsp => write!(
                f,
                "has no source for its revocation status: expected an OCSP answer for \"{}\"",
                Escaped(issuer)
            ),
            RevocationProblem::NoSource { issuer } => write!(
                f,
                "has no source for its revocation status: expected a current list of \"{}\" that covers it",
                Escaped(issuer)
            ),
            RevocationProblem::Revoked { at, reason, source, .. } => {
                write!(f, "was revoked at {}", Utc(*at))?;
                if let Some(reason) = reason {
                    write!(f, " ({reason})")?;
                }
                write!(f, " by {}", Escaped(source))
            }
            RevocationProblem::Stale { source, next_update, .. } => {
                write!(f, "has a stale source for its revocation status: {}", Escaped(source))?;
                match next_update {
                    Some(next_update) => {
                        write!(f, ", next update due at {}, now {}", Utc(*next_update), Utc(self.checked_at))
                    }
                    None => Ok(()),
                }
            }
            RevocationProblem::Unavailable { source, detail } => {
                write!(f, "has no answer for its revocation status from {}: it {}", Escaped(source), Escaped(detail))
            }
            RevocationProblem::Unknown { source, .. } => {
                write!(f, "is not known to its responder, by {}", Escaped(source))
            }
        }
    }
}

impl Error for RevocationError {}

impl fmt::Display for DenyListMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "by its fingerprint",
            Self::IssuerAndSerial => "by issuer and serial number",
            Self::PublicKey => "by the fingerprint of its public key",
        })
    }
}
