use std::fmt;
use std::sync::Arc;

use super::access_request::{AccessRequest, RequestFacts, RequestValues};
use crate::identity::ClientIdentity;

/// What a client with a certificate asks for, kept for as long as a decision takes. Cheap to clone.
#[derive(Clone)]
pub struct AsyncAccessRequest {
    identity: ClientIdentity,
    request: Arc<dyn HeldRequest>,
}

/// A request whose owner waits.
pub(crate) trait HeldRequest: RequestValues + Send {
    /// What rules look at besides the certificate.
    fn facts(&self) -> RequestFacts<'_>;
}

impl AsyncAccessRequest {
    pub(crate) fn new(identity: ClientIdentity, request: Arc<dyn HeldRequest>) -> Self {
        Self { identity, request }
    }

    /// The client.
    #[must_use]
    pub fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// The request, as authorizers that do not wait see it: a [`Rule`](crate::Rule) can be asked about it too.
    #[must_use]
    pub fn access(&self) -> AccessRequest<'_> {
        AccessRequest::new(&self.identity, self.request.facts())
    }
}

impl fmt::Debug for AsyncAccessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.access().fmt(f)
    }
}
