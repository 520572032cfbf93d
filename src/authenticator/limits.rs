use std::num::NonZero;
use std::thread;

use crate::gate::Gate;

/// Bounds on what one request may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) header_bytes: usize,
    pub(crate) certificates: usize,
    /// Validated at a time; half of the processors where none is said.
    pub(crate) concurrent_validations: Option<usize>,
    pub(crate) waiting_validations: usize,
}

impl Limits {
    /// Where certificates are let in to be validated. Half of the processors are left to clients that are known.
    pub(crate) fn validations(&self) -> Gate {
        let half = || thread::available_parallelism().map_or(1, NonZero::get) / 2;
        Gate::new(self.concurrent_validations.unwrap_or_else(half).max(1), self.waiting_validations)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes: DEFAULT_MAX_HEADER_BYTES,
            certificates: DEFAULT_MAX_CERTIFICATES,
            concurrent_validations: None,
            waiting_validations: DEFAULT_MAX_WAITING_VALIDATIONS,
        }
    }
}

/// Default limit of the certificate header, in bytes.
const DEFAULT_MAX_HEADER_BYTES: usize = 64 * 1024;

/// Default limit of certificates in one request.
const DEFAULT_MAX_CERTIFICATES: usize = 10;

/// Default limit of requests that wait for their certificate to be validated.
const DEFAULT_MAX_WAITING_VALIDATIONS: usize = 1024;
