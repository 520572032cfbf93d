//! The gateway's own certificate as proof.

use std::net::SocketAddr;

use http::Extensions;
use rcgen::{ExtendedKeyUsagePurpose, SanType};
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{
    Gateway, GatewayCertificate, GatewayCertificateError, GatewayCertificateMatcher, GatewayCertificateName,
    GatewayPeer, IssuedBy, PinnedCertificates, Reason, Rejection, RequiredPolicies, SecondFactorError, UntrustedPeer,
};

use crate::proofs::{SECRET, anchors, builder, layer, over, proven_by, secret};
use crate::scene::{Asked, ask, gateway};
use crate::support::pki::{Minted, Pki, Shape, days};

/// The authority of the house, which issues to gateways.
fn internal() -> Minted {
    Shape::authority("Internal").self_signed()
}

fn edge() -> Shape {
    Shape::client("edge-01").alternative_name(SanType::DnsName("edge.internal".try_into().unwrap()))
}

fn by_name(authority: &Minted) -> GatewayCertificateMatcher {
    matcher(authority, GatewayCertificateName::dns("edge.internal"))
}

fn matcher(authority: &Minted, name: GatewayCertificateName) -> GatewayCertificateMatcher {
    GatewayCertificateMatcher::named(anchors(authority), [name]).unwrap()
}

/// A connection from the gateway's address on which this chain was presented.
fn presenting(chain: &[&Minted]) -> impl FnOnce(&mut Extensions) {
    let certificate = GatewayCertificate::new(chain.iter().map(|minted| minted.der()));
    move |extensions| {
        extensions.insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
        extensions.insert(certificate);
    }
}

/// A request with a client's certificate over a connection on which `chain` was presented, where untrusted senders are
/// refused.
async fn send(gateway: Gateway, chain: &[&Minted], pki: &Pki) -> Asked {
    let value = pki.good().escaped_pem();
    let layer = builder(gateway, pki).refuse_untrusted_header().build().unwrap();
    ask(&layer, over(presenting(chain), &[("x-client-cert", &value)])).await
}

fn error(asked: &Asked) -> &GatewayCertificateError {
    assert_eq!(asked.reason(), Some(Reason::SenderUnproven));
    match asked.refusal().unwrap().rejection() {
        Rejection::Gateway(UntrustedPeer::SecondFactor { error: SecondFactorError::Certificate(error), .. }) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_gateway_s_certificate_proves_it_and_the_client_s_alone_becomes_the_identity() {
    let (pki, internal) = (Pki::new(), internal());
    let own = internal.issue(&edge());
    let asked = send(gateway().certificate(by_name(&internal)), &[&own], &pki).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.subject().common_name(), Some("data-exchange-svc01"));
    assert_eq!(identity.gateway(), "nginx");
    let fingerprint = sha256(own.der());
    assert_eq!(proven_by(identity), format!("10.1.0.0/24, gateway certificate {fingerprint}"));
}

#[tokio::test]
async fn a_gateway_s_own_certificate_never_becomes_an_identity() {
    let pki = Pki::new();
    // Valid as a client's in every respect, and accepted as the gateway's by name.
    let own = pki.issue(&edge());
    for gateway in [gateway(), gateway().certificate(by_name(&pki.intermediate))] {
        let layer = layer(gateway, &pki);
        for lines in [&[][..], &[("x-client-cert", "")]] {
            let asked = ask(&layer, over(presenting(&[&own]), lines)).await;
            assert!(asked.is_anonymous(), "{lines:?}");
        }
        assert_eq!(layer.handle().counts().accepted(), 0);
    }
}

#[tokio::test]
async fn a_client_that_connects_itself_is_no_gateway() {
    let pki = Pki::new();
    let client = pki.good();
    let asked = send(gateway().certificate(by_name(&pki.intermediate)), &[&client], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::NotNamed { .. }));
}

