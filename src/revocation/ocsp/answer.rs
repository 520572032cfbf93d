use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::cert_id::IssuerHashes;
use super::response::{Response, SingleResponse, SingleStatus};
use super::signer::{Signer, SignerPolicy};
use crate::certificate::Certificate;
use crate::error::OcspAnswerProblem as Problem;
use crate::escape::Escaped;
use crate::evidence::Check;
use crate::revocation::status::{CertificateStatus, RevocationReason, Standing};
use crate::utc::Utc;

/// What a responder says of one certificate. It exists only where signature, signer, subject and dates were verified.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedAnswer {
    standing: SingleStatus,
    this_update: SystemTime,
    /// From then on it says of no certificate that it is good.
    fresh_until: SystemTime,
    #[cfg(feature = "ocsp")]
    verified_at: SystemTime,
    /// The certificate of a delegated signer, which may be revoked itself.
    delegate: Option<Arc<Certificate>>,
    /// How evidence and logs name the answer.
    name: Arc<str>,
}

/// What an answer is verified by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a Certificate,
    /// Where there is one, nobody else's answers count.
    pub(super) responder: Option<&'a Certificate>,
    pub(super) algorithms: &'a [&'a dyn SignatureVerificationAlgorithm],
    pub(super) now: SystemTime,
    pub(super) ages: AnswerAges,
    pub(super) nonce: ExpectedNonce<'a>,
}

/// What the nonce of an answer must be (RFC 9654).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "ocsp"), expect(dead_code, reason = "none is sent without the client"))]
pub(super) enum ExpectedNonce<'a> {
    /// The one that was sent.
    Exactly(&'a [u8]),
    /// The one that was sent, or none.
    ExactlyOrNone(&'a [u8]),
    /// None was sent, and what comes is not looked at.
    Ignored,
}

/// How long an answer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnswerAges {
    /// From its `thisUpdate` on, whatever its next update.
    pub(crate) most: Duration,
    /// From its `thisUpdate` on, where it has no next update.
    pub(crate) without_next_update: Duration,
}

/// As [`verify_each`], for the certificate with this serial number alone. What is past its next update is a problem here,
/// unless it revokes.
pub(super) fn verify_one(der: &[u8], serial: &[u8], expected: &Expected<'_>) -> Result<VerifiedAnswer, Problem> {
    let answers = verify_each(der, expected)?;
    let about_it = answers.into_iter().find(|(known, _)| *known == serial);
    let (_, answer) = about_it.ok_or(Problem::OtherCertificate)?;
    let is_revoked = matches!(answer.standing, SingleStatus::Revoked { .. });
    if !is_revoked && expected.now >= answer.fresh_until {
        return Err(Problem::Stale { fresh_until: answer.fresh_until, now: expected.now });
    }
    Ok(answer)
}

/// Reads an answer, verifies its signature, and takes what it says of each certificate of the issuer, by serial number,
/// each once. Of several statuses of one certificate, the gravest and then the latest counts.
pub(super) fn verify_each<'a>(
    der: &'a [u8],
    expected: &Expected<'_>,
) -> Result<Vec<(&'a [u8], VerifiedAnswer)>, Problem> {
    let response = Response::read(der)?;
    let hashes = IssuerHashes::of(expected.issuer)?;
    let mut wanted: Vec<_> = response.singles.iter().filter(|single| single.cert_id.is_issued_by(&hashes)).collect();
    if wanted.is_empty() {
        return Err(Problem::OtherCertificate);
    }
    wanted.sort_by_key(|single| (single.cert_id.serial, single.status.gravity(), single.this_update));
    let policy = SignerPolicy {
        issuer: expected.issuer,
        configured: expected.responder,
        algorithms: expected.algorithms,
        now: expected.now,
    };
    let signer = Signer::verify(&response, &policy)?;
    check_nonce(response.nonce.as_deref(), expected.nonce)?;
    check_not_ahead(response.produced_at, expected.now)?;
    let mut answers: Vec<(&[u8], VerifiedAnswer)> = Vec::new();
    for single in wanted {
        let answer = VerifiedAnswer::new(single, &signer, expected)?;
        let serial = single.cert_id.serial;
        match answers.last_mut() {
            Some((known, last)) if *known == serial => *last = answer,
            _ => answers.push((serial, answer)),
        }
    }
    Ok(answers)
}

