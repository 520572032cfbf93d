//! What a certificate would be refused for whatever its path, for a look at it without anchors.

use std::time::SystemTime;

use super::error::{Place, ValidationError};
use super::problem::ValidationProblem;
use super::{DEFAULT_ALGORITHMS, KeyPolicy, diagnosis, key_usage, purpose};
use crate::certificate::{Certificate, Purpose};
use crate::validation::allowance::Allowance;
use crate::validation::check::SubjectOfCheck;

/// Every problem that default options refuse, found in one certificate alone.
pub(crate) fn problems_alone(certificate: &Certificate, place: Place, now: SystemTime) -> Vec<ValidationError> {
    let mut found = diagnosis::defects_of(&[(place, certificate)], now);
    let mut add = |problem| found.push(ValidationError::new(problem, place, certificate));
    if let Err(wanted) = KeyPolicy::default().check(certificate.public_key(), &NothingAllowed) {
        add(ValidationProblem::KeyUnacceptable { key: certificate.public_key().to_string(), wanted });
    }
    let is_known =
        |algorithm: &[u8]| DEFAULT_ALGORITHMS.iter().any(|known| known.signature_alg_id().as_ref() == algorithm);
    // The signature on a root is never verified.
    if !certificate.is_self_issued() && !certificate.signed_parts().is_ok_and(|signed| is_known(signed.algorithm)) {
        add(ValidationProblem::AlgorithmUnsupported { signature: certificate.signature_algorithm().to_string() });
    }
    if place == Place::EndEntity {
        key_usage::problem_of_client(certificate).map(&mut add);
        let names_clients = certificate.purposes().is_some_and(|purposes| purposes.contains(&Purpose::CLIENT_AUTH));
        // Those that serve neither are among the defects.
        if !names_clients && purpose::may_serve_clients(certificate) {
            add(purpose::problem_of(certificate));
        }
    } else {
        key_usage::problem_of_issuer(certificate).map(&mut add);
    }
    found
}

struct NothingAllowed;

impl SubjectOfCheck for NothingAllowed {
    fn allows(&self, _: Allowance) -> bool {
        false
    }
}
