//! Stage 4 from outside: paths that look right and are not, and the few odd ones that are.

use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, KeyUsagePurpose, SanType};
use rustls_pki_types::SignatureVerificationAlgorithm;
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{Intermediates, IssuedBy, Reason, TrustAnchors};

use crate::scene::{Fixed, ask, builder, trusting, with_anchors, with_certificate, with_chain};
use crate::support::pki::{self, Minted, P521Pki, Pki, Shape, days, seconds};

async fn refused(pki: &Pki, chain: &[&Minted]) -> Option<Reason> {
    let asked = ask(&builder(pki).build().unwrap(), with_chain(chain)).await;
    assert!(asked.seen.is_none(), "accepted: {:?}", asked.identity());
    asked.reason()
}

#[tokio::test]
async fn a_foreign_authority_with_the_same_names_is_refused() {
    let (ours, foreign) = (Pki::new(), Pki::new());
    assert_eq!(refused(&ours, &[&foreign.good()]).await, Some(Reason::SignatureInvalid));
    let whole_chain = [&foreign.good(), &foreign.intermediate, &foreign.root];
    assert!(refused(&ours, &whole_chain).await.is_some());
}

#[tokio::test]
async fn a_forwarded_root_is_no_anchor() {
    let (ours, foreign) = (Pki::new(), Shape::authority("Foreign Root").self_signed());
    let leaf = foreign.issue(&Shape::partner());
    assert_eq!(refused(&ours, &[&leaf, &foreign]).await, Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn a_self_signed_client_is_refused() {
    assert_eq!(refused(&Pki::new(), &[&Shape::partner().self_signed()]).await, Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn the_anchor_itself_is_no_client() {
    let pki = Pki::new();
    assert_eq!(refused(&pki, &[&pki.root]).await, Some(Reason::CaCertificate));
    assert_eq!(refused(&pki, &[&pki.intermediate]).await, Some(Reason::CaCertificate));
}

#[tokio::test]
async fn purposes_other_than_client_use_are_refused() {
    use ExtendedKeyUsagePurpose::{Any, EmailProtection, ServerAuth};
    let pki = Pki::new();
    for purposes in [&[][..], &[Any], &[ServerAuth], &[EmailProtection], &[ServerAuth, Any]] {
        let leaf = pki.issue(&Shape::partner().purposes(purposes));
        assert_eq!(refused(&pki, &[&leaf]).await, Some(Reason::NotForClientUse), "{purposes:?}");
    }
}

#[tokio::test]
async fn client_use_among_other_purposes_is_accepted() {
    let pki = Pki::new();
    let purposes = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = pki.issue(&Shape::partner().purposes(&purposes));
    assert!(ask(&builder(&pki).build().unwrap(), with_certificate(&leaf)).await.identity().is_some());
}

#[tokio::test]
async fn an_authority_for_servers_alone_cannot_issue_clients() {
    let pki = Pki::new();
    let servers = pki.root.issue(&Shape::authority("Servers").purposes(&[ExtendedKeyUsagePurpose::ServerAuth]));
    let leaf = servers.issue(&Shape::partner());
    assert_eq!(refused(&pki, &[&leaf, &servers]).await, Some(Reason::NotForClientUse));
}

#[tokio::test]
async fn dates_count_to_the_second_at_both_ends() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(seconds(-10), seconds(10)));
    for (offset, reason) in
        [(-11, Some(Reason::NotYetValid)), (-10, None), (0, None), (10, None), (11, Some(Reason::Expired))]
    {
        let moved = Duration::from_secs(i64::unsigned_abs(offset));
        let now = if offset < 0 { pki::now() - moved } else { pki::now() + moved };
        let layer = builder(&pki).clock(Fixed(now)).build().unwrap();
        assert_eq!(ask(&layer, with_certificate(&leaf)).await.reason(), reason, "{offset} seconds");
    }
}

#[tokio::test]
async fn the_last_second_is_valid_to_its_end() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(days(-1), seconds(0)));
    for (milliseconds, reason) in [(999, None), (1000, Some(Reason::Expired))] {
        let now = pki::now() + Duration::from_millis(milliseconds);
        let layer = builder(&pki).clock(Fixed(now)).build().unwrap();
        assert_eq!(ask(&layer, with_certificate(&leaf)).await.reason(), reason, "{milliseconds} ms");
    }
}

