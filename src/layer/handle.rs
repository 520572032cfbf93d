use std::sync::Arc;
use std::time::SystemTime;

use super::replacement::TrustReplacement;
use super::service::Shared;
use crate::error::ConfigError;
use crate::events::Counts;
use crate::snapshot::Snapshot;
use crate::validation::{Intermediates, TrustAnchors};

/// Replaces the trust of a running [`ClientCertLayer`](super::ClientCertLayer), and reads what it has decided. Cheap to
/// clone.
///
/// ```no_run
/// # fn example(client_cert: tower_client_cert::ClientCertLayer) -> Result<(), tower_client_cert::ConfigError> {
/// use tower_client_cert::{Intermediates, TrustAnchors};
///
/// let handle = client_cert.handle();
/// handle.replace(TrustAnchors::from_pem_file("anchors.pem")?, Intermediates::from_pem_file("issuers.pem")?)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientCertHandle {
    shared: Arc<Shared>,
}

impl ClientCertHandle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Puts the layer's anchors and intermediates in force, all of them or none. What a gateway has of its own stays.
    /// Requests under way end with what they began with.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] as from building the layer; what was in force stays.
    pub fn replace(&self, anchors: TrustAnchors, intermediates: Intermediates) -> Result<(), ConfigError> {
        self.replace_all(TrustReplacement::new().layer(anchors, intermediates))
    }

    /// Puts several sets of anchors in force at one moment, all of them or none.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Sender`] for a gateway that there is not, and as from building the layer; what was in force
    /// stays.
    pub fn replace_all(&self, replacement: TrustReplacement) -> Result<(), ConfigError> {
        let authenticator = &self.shared.authenticator;
        authenticator.snapshot.replace(|present| {
            let only_issued_by = authenticator.validation.only_issued_by.as_deref();
            Snapshot::new(replacement.applied_to(present)?, only_issued_by, authenticator.clock.now())
        })
    }

    /// When the trust in force was put in force.
    #[must_use]
    pub fn in_force_since(&self) -> SystemTime {
        self.shared.authenticator.snapshot.load().since
    }

    /// What the layer has decided since it was built.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.refusals.events.counts()
    }
}
