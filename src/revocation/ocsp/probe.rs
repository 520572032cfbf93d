//! An answer for fuzzing: what was read, and whether it would be believed.

use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::answer::{AnswerAges, Expected, ExpectedNonce, verify_each};
use super::response::Response;
use crate::certificate::Certificate;
use crate::error::OcspAnswerProblem;

/// An answer that can be read.
#[derive(Debug)]
pub(crate) struct ProbedAnswer<'a> {
    pub(crate) signed: &'a [u8],
    pub(crate) serials: Vec<&'a [u8]>,
    pub(crate) verified: Result<(), OcspAnswerProblem>,
}

impl<'a> ProbedAnswer<'a> {
    pub(crate) fn read(
        der: &'a [u8],
        issuer: &Certificate,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
        now: SystemTime,
    ) -> Result<Self, OcspAnswerProblem> {
        let response = Response::read(der)?;
        let week = Duration::from_secs(7 * 24 * 60 * 60);
        let expected = Expected {
            issuer,
            responder: None,
            nonce: ExpectedNonce::Ignored,
            algorithms,
            now,
            ages: AnswerAges { most: week, without_next_update: week },
        };
        Ok(Self {
            signed: response.signed.octets,
            serials: response.singles.iter().map(|single| single.cert_id.serial).collect(),
            verified: verify_each(der, &expected).map(|_| ()),
        })
    }
}