#[tokio::test]
async fn an_intermediate_out_of_date_is_refused() {
    for (not_before, not_after, reason) in
        [(days(-60), days(-30), Reason::Expired), (days(30), days(60), Reason::NotYetValid)]
    {
        let root = Shape::authority("Root").self_signed();
        let intermediate = root.issue(&Shape::authority("Intermediate").valid(not_before, not_after));
        let layer = trusting(&root).build().unwrap();
        let asked = ask(&layer, with_chain(&[&intermediate.issue(&Shape::partner()), &intermediate])).await;
        assert_eq!(asked.reason(), Some(reason));
    }
}

#[tokio::test]
async fn an_anchor_out_of_date_is_refused() {
    for (not_before, not_after, reason) in
        [(days(-60), days(-30), Reason::Expired), (days(30), days(60), Reason::NotYetValid)]
    {
        let root = Shape::authority("Root").valid(not_before, not_after).self_signed();
        let layer = trusting(&root).build().unwrap();
        let asked = ask(&layer, with_certificate(&root.issue(&Shape::partner()))).await;
        assert_eq!(asked.reason(), Some(reason));
        assert!(asked.seen.is_none());
    }
}

#[tokio::test]
async fn an_issuer_without_the_authority_flag_is_refused_whatever_its_key_usage() {
    let pki = Pki::new();
    let shape = Shape::authority("No Authority").without_authority().usages(&[KeyUsagePurpose::KeyCertSign]);
    let pretender = pki.root.issue(&shape);
    let leaf = pretender.issue(&Shape::partner());
    assert_eq!(refused(&pki, &[&leaf, &pretender]).await, Some(Reason::IssuerNotCa));
}

#[tokio::test]
async fn names_outside_the_constraints_of_an_authority_are_refused() {
    let dns = |name: &str| GeneralSubtree::DnsName(name.to_owned());
    let name = |name: &str| SanType::DnsName(name.try_into().unwrap());
    for (constraint, leaf_name, reason) in [
        (Shape::authority("A").permitted(dns("partner.test")), "other.test", Some(Reason::NameConstraintViolated)),
        (
            Shape::authority("A").permitted(dns("partner.test")),
            "evilpartner.test",
            Some(Reason::NameConstraintViolated),
        ),
        (Shape::authority("A").permitted(dns("partner.test")), "a.partner.test", None),
        (Shape::authority("A").excluded(dns("partner.test")), "a.partner.test", Some(Reason::NameConstraintViolated)),
        (Shape::authority("A").excluded(dns("partner.test")), "other.test", None),
    ] {
        let pki = Pki::new();
        let constrained = pki.root.issue(&constraint);
        let leaf = constrained.issue(&Shape::partner().alternative_name(name(leaf_name)));
        let asked = ask(&builder(&pki).build().unwrap(), with_chain(&[&leaf, &constrained])).await;
        assert_eq!(asked.reason(), reason, "{leaf_name}");
    }
}

#[tokio::test]
async fn a_path_beside_a_dead_end_is_found() {
    let pki = Pki::new();
    // The same authority, certified by ours and by one that is unknown; the dead end comes first.
    let unknown = Shape::authority("Unknown Root").self_signed();
    let dead_end = pki.intermediate.certified_again_by(&unknown);
    let leaf = pki.good();
    for chain in [[&leaf, &dead_end, &pki.intermediate], [&leaf, &pki.intermediate, &dead_end]] {
        let asked = ask(&trusting(&pki.root).build().unwrap(), with_chain(&chain)).await;
        assert!(asked.identity().is_some(), "{:?}", asked.refusal());
    }
}

#[tokio::test]
async fn an_intermediate_can_be_the_anchor_and_then_its_root_is_none() {
    let pki = Pki::new();
    let layer = trusting(&pki.intermediate).build().unwrap();
    let identity = ask(&layer, with_certificate(&pki.good())).await.identity().cloned().unwrap();
    assert!(identity.path().intermediates().is_empty());
    let sibling = pki.root.issue(&Shape::authority("Sibling"));
    let asked = ask(&layer, with_chain(&[&sibling.issue(&Shape::partner()), &sibling, &pki.root])).await;
    assert_eq!(asked.reason(), Some(Reason::IssuerUnknown));
}

