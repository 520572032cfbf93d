//! The reasons for which stage 5 refuses.

use tower_client_cert::{DenyList, OcspAnswers, Reason, RevocationLists, RevocationMode, TrustAnchors};

use crate::reasons::{Case, case};
use crate::scene::{builder, with_certificate};
use crate::support::pki::{AnswerShape, ListShape, Minted, Pki, Shape, Status, days};

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
        Reason::RevocationUnavailable => {
            let responder = Shape::responder();
            let responder = pki.issue(&responder.serial(&[0x4b]));
            let answer = AnswerShape::good(&serial).signed(&pki.intermediate, &responder);
            let revoked = pki.intermediate.sign_list(&ListShape::new().revoke(&[0x4b]));
            let builder = builder(pki).crls(RevocationLists::from_octets(revoked));
            let builder = builder.ocsp_answers(OcspAnswers::from_octets(answer));
            builder.revocation_mode(RevocationMode::Ocsp).build().unwrap()
        }
        Reason::RevocationUnknown => {
            let answer = AnswerShape::new(&serial, Status::Unknown).signed(&pki.intermediate, &pki.intermediate);
            builder(pki).ocsp_answers(OcspAnswers::from_octets(answer)).build().unwrap()
        }
        Reason::Revoked => with_list(&pki.intermediate, &ListShape::new().revoke(&serial)),
        _ => return None,
    };
    case(layer, with_certificate(&client))
}
