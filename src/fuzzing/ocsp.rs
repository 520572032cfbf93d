//! An OCSP answer.

use std::time::{Duration, UNIX_EPOCH};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::{holds, is_one_line};
use crate::certificate::Certificate;
use crate::error::OcspAnswerProblem;
use crate::revocation::ProbedAnswer;
use crate::validation::DEFAULT_ALGORITHMS;

/// Reads an answer, and asks whether an authority that has signed none would be believed to have signed it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn ocsp_answer(der: &[u8]) {
    let issuer = CertificateDer::from_pem_slice(ISSUER).ok().and_then(|der| Certificate::from_der(der).ok());
    assert!(issuer.is_some(), "the fixture is no certificate");
    let Some(issuer) = issuer else { return };
    let now = UNIX_EPOCH + Duration::from_secs(NOW_UNIX_SECONDS);
    let probed = match ProbedAnswer::read(der, &issuer, DEFAULT_ALGORITHMS, now) {
        Ok(probed) => probed,
        Err(problem) => return refused(&problem),
    };
    assert!(holds(der, probed.signed), "signed octets that do not stand in the answer");
    assert!(probed.serials.len() <= der.len(), "more statuses than octets");
    for serial in &probed.serials {
        assert!(holds(der, serial), "a serial number that does not stand in the answer");
    }
    assert!(probed.verified.is_err(), "an answer is believed that nobody signed");
    if let Err(problem) = &probed.verified {
        refused(problem);
    }
}

fn refused(problem: &OcspAnswerProblem) {
    let text = problem.to_string();
    assert!(is_one_line(&text), "not one line: {text:?}");
    assert!(text.len() <= MAX_MESSAGE_BYTES, "a message of {} bytes", text.len());
}

const ISSUER: &[u8] = include_bytes!("../../tests/fixtures/odd/root.pem");
/// 2026-03-01T12:00:00Z.
const NOW_UNIX_SECONDS: u64 = 1_772_366_400;
/// Length of a refusal's text: it holds fixed words, numbers and one object identifier.
const MAX_MESSAGE_BYTES: usize = 1024;