#[tokio::test]
async fn certificates_that_do_not_prove_the_gateway_are_told_apart() {
    let (pki, internal) = (Pki::new(), internal());
    let demand = || gateway().certificate(by_name(&internal));
    let foreign = Shape::authority("Internal").self_signed();
    for shape in [
        edge().valid(days(-60), days(-30)),
        edge().valid(days(1), days(30)),
        edge().purposes(&[ExtendedKeyUsagePurpose::ServerAuth]),
        edge().purposes(&[]),
        edge().made_authority(),
    ] {
        let asked = send(demand(), &[&internal.issue(&shape)], &pki).await;
        assert!(matches!(error(&asked), GatewayCertificateError::Invalid(_)), "{:?}", error(&asked));
    }
    for own in [foreign.issue(&edge()), edge().self_signed()] {
        let asked = send(demand(), &[&own], &pki).await;
        assert!(matches!(error(&asked), GatewayCertificateError::Invalid(_)));
    }
    let asked = send(demand(), &[&internal.issue(&Shape::client("edge.internal"))], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::NotNamed { .. }), "a common name is no DNS name");
    let asked = send(demand(), &[], &pki).await;
    assert_eq!(*error(&asked), GatewayCertificateError::NotPresented);
    let own = internal.issue(&edge());
    let asked = send(demand(), &[&own; 10], &pki).await;
    assert_eq!(asked.status(), 200, "as many as may be");
    let asked = send(demand(), &[&own; 11], &pki).await;
    assert_eq!(*error(&asked), GatewayCertificateError::TooMany { found: 11, max_certificates: 10 });
    assert_eq!(error(&asked).to_string(), "it presented 11 certificates, the limit is 10");
}

#[tokio::test]
async fn bytes_that_are_no_certificate_prove_nothing() {
    let (pki, internal) = (Pki::new(), internal());
    let value = pki.good().escaped_pem();
    let layer = builder(gateway().certificate(by_name(&internal)), &pki).refuse_untrusted_header().build().unwrap();
    for der in [&b""[..], b"garbage", &internal.issue(&edge()).with_broken_signature()] {
        let fill_in = |extensions: &mut Extensions| {
            extensions.insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
            extensions.insert(GatewayCertificate::new([der]));
        };
        let asked = ask(&layer, over(fill_in, &[("x-client-cert", &value)])).await;
        assert_eq!(asked.reason(), Some(Reason::SenderUnproven));
    }
}

#[tokio::test]
async fn a_chain_may_lead_over_authorities_that_were_presented() {
    let (pki, internal) = (Pki::new(), internal());
    let issuing = internal.issue(&Shape::authority("Internal Issuing"));
    let own = issuing.issue(&edge());
    let demand = || gateway().certificate(by_name(&internal));
    assert!(send(demand(), &[&own, &issuing], &pki).await.identity().is_some());
    let asked = send(demand(), &[&own], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::Invalid(_)));
    let asked = send(demand(), &[&issuing, &own], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::NotNamed { .. }), "the first is the gateway's");
}

#[tokio::test]
async fn names_are_compared_by_kind_and_octet_for_octet() {
    let (pki, internal) = (Pki::new(), internal());
    let uri = SanType::URI("spiffe://house.test/edge".try_into().unwrap());
    let own = internal.issue(&edge().alternative_name(uri).organization("House"));
    let key = sha256(&own.public_key_der());
    let organization = "2.5.4.10".parse().unwrap();
    let wrong_organization = "2.5.4.10".parse().unwrap();
    for (name, accepted) in [
        (GatewayCertificateName::dns("edge.internal"), true),
        (GatewayCertificateName::dns("EDGE.internal"), false),
        (GatewayCertificateName::dns("*.internal"), false),
        (GatewayCertificateName::dns("edge.internal."), false),
        (GatewayCertificateName::dns("spiffe://house.test/edge"), false),
        (GatewayCertificateName::uri("spiffe://house.test/edge"), true),
        (GatewayCertificateName::uri("spiffe://house.test/edge/"), false),
        (GatewayCertificateName::uri("edge.internal"), false),
        (GatewayCertificateName::common_name("edge-01"), true),
        (GatewayCertificateName::common_name("edge-0"), false),
        (GatewayCertificateName::subject_attribute(organization, "House"), true),
        (GatewayCertificateName::subject_attribute(wrong_organization, "house"), false),
        (GatewayCertificateName::public_key(key), true),
        (GatewayCertificateName::public_key(Fingerprint::new([7; 32])), false),
    ] {
        let shown = format!("{name:?}");
        let asked = send(gateway().certificate(matcher(&internal, name)), &[&own], &pki).await;
        assert_eq!(asked.identity().is_some(), accepted, "{shown}");
    }
}

