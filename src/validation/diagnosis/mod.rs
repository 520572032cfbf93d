//! Finds the reason to show for a refusal. Runs after the verdict and cannot change it.
//!
//! webpki gives one error for all the paths that it tried, without saying of which certificate it speaks. So the paths are
//! walked once more, by names alone and within limits, and of all of them the reason is shown of the one that came
//! nearest: to an anchor with every signature in order before to an anchor by name, and that before to nowhere.

mod defects;
mod link;
mod spelling;

use std::cell::Cell;
#[cfg(feature = "cli")]
use std::time::SystemTime;

use webpki::Error;

use self::link::{Link, Verified};
use super::error::{Place, ValidationError};
use super::problem::ValidationProblem as Problem;
use super::search::{Dead, Search};
use super::{MAX_INTERMEDIATES, Trust, TrustAnchor};
use crate::certificate::Certificate;

/// One look back at a search that found nothing.
pub(super) struct Diagnosis<'a> {
    search: &'a Search<'a>,
    trust: &'a Trust,
    signatures_left: Cell<usize>,
    steps_left: Cell<usize>,
}

/// How near a path came, the nearest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Nowhere { authorities: usize },
    SignatureInvalid,
    SignatureUnsupported,
    Defective,
    InOrder,
}

/// What is wrong with one path.
struct Finding {
    nearness: Nearness,
    /// Fewer defects are nearer still.
    defects: usize,
    /// `None` where we find nothing, so that webpki's word must do; it speaks of whichever path it ranks highest.
    error: Option<ValidationError>,
}

/// The authorities of one path, from the end entity's issuer upwards, and the anchor where it came to one.
struct Walk<'a> {
    intermediates: Vec<&'a Certificate>,
    anchor: Option<&'a TrustAnchor>,
}

impl Walk<'_> {
    /// How near it came where no anchor stands at its end.
    fn dead_end(&self) -> Nearness {
        Nearness::Nowhere { authorities: self.intermediates.len() }
    }
}

impl<'a> Diagnosis<'a> {
    pub(super) fn of(search: &'a Search<'a>, trust: &'a Trust) -> Self {
        Self { search, trust, signatures_left: Cell::new(MAX_SIGNATURES), steps_left: Cell::new(MAX_STEPS) }
    }

    pub(super) fn reason_for(&self, dead: Dead) -> ValidationError {
        let error = match dead {
            Dead::End(error) => return *error,
            Dead::NoPath(error) => error,
        };
        let end_entity = |problem| ValidationError::new(problem, Place::EndEntity, self.search.end_entity);
        match error {
            Error::CertDistrusted => return end_entity(Problem::KeyDistrusted),
            Error::MaximumNameConstraintComparisonsExceeded
            | Error::MaximumPathBuildCallsExceeded
            | Error::MaximumSignatureChecksExceeded => return end_entity(Problem::PathTooComplex),
            _ => {}
        }
        let nearest = self.nearest();
        nearest.and_then(|finding| finding.error).unwrap_or_else(|| end_entity(self.in_our_words(&error)))
    }

    /// The finding of the path that came nearest, the first among equals.
    fn nearest(&self) -> Option<Finding> {
        let mut nearest: Option<Finding> = None;
        let mut walk = Vec::new();
        self.walk(&mut walk, &mut |walk| {
            // What a dead end says takes a look at every authority, and one that comes no further is not told.
            if walk.anchor.is_none() && nearest.as_ref().is_some_and(|known| known.nearness >= walk.dead_end()) {
                return;
            }
            let Some(finding) = self.finding(walk) else { return };
            let rank = |finding: &Finding| (finding.nearness, std::cmp::Reverse(finding.defects));
            if nearest.as_ref().is_none_or(|known| rank(&finding) > rank(known)) {
                nearest = Some(finding);
            }
        });
        nearest
    }

