//! Who signed an answer, and whether they may speak for the issuer (RFC 6960 section 4.2.2.2).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};

use super::cert_id::key_hash;
use super::response::{ResponderId, Response};
use crate::certificate::{Certificate, Extension, KeyUsage, Purpose};
use crate::error::OcspAnswerProblem as Problem;
use crate::revocation::signature::{SignatureProblem, Signed};
use crate::validation::is_in_date;

/// Who signed a verified answer.
#[derive(Clone, Debug)]
pub(super) enum Signer {
    /// The responder that the operator configured.
    Configured,
    /// A certificate that the issuer issued for this purpose.
    Delegate(Arc<Certificate>),
    /// The key that signed the certificate.
    Issuer,
}

/// What a signer is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignerPolicy<'a> {
    pub(super) issuer: &'a Certificate,
    /// Where there is one, nobody else is believed.
    pub(super) configured: Option<&'a Certificate>,
    pub(super) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
    pub(super) now: SystemTime,
}

impl Signer {
    /// Finds the signer of an answer and verifies its signature.
    pub(super) fn verify(response: &Response<'_>, policy: &SignerPolicy<'_>) -> Result<Self, Problem> {
        if let Some(configured) = policy.configured {
            if !names(response.responder, configured) {
                return Err(Problem::SignerUnknown);
            }
            check_dates(configured, policy.now)?;
            check_signature(&response.signed, configured, policy)?;
            return Ok(Self::Configured);
        }
        let mut problem = Problem::SignerUnknown;
        if names(response.responder, policy.issuer) {
            match check_signature(&response.signed, policy.issuer, policy) {
                Ok(()) => return Ok(Self::Issuer),
                Err(error) => problem = error,
            }
        }
        for encoded in &response.certificates {
            // What cannot be read names nobody.
            let Ok(certificate) = Certificate::from_der(CertificateDer::from(encoded.to_vec())) else {
                continue;
            };
            if !names(response.responder, &certificate) {
                continue;
            }
            match check_delegate(&certificate, policy)
                .and_then(|()| check_signature(&response.signed, &certificate, policy))
            {
                Ok(()) => return Ok(Self::Delegate(Arc::new(certificate))),
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }
}

/// Whether an answer's responder is this certificate's subject or key.
fn names(responder: ResponderId<'_>, certificate: &Certificate) -> bool {
    match responder {
        ResponderId::Name(name) => certificate.subject().der() == name,
        ResponderId::KeyHash(hash) => key_hash(certificate).is_ok_and(|key| key == hash),
    }
}

/// The key that signed the client's certificate must have signed the delegate's too: another authority of the same name,
/// or one above or beside, delegates nothing here. `anyExtendedKeyUsage` is no delegation.
fn check_delegate(delegate: &Certificate, policy: &SignerPolicy<'_>) -> Result<(), Problem> {
    if delegate.issuer().der() != policy.issuer.subject().der() {
        return Err(Problem::SignerNotDelegated);
    }
    if !delegate.purposes().is_some_and(|purposes| purposes.contains(&Purpose::OCSP_SIGNING)) {
        return Err(Problem::SignerNotForAnswers);
    }
    let may_sign = |usage: KeyUsage| usage.digital_signature() || usage.content_commitment();
    if !delegate.key_usage().is_none_or(may_sign) {
        return Err(Problem::SignerNotForAnswers);
    }
    let unknown =
        |extension: &&Extension| extension.is_critical && !UNDERSTOOD_EXTENSIONS.contains(&extension.oid.as_str());
    if let Some(extension) = delegate.extensions().iter().find(unknown) {
        return Err(Problem::CriticalExtensionUnsupported { extension: extension.oid.to_string() });
    }
    check_dates(delegate, policy.now)?;
    match Signed::certificate(delegate)?.verify(policy.issuer, policy.algorithms) {
        Ok(()) => Ok(()),
        Err(SignatureProblem::AlgorithmUnsupported) => Err(Problem::SignatureAlgorithmUnsupported),
        Err(SignatureProblem::Invalid) => Err(Problem::SignerNotDelegated),
    }
}

fn check_dates(signer: &Certificate, now: SystemTime) -> Result<(), Problem> {
    let is_in_date = is_in_date(signer.not_before(), signer.not_after(), now, Duration::ZERO);
    if is_in_date { Ok(()) } else { Err(Problem::SignerNotInDate) }
}

fn check_signature(signed: &Signed<'_>, by: &Certificate, policy: &SignerPolicy<'_>) -> Result<(), Problem> {
    signed.verify(by, policy.algorithms).map_err(|problem| match problem {
        SignatureProblem::AlgorithmUnsupported => Problem::SignatureAlgorithmUnsupported,
        SignatureProblem::Invalid => Problem::SignatureInvalid,
    })
}

/// Key usage, alternative names, basic constraints, policies, extended key usage, and id-pkix-ocsp-nocheck. What they say
/// is asked above or has no meaning for a signer of answers.
const UNDERSTOOD_EXTENSIONS: &[&str] =
    &["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.32", "2.5.29.37", "1.3.6.1.5.5.7.48.1.5"];
