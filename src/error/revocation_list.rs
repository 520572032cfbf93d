use std::error::Error;
use std::fmt;
use std::io;
use std::time::SystemTime;

use super::Origin;
use crate::certificate::CertificateError;
use crate::escape::Escaped;
use crate::utc::Utc;

/// A revocation list that is not in force, with the place it was read from.
#[derive(Debug)]
#[non_exhaustive]
pub struct RevocationListError {
    /// Where it came from.
    pub origin: Origin,
    /// Its place there, counted from 1.
    pub position: usize,
    /// What is wrong with it.
    pub problem: RevocationListProblem,
}

/// What is wrong with a revocation list.
#[derive(Debug)]
#[non_exhaustive]
pub enum RevocationListProblem {
    /// It has a critical extension that cannot be honoured (RFC 5280 section 5.2).
    CriticalExtensionUnsupported {
        /// The object identifier.
        extension: String,
    },
    /// It lists changes to another list (RFC 5280 section 5.2.4).
    Delta,
    /// It covers attribute certificates alone.
    ForAttributeCertificates,
    /// It was issued in the future.
    FromTheFuture {
        /// When it says it was issued.
        this_update: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// It lists certificates of other issuers (RFC 5280 section 5.2.5).
    Indirect,
    /// No anchor and no configured intermediate has its issuer's name.
    IssuerUnknown {
        /// The issuer's name.
        issuer: String,
    },
    /// There is none.
    Missing,
    /// It does not say when the next one comes.
    NextUpdateMissing,
    /// It is of version 2 and has no number (RFC 5280 section 5.2.3).
    NumberMissing,
    /// There are PEM blocks of other kinds.
    OtherBlocks {
        /// How many.
        count: usize,
    },
    /// PEM with a block that is cut off or not base64.
    PemMalformed,
    /// It covers some of the reasons for a revocation alone.
    ReasonsPartitioned,
    /// Its distribution point is named relative to the issuer.
    RelativeDistributionPoint,
    /// Its signature uses an algorithm, or a key of the issuer, that is not accepted.
    SignatureAlgorithmUnsupported {
        /// The issuer's name.
        issuer: String,
    },
    /// Its signature was made by none of the keys of its issuer that are configured.
    SignatureInvalid {
        /// The issuer's name.
        issuer: String,
    },
    /// The certificate of its signer has a key usage without cRLSign.
    SignerNotForLists {
        /// The issuer's name.
        issuer: String,
    },
    /// It has more octets than the limit.
    TooLarge {
        /// The limit, in octets.
        limit_octets: u64,
    },
    /// It is one list too many of those that were fetched.
    TooMany {
        /// How many lists may be in force that were fetched.
        limit: usize,
    },
    /// It cannot be read.
    Unreadable(CertificateError),
    /// The file cannot be read.
    UnreadableFile(io::Error),
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, position, problem } = self;
        match problem {
            RevocationListProblem::Missing
            | RevocationListProblem::OtherBlocks { .. }
            | RevocationListProblem::PemMalformed
            | RevocationListProblem::UnreadableFile(_) => write!(f, "{origin} {problem}"),
            _ => write!(f, "revocation list {position} of {origin} {problem}"),
        }
    }
}

impl Error for RevocationListError {}

impl fmt::Display for RevocationListProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CriticalExtensionUnsupported { extension } => {
                write!(f, "has the critical extension {extension}, which cannot be honoured")
            }
            Self::Delta => f.write_str("is a delta list: give the complete list instead"),
            Self::ForAttributeCertificates => f.write_str("is for attribute certificates, which are no client's"),
            Self::FromTheFuture { this_update, now } => {
                write!(f, "was issued at {}, now {}: set the clock right, here or there", Utc(*this_update), Utc(*now))
            }
            Self::Indirect => {
                f.write_str("is an indirect list, with certificates of other issuers: give each issuer's own list")
            }
            Self::IssuerUnknown { issuer } => write!(
                f,
                "was issued by \"{}\", which no anchor and no configured intermediate is: add that certificate",
                Escaped(issuer)
            ),
            Self::Missing => f.write_str("holds no revocation list, expected at least one"),
            Self::NextUpdateMissing => f.write_str("does not say when the next one comes (nextUpdate)"),
            Self::NumberMissing => f.write_str(
                "has no number, expected one: RevocationLists::allow_missing_number accepts it by date alone",
            ),
            Self::OtherBlocks { count } => {
                write!(
                    f,
                    "holds {count} PEM block(s) that are not labelled X509 CRL: keep certificates and keys elsewhere"
                )
            }
            Self::PemMalformed => f.write_str("has a PEM block that is cut off or is not base64"),
            Self::ReasonsPartitioned => {
                f.write_str("covers some reasons for a revocation alone: give the list that covers all")
            }
            Self::RelativeDistributionPoint => {
                f.write_str("names its distribution point relative to the issuer, expected a full name")
            }
            Self::SignatureAlgorithmUnsupported { issuer } => {
                write!(f, "of \"{}\" is signed with an algorithm or a key that is not accepted", Escaped(issuer))
            }
            Self::SignatureInvalid { issuer } => {
                write!(f, "of \"{}\" was signed by none of the keys that are configured for that name", Escaped(issuer))
            }
            Self::SignerNotForLists { issuer } => write!(
                f,
                "of \"{}\" was signed with a key whose certificate has a key usage without cRLSign",
                Escaped(issuer)
            ),
            Self::TooLarge { limit_octets } => write!(f, "has more than {limit_octets} octets"),
            Self::TooMany { limit } => write!(f, "is one too many: {limit} lists in force were fetched already"),
            Self::Unreadable(problem) => write!(f, "cannot be read: {problem}"),
            Self::UnreadableFile(problem) => write!(f, "cannot be read: {problem}"),
        }
    }
}
