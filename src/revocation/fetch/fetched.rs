use std::sync::Arc;

use super::FetchError;

/// How a fetch ended well.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fetched {
    /// With octets, not verified by anybody.
    Octets(FetchedOctets),
    /// What is known already is what would come: only where the request had validators.
    Unchanged,
}

/// Octets that came over the network, not verified by anybody. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedOctets {
    octets: Arc<Vec<u8>>,
    validators: FetchValidators,
}

/// What a server told apart its answers by (RFC 9110 section 8.8): its `ETag` and its `Last-Modified`, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchValidators {
    entity_tag: Option<Arc<str>>,
    last_modified: Option<Arc<str>>,
}

impl Fetched {
    /// The octets of an answer to a request without validators.
    ///
    /// # Errors
    ///
    /// [`FetchError::Status`] with 304 for a fetcher that says "unchanged" without having been asked.
    pub fn into_octets(self) -> Result<FetchedOctets, FetchError> {
        match self {
            Self::Octets(octets) => Ok(octets),
            Self::Unchanged => Err(FetchError::Status { status: 304 }),
        }
    }
}

impl FetchedOctets {
    /// Octets without validators.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self { octets: Arc::new(octets), validators: FetchValidators::default() }
    }

    /// Adds what the server tells its answers apart by.
    #[must_use]
    pub fn with_validators(mut self, validators: FetchValidators) -> Self {
        self.validators = validators;
        self
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(in crate::revocation) fn shared_octets(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.octets)
    }

    /// What the server tells its answers apart by.
    #[must_use]
    pub fn validators(&self) -> &FetchValidators {
        &self.validators
    }
}

impl FetchValidators {
    /// Takes the values of `ETag` and `Last-Modified`. One that is longer than 256 octets is left out.
    #[must_use]
    pub fn new(entity_tag: Option<&str>, last_modified: Option<&str>) -> Self {
        let kept = |value: &&str| !value.is_empty() && value.len() <= MAX_VALIDATOR_OCTETS;
        Self {
            entity_tag: entity_tag.filter(kept).map(Arc::from),
            last_modified: last_modified.filter(kept).map(Arc::from),
        }
    }

    /// The value for `If-None-Match`.
    #[must_use]
    pub fn entity_tag(&self) -> Option<&str> {
        self.entity_tag.as_deref()
    }

    /// The value for `If-Modified-Since`.
    #[must_use]
    pub fn last_modified(&self) -> Option<&str> {
        self.last_modified.as_deref()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entity_tag.is_none() && self.last_modified.is_none()
    }
}

const MAX_VALIDATOR_OCTETS: usize = 256;
