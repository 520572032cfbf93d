//! Stage 4: path, dates, purpose, issuer.
//!
//! **Decides** whether a path of valid signatures leads from the client's certificate to a configured trust anchor, at
//! this moment, for client authentication, through an authority that is allowed.
//! **Trusts** the configured anchors alone. Intermediates, configured or forwarded, are candidates for the path.
//! **Refuses** everything that does not end at an anchor; certificates and anchors outside their dates; an end entity
//! that does not name clientAuth; authorities as clients; unknown critical extensions; weak signature algorithms.
//! **Standard:** RFC 5280 section 6, with sections 4.2.1.9 (basic constraints), 4.2.1.10 (name constraints), 4.2.1.12
//! (extended key usage) and 4.1.2.5 (both ends of the validity are inclusive). Dates of anchors are checked too, which
//! section 6.2 leaves to the application.
//!
//! Signatures, dates, lengths, name constraints and the search for a path are rustls-webpki's. What it leaves out is
//! asked in its callback for each candidate path, so that a path that we refuse does not end the search for another.

mod algorithms;
mod certificate_files;
mod diagnosis;
mod error;
mod gateway_path;
mod intermediates;
mod issued_by;
mod purpose;
mod trust;
mod trust_anchors;

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{EndEntityCert, VerifiedPath};

pub(crate) use self::algorithms::DEFAULT as DEFAULT_ALGORITHMS;
use self::diagnosis::{Diagnosis, not_for_client_use};
pub use self::error::{PathCertificate, Place, ValidationError, ValidationProblem};
pub(crate) use self::gateway_path::validate_gateway;
pub use self::intermediates::Intermediates;
pub use self::issued_by::IssuedBy;
pub(crate) use self::trust::Trust;
pub use self::trust_anchors::{TrustAnchor, TrustAnchors};
use crate::certificate::Certificate;
use crate::encoding::ForwardedChain;
use crate::evidence::{Check, Evidence, Outcome};
use crate::gateway::TrustedPeer;

/// How paths are judged; the same for every request.
#[derive(Clone)]
pub(crate) struct ValidationOptions {
    pub(crate) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    /// `None` allows every authority under the anchors; an empty list allows none.
    pub(crate) only_issued_by: Option<Vec<IssuedBy>>,
}

/// Proof that a path of the client's certificate is valid.
#[derive(Debug)]
pub(crate) struct ValidatedChain {
    pub(crate) peer: TrustedPeer,
    pub(crate) path: ValidatedPath,
    pub(crate) evidence: Evidence,
}

/// The certificates of a valid path.
#[derive(Clone, Debug)]
pub(crate) struct ValidatedPath {
    pub(crate) end_entity: Arc<Certificate>,
    /// From the issuer of the end entity upwards.
    pub(crate) intermediates: Vec<Arc<Certificate>>,
    pub(crate) anchor: Arc<TrustAnchor>,
}

impl fmt::Debug for ValidationOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidationOptions")
            .field("algorithms", &self.algorithms.len())
            .field("only_issued_by", &self.only_issued_by)
            .finish()
    }
}

impl ValidatedChain {
    /// Finds a path and judges it.
    pub(crate) fn validate(
        chain: ForwardedChain,
        trust: &Trust,
        options: &ValidationOptions,
        now: SystemTime,
    ) -> Result<Self, Box<ValidationError>> {
        let candidates = candidates(&chain, trust);
        let search = Search { end_entity: &chain.end_entity, candidates: &candidates, trust, options, now };
        let path = search.path()?;
        let mut evidence = chain.evidence;
        let anchor: Arc<str> = path.anchor.name().into();
        evidence.add(Check::Path, Outcome::passed(Arc::clone(&anchor), now));
        let issuer = options.only_issued_by.as_ref().map(|_| Outcome::passed(anchor, now));
        evidence.add(Check::Issuer, issuer.unwrap_or(Outcome::NotConfigured));
        Ok(Self { peer: chain.peer, path, evidence })
    }
}

impl ValidatedPath {
    /// The last second at which every certificate of the path is valid.
    pub(crate) fn not_after(&self) -> SystemTime {
        let above = self.intermediates.iter().map(|intermediate| intermediate.not_after());
        let anchor = self.anchor.certificate().not_after();
        above.chain([anchor]).fold(self.end_entity.not_after(), SystemTime::min)
    }
}

/// One search for a path.
struct Search<'a> {
    end_entity: &'a Arc<Certificate>,
    candidates: &'a [CertificateDer<'a>],
    trust: &'a Trust,
    options: &'a ValidationOptions,
    now: SystemTime,
}

