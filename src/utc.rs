//! Points in time in whole seconds, and as text: RFC 3339 in UTC.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use x509_cert::der::DateTime;

/// Shows a point in time as `2026-03-01T00:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utc(pub(crate) SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(date_time) = DateTime::from_system_time(self.0) {
            return write!(f, "{date_time}");
        }
        // Before 1970 or after 9999: seconds are all there is to say.
        match self.0.duration_since(UNIX_EPOCH) {
            Ok(after) => write!(f, "{} s after 1970", after.as_secs()),
            Err(before) => write!(f, "{} s before 1970", before.duration().as_secs()),
        }
    }
}

/// Seconds since 1970, without the part of a second; 0 before.
pub(crate) fn whole_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since_1970| since_1970.as_secs())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_reads_as_rfc_3339_in_utc() {
        let time = UNIX_EPOCH + Duration::from_secs(1_772_323_200);
        assert_eq!(Utc(time).to_string(), "2026-03-01T00:00:00Z");
    }

    #[test]
    fn times_outside_the_calendar_of_certificates_are_given_in_seconds() {
        assert_eq!(Utc(UNIX_EPOCH - Duration::from_secs(7)).to_string(), "7 s before 1970");
        let far = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(Utc(far).to_string(), "253402300800 s after 1970");
    }
}
