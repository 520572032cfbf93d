//! What is asked of an anchor each time that a path ends at it: its dates, and the length of path that it allows.

use std::time::SystemTime;

use super::allowance::Allowance;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use super::{TrustAnchor, ValidatedPath, dates};
use crate::certificate::Certificate;

/// RFC 5280 section 6.2 leaves it to the application whether an anchor is asked; webpki does not ask.
pub(super) fn check(path: &ValidatedPath, anchor: &TrustAnchor, now: SystemTime) -> Checked {
    let certificate = anchor.certificate();
    if let Some(problem) = dates::problem_of(certificate, now) {
        return Err(path.refuse(Place::Anchor, problem));
    }
    if let Some(allowed) = certificate.basic_constraints().and_then(|constraints| constraints.path_len())
        && count_for_path_length(&path.intermediates) > allowed
    {
        return Err(path.refuse(Place::Anchor, ValidationProblem::PathLengthExceeded { allowed: Some(allowed) }));
    }
    Ok((certificate.version() == 1).then_some(Allowance::V1Anchor))
}

/// RFC 5280 section 4.2.1.9: the limit is on intermediates that are not self-issued.
fn count_for_path_length(intermediates: &[std::sync::Arc<Certificate>]) -> u32 {
    let count = intermediates.iter().filter(|intermediate| !intermediate.is_self_issued()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
