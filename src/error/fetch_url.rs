use std::fmt;

use crate::escape::Escaped;

/// Why nothing is fetched from an address, or a host cannot be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchUrlProblem {
    /// It has a fragment.
    Fragment,
    /// Its host is neither a name nor an address.
    Host,
    /// It stands in a certificate, and its host and port are not among the allowed ones.
    HostNotAllowed {
        /// The host.
        host: String,
    },
    /// It is no address of the form `scheme://host[:port]/path`.
    Malformed,
    /// There is none.
    Missing,
    /// It has another scheme than `http` and `https`.
    Scheme,
    /// It is too long.
    TooLong {
        /// How many octets it has.
        octets: usize,
        /// How many it may have.
        limit_octets: usize,
    },
    /// It is one address too many.
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// The fetcher can never fetch from it.
    Unreachable {
        /// Why.
        why: String,
    },
    /// It has a user's name or password.
    UserInformation,
}

impl fmt::Display for FetchUrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fragment => f.write_str("has a fragment, which no server sees: leave out # and what follows"),
            Self::Host => f.write_str("has no usable host: write a whole name or address, with a port if need be"),
            Self::HostNotAllowed { host } => {
                write!(f, "is at the host \"{}\", which is not allowed at that port: add it", Escaped(host))
            }
            Self::Malformed => f.write_str("is no address: write it like http://crl.example/issuing.crl"),
            Self::Missing => f.write_str("is all there is, expected at least one address"),
            Self::Scheme => f.write_str("has a scheme that is not fetched: use http or https"),
            Self::TooLong { octets, limit_octets } => {
                write!(f, "has {octets} octets, expected at most {limit_octets}")
            }
            Self::TooMany { limit } => write!(f, "is one too many: expected at most {limit} addresses"),
            Self::Unreachable { why } => write!(f, "can never be fetched from: {why}"),
            Self::UserInformation => f.write_str("has a user's name, and credentials are never sent: leave it out"),
        }
    }
}
