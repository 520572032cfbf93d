//! The certificates of `tests/fixtures/odd`, which rcgen cannot make.

use std::fs;
use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tower_client_cert::{ClientCertLayer, Reason, TrustAnchors};

use crate::scene::{ask, request, with_anchors};
use crate::support::pki::escaped_pem;

/// A layer with their root as the only anchor.
pub(crate) fn trusting_their_root() -> ClientCertLayer {
    with_anchors(TrustAnchors::from_der(read("root")).unwrap()).build().unwrap()
}

/// One of them, as nginx sends it.
pub(crate) fn escaped(name: &str) -> String {
    escaped_pem(&read(name))
}

pub(crate) fn read(name: &str) -> CertificateDer<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/odd").join(format!("{name}.pem"));
    CertificateDer::from_pem_slice(&fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn the_one_without_a_defect_is_accepted() {
    let asked = ask(&trusting_their_root(), request(&[("x-client-cert", &escaped("good"))])).await;
    let subject = asked.identity().unwrap().subject().clone();
    assert_eq!(subject.to_string(), "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
}

#[tokio::test]
async fn the_ones_with_a_defect_are_refused_for_it() {
    for (name, reason) in [
        ("version-1", Reason::VersionUnsupported),
        ("signed-with-sha1", Reason::AlgorithmUnsupported),
        ("rsa-1024-key", Reason::KeyUnacceptable),
        ("secp256k1-key", Reason::KeyUnacceptable),
        ("ed448-key", Reason::KeyUnacceptable),
    ] {
        let asked = ask(&trusting_their_root(), request(&[("x-client-cert", &escaped(name))])).await;
        assert_eq!(asked.reason(), Some(reason), "{name}");
        assert!(asked.seen.is_none(), "{name}");
    }
}

#[tokio::test]
async fn two_organizations_are_no_organization_but_both_can_be_read() {
    let asked = ask(&trusting_their_root(), request(&[("x-client-cert", &escaped("two-organizations"))])).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.subject().organization(), None);
    assert_eq!(identity.subject().organizations().collect::<Vec<_>>(), ["Another SA", "Big Partner Foo SA"]);
}

#[tokio::test]
async fn attributes_of_a_multi_valued_name_are_found() {
    let asked = ask(&trusting_their_root(), request(&[("x-client-cert", &escaped("multi-valued"))])).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.subject().organization(), Some("Big Partner Foo SA"));
    assert_eq!(identity.subject().common_name(), Some("data-exchange-svc01"));
}
