//! Honest authorities with odd habits: what passes by default, and what needs an option that is then on record.

use rcgen::{DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{CertificateProblem, ConfigError, Reason, TrustAnchors};

use crate::scene::{ask, request, trusting, with_anchors, with_certificate, with_chain};
use crate::support::pki::{Minted, Pki, Shape, days, escaped_pem};

async fn passes(anchor: &Minted, chain: &[&Minted]) {
    let asked = ask(&trusting(anchor).build().unwrap(), with_chain(chain)).await;
    assert!(asked.identity().is_some(), "{:?}", asked.refusal());
}

#[tokio::test]
async fn authorities_without_key_identifiers_or_key_usage_pass() {
    let root = Shape::authority("Root").usages(&[]).self_signed();
    let issuer = root.issue(&Shape::authority("Issuer").usages(&[]).without_key_identifiers());
    passes(&root, &[&issuer.issue(&Shape::partner().without_key_identifiers()), &issuer]).await;
}

#[tokio::test]
async fn string_types_may_differ_from_level_to_level() {
    let name = |text: &str| DnValue::PrintableString(text.try_into().unwrap());
    let root = Shape::authority("Root").self_signed();
    let issuer = root.issue(&Shape::authority("x").subject(&[]).attribute(DnType::CommonName, name("Issuer")));
    let leaf = issuer.issue(&Shape::partner().attribute(DnType::OrganizationalUnitName, name("Unit")));
    passes(&root, &[&leaf, &issuer]).await;
}

#[tokio::test]
async fn odd_but_sound_clients_pass() {
    use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
    let root = Shape::authority("Root").self_signed();
    for shape in [
        Shape::partner().serial(&[0x7f; 20]),
        Shape::partner().purposes(&[ServerAuth, ClientAuth]),
        Shape::partner().extension(&[1, 2, 3, 4], &[5, 0]),
        Shape::partner().valid(days(-20_000), days(40_000)),
        Shape::partner().usages(&[]),
        Shape::partner().usages(&[KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment]),
    ] {
        passes(&root, &[&root.issue(&shape)]).await;
    }
}

#[tokio::test]
async fn an_authority_whose_critical_policies_are_refused_can_be_the_anchor() {
    let root = Shape::authority("Root").self_signed();
    let constraints = [0x30, 0x03, 0x80, 0x01, 0x00];
    let issuer = root.issue(&Shape::authority("Issuer").critical_extension(&[2, 5, 29, 36], &constraints));
    let leaf = issuer.issue(&Shape::partner());
    let refused = ask(&trusting(&root).build().unwrap(), with_chain(&[&leaf, &issuer])).await;
    assert_eq!(refused.reason(), Some(Reason::PolicyExtensionCritical));
    passes(&issuer, &[&leaf]).await;
}

#[tokio::test]
async fn rsa_pss_signatures_pass() {
    for hash in ["sha256", "sha384", "sha512"] {
        let read = |name: &str| super::odd_certificates::read(&format!("{name}-{hash}"));
        let layer = with_anchors(TrustAnchors::from_der(read("pss-root")).unwrap()).build().unwrap();
        let asked = ask(&layer, request(&[("x-client-cert", &escaped_pem(&read("pss-client")))])).await;
        assert!(asked.identity().is_some(), "{:?}", asked.refusal());
    }
}

/// One of the options of a set of anchors.
type Allow = fn(TrustAnchors) -> TrustAnchors;

#[tokio::test]
async fn each_option_accepts_what_it_names_and_is_on_record() {
    use ExtendedKeyUsagePurpose::{Any, ServerAuth};
    let pki = Pki::new();
    let usages = [KeyUsagePurpose::KeyEncipherment];
    let rows: [(Shape, Allow, Check, &str); 3] = [
        (
            Shape::partner().purposes(&[]),
            TrustAnchors::allow_missing_client_auth,
            Check::Purpose,
            "allow_missing_client_auth",
        ),
        (
            Shape::partner().purposes(&[ServerAuth, Any]),
            TrustAnchors::allow_any_purpose,
            Check::Purpose,
            "allow_any_purpose",
        ),
        (
            Shape::partner().usages(&usages),
            TrustAnchors::allow_missing_digital_signature,
            Check::KeyUsage,
            "allow_missing_digital_signature",
        ),
    ];
    for (shape, allow, check, option) in rows {
        let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
        let leaf = pki.issue(&shape);
        let strict = ask(&with_anchors(anchors.clone()).build().unwrap(), with_certificate(&leaf)).await;
        assert!(strict.reason().is_some(), "{option}");
        let layer = with_anchors(allow(anchors)).build().unwrap();
        let loosened = ask(&layer, with_certificate(&leaf)).await;
        let outcome = loosened.identity().unwrap().evidence().outcome(check).cloned();
        assert!(matches!(&outcome, Some(Outcome::Allowed { options, .. }) if **options == *option), "{outcome:?}");
        let good = ask(&layer, with_certificate(&pki.good())).await;
        assert!(matches!(good.identity().unwrap().evidence().outcome(check), Some(Outcome::Passed { .. })), "{option}");
    }
}

#[tokio::test]
async fn an_option_of_one_authority_loosens_no_other() {
    let (ours, sloppy) = (Pki::new(), Shape::authority("Sloppy").self_signed());
    let anchors = TrustAnchors::from_der(sloppy.der()).unwrap().allow_missing_client_auth();
    let layer = with_anchors(anchors.and(TrustAnchors::from_der(ours.intermediate.der()).unwrap())).build().unwrap();
    let shape = Shape::partner().purposes(&[]);
    assert!(ask(&layer, with_certificate(&sloppy.issue(&shape))).await.identity().is_some());
    assert_eq!(ask(&layer, with_certificate(&ours.issue(&shape))).await.reason(), Some(Reason::NotForClientUse));
}

#[test]
fn what_cannot_be_an_anchor_fails_the_build_and_says_why() {
    let mut no_constraints = Shape::authority("Root");
    no_constraints.is_ca(IsCa::NoCa);
    for (shape, expected) in [
        (no_constraints, CertificateProblem::NoAuthority),
        (Shape::authority("Root").without_authority(), CertificateProblem::NoAuthority),
        (Shape::authority("Root").usages(&[KeyUsagePurpose::CrlSign]), CertificateProblem::NoKeyCertSign),
        (
            Shape::authority("Root").critical_extension(&[1, 2, 3], &[5, 0]),
            CertificateProblem::CriticalExtension { oid: "1.2.3".to_owned() },
        ),
    ] {
        match trusting(&shape.self_signed()).build() {
            Err(ConfigError::Certificate { problem, .. }) => assert_eq!(problem, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_version_1_anchor_needs_its_option() {
    let anchors = || TrustAnchors::from_der(super::odd_certificates::read("version-1")).unwrap();
    assert!(matches!(
        with_anchors(anchors()).build(),
        Err(ConfigError::Certificate { problem: CertificateProblem::Version1, .. })
    ));
    assert!(with_anchors(anchors().allow_v1_anchor()).build().is_ok());
}
