//! The usual authorities, anchor labelled `ours`, and a clock that can be moved.

use tower_client_cert::{ClientCertLayerBuilder, Intermediates, RevocationLists, TrustAnchors};

use crate::scene;
pub(crate) use crate::support::clock::Moved;
use crate::support::pki::{ListShape, Pki};

pub(crate) fn builder(pki: &Pki) -> ClientCertLayerBuilder {
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    scene::with_anchors(anchors).intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
}

/// A list of the intermediate's.
pub(crate) fn list(pki: &Pki, shape: &ListShape) -> RevocationLists {
    RevocationLists::from_octets(pki.intermediate.sign_list(shape))
}

pub(crate) const DAY_SECONDS: u64 = 86_400;
