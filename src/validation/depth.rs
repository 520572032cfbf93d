//! How many authorities stand above the client.

use super::ValidatedPath;
use super::check::Checked;
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::Certificate;

/// Refuses a path with more authorities than the limit.
///
/// Counted as Apache documents `SSLVerifyDepth`: the certificates of authorities that are followed from the client's,
/// the anchor included. With 1 the anchor itself must have issued it; with 2, one intermediate may stand between. A
/// self-issued intermediate is the same authority with another key, and does not count (RFC 5280 section 6.1.4 (l)).
pub(super) fn check(path: &ValidatedPath, max_depth: usize) -> Checked {
    let is_another =
        |(place, authority): &(Place, &Certificate)| *place == Place::Anchor || !authority.is_self_issued();
    let authorities = path.authorities().filter(is_another).count();
    if authorities > max_depth {
        return Err(path.refuse(Place::EndEntity, ValidationProblem::PathTooDeep { authorities, limit: max_depth }));
    }
    Ok(None)
}

/// The most there can be: 6 intermediates, which is the ceiling of rustls-webpki, and an anchor.
pub(crate) const MAX_DEPTH: usize = super::MAX_INTERMEDIATES + 1;