    /// Visits every path that names lead along.
    fn walk(&self, intermediates: &mut Vec<&'a Certificate>, visit: &mut dyn FnMut(&Walk<'a>)) {
        let top = intermediates.last().copied().unwrap_or(self.search.end_entity);
        let issuer = top.issuer().der();
        let mut goes_on = false;
        for anchor in
            self.search.bundle.anchors().iter().filter(|anchor| anchor.certificate().subject().der() == issuer)
        {
            goes_on = true;
            visit(&Walk { intermediates: intermediates.clone(), anchor: Some(anchor) });
        }
        for candidate in self.search.candidates.certificates() {
            let is_on_path = intermediates.iter().any(|known| {
                known.public_key_fingerprint() == candidate.public_key_fingerprint()
                    && known.subject().der() == candidate.subject().der()
            });
            if candidate.subject().der() != issuer || is_on_path {
                continue;
            }
            if intermediates.len() > MAX_INTERMEDIATES || self.steps_left.get() == 0 {
                break;
            }
            self.steps_left.set(self.steps_left.get() - 1);
            goes_on = true;
            intermediates.push(candidate);
            self.walk(intermediates, visit);
            intermediates.pop();
        }
        if !goes_on {
            visit(&Walk { intermediates: intermediates.clone(), anchor: None });
        }
    }

    /// `None` for a path that would take more signatures than are left.
    fn finding(&self, walk: &Walk<'a>) -> Option<Finding> {
        let Some(anchor) = walk.anchor else {
            return Some(Finding { nearness: walk.dead_end(), defects: 0, error: Some(self.issuer_unknown(walk)) });
        };
        let certificates = self.certificates(walk, anchor);
        for ((place, certificate), (issuer_place, issuer)) in certificates.iter().zip(certificates.iter().skip(1)) {
            let link = Link { certificate, place: *place, issuer, issuer_place: *issuer_place };
            match link.verify(self.search.options.algorithms, &self.signatures_left) {
                Verified::Good => {}
                Verified::NotAnymore => return None,
                Verified::Wrong(nearness, error) => return Some(Finding { nearness, defects: 0, error: Some(error) }),
            }
        }
        let defects = defects::of(&certificates, self.search.now);
        let count = defects.len();
        let (nearness, error) = match defects.into_iter().next() {
            Some(first) => (Nearness::Defective, Some(first)),
            None => (Nearness::InOrder, defects::violated_constraints(&certificates)),
        };
        Some(Finding { nearness, defects: count, error })
    }

    fn certificates(&self, walk: &Walk<'a>, anchor: &'a TrustAnchor) -> Vec<(Place, &'a Certificate)> {
        let end_entity: &Certificate = self.search.end_entity;
        let mut certificates = vec![(Place::EndEntity, end_entity)];
        let numbered = walk.intermediates.iter().enumerate();
        certificates.extend(numbered.map(|(index, found)| (Place::Intermediate { number: index + 1 }, *found)));
        certificates.push((Place::Anchor, anchor.certificate()));
        certificates
    }

    fn issuer_unknown(&self, walk: &Walk<'a>) -> ValidationError {
        let (place, last) = match walk.intermediates.last() {
            Some(last) => (Place::Intermediate { number: walk.intermediates.len() }, *last),
            None => (Place::EndEntity, self.search.end_entity.as_ref()),
        };
        let issuer = last.issuer().to_string();
        let anchors = self.search.bundle.anchors().iter().map(|anchor| anchor.certificate());
        let mut known = anchors.chain(self.trust.intermediates().iter().map(AsRef::as_ref));
        let problem = if known.any(|authority| spelling::is_variant(authority.subject(), last.issuer())) {
            Problem::IssuerNameSpelling { issuer }
        } else {
            let key_id = last.authority_key_id().map(ToString::to_string);
            Problem::IssuerUnknown { issuer, key_id, self_issued: last.is_self_issued() }
        };
        ValidationError::new(problem, place, last)
    }

    /// webpki's error, for what we do not look at ourselves. Its own text is never shown: the purposes in it are wrong.
    fn in_our_words(&self, error: &Error) -> Problem {
        match error {
            Error::InvalidNetworkMaskConstraint
            | Error::MalformedDnsIdentifier
            | Error::MalformedNameConstraint
            | Error::NameConstraintViolation => Problem::NameConstraintViolated,
            Error::InvalidSignatureForPublicKey => {
                Problem::SignatureInvalid { issuer: self.search.end_entity.issuer().to_string() }
            }
            Error::MaximumPathDepthExceeded | Error::PathLenConstraintViolated => {
                Problem::PathLengthExceeded { allowed: None }
            }
            Error::UnsupportedCriticalExtension => Problem::CriticalExtensionUnsupported { extension: None },
            _ => Problem::Malformed,
        }
    }
}

/// What is wrong with certificates by themselves.
#[cfg(feature = "cli")]
pub(super) fn defects_of(certificates: &[(Place, &Certificate)], now: SystemTime) -> Vec<ValidationError> {
    defects::of(certificates, now)
}

/// Signatures that one diagnosis verifies.
const MAX_SIGNATURES: usize = 4;
/// Certificates that one diagnosis steps over.
const MAX_STEPS: usize = 64;