impl Search<'_> {
    fn path(&self) -> Result<ValidatedPath, Box<ValidationError>> {
        let Ok(since_1970) = self.now.duration_since(UNIX_EPOCH) else {
            return Err(self.refuse(ValidationProblem::ClockUnusable { now: self.now }));
        };
        let accepted = RefCell::new(None);
        let refused = RefCell::new(None);
        let judge = |path: &VerifiedPath<'_>| match self.judge(path) {
            Ok(path) => {
                accepted.replace(Some(path));
                Ok(())
            }
            Err(error) => {
                refused.borrow_mut().get_or_insert(error);
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let error = match self.search(since_1970, &judge) {
            Ok(()) => match accepted.take() {
                Some(path) => return Ok(path),
                // The callback accepted no path, so there is none, whatever the search says.
                None => webpki::Error::UnknownIssuer,
            },
            Err(error) => error,
        };
        // A path that only we refused says more than the dead ends beside it.
        let diagnosis =
            Diagnosis { end_entity: self.end_entity, candidates: self.candidates, trust: self.trust, now: self.now };
        Err(refused.take().unwrap_or_else(|| Box::new(diagnosis.of(&error))))
    }

    fn search(
        &self,
        since_1970: Duration,
        judge: &dyn Fn(&VerifiedPath<'_>) -> Result<(), webpki::Error>,
    ) -> Result<(), webpki::Error> {
        let end_entity = EndEntityCert::try_from(self.end_entity.certificate_der())?;
        end_entity
            .verify_for_usage(
                self.options.algorithms,
                self.trust.webpki_anchors(),
                self.candidates,
                UnixTime::since_unix_epoch(since_1970),
                purpose::ClientPath,
                None,
                Some(judge),
            )
            .map(|_| ())
    }

    /// Asks of a path what webpki leaves out.
    fn judge(&self, path: &VerifiedPath<'_>) -> Result<ValidatedPath, Box<ValidationError>> {
        let anchor = self.trust.anchor_of(path.anchor()).ok_or_else(|| self.refuse(ValidationProblem::Malformed))?;
        let intermediates = self.owned_intermediates(path)?;
        self.check_anchor_dates(anchor)?;
        if !purpose::is_for_clients(self.end_entity) {
            return Err(self.refuse(not_for_client_use(self.end_entity)));
        }
        if let Some(allowed) = &self.options.only_issued_by
            && !allowed.iter().any(|authority| authority.holds_for(&intermediates, anchor))
        {
            return Err(self.refuse(ValidationProblem::IssuerNotAllowed { anchor: anchor.name() }));
        }
        Ok(ValidatedPath { end_entity: Arc::clone(self.end_entity), intermediates, anchor: Arc::clone(anchor) })
    }

    /// The intermediates of the path, parsed. webpki is laxer than we are, so one may fail here.
    fn owned_intermediates(&self, path: &VerifiedPath<'_>) -> Result<Vec<Arc<Certificate>>, Box<ValidationError>> {
        let owned = |der: CertificateDer<'_>| {
            let configured = self.trust.intermediates().iter().find(|known| known.der() == der.as_ref());
            match configured {
                Some(known) => Ok(Arc::clone(known)),
                None => Certificate::from_der(der.into_owned())
                    .map(Arc::new)
                    .map_err(|_| self.refuse(ValidationProblem::Malformed)),
            }
        };
        path.intermediate_certificates().map(|intermediate| owned(intermediate.der())).collect()
    }

    fn check_anchor_dates(&self, anchor: &TrustAnchor) -> Result<(), Box<ValidationError>> {
        let (certificate, now) = (anchor.certificate(), self.now);
        let refuse = |problem| Err(Box::new(ValidationError::new(problem, Place::Anchor, certificate)));
        if whole_seconds(now) > whole_seconds(certificate.not_after()) {
            return refuse(ValidationProblem::Expired { not_after: certificate.not_after(), now });
        }
        if now < certificate.not_before() {
            return refuse(ValidationProblem::NotYetValid { not_before: certificate.not_before(), now });
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_box_returns, reason = "every caller returns the box as its error")]
    fn refuse(&self, problem: ValidationProblem) -> Box<ValidationError> {
        Box::new(ValidationError::new(problem, Place::EndEntity, self.end_entity))
    }
}

/// Certificates may be used throughout the second of their `notAfter` (RFC 5280 section 4.1.2.5).
pub(crate) fn whole_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since_1970| since_1970.as_secs())
}

/// Candidates for the path: what the operator configured, then what was forwarded, each once.
fn candidates<'a>(chain: &'a ForwardedChain, trust: &'a Trust) -> Vec<CertificateDer<'a>> {
    let mut candidates: Vec<_> =
        trust.intermediates().iter().map(|intermediate| CertificateDer::from(intermediate.der())).collect();
    for forwarded in &chain.candidates {
        if !candidates.contains(forwarded) && forwarded != chain.end_entity.certificate_der() {
            candidates.push(CertificateDer::from(forwarded.as_ref()));
        }
    }
    candidates
}

/// The most intermediates a path can have: the ceiling of rustls-webpki.
pub(crate) const MAX_INTERMEDIATES: usize = 6;
