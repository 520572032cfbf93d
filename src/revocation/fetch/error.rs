use std::error::Error;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::escape::Escaped;
use crate::utc::Utc;

/// Why nothing was fetched. Never a verdict on a certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The fetch ended without a word: its task was dropped with the runtime, or the fetcher panicked.
    Aborted,
    /// The same fetch failed a short while ago.
    BackingOff {
        /// When it will be tried again at the earliest.
        until: SystemTime,
        /// How it failed.
        last: Arc<FetchError>,
    },
    /// The answer broke off, or is no HTTP.
    Broken,
    /// Too many fetches are under way or wait.
    Busy {
        /// How many may wait.
        limit: usize,
    },
    /// Too many fetches from the host failed one after the other.
    CircuitOpen {
        /// The host and port.
        host: String,
        /// When one will be tried again.
        until: SystemTime,
    },
    /// No connection came about.
    Connect {
        /// How the last attempt failed.
        kind: io::ErrorKind,
    },
    /// The answer has a content coding, and none is accepted.
    ContentCoding {
        /// The value of `Content-Encoding`.
        found: String,
    },
    /// The answer is of a content type that was not asked for.
    ContentType {
        /// The value of `Content-Type`; `None` without one.
        found: Option<String>,
    },
    /// The address is `https`, and no roots are configured for it.
    HttpsNotConfigured,
    /// The host's name stands for no address.
    NameNotResolved {
        /// The host.
        host: String,
    },
    /// A fetcher's own error.
    Other(Arc<dyn Error + Send + Sync>),
    /// The server refers to another address; redirects are not followed.
    Redirect {
        /// The status.
        status: u16,
    },
    /// The answer has another status than 200.
    Status {
        /// The status.
        status: u16,
    },
    /// The host is at an address that must not be reached.
    TargetRefused {
        /// The address.
        address: IpAddr,
        /// What kind of address it is.
        kind: &'static str,
    },
    /// It took too long.
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// The TLS handshake failed.
    Tls {
        /// How.
        kind: io::ErrorKind,
    },
    /// The answer is longer than the limit.
    TooLarge {
        /// The limit, in octets.
        limit_octets: usize,
    },
}

impl FetchError {
    /// Wraps a fetcher's own error.
    #[must_use]
    pub fn other(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Other(Arc::new(error))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => f.write_str("the fetch ended without an answer"),
            Self::BackingOff { until, last } => {
                write!(f, "the last fetch failed ({last}), the next one is not before {}", Utc(*until))
            }
            Self::Broken => f.write_str("the answer broke off or is no HTTP"),
            Self::Busy { limit } => write!(f, "{limit} other fetches wait already"),
            Self::CircuitOpen { host, until } => {
                write!(f, "too many fetches from {host} failed, the next one is not before {}", Utc(*until))
            }
            Self::Connect { kind } => write!(f, "no connection came about: {kind}"),
            Self::ContentCoding { found } => {
                write!(f, "the answer has the content coding \"{}\", expected none", Escaped(found))
            }
            Self::ContentType { found: Some(found) } => {
                write!(f, "the answer has the content type \"{}\", which was not asked for", Escaped(found))
            }
            Self::ContentType { found: None } => f.write_str("the answer has no content type"),
            Self::HttpsNotConfigured => {
                f.write_str("https needs roots: give them to the fetcher, or use http, since what is fetched is signed")
            }
            Self::NameNotResolved { host } => write!(f, "the name {} stands for no address", Escaped(host)),
            Self::Other(error) => error.fmt(f),
            Self::Redirect { status } => {
                write!(f, "the server answered {status}, and redirects are not followed: configure the other address")
            }
            Self::Status { status } => write!(f, "the server answered {status}, expected 200"),
            Self::TargetRefused { address, kind } => {
                write!(f, "the host is at {address}, which is {kind}: allow_targets() lets it be reached")
            }
            Self::TimedOut { after } => write!(f, "no whole answer within {} ms", after.as_millis()),
            Self::Tls { kind } => write!(f, "the TLS handshake failed: {kind}"),
            Self::TooLarge { limit_octets } => write!(f, "the answer has more than {limit_octets} octets"),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Other(error) => error.source(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::caused::Caused;

    #[test]
    fn an_error_of_a_fetcher_says_what_the_fetcher_says_and_why() {
        let own = FetchError::other(Caused("no route", io::ErrorKind::NotFound.into()));
        assert_eq!(own.to_string(), "no route");
        assert_eq!(own.source().unwrap().to_string(), "entity not found");
        assert!(FetchError::Broken.source().is_none());
    }
}
