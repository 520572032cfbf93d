use crate::error::ConfigError;
use crate::snapshot::TrustSources;
use crate::validation::{Intermediates, PinnedCertificates, TrustAnchors};

/// Sets of anchors and intermediates to be put in force together; see
/// [`ClientCertHandle::replace_all`](super::ClientCertHandle::replace_all).
///
/// What it does not name stays as it is.
///
/// ```no_run
/// # fn example(handle: tower_client_cert::ClientCertHandle) -> Result<(), tower_client_cert::ConfigError> {
/// use tower_client_cert::{Intermediates, TrustAnchors, TrustReplacement};
///
/// let replacement = TrustReplacement::new()
///     .layer(TrustAnchors::from_pem_file("anchors.pem")?, Intermediates::from_pem_file("issuers.pem")?)
///     .gateway("edge", TrustAnchors::from_pem_file("edge-anchors.pem")?, Intermediates::default());
/// handle.replace_all(replacement)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is replaced before replace_all()"]
pub struct TrustReplacement {
    layer: Option<(TrustAnchors, Intermediates)>,
    gateways: Vec<(String, TrustAnchors, Intermediates)>,
    pinned: Option<PinnedCertificates>,
}

impl TrustReplacement {
    /// Replaces nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the layer's anchors and intermediates.
    pub fn layer(mut self, anchors: TrustAnchors, intermediates: Intermediates) -> Self {
        self.layer = Some((anchors, intermediates));
        self
    }

    /// Replaces the anchors and intermediates that this gateway has of its own, or gives it some.
    pub fn gateway(mut self, name: impl Into<String>, anchors: TrustAnchors, intermediates: Intermediates) -> Self {
        self.gateways.push((name.into(), anchors, intermediates));
        self
    }

    /// Replaces the certificates and keys that are accepted in place of a path.
    pub fn trust_pinned(mut self, pinned: PinnedCertificates) -> Self {
        self.pinned = Some(pinned);
        self
    }

    pub(super) fn applied_to(self, mut sources: TrustSources) -> Result<TrustSources, ConfigError> {
        if let Some((anchors, intermediates)) = self.layer {
            sources.anchors = anchors;
            sources.intermediates = intermediates;
        }
        for (name, anchors, intermediates) in self.gateways {
            sources.replace_of(&name, anchors, intermediates)?;
        }
        if let Some(pinned) = self.pinned {
            sources.pinned = pinned;
        }
        Ok(sources)
    }
}
