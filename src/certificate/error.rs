//! Why a certificate could not be read.

use std::fmt;

/// A certificate with a field that cannot be read.
///
/// It names the field and what is wrong with it, and holds nothing of the certificate but numbers and object
/// identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateError {
    field: &'static str,
    problem: Problem,
}

impl CertificateError {
    pub(crate) fn new(field: &'static str, problem: Problem) -> Self {
        Self { field, problem }
    }

    /// Names the field that could not be read, in the words of RFC 5280, such as `subject alternative name`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for CertificateError {}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    AddressLength { octets: usize },
    BitString,
    Boolean,
    Date,
    Duplicate { oid: String },
    Empty,
    EmptyText,
    HighTagNumber,
    Integer,
    Length,
    ObjectIdentifier,
    SignatureAlgorithmsDiffer,
    Text { expected: &'static str },
    TooLarge { octets: usize, limit: usize },
    TooMany { limit: usize },
    TrailingBytes { count: usize },
    Truncated,
    UnexpectedTag { found: u8, expected: u8 },
    UnknownChoice { found: u8 },
    Version { found: u8 },
    VersionTooLow { found: u8, expected: u8 },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddressLength { octets } => write!(f, "ip address of {octets} octets, expected 4 or 16"),
            Self::BitString => f.write_str("malformed bit string"),
            Self::Boolean => f.write_str("boolean that is neither 00 nor ff"),
            Self::Date => f.write_str("date before 1970 or not in the form of rfc 5280 section 4.1.2.5"),
            Self::Duplicate { oid } => write!(f, "extension {oid} occurs more than once"),
            Self::Empty => f.write_str("is empty, expected at least one element"),
            Self::EmptyText => f.write_str("is empty, expected text"),
            Self::HighTagNumber => f.write_str("tag number above 30"),
            Self::Integer => f.write_str("integer that is empty, too large or not in its shortest form"),
            Self::Length => f.write_str("length that is indefinite, too large or not in its shortest form"),
            Self::ObjectIdentifier => f.write_str("malformed object identifier"),
            Self::SignatureAlgorithmsDiffer => f.write_str("differs inside and outside of the signed part"),
            Self::Text { expected } => write!(f, "text that is not {expected}"),
            Self::TooLarge { octets, limit } => write!(f, "{octets} octets, expected at most {limit}"),
            Self::TooMany { limit } => write!(f, "more than {limit} elements"),
            Self::TrailingBytes { count } => write!(f, "{count} octets too many"),
            Self::Truncated => f.write_str("ends too early"),
            Self::UnexpectedTag { found, expected } => write!(f, "found tag {found:02x}, expected {expected:02x}"),
            Self::UnknownChoice { found } => write!(f, "found tag {found:02x}, which is none of the choices"),
            Self::Version { found } => write!(f, "found {found}, expected 0, 1 or 2"),
            Self::VersionTooLow { found, expected } => {
                write!(f, "present in a certificate of version {found}, expected version {expected}")
            }
        }
    }
}
