use std::fmt;

use http::header::Entry;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::forwarding::field_name;
use super::secret::Secret;
use crate::error::ConfigError;

/// A header in which a gateway shows that it knows a secret.
#[derive(Clone, Debug)]
pub(super) struct SecretHeader {
    name: HeaderName,
    secret: Secret,
}

/// What a request carried under the names of secret headers, taken out of it.
#[derive(Default)]
pub(crate) struct TakenSecrets {
    taken: Vec<(HeaderName, Lines)>,
}

enum Lines {
    None,
    One(HeaderValue),
    Several,
}

/// Why a header does not show the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretHeaderError {
    /// It is not there.
    Missing,
    /// It is there more than once, so that the sender may have added one to another's.
    Repeated,
    /// It holds something else.
    Wrong,
}

impl SecretHeader {
    pub(super) fn new(name: &str, secret: Secret) -> Result<Self, ConfigError> {
        Ok(Self { name: field_name(name)?, secret })
    }

    pub(super) fn name(&self) -> &HeaderName {
        &self.name
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn prove(&self, taken: &TakenSecrets) -> Result<(), SecretHeaderError> {
        match taken.under(&self.name) {
            Lines::One(value) if self.secret.is(value) => Ok(()),
            Lines::One(_) => Err(SecretHeaderError::Wrong),
            Lines::None => Err(SecretHeaderError::Missing),
            Lines::Several => Err(SecretHeaderError::Repeated),
        }
    }

    /// Whether one header line could do for both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.name == other.name && self.secret.shares_value_with(&other.secret)
    }
}

impl TakenSecrets {
    /// Removes the secret headers, whoever sent them: the service behind shall not see, log or send them on.
    pub(crate) fn take<'a>(headers: &mut HeaderMap, names: impl IntoIterator<Item = &'a HeaderName>) -> Self {
        let mut secrets = Self::default();
        for name in names {
            if secrets.taken.iter().any(|(known, _)| known == name) {
                continue;
            }
            let lines = match headers.entry(name) {
                Entry::Vacant(_) => Lines::None,
                Entry::Occupied(entry) => {
                    let (_, mut values) = entry.remove_entry_mult();
                    match (values.next(), values.next()) {
                        (Some(value), None) => Lines::One(value),
                        _ => Lines::Several,
                    }
                }
            };
            secrets.taken.push((name.clone(), lines));
        }
        secrets
    }

    fn under(&self, name: &HeaderName) -> &Lines {
        self.taken.iter().find(|(taken, _)| taken == name).map_or(&Lines::None, |(_, lines)| lines)
    }
}

impl fmt::Debug for TakenSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.taken.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Display for SecretHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Repeated => "is there more than once",
            Self::Wrong => "does not hold the secret",
        })
    }
}

impl std::error::Error for SecretHeaderError {}
