use std::fmt;
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
    places: Vec<(Place, Numbering)>,
}

/// Whether lists of version 2 need a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    Optional,
    Required,
}

#[derive(Clone, Debug)]
enum Place {
    Octets(Arc<[u8]>),
    Path(PathBuf),
}

impl RevocationLists {
    /// No place at all: lists come over the network alone.
    pub(crate) fn nowhere() -> Self {
        Self { places: Vec::new() }
    }

    /// A file or a directory.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { places: vec![(Place::Path(path.as_ref().to_owned()), Numbering::Required)] }
    }

    /// PEM, or one DER list.
    #[must_use]
    pub fn from_octets(octets: impl Into<Vec<u8>>) -> Self {
        Self { places: vec![(Place::Octets(octets.into().into()), Numbering::Required)] }
    }

    /// Accepts lists of version 2 without a number from every place of this set. RFC 5280 section 5.2.3 demands one; some
    /// authorities, such as those run with CFSSL, leave it out. Which list is the freshest is then told by date alone.
    #[must_use]
    pub fn allow_missing_number(mut self) -> Self {
        for (_, numbering) in &mut self.places {
            *numbering = Numbering::Optional;
        }
        self
    }

    /// Adds the lists of another set.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.places.extend(others.places);
        self
    }

    /// Everything that can be read, and everything that cannot.
    pub(super) fn read(&self) -> (Vec<(EncodedList, Numbering)>, Vec<RevocationListError>) {
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        for (place, numbering) in &self.places {
            let mut lists = Vec::new();
            match place {
                Place::Octets(octets) => match files::read_octets(octets.to_vec(), &Origin::Memory) {
                    Ok(octets) => lists = octets,
                    Err(error) => errors.push(error),
                },
                Place::Path(path) => files::read_path(path, &mut lists, &mut errors),
            }
            found.extend(lists.into_iter().map(|list| (list, *numbering)));
        }
        (found, errors)
    }
}

impl fmt::Display for RevocationLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, numbering)) in self.places.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            match place {
                Place::Octets(_) => f.write_str("memory")?,
                Place::Path(path) => write!(f, "{}", path.display())?,
            }
            if *numbering == Numbering::Optional {
                f.write_str(" (allow_missing_number)")?;
            }
        }
        Ok(())
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
