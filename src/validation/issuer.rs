//! Who must stand in the path.

use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use super::{IssuedBy, TrustAnchor, ValidatedPath};

/// Refuses a path on which none of the allowed authorities stands. Looks at the path that was verified alone, never at
/// the client's text about its issuer.
pub(super) fn check(path: &ValidatedPath, anchor: &TrustAnchor, allowed: &[IssuedBy]) -> Checked {
    if allowed.iter().any(|authority| authority.holds_for(&path.intermediates, anchor)) {
        return Ok(None);
    }
    Err(path.refuse(Place::EndEntity, ValidationProblem::IssuerNotAllowed { anchor: anchor.name() }))
}
