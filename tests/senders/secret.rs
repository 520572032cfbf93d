//! A secret header as second factor.

use tower_client_cert::{Gateway, Reason, Rejection, SecondFactorError, SecretHeaderError, SenderProof, UntrustedPeer};

use crate::proofs::{OTHER_SECRET, SECRET, builder, layer, proven_by, secret};
use crate::scene::{ask, gateway, request, request_from};
use crate::support::log::Log;
use crate::support::pki::Pki;

fn with_secret() -> Gateway {
    gateway().secret_header("X-Azure-FDID", secret(SECRET)).unwrap()
}

#[tokio::test]
async fn address_and_secret_together_prove_the_gateway_and_the_evidence_names_both() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let lines = [("x-client-cert", certificate.as_str()), ("x-azure-fdid", SECRET)];
    let asked = ask(&layer(with_secret(), &pki), request(&lines)).await;
    assert_eq!(proven_by(asked.identity().unwrap()), "10.1.0.0/24, secret header x-azure-fdid");
    assert!(asked.seen.unwrap().headers.is_empty(), "the secret reaches no handler");
}

#[tokio::test]
async fn neither_address_nor_secret_is_enough_alone() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let certificate = ("x-client-cert", certificate.as_str());
    for (peer, lines) in [
        ("10.1.0.4", vec![certificate]),
        ("10.1.0.4", vec![certificate, ("x-azure-fdid", OTHER_SECRET)]),
        ("10.1.0.4", vec![certificate, ("x-azure-fdid", "")]),
        ("10.1.0.4", vec![certificate, ("x_azure_fdid", SECRET)]),
        ("10.1.0.4", vec![certificate, ("x-azure-fdid", "5F0C8AD1-2B7E-4C11")]),
        ("192.0.2.1", vec![certificate, ("x-azure-fdid", SECRET)]),
    ] {
        let asked = ask(&layer(with_secret(), &pki), request_from(peer, &lines)).await;
        assert!(asked.is_anonymous(), "{peer} {lines:?}");
        let headers = asked.seen.unwrap().headers;
        assert!(!headers.contains_key("x-azure-fdid") && !headers.contains_key("x-client-cert"), "{peer}");
    }
}

#[tokio::test]
async fn a_secret_header_that_is_there_twice_proves_nothing_whatever_the_lines_hold() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let layer = builder(with_secret(), &pki).refuse_untrusted_header().build().unwrap();
    for [first, second] in [[SECRET, SECRET], [SECRET, OTHER_SECRET], [OTHER_SECRET, SECRET], [SECRET, ""]] {
        let lines = [("x-client-cert", certificate.as_str()), ("x-azure-fdid", first), ("x-azure-fdid", second)];
        let asked = ask(&layer, request(&lines)).await;
        assert_eq!(asked.reason(), Some(Reason::SenderUnproven));
        let Rejection::Gateway(UntrustedPeer::SecondFactor { error, .. }) = asked.refusal().unwrap().rejection() else {
            panic!("{:?}", asked.refusal())
        };
        let SecondFactorError::SecretHeader { header, error } = error else { panic!("{error:?}") };
        assert_eq!((&**header, *error), ("x-azure-fdid", SecretHeaderError::Repeated));
    }
}

#[tokio::test]
async fn two_values_do_while_the_secret_is_changed() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let both = secret(SECRET).or(secret(OTHER_SECRET));
    let layer = layer(gateway().secret_header("x-edge-secret", both).unwrap(), &pki);
    for (value, accepted) in [(SECRET, true), (OTHER_SECRET, true), ("a third value of it", false)] {
        let lines = [("x-client-cert", certificate.as_str()), ("x-edge-secret", value)];
        assert_eq!(ask(&layer, request(&lines)).await.identity().is_some(), accepted, "{value}");
    }
}

#[tokio::test]
async fn all_of_several_secrets_are_demanded() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let layer = layer(with_secret().secret_header("x-second", secret(OTHER_SECRET)).unwrap(), &pki);
    let certificate = ("x-client-cert", certificate.as_str());
    let (first, second) = (("x-azure-fdid", SECRET), ("x-second", OTHER_SECRET));
    assert!(ask(&layer, request(&[certificate, first, second])).await.identity().is_some());
    assert!(ask(&layer, request(&[certificate, first])).await.is_anonymous());
    assert!(ask(&layer, request(&[certificate, second])).await.is_anonymous());
}

#[tokio::test]
async fn any_of_several_ways_will_do_each_with_its_own_factors() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let shared = SenderProof::addresses(["192.0.2.0/24"]).unwrap();
    let layer = layer(gateway().or(shared.secret_header("x-edge-secret", secret(SECRET)).unwrap()), &pki);
    let bare = [("x-client-cert", certificate.as_str())];
    let with_secret = [bare[0], ("x-edge-secret", SECRET)];
    let identity = |asked: crate::scene::Asked| asked.identity().map(proven_by);
    assert_eq!(identity(ask(&layer, request(&bare)).await).unwrap(), "10.1.0.0/24");
    let proof = identity(ask(&layer, request_from("192.0.2.1", &with_secret)).await).unwrap();
    assert_eq!(proof, "192.0.2.0/24, secret header x-edge-secret");
    assert!(ask(&layer, request_from("192.0.2.1", &bare)).await.is_anonymous());
    assert!(ask(&layer, request_from("198.51.100.1", &with_secret)).await.is_anonymous());
}

#[tokio::test]
async fn what_the_gateway_demands_counts_for_ways_that_were_added_before_and_after() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let way = |range: &str| SenderProof::addresses([range]).unwrap();
    let gateway = gateway().or(way("192.0.2.0/24"));
    let gateway = gateway.secret_header("x-edge-secret", secret(SECRET)).unwrap().or(way("198.51.100.0/24"));
    let layer = layer(gateway, &pki);
    for peer in ["10.1.0.4", "192.0.2.1", "198.51.100.1"] {
        let certificate = ("x-client-cert", certificate.as_str());
        assert!(ask(&layer, request_from(peer, &[certificate])).await.is_anonymous(), "{peer}");
        let proven = ask(&layer, request_from(peer, &[certificate, ("x-edge-secret", SECRET)])).await;
        assert!(proven.identity().is_some(), "{peer}");
    }
}

#[tokio::test]
async fn the_log_says_which_factor_was_missing_and_never_shows_a_secret() {
    let pki = Pki::new();
    let certificate = pki.good().escaped_pem();
    let lines = [("x-client-cert", certificate.as_str()), ("x-azure-fdid", OTHER_SECRET)];
    let log = Log::start();
    let layer = layer(with_secret(), &pki);
    assert!(ask(&layer, request(&lines)).await.is_anonymous());
    let details: Vec<_> = log.entries().iter().filter_map(|entry| entry.field("detail").map(str::to_owned)).collect();
    assert_eq!(
        details,
        ["10.1.0.4 is where gateway \"nginx\" sends from, but secret header x-azure-fdid does not hold the secret"]
    );
    let everything = format!("{} {layer:?}", log.everything());
    assert!(!everything.contains(SECRET) && !everything.contains(OTHER_SECRET));
    assert_eq!(layer.handle().counts().untrusted_headers(), 1);
}
