use std::sync::Arc;

use super::{Intermediates, TrustAnchor, TrustAnchors};
use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError, Origin};

/// Anchors and intermediates made ready for path building. Immutable; replaced as a whole.
#[derive(Debug)]
pub(crate) struct Trust {
    anchors: Vec<Arc<TrustAnchor>>,
    /// What webpki keeps of each anchor, at the same place as in `anchors`.
    webpki_anchors: Vec<rustls_pki_types::TrustAnchor<'static>>,
    intermediates: Vec<Arc<Certificate>>,
}

impl Trust {
    pub(crate) fn new(anchors: TrustAnchors, intermediates: Intermediates) -> Result<Self, ConfigError> {
        let anchors: Vec<_> = anchors.distinct()?.into_iter().map(Arc::new).collect();
        if anchors.is_empty() {
            return Err(ConfigError::NoCertificates { origin: Origin::Memory });
        }
        let webpki_anchors = anchors.iter().enumerate().map(webpki_anchor).collect::<Result<_, _>>()?;
        let mut distinct: Vec<Arc<Certificate>> = Vec::new();
        for intermediate in intermediates.into_vec() {
            if !distinct.iter().any(|known| known.fingerprint() == intermediate.fingerprint()) {
                distinct.push(intermediate);
            }
        }
        Ok(Self { anchors, webpki_anchors, intermediates: distinct })
    }

    pub(crate) fn anchors(&self) -> &[Arc<TrustAnchor>] {
        &self.anchors
    }

    pub(super) fn webpki_anchors(&self) -> &[rustls_pki_types::TrustAnchor<'static>] {
        &self.webpki_anchors
    }

    pub(crate) fn intermediates(&self) -> &[Arc<Certificate>] {
        &self.intermediates
    }

    /// Whether the key of some anchor is an anchor's in both.
    pub(crate) fn shares_anchor_with(&self, other: &Self) -> bool {
        let theirs = |key| other.anchors.iter().any(|anchor| anchor.certificate().public_key_fingerprint() == key);
        self.anchors.iter().any(|anchor| theirs(anchor.certificate().public_key_fingerprint()))
    }

    /// The subject of an anchor that is, or has issued, an authority of the other. By name, so that a path that only
    /// might exist is found too.
    pub(crate) fn anchor_above(&self, other: &Self) -> Option<String> {
        let anchors = other.anchors.iter().map(|anchor| anchor.certificate());
        let authorities: Vec<_> = anchors.chain(other.intermediates.iter().map(Arc::as_ref)).collect();
        let is_above = |anchor: &&Certificate| {
            authorities.iter().any(|authority| {
                authority.public_key_fingerprint() == anchor.public_key_fingerprint()
                    || authority.issuer().der() == anchor.subject().der()
            })
        };
        let mut ours = self.anchors.iter().map(|anchor| anchor.certificate());
        ours.find(is_above).map(|anchor| anchor.subject().to_string())
    }

    /// The whole anchor behind what webpki hands back. Found by its place in the slice: two roots may share name and
    /// key, and webpki keeps nothing else of them.
    pub(super) fn anchor_of(&self, webpki_anchor: &rustls_pki_types::TrustAnchor<'_>) -> Option<&Arc<TrustAnchor>> {
        let handed_back: *const () = std::ptr::from_ref(webpki_anchor).cast();
        let place =
            self.webpki_anchors.iter().position(|known| std::ptr::from_ref(known).cast::<()>() == handed_back)?;
        self.anchors.get(place)
    }
}

fn webpki_anchor(
    (index, anchor): (usize, &Arc<TrustAnchor>),
) -> Result<rustls_pki_types::TrustAnchor<'static>, ConfigError> {
    let der = anchor.certificate().certificate_der();
    webpki::anchor_from_trusted_cert(der).map(|anchor| anchor.to_owned()).map_err(|_| ConfigError::Certificate {
        origin: Origin::Memory,
        position: index + 1,
        problem: CertificateProblem::NotUsable,
    })
}
