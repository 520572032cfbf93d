use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{self, EncodedList};
use crate::error::{Origin, RevocationListError};

/// Where revocation lists are: files, directories, octets in memory. They are read when the layer is built, and again
/// at each reload.
///
/// Files hold one DER list, or PEM blocks labelled `X509 CRL`. Of a directory, every file is read whose name ends in
/// `.crl`, `.pem` or `.der`, or as `openssl rehash` names it (`.r0`).
///
/// ```no_run
/// use tower_client_cert::RevocationLists;
///
/// let lists = RevocationLists::at("crls").and(RevocationLists::at("partner.crl"));
/// ```
#[derive(Clone, Debug)]
pub struct RevocationLists {
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
enum Place {
    Octets(Arc<[u8]>),
    Path(PathBuf),
}

impl RevocationLists {
    /// A file or a directory.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { places: vec![Place::Path(path.as_ref().to_owned())] }
    }

    /// PEM, or one DER list.
    #[must_use]
    pub fn from_octets(octets: impl Into<Vec<u8>>) -> Self {
        Self { places: vec![Place::Octets(octets.into().into())] }
    }

    /// Adds the lists of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.places.extend(others.places);
        self
    }

    /// Everything that can be read, and everything that cannot.
    pub(super) fn read(&self) -> (Vec<EncodedList>, Vec<RevocationListError>) {
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for place in &self.places {
            match place {
                Place::Octets(octets) => match files::read_octets(octets.to_vec(), &Origin::Memory) {
                    Ok(lists) => found.extend(lists),
                    Err(error) => errors.push(error),
                },
                Place::Path(path) => files::read_path(path, &mut found, &mut errors),
            }
        }
        (found, errors)
    }
}

macro_rules! from_path {
    ($($path:ty),*) => {
        $(impl From<$path> for RevocationLists {
            fn from(path: $path) -> Self {
                Self::at(path)
            }
        })*
    };
}

from_path!(&str, String, &Path, PathBuf);
