use std::error::Error;
use std::fmt;

/// Why a certificate was not validated: too many others were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidationBusy {
    concurrent: usize,
    waiting: usize,
}

impl ValidationBusy {
    pub(crate) fn new(concurrent: usize, waiting: usize) -> Self {
        Self { concurrent, waiting }
    }

    /// How many certificates were being validated, which is the limit.
    #[must_use]
    pub fn concurrent(&self) -> usize {
        self.concurrent
    }

    /// How many requests waited for that, which is the limit.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// What the operator can do about it, in one sentence.
    #[must_use]
    pub fn mend(&self) -> &'static str {
        "find out who sends so many new certificates; if clients do after a restart, add replicas or raise \
         max_waiting_validations, and max_concurrent_validations where processors stand idle"
    }
}

impl fmt::Display for ValidationBusy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { concurrent, waiting } = self;
        write!(
            f,
            "{concurrent} certificates are being validated and {waiting} requests wait for that, which are the limits"
        )
    }
}

impl Error for ValidationBusy {}