#[tokio::test]
async fn one_of_several_names_will_do_and_two_matchers_both_count() {
    let (pki, internal) = (Pki::new(), internal());
    let own = internal.issue(&edge());
    let names = ["other.internal", "edge.internal"].map(GatewayCertificateName::dns);
    let one_of = GatewayCertificateMatcher::named(anchors(&internal), names).unwrap();
    assert!(send(gateway().certificate(one_of.clone()), &[&own], &pki).await.identity().is_some());
    let and = |name: &str| {
        let second = matcher(&internal, GatewayCertificateName::common_name(name));
        gateway().certificate(one_of.clone()).certificate(second)
    };
    assert!(send(and("edge-01"), &[&own], &pki).await.identity().is_some());
    assert!(send(and("edge-02"), &[&own], &pki).await.identity().is_none());
}

#[tokio::test]
async fn every_certificate_of_an_authority_for_gateways_alone_will_do() {
    let (pki, internal) = (Pki::new(), internal());
    let demand = || gateway().certificate(GatewayCertificateMatcher::any_issued_under(anchors(&internal)).unwrap());
    assert!(send(demand(), &[&internal.issue(&Shape::client("any"))], &pki).await.identity().is_some());
    let asked = send(demand(), &[&pki.good(), &pki.intermediate], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::Invalid(_)));
}

#[tokio::test]
async fn what_is_asked_of_clients_beyond_a_path_is_not_asked_of_gateways() {
    let (pki, internal) = (Pki::new(), internal());
    let own = internal.issue(&edge().valid(days(-1), days(300)));
    let value = pki.issue(&Shape::partner().valid(days(-1), days(1))).escaped_pem();
    let (pin, policy) = (Fingerprint::new([7; 32]), "2.5.29.32.7".parse().unwrap());
    let demanding = || builder(gateway().certificate(by_name(&internal)), &pki);
    let week = std::time::Duration::from_secs(7 * 24 * 60 * 60);
    for (layer, expected) in [
        (demanding().max_lifetime(week), None),
        (demanding().require_policies(RequiredPolicies::any([policy])), Some(Reason::PolicyMissing)),
        (demanding().only_issued_by([IssuedBy::certificate(sha256(pki.intermediate.der()))]), None),
        (demanding().only_pinned(PinnedCertificates::certificates([pin])), Some(Reason::NotPinned)),
    ] {
        let layer = layer.build().unwrap();
        let asked = ask(&layer, over(presenting(&[&own]), &[("x-client-cert", &value)])).await;
        assert_eq!(asked.reason(), expected, "of the client, who was told by a gateway");
        assert_eq!(asked.identity().is_some(), expected.is_none());
    }
}

#[tokio::test]
async fn the_address_counts_beside_the_certificate_and_so_does_a_secret() {
    let (pki, internal) = (Pki::new(), internal());
    let own = internal.issue(&edge());
    let elsewhere = Gateway::nginx(["192.0.2.0/24"]).unwrap().certificate(by_name(&internal));
    assert_eq!(send(elsewhere, &[&own], &pki).await.reason(), Some(Reason::UntrustedPeer));
    let anywhere = Gateway::nginx([""; 0]).unwrap().allow_any_address().certificate(by_name(&internal));
    assert!(send(anywhere, &[&own], &pki).await.identity().is_some());
    let both = gateway().certificate(by_name(&internal)).secret_header("x-secret", secret(SECRET)).unwrap();
    assert_eq!(send(both, &[&own], &pki).await.reason(), Some(Reason::SenderUnproven));
}

#[tokio::test]
async fn a_certificate_without_an_address_proves_nothing() {
    let (pki, internal) = (Pki::new(), internal());
    let own = GatewayCertificate::new([internal.issue(&edge()).der()]);
    let anywhere = Gateway::nginx([""; 0]).unwrap().allow_any_address().certificate(by_name(&internal));
    let value = pki.good().escaped_pem();
    let fill_in = |extensions: &mut Extensions| {
        extensions.insert(own);
    };
    let asked = ask(&layer(anywhere, &pki), over(fill_in, &[("x-client-cert", &value)])).await;
    assert!(asked.is_anonymous());
}

#[tokio::test]
async fn a_critical_extension_that_nobody_knows_is_refused_in_a_gateway_s_certificate_too() {
    let (pki, internal) = (Pki::new(), internal());
    let own = internal.issue(&edge().critical_extension(&[1, 3, 6, 1, 4, 1, 99_999, 1], &[5, 0]));
    let asked = send(gateway().certificate(by_name(&internal)), &[&own], &pki).await;
    assert!(matches!(error(&asked), GatewayCertificateError::Invalid(_)));
}

fn sha256(octets: &[u8]) -> Fingerprint {
    use sha2::{Digest, Sha256};
    Fingerprint::new(Sha256::digest(octets).into())
}
