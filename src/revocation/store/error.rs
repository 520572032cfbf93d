use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Why a store could not be read or written. Never a verdict on a certificate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The access ended without a word: its task was dropped with the runtime, or the store panicked.
    Aborted,
    /// The entry was damaged.
    Corrupt,
    /// The files of a store cannot be read or written.
    File {
        /// Why.
        kind: io::ErrorKind,
    },
    /// The store keeps no more, or nothing of that size.
    Full {
        /// The limit, in octets.
        limit_octets: u64,
    },
    /// A store's own error.
    Other(Arc<dyn Error + Send + Sync>),
    /// It took too long.
    TimedOut {
        /// The limit.
        after: Duration,
    },
}

impl StoreError {
    /// Wraps a store's own error.
    #[must_use]
    pub fn other(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Other(Arc::new(error))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => f.write_str("the access to the store ended without an answer"),
            Self::Corrupt => f.write_str("the entry of the store was damaged"),
            Self::File { kind } => write!(f, "the file of the store cannot be read or written: {kind}"),
            Self::Full { limit_octets } => write!(f, "the store has room for {limit_octets} octets, and no more"),
            Self::Other(error) => error.fmt(f),
            Self::TimedOut { after } => write!(f, "the store did not answer within {} ms", after.as_millis()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Other(error) => error.source(),
            _ => None,
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::File { kind: error.kind() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::caused::Caused;

    #[test]
    fn every_error_says_what_it_is_and_one_of_a_store_what_the_store_says() {
        let own = StoreError::other(Caused("the disk is gone", io::ErrorKind::NotFound.into()));
        for (error, text) in [
            (StoreError::Aborted, "the access to the store ended without an answer"),
            (StoreError::Corrupt, "the entry of the store was damaged"),
            (
                io::Error::from(io::ErrorKind::PermissionDenied).into(),
                "the file of the store cannot be read or written: permission denied",
            ),
            (StoreError::Full { limit_octets: 7 }, "the store has room for 7 octets, and no more"),
            (own.clone(), "the disk is gone"),
            (StoreError::TimedOut { after: Duration::from_secs(2) }, "the store did not answer within 2000 ms"),
        ] {
            assert_eq!(error.to_string(), text);
            assert_eq!(error.source().is_some(), matches!(error, StoreError::Other(_)), "{text}");
        }
    }
}
