//! Trust replaced at run time.

use tower_client_cert::{ConfigError, Intermediates, IssuedBy, Reason, TrustAnchors};

use crate::scene::{ask, builder, with_anchors, with_certificate};
use crate::support::pki::{self, Pki};

fn trust(pki: &Pki) -> (TrustAnchors, Intermediates) {
    (TrustAnchors::from_der(pki.root.der()).unwrap(), Intermediates::from_der(pki.intermediate.der()).unwrap())
}

#[tokio::test]
async fn replaced_anchors_count_from_the_next_request_on_for_every_clone() {
    let (old, new) = (Pki::new(), Pki::new());
    let layer = builder(&old).build().unwrap();
    let clone = layer.clone();
    assert!(ask(&clone, with_certificate(&old.good())).await.identity().is_some());
    let (anchors, intermediates) = trust(&new);
    layer.handle().replace(anchors, intermediates).unwrap();
    assert!(ask(&clone, with_certificate(&old.good())).await.seen.is_none());
    assert!(ask(&clone, with_certificate(&new.good())).await.identity().is_some());
}

#[tokio::test]
async fn replaced_intermediates_are_gone() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let leaf = pki.good();
    assert!(ask(&layer, with_certificate(&leaf)).await.identity().is_some());
    layer.handle().replace(trust(&pki).0, Intermediates::default()).unwrap();
    assert_eq!(ask(&layer, with_certificate(&leaf)).await.reason(), Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn a_replacement_that_fails_leaves_everything_as_it_was() {
    let pki = Pki::new();
    let ours = TrustAnchors::from_der(pki.intermediate.der()).unwrap().labelled("ours");
    let layer = with_anchors(ours).only_issued_by([IssuedBy::label("ours")]).build().unwrap();
    let before = layer.handle().in_force_since();
    let unlabelled = TrustAnchors::from_der(pki.root.der()).unwrap();
    let error = layer.handle().replace(unlabelled, Intermediates::default()).unwrap_err();
    assert!(matches!(error, ConfigError::UnknownAnchorLabel { .. }), "{error}");
    assert!(ask(&layer, with_certificate(&pki.good())).await.identity().is_some());
    assert_eq!(layer.handle().in_force_since(), before);
    assert_eq!(before, pki::now());
}

#[test]
fn unusable_trust_cannot_be_built() {
    let pki = Pki::new();
    assert!(matches!(TrustAnchors::from_pem(""), Err(ConfigError::NoCertificates { .. })));
    assert!(TrustAnchors::from_pem(pki.root.key_pem()).is_err());
    assert!(matches!(TrustAnchors::from_pem_file("/nonexistent/roots.pem"), Err(ConfigError::File { .. })));
    assert!(TrustAnchors::from_der(b"garbage").is_err());
}
