//! What can be wrong with certificates that an operator configures, and where they came from.

use std::fmt;
use std::path::PathBuf;

use crate::certificate::CertificateError;
use crate::escape::Escaped;

/// What is wrong with a configured certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// It has a critical extension that cannot be honoured.
    CriticalExtension {
        /// The extension's object identifier.
        oid: String,
    },
    /// Its key is of a kind or size that is not accepted.
    Key {
        /// The kind and size.
        key: String,
    },
    /// Its basic constraints do not say that it is an authority's.
    NoAuthority,
    /// Its key usage does not let it sign certificates.
    NoKeyCertSign,
    /// It is one of several, where one is expected.
    NotAlone {
        /// How many there are.
        count: usize,
    },
    /// It cannot serve as a trust anchor or intermediate.
    NotUsable,
    /// It breaks a rule of the strict profile.
    Profile {
        /// The rule.
        rule: &'static str,
    },
    /// It cannot be read.
    Unreadable(CertificateError),
    /// It is of version 1.
    Version1,
}

/// What is wrong with PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PemProblem {
    /// Blocks other than `CERTIFICATE`.
    OtherBlocks {
        /// How many.
        count: usize,
    },
    /// A block that is cut off or not base64.
    Malformed,
}

/// Where a certificate came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A directory.
    Directory(PathBuf),
    /// A file.
    File(PathBuf),
    /// Bytes handed in by the program.
    Memory,
    /// An address, and perhaps a store in its place.
    Url(String),
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CriticalExtension { oid } => write!(
                f,
                "has the critical extension {}, which cannot be honoured: use a certificate without it",
                Escaped(oid)
            ),
            Self::Key { key } => write!(
                f,
                "has the key {}: expected RSA of 2048 to 8192 bits in a multiple of 8, P-256, P-384, P-521 or Ed25519",
                Escaped(key)
            ),
            Self::NoAuthority => f.write_str(
                "is not an authority's, by its basic constraints: pin a client's own certificate with PinnedCertificates",
            ),
            Self::NoKeyCertSign => f.write_str("may not sign certificates, by its key usage: expected keyCertSign"),
            Self::NotAlone { count } => write!(f, "is one of {count}, expected one alone"),
            Self::NotUsable => f.write_str("cannot be used to build paths: expected X.509 version 3 of an issuer"),
            Self::Profile { rule } => {
                write!(f, "breaks the strict profile ({rule}): mend it, or do not ask for strict_profile()")
            }
            Self::Unreadable(problem) => write!(f, "cannot be read: {problem}"),
            Self::Version1 => f.write_str(
                "is of version 1, which cannot say that it is an authority's: say allow_v1_anchor() if that is meant",
            ),
        }
    }
}

impl fmt::Display for PemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherBlocks { count } => write!(
                f,
                "holds {count} block(s) that are not labelled CERTIFICATE: keep keys, lists and other kinds elsewhere"
            ),
            Self::Malformed => f.write_str("has a block that is cut off or is not base64"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => write!(f, "directory {}", path.display()),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Memory => f.write_str("the bytes handed in"),
            Self::Url(url) => write!(f, "\"{}\"", Escaped(url)),
        }
    }
}
