use std::fmt;
use std::time::SystemTime;

use crate::certificate::Fingerprint;

/// One certificate, by the SHA-256 of all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    fingerprint: Fingerprint,
    /// Known where the certificate itself was given.
    not_after: Option<SystemTime>,
}

impl Pin {
    pub(crate) fn new(fingerprint: Fingerprint, not_after: Option<SystemTime>) -> Self {
        Self { fingerprint, not_after }
    }

    pub(crate) fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    pub(crate) fn not_after(&self) -> Option<SystemTime> {
        self.not_after
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fingerprint.fmt(f)
    }
}
