//! How long the client's certificate is valid in all.

use std::time::Duration;

use super::ValidatedPath;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;

/// Refuses a certificate that was issued for longer than the limit. Both ends of the validity are inclusive (RFC 5280
/// section 4.1.2.5), so its last second counts.
pub(super) fn check(path: &ValidatedPath, limit: Duration) -> Checked {
    let certificate = &path.end_entity;
    let between = certificate.not_after().duration_since(certificate.not_before()).unwrap_or_default();
    let lifetime = between + Duration::from_secs(1);
    if lifetime > limit {
        return Err(path.refuse(Place::EndEntity, ValidationProblem::LifetimeTooLong { lifetime, limit }));
    }
    Ok(None)
}
