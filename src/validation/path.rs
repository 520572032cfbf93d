use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::allowance::Allowance;
use super::check::SubjectOfCheck;
use super::error::{Place, ValidationError};
use super::pins::Pin;
use super::problem::ValidationProblem;
use super::{TrustAnchor, dates};
use crate::certificate::Certificate;

/// The certificates of a valid path, and what it ends at.
#[derive(Clone, Debug)]
pub(crate) struct ValidatedPath {
    pub(crate) end_entity: Arc<Certificate>,
    /// From the issuer of the end entity upwards.
    pub(crate) intermediates: Vec<Arc<Certificate>>,
    pub(crate) trusted_by: TrustSource,
}

/// What an operator configured that a certificate is trusted by.
#[derive(Clone, Debug)]
pub(crate) enum TrustSource {
    /// The trust anchor at which its path ends.
    Anchor(Arc<TrustAnchor>),
    /// A pin that stands for it in place of a path.
    Pin(Arc<Pin>),
}

impl ValidatedPath {
    /// The first second at which every certificate of the path is valid.
    pub(crate) fn not_before(&self) -> SystemTime {
        self.certificates()
            .map(|(_, certificate)| certificate.not_before())
            .fold(self.end_entity.not_before(), SystemTime::max)
    }

    /// The last second at which every certificate of the path is valid.
    pub(crate) fn not_after(&self) -> SystemTime {
        self.certificates()
            .map(|(_, certificate)| certificate.not_after())
            .fold(self.end_entity.not_after(), SystemTime::min)
    }

    /// Whether the dates would be accepted now, by a clock that may differ by `skew`: those of the whole path at one moment.
    pub(crate) fn is_in_date(&self, now: SystemTime, skew: Duration) -> bool {
        if matches!(&self.trusted_by, TrustSource::Pin(pin) if pin.allows(Allowance::ExpiredPin)) {
            return true;
        }
        dates::is_in_date(self.not_before(), self.not_after(), now, skew)
    }

    /// The anchor; `None` for a pinned certificate.
    pub(crate) fn anchor(&self) -> Option<&Arc<TrustAnchor>> {
        match &self.trusted_by {
            TrustSource::Anchor(anchor) => Some(anchor),
            TrustSource::Pin(_) => None,
        }
    }

    /// How evidence and logs name what it is trusted by.
    pub(crate) fn trusted_by_name(&self) -> Arc<str> {
        match &self.trusted_by {
            TrustSource::Anchor(anchor) => anchor.name().into(),
            TrustSource::Pin(pin) => pin.name().into(),
        }
    }

    /// The authorities from the client's issuer upwards, the anchor last.
    pub(super) fn authorities(&self) -> impl DoubleEndedIterator<Item = (Place, &Certificate)> {
        let place = |(index, intermediate)| (Place::Intermediate { number: index + 1 }, intermediate);
        let intermediates = self.intermediates.iter().map(AsRef::as_ref).enumerate().map(place);
        intermediates.chain(self.anchor().map(|anchor| (Place::Anchor, anchor.certificate())))
    }

    /// Every certificate, the client's first.
    pub(super) fn certificates(&self) -> impl Iterator<Item = (Place, &Certificate)> {
        std::iter::once((Place::EndEntity, self.end_entity.as_ref())).chain(self.authorities())
    }

    /// Every certificate below the anchor, the client's last.
    pub(super) fn certificates_downwards(&self) -> impl Iterator<Item = (Place, &Certificate)> {
        let place = |(index, intermediate)| (Place::Intermediate { number: index + 1 }, intermediate);
        let intermediates = self.intermediates.iter().map(AsRef::as_ref).enumerate().map(place);
        intermediates.rev().chain([(Place::EndEntity, self.end_entity.as_ref())])
    }

    pub(super) fn refuse(&self, place: Place, problem: ValidationProblem) -> Box<ValidationError> {
        let at_place = self.certificates().find(|(candidate, _)| *candidate == place);
        let certificate = at_place.map_or(self.end_entity.as_ref(), |(_, certificate)| certificate);
        Box::new(ValidationError::new(problem, place, certificate))
    }
}

impl SubjectOfCheck for ValidatedPath {
    fn allows(&self, allowance: Allowance) -> bool {
        match &self.trusted_by {
            TrustSource::Anchor(anchor) => anchor.allows(allowance),
            TrustSource::Pin(pin) => pin.allows(allowance),
        }
    }
}
