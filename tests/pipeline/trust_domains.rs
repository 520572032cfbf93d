//! SPIFFE trust domains: which anchors a workload's certificate is validated against, and what it must be.

use rcgen::{KeyUsagePurpose, SanType};
use tower_client_cert::{ClientCertLayerBuilder, Intermediates, Reason, TrustAnchors};

use crate::scene::{ask, builder, with_anchors, with_certificate};
use crate::support::pki::{Minted, Pki, Shape};

async fn reason(builder: ClientCertLayerBuilder, client: &Minted) -> Option<Reason> {
    let asked = ask(&builder.build().unwrap(), with_certificate(client)).await;
    assert_eq!(asked.reason().is_none(), asked.identity().is_some());
    asked.reason()
}

fn of_domain(authority: &Minted, domain: &str) -> TrustAnchors {
    TrustAnchors::from_der(authority.der()).unwrap().for_trust_domain(domain).unwrap()
}

fn workload(uri: &str) -> Shape {
    Shape::partner().alternative_name(SanType::URI(uri.try_into().unwrap()))
}

#[tokio::test]
async fn the_trust_domain_chooses_the_bundle() {
    let (ours, theirs) = (Pki::new(), Shape::authority("Theirs").self_signed());
    let layer = || {
        let plain = TrustAnchors::from_der(ours.root.der()).unwrap();
        with_anchors(of_domain(&ours.intermediate, "ours.test").and(of_domain(&theirs, "theirs.test")).and(plain))
            .intermediates(Intermediates::from_der(ours.intermediate.der()).unwrap())
    };
    let id = "spiffe://ours.test/a";
    assert_eq!(reason(layer(), &ours.issue(&workload(id))).await, None);
    assert_eq!(reason(layer(), &theirs.issue(&workload("spiffe://theirs.test/a"))).await, None);
    assert_eq!(reason(layer(), &theirs.issue(&workload(id))).await, Some(Reason::IssuerUnknown));
    let two = workload(id).alternative_name(SanType::URI("https://ours.test/".try_into().unwrap()));
    assert_eq!(reason(layer(), &ours.issue(&two)).await, Some(Reason::SpiffeIdInvalid));
    assert_eq!(reason(layer(), &theirs.issue(&Shape::partner())).await, Some(Reason::IssuerUnknown));
    assert_eq!(reason(layer(), &ours.good()).await, None, "no SPIFFE ID, so the anchors without a trust domain");
    for domain in ["", "Ours.test", "ours.test:443", "a/b"] {
        assert!(TrustAnchors::from_der(theirs.der()).unwrap().for_trust_domain(domain).is_err(), "{domain}");
    }
}

/// X509-SVID section 5.2.
#[tokio::test]
async fn a_key_that_may_sign_certificates_or_lists_is_no_workload_s() {
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyCertSign, KeyEncipherment};
    let pki = Pki::new();
    let invalid = Some(Reason::SpiffeIdInvalid);
    for (usages, expected) in [
        (&[DigitalSignature, KeyEncipherment][..], None),
        (&[DigitalSignature, KeyCertSign], invalid),
        (&[DigitalSignature, CrlSign], invalid),
    ] {
        let client = pki.issue(&workload("spiffe://ours.test/a").usages(usages));
        let in_domain = with_anchors(of_domain(&pki.intermediate, "ours.test"));
        assert_eq!(reason(in_domain, &client).await, expected, "{usages:?}");
        assert_eq!(reason(builder(&pki), &client).await, None, "without trust domains it is a name like another");
    }
}
