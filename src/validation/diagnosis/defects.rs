//! What is wrong with the certificates of a path whose signatures are in order, as far as webpki would refuse it.

use std::time::SystemTime;

use crate::certificate::{Certificate, ConstrainedNames};
use crate::validation::anchor_profile::EVALUATED_EXTENSIONS;
use crate::validation::error::{Place, ValidationError};
use crate::validation::problem::ValidationProblem as Problem;
use crate::validation::{dates, name_constraints, purpose};

/// Every defect, in the order in which they are worth telling.
pub(super) fn of(certificates: &[(Place, &Certificate)], now: SystemTime) -> Vec<ValidationError> {
    let mut defects = Vec::new();
    let below_anchor = || certificates.iter().filter(|(place, _)| *place != Place::Anchor);
    for (place, certificate) in below_anchor() {
        let mut add = |problem: Option<Problem>| {
            defects.extend(problem.map(|problem| ValidationError::new(problem, *place, certificate)));
        };
        add(unsupported_version(certificate));
        add(unsupported_extension(certificate));
        add(dates::problem_of(certificate, now));
        add(wrong_role(*place, certificate));
        let is_for_others = !purpose::may_serve_clients(certificate);
        add(is_for_others.then(|| purpose::problem_of(certificate)));
    }
    defects.extend(path_lengths(certificates));
    defects.extend(unsupported_constraints(certificates));
    defects
}

fn unsupported_version(certificate: &Certificate) -> Option<Problem> {
    let version = certificate.version();
    (version != 3).then_some(Problem::VersionUnsupported { version })
}

fn unsupported_extension(certificate: &Certificate) -> Option<Problem> {
    let mut critical = certificate.extensions().iter().filter(|extension| extension.is_critical);
    let unknown = critical.find(|extension| !EVALUATED_EXTENSIONS.contains(&extension.oid.as_str()))?;
    Some(Problem::CriticalExtensionUnsupported { extension: Some(unknown.oid.to_string()) })
}

fn wrong_role(place: Place, certificate: &Certificate) -> Option<Problem> {
    let is_ca = certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca());
    match (place, is_ca) {
        (Place::EndEntity, true) => Some(Problem::CaCertificate),
        (Place::Intermediate { .. }, false) => Some(Problem::IssuerNotCa),
        _ => None,
    }
}

/// RFC 5280 section 4.2.1.9. webpki counts self-issued intermediates too, so that its word is taken where we find none.
fn path_lengths(certificates: &[(Place, &Certificate)]) -> Option<ValidationError> {
    certificates.iter().skip(1).zip(0..).find_map(|((place, certificate), below)| {
        let allowed = certificate.basic_constraints().and_then(|constraints| constraints.path_len())?;
        let problem = Problem::PathLengthExceeded { allowed: Some(allowed) };
        (below > allowed).then(|| ValidationError::new(problem, *place, certificate))
    })
}

/// What is left where nothing else is wrong: names are compared by webpki alone.
pub(super) fn violated_constraints(certificates: &[(Place, &Certificate)]) -> Option<ValidationError> {
    let is_constraining =
        |(_, certificate): &&(Place, &Certificate)| certificate.find_extension(NAME_CONSTRAINTS).is_some();
    certificates.iter().skip(1).find(is_constraining)?;
    let (place, end_entity) = certificates.first()?;
    Some(ValidationError::new(Problem::NameConstraintViolated, *place, end_entity))
}

/// Names below a constraint that cannot be evaluated.
fn unsupported_constraints(certificates: &[(Place, &Certificate)]) -> Option<ValidationError> {
    for (height, (_, authority)) in certificates.iter().enumerate() {
        let constrained = authority.constrained_names().unwrap_or_default();
        if constrained == ConstrainedNames::default() {
            continue;
        }
        for (place, certificate) in certificates.iter().take(height) {
            if let Some(kind) = name_constraints::unsupported_kind(certificate, constrained) {
                let problem = Problem::NameConstraintUnsupported { kind };
                return Some(ValidationError::new(problem, *place, certificate));
            }
        }
    }
    None
}

const NAME_CONSTRAINTS: &str = "2.5.29.30";
