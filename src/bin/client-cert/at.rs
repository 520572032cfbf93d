//! Points in time as arguments and in reports: RFC 3339 in UTC, whole seconds.

use std::time::SystemTime;

use tower_client_cert::{Clock, SystemClock};
use x509_cert::der::DateTime;

/// A clock that stands still, or the machine's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(pub(crate) Option<SystemTime>);

impl Clock for At {
    fn now(&self) -> SystemTime {
        self.0.unwrap_or_else(|| SystemClock.now())
    }
}

pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let date_time: DateTime = text.parse().map_err(|_| format!("{text} is no time such as 2026-03-01T12:00:00Z"))?;
    Ok(date_time.to_system_time())
}

pub(crate) fn text(time: SystemTime) -> String {
    DateTime::from_system_time(time).map_or_else(|_| format!("{time:?}"), |date_time| date_time.to_string())
}
