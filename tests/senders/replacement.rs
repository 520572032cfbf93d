//! Trust of several gateways replaced at run time.

use tower_client_cert::{
    ClientCertLayer, ConfigError, Gateway, GatewayCertificateMatcher, Intermediates, IssuedBy, SenderProblem,
    TrustReplacement,
};

use crate::proofs::{anchors, builder};
use crate::scene::{ask, request_from};
use crate::support::pki::{Pki, Shape};

async fn accepts(layer: &ClientCertLayer, peer: &str, pki: &Pki) -> bool {
    let value = pki.good().escaped_pem();
    ask(layer, request_from(peer, &[("x-client-cert", &value)])).await.identity().is_some()
}

fn none() -> Intermediates {
    Intermediates::default()
}

const COMMON: &str = "10.1.0.4";

const PARTNER: &str = "10.2.0.4";

/// A gateway under the layer's anchors, and one with anchors of its own.
fn two(common: &Pki, own: &Pki) -> ClientCertLayer {
    let partner = Gateway::nginx(["10.2.0.0/24"]).unwrap().named("partner").anchors(anchors(&own.intermediate));
    builder(Gateway::nginx(["10.1.0.0/24"]).unwrap(), common).gateway(partner).build().unwrap()
}

#[tokio::test]
async fn replacing_the_layer_s_anchors_leaves_a_gateway_s_own_in_force() {
    let (common, own, new) = (Pki::new(), Pki::new(), Pki::new());
    let layer = two(&common, &own);
    layer.handle().replace(anchors(&new.intermediate), none()).unwrap();
    assert!(accepts(&layer, COMMON, &new).await && !accepts(&layer, COMMON, &common).await);
    assert!(accepts(&layer, PARTNER, &own).await && !accepts(&layer, PARTNER, &new).await);
}

#[tokio::test]
async fn one_gateway_s_anchors_can_be_replaced_alone_and_with_the_layer_s() {
    let (common, own, new) = (Pki::new(), Pki::new(), Pki::new());
    let layer = two(&common, &own);
    let replacement = || TrustReplacement::new().gateway("partner", anchors(&new.intermediate), none());
    layer.handle().replace_all(replacement()).unwrap();
    assert!(accepts(&layer, PARTNER, &new).await && !accepts(&layer, PARTNER, &own).await);
    assert!(accepts(&layer, COMMON, &common).await);
    layer.handle().replace_all(replacement().layer(anchors(&own.intermediate), none())).unwrap();
    assert!(accepts(&layer, COMMON, &own).await && accepts(&layer, PARTNER, &new).await);
}

#[tokio::test]
async fn the_anchors_of_several_gateways_are_replaced_together() {
    let (common, own, first, second) = (Pki::new(), Pki::new(), Pki::new(), Pki::new());
    let layer = two(&common, &own);
    let replacement = TrustReplacement::new().gateway("nginx", anchors(&first.intermediate), none()).gateway(
        "partner",
        anchors(&second.intermediate),
        none(),
    );
    layer.handle().replace_all(replacement).unwrap();
    assert!(accepts(&layer, COMMON, &first).await && accepts(&layer, PARTNER, &second).await);
    assert!(!accepts(&layer, COMMON, &common).await && !accepts(&layer, PARTNER, &own).await);
}

#[tokio::test]
async fn a_replacement_that_fails_in_one_part_replaces_nothing() {
    let (common, own, new) = (Pki::new(), Pki::new(), Pki::new());
    let layer = two(&common, &own);
    let replacement = TrustReplacement::new()
        .layer(anchors(&new.intermediate), none())
        .gateway("partner", anchors(&new.intermediate), none())
        .gateway("parnter", anchors(&new.intermediate), none());
    let error = layer.handle().replace_all(replacement).unwrap_err();
    let ConfigError::Sender(SenderProblem::UnknownGateway { name, known }) = error else { panic!("{error}") };
    assert_eq!((name.as_str(), known), ("parnter", vec!["nginx".to_owned(), "partner".to_owned()]));
    assert!(accepts(&layer, COMMON, &common).await && accepts(&layer, PARTNER, &own).await);
    assert!(!accepts(&layer, COMMON, &new).await && !accepts(&layer, PARTNER, &new).await);
}

#[test]
fn clients_cannot_become_gateways_by_a_replacement() {
    let pki = Pki::new();
    let internal = Shape::authority("Internal").self_signed();
    let matcher = GatewayCertificateMatcher::any_issued_under(anchors(&internal)).unwrap();
    let gateway = Gateway::nginx(["10.1.0.0/24"]).unwrap().certificate(matcher);
    let layer = builder(gateway, &pki).build().unwrap();
    let error = layer.handle().replace(anchors(&internal), none()).unwrap_err();
    assert!(matches!(error, ConfigError::Sender(SenderProblem::AnchorShared { .. })), "{error}");
}

#[tokio::test]
async fn a_gateway_without_anchors_of_its_own_can_be_given_some() {
    let (common, own, new) = (Pki::new(), Pki::new(), Pki::new());
    let layer = two(&common, &own);
    let issuers = Intermediates::from_der(new.intermediate.der()).unwrap();
    layer.handle().replace_all(TrustReplacement::new().gateway("nginx", anchors(&new.root), issuers)).unwrap();
    assert!(accepts(&layer, COMMON, &new).await && !accepts(&layer, COMMON, &common).await);
    assert!(accepts(&layer, PARTNER, &own).await && !accepts(&layer, PARTNER, &new).await);
}

#[tokio::test]
async fn allowed_issuers_may_be_known_by_the_label_of_any_gateway_s_anchors_and_by_no_other() {
    let (common, own) = (Pki::new(), Pki::new());
    let partner = Gateway::nginx(["10.2.0.0/24"]).unwrap().named("partner");
    let partner = partner.anchors(anchors(&own.intermediate).labelled("partner"));
    let with_label = |label: &str| {
        let builder = builder(Gateway::nginx(["10.1.0.0/24"]).unwrap(), &common).gateway(partner.clone());
        builder.only_issued_by([IssuedBy::label(label)]).build()
    };
    let layer = with_label("partner").unwrap();
    assert!(accepts(&layer, PARTNER, &own).await && !accepts(&layer, COMMON, &common).await);
    assert!(matches!(with_label("parnter"), Err(ConfigError::UnknownAnchorLabel { .. })));
    let unlabelled = TrustReplacement::new().gateway("partner", anchors(&own.intermediate), none());
    assert!(layer.handle().replace_all(unlabelled).is_err());
    assert!(accepts(&layer, PARTNER, &own).await);
}
