//! Parts of a certificate that are kept by their place in it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;

use super::error::{CertificateError, Problem};

/// A certificate, or a name from elsewhere, as it was received: shared by all that is read from it.
#[derive(Clone)]
pub(crate) struct Whole(Arc<CertificateDer<'static>>);

/// Some of these octets. A client is remembered with dozens of such parts, each of which would else be a copy.
#[derive(Clone)]
pub(crate) struct Octets {
    whole: Whole,
    start: u32,
    end: u32,
}

impl Whole {
    pub(crate) fn new(der: CertificateDer<'static>) -> Self {
        Self(Arc::new(der))
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.0
    }

    /// Keeps a part of it: where it lies in memory tells its place.
    pub(super) fn part(&self, field: &'static str, part: &[u8]) -> Result<Octets, CertificateError> {
        let start = if part.is_empty() { 0 } else { part.as_ptr().addr().wrapping_sub(self.0.as_ptr().addr()) };
        let found = self.0.get(start..).and_then(|rest| rest.get(..part.len())).filter(|found| *found == part);
        match (found, u32::try_from(start), u32::try_from(start.wrapping_add(part.len()))) {
            (Some(_), Ok(start), Ok(end)) => Ok(Octets { whole: self.clone(), start, end }),
            _ => Err(CertificateError::new(field, Problem::Truncated)),
        }
    }
}

impl Deref for Octets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let place = usize::try_from(self.start).ok().zip(usize::try_from(self.end).ok());
        place.and_then(|(start, end)| self.whole.0.get(start..end)).unwrap_or_default()
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Octets {}

impl Hash for Octets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_place_and_not_by_what_it_says() {
        let whole = Whole::new(CertificateDer::from(b"abcabc".to_vec()));
        let second = whole.part("test", &whole.der()[3..5]).unwrap();
        assert_eq!((&*second, second.start, second.end), (&b"ab"[..], 3, 5));
        assert_eq!(&*whole.part("test", whole.der()).unwrap(), b"abcabc");
        assert!(whole.part("test", &[]).unwrap().is_empty());
    }

    #[test]
    fn what_lies_elsewhere_is_no_part() {
        let whole = Whole::new(CertificateDer::from(b"abcabc".to_vec()));
        let other = b"abcabc".to_vec();
        assert_eq!(whole.part("test", &other), Err(CertificateError::new("test", Problem::Truncated)));
        assert_eq!(whole.part("test", &other[5..]), Err(CertificateError::new("test", Problem::Truncated)));
    }
}
