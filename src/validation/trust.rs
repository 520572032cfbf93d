use std::sync::Arc;

use rustls_pki_types::TrustAnchor as WebpkiAnchor;

use super::spiffe::TrustDomain;
use super::{Intermediates, PinnedCertificates, TrustAnchor, TrustAnchors, anchor_profile};
use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError, Origin};

/// Anchors, intermediates and pins made ready for validation. Immutable; replaced as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    bundles: Vec<Bundle>,
    intermediates: Vec<Arc<Certificate>>,
    pinned: PinnedCertificates,
}

/// The anchors that one path may end at: those of a SPIFFE trust domain, or all that have none.
#[derive(Clone, Debug)]
pub(super) struct Bundle {
    trust_domain: Option<TrustDomain>,
    anchors: Vec<Arc<TrustAnchor>>,
    /// What webpki keeps of each anchor, at the same place as in `anchors`.
    webpki_anchors: Vec<WebpkiAnchor<'static>>,
}

impl Trust {
    pub(crate) fn new(
        anchors: TrustAnchors,
        intermediates: Intermediates,
        pinned: PinnedCertificates,
    ) -> Result<Self, ConfigError> {
        let (anchors, pinned) = (anchors.distinct()?, pinned.distinct()?);
        if anchors.is_empty() && pinned.is_empty() {
            return Err(ConfigError::NoCertificates { origin: Origin::Memory });
        }
        let mut bundles: Vec<Bundle> = Vec::new();
        for anchor in anchors {
            anchor_profile::check(&anchor)?;
            if let Some(bundle) =
                bundles.iter_mut().find(|bundle| bundle.trust_domain.as_ref() == anchor.trust_domain())
            {
                bundle.add(anchor)?;
            } else {
                let mut bundle = Bundle::empty(anchor.trust_domain().cloned());
                bundle.add(anchor)?;
                bundles.push(bundle);
            }
        }
        let mut distinct: Vec<Arc<Certificate>> = Vec::new();
        for intermediate in intermediates.into_vec() {
            if !distinct.iter().any(|known| known.fingerprint() == intermediate.fingerprint()) {
                distinct.push(intermediate);
            }
        }
        Ok(Self { bundles, intermediates: distinct, pinned })
    }

    pub(crate) fn anchors(&self) -> impl Iterator<Item = &Arc<TrustAnchor>> {
        self.bundles.iter().flat_map(|bundle| &bundle.anchors)
    }

    pub(crate) fn intermediates(&self) -> &[Arc<Certificate>] {
        &self.intermediates
    }

    /// Whether the key of some anchor is an anchor's in both.
    pub(crate) fn shares_anchor_with(&self, other: &Self) -> bool {
        let theirs = |key| other.anchors().any(|anchor| anchor.certificate().public_key_fingerprint() == key);
        self.anchors().any(|anchor| theirs(anchor.certificate().public_key_fingerprint()))
    }

    /// The subject of an anchor that is, or has issued, an authority of the other. By name, so that a path that only
    /// might exist is found too.
    pub(crate) fn anchor_above(&self, other: &Self) -> Option<String> {
        let anchors = other.anchors().map(|anchor| anchor.certificate());
        let authorities: Vec<_> = anchors.chain(other.intermediates.iter().map(Arc::as_ref)).collect();
        let is_above = |anchor: &&Certificate| {
            authorities.iter().any(|authority| {
                authority.public_key_fingerprint() == anchor.public_key_fingerprint()
                    || authority.issuer().der() == anchor.subject().der()
            })
        };
        let mut ours = self.anchors().map(|anchor| anchor.certificate());
        ours.find(is_above).map(|anchor| anchor.subject().to_string())
    }

    /// The certificates that are accepted without a path.
    pub(crate) fn pinned(&self) -> &PinnedCertificates {
        &self.pinned
    }

    /// Whether any anchor is bound to a SPIFFE trust domain.
    pub(super) fn has_trust_domains(&self) -> bool {
        self.bundles.iter().any(|bundle| bundle.trust_domain.is_some())
    }

    /// The bundle of a trust domain, or the one that has none.
    pub(super) fn bundle(&self, trust_domain: Option<&TrustDomain>) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.trust_domain.as_ref() == trust_domain)
    }
}

impl Bundle {
    pub(super) const fn empty(trust_domain: Option<TrustDomain>) -> Self {
        Self { trust_domain, anchors: Vec::new(), webpki_anchors: Vec::new() }
    }

    fn add(&mut self, anchor: TrustAnchor) -> Result<(), ConfigError> {
        let webpki_anchor = webpki::anchor_from_trusted_cert(anchor.certificate().certificate_der())
            .map_err(|_| anchor.unusable(CertificateProblem::NotUsable))?
            .to_owned();
        self.webpki_anchors.push(webpki_anchor);
        self.anchors.push(Arc::new(anchor));
        Ok(())
    }

    pub(super) fn anchors(&self) -> &[Arc<TrustAnchor>] {
        &self.anchors
    }

    pub(super) fn webpki_anchors(&self) -> &[WebpkiAnchor<'static>] {
        &self.webpki_anchors
    }

    /// The whole anchor behind what webpki hands back. Found by its place in the slice: two roots may share name and
    /// key, and webpki keeps nothing else of them.
    pub(super) fn anchor_of(&self, webpki_anchor: &WebpkiAnchor<'_>) -> Option<&Arc<TrustAnchor>> {
        let handed_back: *const () = std::ptr::from_ref(webpki_anchor).cast();
        let place =
            self.webpki_anchors.iter().position(|known| std::ptr::from_ref(known).cast::<()>() == handed_back)?;
        self.anchors.get(place)
    }
}
