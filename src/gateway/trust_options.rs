//! Under which anchors the clients of a gateway are accepted.

use super::Gateway;
use crate::error::{ConfigError, SenderProblem};
use crate::validation::{Intermediates, Trust, TrustAnchors};

impl Gateway {
    /// Accepts clients of this gateway under these anchors, and **not** under those of the layer.
    #[must_use]
    pub fn anchors(self, anchors: TrustAnchors) -> Self {
        Self { anchors: Some(anchors), ..self }
    }

    /// Adds certificates of issuing authorities for clients of this gateway, besides those of the layer.
    #[must_use]
    pub fn intermediates(mut self, intermediates: Intermediates) -> Self {
        self.intermediates = self.intermediates.and(intermediates);
        self
    }

    /// Anchors and intermediates of its own.
    pub(crate) fn own_trust(&self) -> (Option<&TrustAnchors>, &Intermediates) {
        (self.anchors.as_ref(), &self.intermediates)
    }

    /// With other anchors and intermediates of its own.
    pub(crate) fn with_trust(&self, anchors: TrustAnchors, intermediates: Intermediates) -> Self {
        Self { anchors: Some(anchors), intermediates, ..self.clone() }
    }

    /// Makes sure that no client is taken for the gateway because of its own certificate.
    pub(crate) fn check_clients(&self, clients: &Trust) -> Result<(), ConfigError> {
        match self.sender.anchor_above(clients) {
            Some(subject) => Err(SenderProblem::AnchorShared { gateway: self.name.to_string(), subject }.into()),
            None => Ok(()),
        }
    }
}
