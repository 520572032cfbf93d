use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a certificate was not validated: too many others were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidationBusy {
    concurrent: usize,
    waiting: usize,
    /// For how long it waited, where that was too long.
    waited: Option<Duration>,
}

impl ValidationBusy {
    /// With the limits, and with the time after which its turn came; `None` where as many wait as may.
    pub(crate) fn new(concurrent: usize, waiting: usize, waited: Option<Duration>) -> Self {
        Self { concurrent, waiting, waited }
    }

    /// How many certificates may be validated at a time.
    #[must_use]
    pub fn concurrent(&self) -> usize {
        self.concurrent
    }

    /// How many requests may wait for that.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// For how long the request waited when its turn came, which was too long; `None` where it could not even wait.
    #[must_use]
    pub fn waited(&self) -> Option<Duration> {
        self.waited
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
        let Self { concurrent, waiting, waited } = self;
        match waited {
            Some(waited) => write!(
                f,
                "the certificate's turn came after {} ms, expected at most {} ms: {concurrent} are validated at a time",
                waited.as_millis(),
                MAX_VALIDATION_WAIT.as_millis()
            ),
            None => write!(
                f,
                "{concurrent} certificates are being validated and {waiting} requests wait for that, which are the limits"
            ),
        }
    }
}

impl Error for ValidationBusy {}

/// The longest that a certificate waits for its turn and is validated then.
pub(crate) const MAX_VALIDATION_WAIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_are_told_as_numbers_and_in_the_text() {
        let busy = ValidationBusy::new(2, 3, None);
        assert_eq!((busy.concurrent(), busy.waiting()), (2, 3));
        let text = "2 certificates are being validated and 3 requests wait for that, which are the limits";
        assert_eq!(busy.to_string(), text);
    }
}