#[tokio::test]
async fn a_partner_whose_authority_stands_under_the_same_root_is_kept_apart_by_the_issuer() {
    // Any authority under the root can write "Big Partner Foo SA" into a certificate.
    let pki = Pki::new();
    let other = pki.root.issue(&Shape::authority("Other Partner CA"));
    let impostor = other.issue(&Shape::partner());
    let allowed = IssuedBy::public_key(fingerprint_of_key(&pki.intermediate));
    let layer = builder(&pki).only_issued_by([allowed]).build().unwrap();
    assert_eq!(ask(&layer, with_chain(&[&impostor, &other])).await.reason(), Some(Reason::IssuerNotAllowed));
    assert!(ask(&layer, with_certificate(&pki.good())).await.identity().is_some());
}

#[tokio::test]
async fn the_issuer_restriction_finds_another_path_of_the_same_certificate() {
    // Cross-certified: by way of the first root it is not allowed, by way of the second it is.
    let (first, second) = (Shape::authority("First").self_signed(), Shape::authority("Second").self_signed());
    let intermediate = first.issue(&Shape::authority("Issuer"));
    let again = intermediate.certified_again_by(&second);
    let leaf = intermediate.issue(&Shape::partner());
    let anchors = TrustAnchors::from_der(first.der()).unwrap().labelled("first");
    let anchors = anchors.and(TrustAnchors::from_der(second.der()).unwrap().labelled("second"));
    let layer = with_anchors(anchors).only_issued_by([IssuedBy::label("second")]).build().unwrap();
    let identity = ask(&layer, with_chain(&[&leaf, &intermediate, &again])).await.identity().cloned().unwrap();
    assert_eq!(identity.anchor_label(), Some("second"));
}

#[test]
fn a_second_label_on_anchors_that_have_one_builds_no_layer() {
    let pki = Pki::new();
    let anchors = || TrustAnchors::from_der(pki.root.der()).unwrap();
    let error = with_anchors(anchors().labelled("first").labelled("second")).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "trust anchor CN=Test Root is given twice, labelled \"first\" and \"second\": give it once, with one label"
    );
    // Nor does it pass when others that have none stand beside it.
    let others = TrustAnchors::from_der(Shape::authority("Other").self_signed().der()).unwrap();
    let relabelled = anchors().labelled("first").labelled("second");
    assert!(with_anchors(others.clone().and(relabelled)).build().is_err());
    // What labels somebody, and what says the same again, is meant.
    with_anchors(anchors().labelled("first").and(others).labelled("rest")).build().unwrap();
    with_anchors(anchors().labelled("first").labelled("first")).build().unwrap();
    with_anchors(TrustAnchors::none().labelled("nobody").and(anchors())).build().unwrap();
}

#[tokio::test]
async fn an_empty_issuer_restriction_allows_nobody() {
    let pki = Pki::new();
    let layer = builder(&pki).only_issued_by([]).build().unwrap();
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.reason(), Some(Reason::IssuerNotAllowed));
}

#[tokio::test]
async fn a_configured_intermediate_is_no_anchor() {
    let (ours, foreign) = (Pki::new(), Pki::new());
    let intermediates = Intermediates::from_der(foreign.intermediate.der()).unwrap();
    let other_root = Shape::authority("Other Root").self_signed();
    let layer = trusting(&other_root).intermediates(intermediates).build().unwrap();
    assert!(ask(&layer, with_certificate(&foreign.good())).await.reason().is_some());
    assert!(ask(&layer, with_certificate(&ours.good())).await.reason().is_some());
}

#[tokio::test]
async fn a_provider_that_lacks_an_algorithm_is_told_from_an_unknown_issuer() {
    // What the ring provider makes of this chain.
    const WITHOUT_P521: &[&dyn SignatureVerificationAlgorithm] =
        &[webpki::aws_lc_rs::ECDSA_P256_SHA256, webpki::aws_lc_rs::ECDSA_P384_SHA384];
    let pki = P521Pki::new();
    let layer = trusting(&pki.root).signature_algorithms(WITHOUT_P521).build().unwrap();
    let asked = ask(&layer, with_chain(&[&pki.leaf, &pki.intermediate])).await;
    assert_eq!(asked.reason(), Some(Reason::AlgorithmUnsupported));
    let detail = asked.refusal().unwrap().rejection().to_string();
    assert!(detail.len() < 300 && detail.contains("SHA512"), "{detail}");
}

fn fingerprint_of_key(minted: &Minted) -> Fingerprint {
    let anchors = TrustAnchors::from_der(minted.der()).unwrap();
    *anchors.as_slice()[0].certificate().public_key_fingerprint()
}
