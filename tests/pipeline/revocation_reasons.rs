//! The reasons for which stage 5 refuses.

use tower_client_cert::{DenyList, Reason, RevocationLists, TrustAnchors};

use crate::reasons::{Case, case};
use crate::scene::{builder, with_certificate};
use crate::support::pki::{ListShape, Minted, Pki, Shape, days};

/// A layer and a request that it must refuse for this reason.
pub(crate) fn case_for(reason: Reason, pki: &Pki) -> Option<Case> {
    let serial = [0x4a];
    let client = pki.issue(&Shape::partner().serial(&serial));
    let with_list = |issuer: &Minted, list: &ListShape| {
        builder(pki).crls(RevocationLists::from_octets(issuer.sign_list(list))).build().unwrap()
    };
    let layer = match reason {
        Reason::DenyListed => {
            let root = TrustAnchors::from_der(pki.root.der()).unwrap();
            let denied = *root.as_slice()[0].certificate().public_key_fingerprint();
            builder(pki).deny_list(DenyList::new().public_key(denied)).build().unwrap()
        }
        Reason::RevocationNoSource => with_list(&pki.root, &ListShape::new()),
        Reason::RevocationStale => with_list(&pki.intermediate, &ListShape::new().issued(days(-9), days(-2))),
        Reason::Revoked => with_list(&pki.intermediate, &ListShape::new().revoke(&serial)),
        _ => return None,
    };
    case(layer, with_certificate(&client))
}
