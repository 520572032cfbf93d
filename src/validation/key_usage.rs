//! Key usage where present, critical or not (RFC 5280 section 4.2.1.3). webpki ignores it.

use super::ValidatedPath;
use super::allowance::Allowance;
use super::check::{Checked, SubjectOfCheck};
use super::error::Place;
use super::problem::ValidationProblem;
use crate::certificate::Certificate;

/// The client's key must be for signatures, since that is how it proves itself in TLS; the keys of authorities for
/// signing certificates.
pub(super) fn check(path: &ValidatedPath) -> Checked {
    for (place, authority) in path.authorities() {
        if let Some(problem) = problem_of_issuer(authority) {
            return Err(path.refuse(place, problem));
        }
    }
    match problem_of_client(&path.end_entity) {
        None => Ok(None),
        Some(_) if path.allows(Allowance::MissingDigitalSignature) => Ok(Some(Allowance::MissingDigitalSignature)),
        Some(problem) => Err(path.refuse(Place::EndEntity, problem)),
    }
}

/// What is wrong with the key usage of a client.
pub(super) fn problem_of_client(end_entity: &Certificate) -> Option<ValidationProblem> {
    let usage = end_entity.key_usage()?;
    let problem = ValidationProblem::KeyUsageUnsuitable { found: usage.to_string(), wanted: "digitalSignature" };
    (!usage.digital_signature()).then_some(problem)
}

/// What is wrong with an authority's key usage.
pub(super) fn problem_of_issuer(authority: &Certificate) -> Option<ValidationProblem> {
    let usage = authority.key_usage()?;
    let problem = ValidationProblem::KeyUsageUnsuitable { found: usage.to_string(), wanted: "keyCertSign" };
    (!usage.key_cert_sign()).then_some(problem)
}
