//! Answers that a gateway sends beside a certificate.
//!
//! They become [`VerifiedAnswer`](super::answer::VerifiedAnswer)s like all others, and then stand for the certificate and not
//! for the request that they came in: whoever sends the same certificate later, without an answer or through another
//! gateway, is judged by what is known of it. What is remembered ends with the answer either way, and a request cannot be
//! made better off by leaving something out.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::Ocsp;
use super::answer::{Expected, ExpectedNonce, verify_one};
use super::state::{CertificateKey, CertificateState};
use crate::certificate::{Certificate, Fingerprint};
use crate::error::OcspAnswerProblem;
use crate::revocation::crl::Question;

/// An answer as it came, believed by nobody yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StapledAnswer<'a> {
    /// The value of the header.
    pub(crate) value: &'a [u8],
    /// Undoes its encoding.
    pub(crate) decode: fn(&[u8]) -> Result<Vec<u8>, OcspAnswerProblem>,
    pub(crate) gateway: &'a str,
    pub(crate) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
    pub(crate) now: SystemTime,
}

/// That an answer was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    value: Fingerprint,
    at: SystemTime,
    is_taken: bool,
}

impl Ocsp {
    /// Verifies an answer about a certificate, unless it was looked at before, and puts it in force.
    pub(in crate::revocation) fn take_stapled(
        self: &Arc<Self>,
        question: &Question<'_>,
        label: Option<&str>,
        stapled: &StapledAnswer<'_>,
    ) -> Result<(), OcspAnswerProblem> {
        let state = self.states.find_or_add(CertificateKey::of(question), stapled.now);
        let value = Fingerprint::of(stapled.value);
        if state.stapled().is_some_and(|seen| seen.settles(&value, stapled.now)) {
            return Ok(());
        }
        self.prepare(question, label, &state);
        let outcome = self.verify_stapled(question, &state, stapled);
        state.note_stapled(Seen { value, at: stapled.now, is_taken: outcome.is_ok() });
        outcome
    }

    fn verify_stapled(
        &self,
        question: &Question<'_>,
        state: &CertificateState,
        stapled: &StapledAnswer<'_>,
    ) -> Result<(), OcspAnswerProblem> {
        let der = (stapled.decode)(stapled.value)?;
        let responder = self.believed_signer(state);
        let expected = Expected {
            issuer: question.issuer,
            responder: responder.as_deref(),
            algorithms: stapled.algorithms,
            now: stapled.now,
            ages: self.options.ages,
            nonce: ExpectedNonce::Ignored,
        };
        let answer = verify_one(&der, question.certificate.serial().as_octets(), &expected)?;
        state.offer(Arc::new(answer.from(format_args!("gateway {}", stapled.gateway))));
        Ok(())
    }

    /// Where the operator named the one certificate that is believed about an issuer, it is believed alone here too.
    #[cfg(feature = "ocsp")]
    #[expect(clippy::unused_self, reason = "as without responders")]
    fn believed_signer(&self, state: &CertificateState) -> Option<Arc<Certificate>> {
        state.flight().subject().and_then(|subject| subject.believed_signer())
    }

    #[cfg(not(feature = "ocsp"))]
    #[expect(clippy::unused_self, reason = "as with responders")]
    fn believed_signer(&self, _: &CertificateState) -> Option<Arc<Certificate>> {
        None
    }
}

impl Seen {
    /// Whether the same value need not be looked at again. What could not be used may be usable later: it may have come before
    /// its time.
    fn settles(&self, value: &Fingerprint, now: SystemTime) -> bool {
        let is_recent = now.duration_since(self.at).is_ok_and(|time| time < USELESS_FOR);
        self.value == *value && (self.is_taken || is_recent)
    }
}

/// How long an answer that could not be used is not looked at again.
const USELESS_FOR: Duration = Duration::from_secs(10);
