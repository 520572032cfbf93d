//! Certificates minted with rcgen at a fixed time: shapes, not files.
//!
//! ```ignore
//! let pki = Pki::new();
//! let good = pki.issue(&Shape::client("alice").organization("Big Partner Foo SA"));
//! let expired = pki.issue(&Shape::client("alice").valid(days(-60), days(-30)));
//! ```

mod answer;
pub(crate) mod crafted;
mod list;
mod minted;
mod p521;
mod shape;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

pub(crate) use answer::{AnswerShape, Hash, Naming, Single, Status, error_answer};
pub(crate) use list::{ListShape, without_number};
pub(crate) use minted::{Minted, escaped_pem, pem};
pub(crate) use p521::P521Pki;
pub(crate) use shape::{Access, ForeignKey, Shape, element};

/// 2026-03-01T12:00:00Z, the time at which every test takes place.
pub(crate) const NOW_UNIX_SECONDS: u64 = 1_772_366_400;

/// The clock's reading in tests.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW_UNIX_SECONDS)
}

/// A date of a certificate, in days from [`now`].
pub(crate) fn days(from_now: i64) -> OffsetDateTime {
    OffsetDateTime::from(now()) + time::Duration::days(from_now)
}

/// A date of a certificate, in seconds from [`now`].
pub(crate) fn seconds(from_now: i64) -> OffsetDateTime {
    OffsetDateTime::from(now()) + time::Duration::seconds(from_now)
}

/// A root and an intermediate below it, P-256 throughout.
#[derive(Debug)]
pub(crate) struct Pki {
    pub(crate) root: Minted,
    pub(crate) intermediate: Minted,
}

impl Pki {
    /// Mints both; a second call gives the same names and other keys.
    pub(crate) fn new() -> Self {
        let root = Shape::authority("Test Root").self_signed();
        let intermediate = root.issue(&Shape::authority("Test Intermediate").path_length(0));
        Self { root, intermediate }
    }

    /// Issues from the intermediate.
    pub(crate) fn issue(&self, shape: &Shape) -> Minted {
        self.intermediate.issue(shape)
    }

    /// The usual partner, in order in every respect.
    pub(crate) fn good(&self) -> Minted {
        self.issue(&Shape::partner())
    }
}
