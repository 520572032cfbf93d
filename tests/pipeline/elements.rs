//! Elements of XFCC through the real layer.

use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, Encoding, Intermediates, Reason, TrustAnchors, XfccElement,
};

use crate::scene::{Asked, ask, behind, gateway, request};
use crate::support::pki::{Minted, Pki, Shape};

async fn asked(pki: &Pki, element: XfccElement, value: &str) -> Asked {
    ask(&builder(pki, element).build().unwrap(), request(&[("x-client-cert", value)])).await
}

fn builder(pki: &Pki, element: XfccElement) -> ClientCertLayerBuilder {
    let gateway = gateway().encoding(Encoding::Xfcc(element));
    let intermediates = Intermediates::from_der(pki.intermediate.der()).unwrap();
    behind(gateway, TrustAnchors::from_der(pki.root.der()).unwrap()).intermediates(intermediates)
}

fn element_of(client: &Minted) -> String {
    format!("Hash={};Cert=\"{}\"", fingerprint(client), client.escaped_pem())
}

fn fingerprint(client: &Minted) -> Fingerprint {
    use sha2::Digest as _;
    Fingerprint::new(sha2::Sha256::digest(client.der()).into())
}

/// Envoy writes URIs as they are. A hop that appends, met by a client directly, sends one element, and the name makes two.
#[tokio::test]
async fn a_client_whose_name_holds_the_element_of_another_is_not_the_other() {
    let pki = Pki::new();
    let (victim, other) = (pki.good(), pki.issue(&Shape::client("svc").organization("Another SA")));
    let forged = format!("{};URI=spiffe://a.test/a,{}", element_of(&other), element_of(&victim));

    let last = asked(&pki, XfccElement::Last { of: 2 }, &forged).await;
    assert_eq!((last.reason(), last.identity().is_some()), (Some(Reason::XfccContradictory), false));
    let middle = format!("{forged},{}", element_of(&other));
    let middle = asked(&pki, XfccElement::FromRight { position: 2, of: 3 }, &middle).await;
    assert_eq!((middle.reason(), middle.identity().is_some()), (Some(Reason::XfccContradictory), false));

    let first = asked(&pki, XfccElement::First { of: 2 }, &forged).await;
    assert_eq!(first.identity().unwrap().subject().organization(), Some("Another SA"));
}

#[tokio::test]
async fn the_last_element_is_the_client_where_no_name_stands_before_it() {
    let pki = Pki::new();
    let other = pki.issue(&Shape::client("hop").organization("Another SA"));
    let value = format!("{},{};URI=spiffe://a.test/a", element_of(&other), element_of(&pki.good()));
    let asked = asked(&pki, XfccElement::Last { of: 2 }, &value).await;
    assert_eq!(asked.identity().unwrap().subject().organization(), Some("Big Partner Foo SA"));
}

#[test]
fn an_element_that_no_value_has_builds_no_layer_and_is_named() {
    let pki = Pki::new();
    for (element, named) in [
        (XfccElement::First { of: 0 }, "First { of: 0 }"),
        (XfccElement::First { of: 17 }, "First { of: 17 }"),
        (XfccElement::Last { of: 0 }, "Last { of: 0 }"),
        (XfccElement::FromRight { position: 0, of: 2 }, "FromRight { position: 0, of: 2 }"),
        (XfccElement::FromRight { position: 3, of: 2 }, "FromRight { position: 3, of: 2 }"),
    ] {
        let error = builder(&pki, element).build().unwrap_err();
        assert!(matches!(error, ConfigError::Contradiction { .. }), "{error:?}");
        let expected = format!(
            "gateway \"nginx\" looks for XfccElement::{named}, which no value has: expected one of 1 to 16 elements, counted \
             from 1"
        );
        assert_eq!(error.to_string(), expected);
    }
    for element in [XfccElement::First { of: 16 }, XfccElement::FromRight { position: 16, of: 16 }] {
        assert!(builder(&pki, element).build().is_ok(), "{element:?}");
    }
}

#[test]
fn a_chain_or_second_header_is_asked_for_its_element_too() {
    let pki = Pki::new();
    let impossible = Encoding::Xfcc(XfccElement::Last { of: 0 });
    for gateway in [
        gateway().chain_header("x-chain", impossible).unwrap(),
        gateway().other_leaf_header("x-other", impossible).unwrap(),
    ] {
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
        assert!(matches!(behind(gateway, anchors).build(), Err(ConfigError::Contradiction { .. })));
    }
}