impl VerifiedAnswer {
    fn new(single: &SingleResponse<'_>, signer: &Signer, expected: &Expected<'_>) -> Result<Self, Problem> {
        check_not_ahead(single.this_update, expected.now)?;
        let AnswerAges { most, without_next_update } = expected.ages;
        let end = |age: Duration| single.this_update.checked_add(age).unwrap_or(single.this_update);
        let (delegate, signed_by) = match signer {
            Signer::Configured => (None, expected.responder.map(Certificate::subject)),
            Signer::Delegate(delegate) => (Some(Arc::clone(delegate)), Some(delegate.subject())),
            Signer::Issuer => (None, Some(expected.issuer.subject())),
        };
        let fresh_until = match single.next_update {
            Some(next_update) => next_update.min(end(most)),
            None => end(most.min(without_next_update)),
        };
        // A signer whose certificate has ended could not have given the answer since.
        let fresh_until = delegate.as_ref().map_or(fresh_until, |delegate| fresh_until.min(delegate.not_after()));
        let signed_by = signed_by.map(ToString::to_string).unwrap_or_default();
        Ok(Self {
            standing: single.status,
            this_update: single.this_update,
            fresh_until,
            #[cfg(feature = "ocsp")]
            verified_at: expected.now,
            delegate,
            name: format!("ocsp answer of {} issued {}", Escaped(&signed_by), Utc(single.this_update)).into(),
        })
    }

    /// The same, with whom it came from in its name.
    pub(super) fn from(self, place: impl std::fmt::Display) -> Self {
        Self { name: format!("{} from {place}", self.name).into(), ..self }
    }

    /// The same with the certificate of its signer kept once for all answers.
    #[cfg(feature = "ocsp")]
    pub(super) fn sharing(self, known: &super::interned::Interned) -> Self {
        Self { delegate: self.delegate.as_ref().map(|delegate| known.intern(delegate)), ..self }
    }

    pub(super) fn delegate(&self) -> Option<&Arc<Certificate>> {
        self.delegate.as_ref()
    }

    pub(super) fn standing(&self) -> SingleStatus {
        self.standing
    }

    /// From then on it says of no certificate that it is good.
    pub(super) fn fresh_until(&self) -> SystemTime {
        self.fresh_until
    }

    #[cfg(feature = "ocsp")]
    pub(super) fn verified_at(&self) -> SystemTime {
        self.verified_at
    }

    /// When it was issued.
    #[cfg(feature = "ocsp")]
    pub(super) fn this_update(&self) -> SystemTime {
        self.this_update
    }

    /// A revocation that nothing lifts: every one but a hold (RFC 5280 section 5.3.1).
    pub(super) fn is_final(&self) -> bool {
        match self.standing {
            SingleStatus::Revoked { reason, .. } => {
                !matches!(reason, Some(RevocationReason::CertificateHold | RevocationReason::RemoveFromCrl))
            }
            SingleStatus::Good | SingleStatus::Unknown => false,
        }
    }

    /// Whether this answer takes the place of another about the same certificate. Nothing goes back in time, a revocation is
    /// not forgotten, and of two from one moment the graver counts.
    pub(super) fn supersedes(&self, other: &Self) -> bool {
        match (self.is_final(), other.is_final()) {
            (true, false) => true,
            (false, true) => false,
            _ => (self.this_update, self.standing.gravity()) >= (other.this_update, other.standing.gravity()),
        }
    }

    /// Whether it says something that was not known: it is later, or revokes for good.
    #[cfg(feature = "ocsp")]
    pub(super) fn is_news_to(&self, known: &Self) -> bool {
        let is_later = self.this_update > known.this_update;
        self.supersedes(known) && (is_later || self.is_final() != known.is_final())
    }

    pub(super) fn status(&self, now: SystemTime) -> CertificateStatus {
        let standing = match self.standing {
            SingleStatus::Revoked { at, reason } => Standing::Revoked { at, reason },
            SingleStatus::Unknown => Standing::Unknown,
            SingleStatus::Good if now < self.fresh_until => Standing::Good,
            SingleStatus::Good => Standing::Stale,
        };
        CertificateStatus {
            standing,
            check: Check::Ocsp,
            source: Some(Arc::clone(&self.name)),
            checked_at: now,
            this_update: Some(self.this_update),
            next_update: Some(self.fresh_until),
            detail: None,
        }
    }
}

impl SingleStatus {
    /// Of two statuses of one certificate, the graver counts.
    fn gravity(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Unknown => 1,
            Self::Revoked { .. } => 2,
        }
    }
}

fn check_nonce(found: Option<&[u8]>, expected: ExpectedNonce<'_>) -> Result<(), Problem> {
    let holds = match expected {
        ExpectedNonce::Exactly(sent) => found == Some(sent),
        ExpectedNonce::ExactlyOrNone(sent) => found.is_none_or(|found| found == sent),
        ExpectedNonce::Ignored => true,
    };
    if holds { Ok(()) } else { Err(Problem::Nonce) }
}

/// Answers are made at the moment of the request by a machine with a clock of its own.
fn check_not_ahead(issued_at: SystemTime, now: SystemTime) -> Result<(), Problem> {
    if issued_at.duration_since(now).is_ok_and(|ahead| ahead > MAX_CLOCK_AHEAD) {
        return Err(Problem::FromTheFuture { issued_at, now });
    }
    Ok(())
}

/// How far the clock of a responder may be ahead of ours. It lengthens the life of no answer.
const MAX_CLOCK_AHEAD: Duration = Duration::from_secs(5 * 60);
