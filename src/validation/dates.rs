//! The dates of one certificate.

use std::time::{Duration, SystemTime};

use super::problem::ValidationProblem;
use crate::certificate::Certificate;
use crate::utc::whole_seconds;

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

/// Whether a validity from `first` throughout the second of `last` is accepted now, by a clock that may differ by `skew`.
pub(crate) fn is_in_date(first: SystemTime, last: SystemTime, now: SystemTime, skew: Duration) -> bool {
    std::iter::once(now)
        .chain(moments_beside(now, skew))
        .any(|moment| first <= moment && whole_seconds(moment) <= whole_seconds(last))
}
