//! The moments at which the dates of certificates change a verdict.

use std::time::{Duration, SystemTime};

use crate::certificate::Certificate;

/// When each certificate comes into its dates and when it goes out of them, by clocks that may differ by `skew`.
pub(super) fn dates<'a>(
    certificates: impl IntoIterator<Item = &'a Certificate>,
    skew: Duration,
) -> impl Iterator<Item = SystemTime> {
    certificates.into_iter().flat_map(move |certificate| {
        // The last second of a validity is part of it.
        let ends = certificate.not_after().checked_add(A_SECOND);
        let changes = [Some(certificate.not_before()), ends].into_iter().flatten();
        changes.flat_map(move |change| [Some(change), change.checked_sub(skew), change.checked_add(skew)]).flatten()
    })
}

const A_SECOND: Duration = Duration::from_secs(1);
