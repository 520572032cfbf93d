//! The search for a path: rustls-webpki's, with our own checks in its callback.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls_pki_types::{SignatureVerificationAlgorithm, UnixTime};
use webpki::{EndEntityCert, VerifiedPath};

use super::candidates::Candidates;
use super::dates::moments_beside;
use super::error::{Place, ValidationError};
use super::meter::Meter;
use super::path::TrustSource;
use super::problem::ValidationProblem;
use super::signature_memory::SignatureMemory;
use super::trust::Bundle;
use super::{Breadth, JudgedPath, ValidatedPath, ValidationOptions, horizon, purpose};
use crate::certificate::Certificate;
use crate::horizon::Horizon;

/// One search for a path.
pub(super) struct Search<'a> {
    pub(super) end_entity: &'a Arc<Certificate>,
    pub(super) candidates: &'a Candidates,
    pub(super) bundle: &'a Bundle,
    pub(super) options: &'a ValidationOptions,
    pub(super) signatures: Option<&'a SignatureMemory>,
    pub(super) breadth: Breadth,
    pub(super) now: SystemTime,
}

/// The path that was found first, and those that were found after it.
pub(super) type Found = (JudgedPath, Vec<JudgedPath>);

/// Why a search came to nothing.
pub(super) enum Dead {
    /// The first path that only our own checks refused.
    End(Box<ValidationError>),
    /// No path came as far as our own checks.
    NoPath(webpki::Error),
}

impl Search<'_> {
    /// Searches at the moment of the request, then, if a skew is allowed for, at both ends of it.
    ///
    /// At each moment all certificates are judged alike, so that a skew never accepts what no clock would.
    pub(super) fn paths(&self) -> Result<Found, Dead> {
        let meter = Meter::new(self.end_entity, self.signatures);
        let found = self.paths_by(&meter)?;
        for judged in std::iter::once(&found.0).chain(&found.1) {
            meter.remember(&judged.path);
        }
        Ok(found)
    }

    fn paths_by(&self, meter: &Meter<'_>) -> Result<Found, Dead> {
        let dead = match self.paths_at(self.now, meter) {
            Ok(paths) => return Ok(paths),
            Err(dead) => dead,
        };
        let skew = self.options.clock_skew;
        if skew.is_zero() {
            return Err(dead);
        }
        moments_beside(self.now, skew).find_map(|moment| self.paths_at(moment, meter).ok()).ok_or(dead)
    }

    /// For how long the search would find the same. Every date counts that could let a path in or out.
    pub(super) fn horizon(&self) -> Horizon {
        let anchors = self.bundle.anchors().iter().map(|anchor| anchor.certificate());
        let candidates = self.candidates.certificates().iter().map(AsRef::as_ref);
        let certificates = std::iter::once(&**self.end_entity).chain(candidates).chain(anchors);
        Horizon::around(self.now, horizon::dates(certificates, self.options.clock_skew))
    }

    fn paths_at(&self, moment: SystemTime, meter: &Meter<'_>) -> Result<Found, Dead> {
        let Ok(since_1970) = moment.duration_since(UNIX_EPOCH) else {
            let problem = ValidationProblem::ClockUnusable { now: moment };
            return Err(Dead::End(Box::new(ValidationError::new(problem, Place::EndEntity, self.end_entity))));
        };
        let accepted = RefCell::new(Vec::new());
        let refused = RefCell::new(None);
        let judge = |path: &VerifiedPath<'_>| match self.judge(path, moment) {
            Ok(path) => {
                accepted.borrow_mut().push(path);
                match self.breadth {
                    Breadth::FirstPath => Ok(()),
                    // To accept a path ends the search.
                    Breadth::EveryPath => Err(webpki::Error::UnknownIssuer),
                }
            }
            Err(error) => {
                refused.borrow_mut().get_or_insert(error);
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let outcome = match self.search(since_1970, meter, &judge) {
            Err(_) if meter.has_run_out() => Err(webpki::Error::MaximumSignatureChecksExceeded),
            outcome => outcome,
        };
        let mut accepted = accepted.take().into_iter();
        let error = match (accepted.next(), outcome) {
            // What lies beyond the limit of work is not known, so the paths found do not speak for it.
            (Some(_), Err(error)) if is_limit(&error) => return Err(Dead::NoPath(error)),
            (Some(first), _) => return Ok((first, accepted.collect())),
            (None, Err(error)) => error,
            // The callback accepted no path, so there is none, whatever the search says.
            (None, Ok(())) => webpki::Error::UnknownIssuer,
        };
        // A path that only we refused says more than the dead ends beside it.
        Err(refused.take().map_or(Dead::NoPath(error), Dead::End))
    }

    fn search(
        &self,
        since_1970: Duration,
        meter: &Meter<'_>,
        judge: &dyn Fn(&VerifiedPath<'_>) -> Result<(), webpki::Error>,
    ) -> Result<(), webpki::Error> {
        let candidates = self.candidates.ders();
        let metered = meter.all(self.options.algorithms);
        let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
            metered.iter().map(|algorithm| -> &dyn SignatureVerificationAlgorithm { algorithm }).collect();
        let end_entity = EndEntityCert::try_from(self.end_entity.certificate_der())?;
        end_entity
            .verify_for_usage(
                &algorithms,
                self.bundle.webpki_anchors(),
                &candidates,
                UnixTime::since_unix_epoch(since_1970),
                purpose::ClientPath,
                None,
                Some(judge),
            )
            .map(|_| ())
    }

    fn judge(&self, path: &VerifiedPath<'_>, moment: SystemTime) -> Result<JudgedPath, Box<ValidationError>> {
        let lost = || Box::new(ValidationError::new(ValidationProblem::Malformed, Place::EndEntity, self.end_entity));
        let anchor = self.bundle.anchor_of(path.anchor()).ok_or_else(lost)?;
        let known = |der: &[u8]| self.candidates.find(der).map(Arc::clone).ok_or_else(lost);
        let intermediates = path
            .intermediate_certificates()
            .map(|intermediate| known(&intermediate.der()))
            .collect::<Result<_, _>>()?;
        let path = ValidatedPath {
            end_entity: Arc::clone(self.end_entity),
            intermediates,
            trusted_by: TrustSource::Anchor(Arc::clone(anchor)),
        };
        super::judge(path, anchor, self.options, moment)
    }
}

/// Whether the search was given up at its limit of work.
fn is_limit(error: &webpki::Error) -> bool {
    matches!(
        error,
        webpki::Error::MaximumNameConstraintComparisonsExceeded
            | webpki::Error::MaximumPathBuildCallsExceeded
            | webpki::Error::MaximumSignatureChecksExceeded
    )
}
