//! The dates of one certificate.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::problem::ValidationProblem;
use crate::certificate::Certificate;

/// Both ends of the validity are inclusive (RFC 5280 section 4.1.2.5): a certificate is good throughout the second of its
/// `notAfter`.
pub(super) fn problem_of(certificate: &Certificate, now: SystemTime) -> Option<ValidationProblem> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if not_before > not_after {
        return Some(ValidationProblem::ValidityInvalid);
    }
    if whole_seconds(now) > whole_seconds(not_after) {
        return Some(ValidationProblem::Expired { not_after, now });
    }
    if now < not_before {
        return Some(ValidationProblem::NotYetValid { not_before, now });
    }
    None
}

/// As [`problem_of`], by a clock that may differ by `skew`.
pub(super) fn problem_within(certificate: &Certificate, now: SystemTime, skew: Duration) -> Option<ValidationProblem> {
    let is_problem_then = |moment| problem_of(certificate, moment).is_some();
    problem_of(certificate, now).filter(|_| moments_beside(now, skew).all(is_problem_then))
}

/// The moments at which dates are judged, too, where they are not accepted now, by a clock that may differ by `skew`.
pub(super) fn moments_beside(now: SystemTime, skew: Duration) -> impl Iterator<Item = SystemTime> {
    [now.checked_sub(skew), now.checked_add(skew)].into_iter().flatten()
}

/// Seconds since 1970, without the part of a second; 0 before.
pub(crate) fn whole_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since_1970| since_1970.as_secs())
}
