use super::crl::Question;
use crate::certificate::Certificate;
use crate::validation::{Place, ValidatedPath};

/// A certificate of a path with those above it.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) place: Place,
    pub(super) certificate: &'a Certificate,
    issuer: &'a Certificate,
    superior: Option<&'a Certificate>,
}

/// The certificates of a path that have an issuer in it, from the end entity upwards.
pub(super) struct Members<'a> {
    path: &'a ValidatedPath,
    next: usize,
}

impl<'a> Members<'a> {
    pub(super) fn of(path: &'a ValidatedPath) -> Self {
        Self { path, next: 0 }
    }

    /// A certificate by its place in the path; the end entity is 0, the anchor is the last.
    fn at(&self, place: usize) -> Option<&'a Certificate> {
        let path = self.path;
        match place.checked_sub(1) {
            None => Some(&path.end_entity),
            Some(place) if place == path.intermediates.len() => path.anchor().map(|anchor| anchor.certificate()),
            Some(place) => path.intermediates.get(place).map(AsRef::as_ref),
        }
    }

    fn place(&self, place: usize) -> Place {
        match place {
            0 => Place::EndEntity,
            number if number <= self.path.intermediates.len() => Place::Intermediate { number },
            _ => Place::Anchor,
        }
    }

    /// Every certificate of the path, the anchor too.
    pub(super) fn certificates(&self) -> Vec<(Place, &'a Certificate)> {
        (0..=self.path.intermediates.len() + 1).filter_map(|place| Some((self.place(place), self.at(place)?))).collect()
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.place(self.next);
        let (certificate, issuer) = (self.at(self.next)?, self.at(self.next + 1)?);
        let superior = self.at(self.next + 2);
        self.next += 1;
        Some(Member { place, certificate, issuer, superior })
    }
}

impl<'a> Member<'a> {
    pub(super) fn question(&self) -> Question<'a> {
        Question { certificate: self.certificate, issuer: self.issuer, superior: self.superior }
    }
}
