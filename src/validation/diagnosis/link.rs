use std::cell::Cell;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::Nearness;
use crate::certificate::Certificate;
use crate::validation::check::SubjectOfCheck;
use crate::validation::error::{Place, ValidationError};
use crate::validation::key_policy;
use crate::validation::problem::ValidationProblem as Problem;

/// A certificate and the one that issued it, by name.
pub(super) struct Link<'a> {
    pub(super) certificate: &'a Certificate,
    pub(super) place: Place,
    pub(super) issuer: &'a Certificate,
    pub(super) issuer_place: Place,
}

/// What became of a signature.
pub(super) enum Verified {
    Good,
    NotAnymore,
    Wrong(Nearness, ValidationError),
}

impl Link<'_> {
    /// Verifies the signature, unless no more may be verified.
    pub(super) fn verify(
        &self,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        signatures_left: &Cell<usize>,
    ) -> Verified {
        let wrong =
            |nearness, problem| Verified::Wrong(nearness, ValidationError::new(problem, self.place, self.certificate));
        let (Ok(signed), Ok(issuer)) = (self.certificate.signed_parts(), self.issuer.signed_parts()) else {
            return wrong(Nearness::SignatureInvalid, Problem::Malformed);
        };
        let unsupported =
            || Problem::AlgorithmUnsupported { signature: self.certificate.signature_algorithm().to_string() };
        let is_known = |algorithm: &&&dyn SignatureVerificationAlgorithm| {
            algorithm.signature_alg_id().as_ref() == signed.algorithm
        };
        if !algorithms.iter().any(|algorithm| is_known(&algorithm)) {
            return wrong(Nearness::SignatureUnsupported, unsupported());
        }
        if let Err(wanted) = key_policy::check_strength(self.issuer.public_key(), &Everything) {
            let problem = Problem::KeyUnacceptable { key: self.issuer.public_key().to_string(), wanted };
            let error = ValidationError::new(problem, self.issuer_place, self.issuer);
            return Verified::Wrong(Nearness::SignatureUnsupported, error);
        }
        let fits = |algorithm: &&&dyn SignatureVerificationAlgorithm| {
            is_known(algorithm) && algorithm.public_key_alg_id().as_ref() == issuer.key_algorithm
        };
        let Some(algorithm) = algorithms.iter().find(fits) else {
            return wrong(Nearness::SignatureUnsupported, unsupported());
        };
        if signatures_left.get() == 0 {
            return Verified::NotAnymore;
        }
        signatures_left.set(signatures_left.get() - 1);
        if algorithm.verify_signature(issuer.key, signed.message, signed.signature).is_ok() {
            return Verified::Good;
        }
        let issuer = self.certificate.issuer().to_string();
        wrong(Nearness::SignatureInvalid, Problem::SignatureInvalid { issuer })
    }
}

/// Whatever an option could loosen is not the reason for a refusal by webpki.
struct Everything;

impl SubjectOfCheck for Everything {
    fn allows(&self, _: crate::validation::allowance::Allowance) -> bool {
        true
    }
}
