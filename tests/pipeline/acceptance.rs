//! What a handler learns of an accepted client.

use std::time::Duration;

use base64::Engine as _;
use rcgen::{DnType, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, SanType};
use tower_client_cert::certificate::AlternativeName;
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Encoding, Gateway, Intermediates, Reason, TrustAnchors};

use crate::scene::{self, GATEWAY, ask, builder, request, trusting, with_anchors, with_certificate};
use crate::support::clock::Moved;
use crate::support::log;
use crate::support::pki::{self, P521Pki, Pki, Shape, days};

#[tokio::test]
async fn a_chain_of_p521_authorities_is_accepted_with_its_intermediate_configured() {
    let pki = P521Pki::new();
    let layer =
        trusting(&pki.root).intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap()).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.leaf)).await;
    let identity = asked.identity().unwrap();
    assert_eq!(asked.body, "handled");
    assert_eq!(identity.subject().to_string(), "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!(identity.issuer().common_name(), Some("CARC I101L"));
    assert_eq!(identity.path().anchor().unwrap().certificate().subject().common_name(), Some("CARC R100L"));
    assert_eq!(identity.path().issuer().unwrap().subject().to_string(), identity.issuer().to_string());
}

#[tokio::test]
async fn every_kind_of_key_that_is_documented_is_accepted() {
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519, &PKCS_RSA_SHA256] {
        let root = Shape::authority("Root").algorithm(algorithm).self_signed();
        let leaf = root.issue(&Shape::partner().algorithm(algorithm));
        let asked = ask(&trusting(&root).build().unwrap(), with_certificate(&leaf)).await;
        assert!(asked.identity().is_some(), "{algorithm:?}: {:?}", asked.refusal());
    }
}

#[tokio::test]
async fn the_handler_sees_no_certificate_header() {
    let pki = Pki::new();
    let value = pki.good().escaped_pem();
    let lines = [("x-client-cert", value.as_str()), ("x_client_cert", "a"), ("x.client-cert", "b"), ("x-other", "c")];
    let seen = ask(&builder(&pki).build().unwrap(), request(&lines)).await.seen.unwrap();
    let names: Vec<_> = seen.headers.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["x-other"]);
    assert!(seen.identity.is_some());
}

#[tokio::test]
async fn the_identity_is_that_of_the_first_certificate_whatever_follows_it() {
    let pki = Pki::new();
    let (first, second) = (pki.issue(&Shape::client("first")), pki.issue(&Shape::client("second")));
    let value = first.escaped_pem() + &second.escaped_pem();
    let asked = ask(&builder(&pki).build().unwrap(), request(&[("x-client-cert", &value)])).await;
    assert_eq!(asked.identity().unwrap().subject().common_name(), Some("first"));
}

#[tokio::test]
async fn names_serial_dates_and_fingerprints_are_those_of_the_certificate() {
    let pki = Pki::new();
    let shape = Shape::client("alice")
        .organization("ACME, \"Inc\"")
        .attribute(DnType::OrganizationalUnitName, "Ops")
        .serial(&[0x00, 0xab, 0x01])
        .valid(days(-1), days(1))
        .alternative_name(SanType::DnsName("a.partner.test".try_into().unwrap()))
        .alternative_name(SanType::URI("spiffe://partner.test/a".try_into().unwrap()))
        .alternative_name(SanType::IpAddress("10.9.8.7".parse().unwrap()));
    let leaf = pki.issue(&shape);
    let asked = ask(&builder(&pki).build().unwrap(), with_certificate(&leaf)).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.subject().organization(), Some("ACME, \"Inc\""));
    assert_eq!(identity.subject().to_string(), "OU=Ops,O=ACME\\, \\\"Inc\\\",CN=alice");
    assert_eq!(identity.serial().to_string(), "ab01");
    assert_eq!(identity.not_before(), pki::now() - Duration::from_secs(86_400));
    assert_eq!(identity.not_after(), pki::now() + Duration::from_secs(86_400));
    assert_eq!(identity.certificate().der(), leaf.der());
    assert_eq!(identity.purposes().len(), 1);
    let names = identity.alternative_names();
    assert!(matches!(&names[0], AlternativeName::Dns(name) if name == "a.partner.test"));
    assert!(matches!(&names[1], AlternativeName::Uri(name) if name == "spiffe://partner.test/a"));
    assert!(matches!(&names[2], AlternativeName::Ip(address) if address.to_string() == "10.9.8.7"));
}

#[tokio::test]
async fn the_path_the_anchor_and_the_gateway_are_told() {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("partner-root");
    let layer =
        with_anchors(anchors).intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap()).build().unwrap();
    let asked = ask(&layer, with_certificate(&pki.good())).await;
    let identity = asked.identity().unwrap();
    assert_eq!(identity.anchor_label(), Some("partner-root"));
    let intermediates: Vec<_> = identity.path().intermediates().iter().map(|above| above.der().to_vec()).collect();
    assert_eq!(intermediates, [pki.intermediate.der()]);
    assert_eq!(identity.gateway(), "nginx");
    assert_eq!(identity.gateway_peer().ip(), Some(GATEWAY.parse().unwrap()));
}

#[tokio::test]
async fn the_evidence_says_what_was_checked_and_what_was_not() {
    let pki = Pki::new();
    let asked = ask(&builder(&pki).build().unwrap(), with_certificate(&pki.good())).await;
    let evidence = asked.identity().unwrap().evidence();
    for check in [Check::Sender, Check::Header, Check::Encoding, Check::Path] {
        assert!(evidence.passed(check), "{check:?}");
    }
    let Some(Outcome::Passed { source, checked_at, .. }) = evidence.outcome(Check::Sender) else { panic!() };
    assert_eq!((&**source, *checked_at), ("10.1.0.0/24", pki::now()));
    for check in [Check::Issuer, Check::DenyList, Check::Crl, Check::Ocsp] {
        assert_eq!(evidence.outcome(check), Some(&Outcome::NotConfigured), "{check:?}");
    }
    let order: Vec<_> = evidence.entries().iter().map(|entry| entry.check.stage()).collect();
    assert!(order.is_sorted(), "{order:?}");
}

/// What the evidence says of a certificate's header and encoding.
fn carried(identity: &ClientIdentity) -> (String, String) {
    let source = |check| match identity.evidence().outcome(check) {
        Some(Outcome::Passed { source, .. }) => source.to_string(),
        other => panic!("{check:?}: {other:?}"),
    };
    (source(Check::Header), source(Check::Encoding))
}

#[tokio::test]
async fn the_evidence_tells_in_which_header_and_encoding_the_certificate_came() {
    let pki = Pki::new();
    let good = pki.good();
    let base64 = |der: &[u8]| base64::engine::general_purpose::STANDARD.encode(der);
    let (leaf, pem) = (base64(good.der()), good.escaped_pem());
    let byte_sequence = format!(":{leaf}:");
    let above = format!(":{}:", base64(pki.intermediate.der()));
    let custom = |header: &str| Gateway::custom("edge", ["10.1.0.0/24"]).unwrap().header(header).unwrap();
    let with_chain = || custom("client-cert").chain_header("client-cert-chain", Encoding::Rfc9440List).unwrap();
    let with_other = || custom("x-cert").other_leaf_header("x-other", Encoding::DerBase64).unwrap();
    let (pem_words, base64_words, rfc_words) =
        ("PEM, escaped or folded into one line", "base64 of DER in one line", "an RFC 9440 byte sequence");
    for (gateway, lines, header, encoding) in [
        (custom("x-edge"), &[("x-edge", &pem)][..], "x-edge", pem_words),
        // What `Encoding::Auto` found, not that it was asked to look.
        (custom("x-edge"), &[("x-edge", &leaf)], "x-edge", base64_words),
        (custom("x-edge"), &[("x-edge", &byte_sequence)], "x-edge", rfc_words),
        (with_chain(), &[("client-cert", &byte_sequence)], "client-cert", rfc_words),
        (
            with_chain(),
            &[("client-cert", &byte_sequence), ("client-cert-chain", &above)],
            "client-cert, client-cert-chain",
            rfc_words,
        ),
        (with_other(), &[("x-cert", &pem), ("x-other", &leaf)], "x-cert, x-other", pem_words),
    ] {
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
        let intermediates = Intermediates::from_der(pki.intermediate.der()).unwrap();
        let layer = scene::behind(gateway, anchors).intermediates(intermediates).build().unwrap();
        let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // The second is remembered.
        for _ in 0..2 {
            let asked = ask(&layer, request(&lines)).await;
            assert_eq!(carried(asked.identity().unwrap()), (header.to_owned(), encoding.to_owned()));
        }
    }
}

#[tokio::test]
async fn one_certificate_in_two_encodings_has_the_evidence_of_each_request() {
    let pki = Pki::new();
    let good = pki.good();
    let layer = builder(&pki).build().unwrap();
    let layer_of_auto = scene::behind(
        Gateway::custom("edge", ["10.1.0.0/24"]).unwrap(),
        TrustAnchors::from_der(pki.root.der()).unwrap(),
    );
    let layer_of_auto = layer_of_auto.intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap());
    let layer_of_auto = layer_of_auto.build().unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(good.der());
    for _ in 0..2 {
        for (value, encoding) in [(&good.escaped_pem(), "PEM"), (&base64, "base64 of DER")] {
            let asked = ask(&layer_of_auto, request(&[("x-client-cert", value)])).await;
            assert!(carried(asked.identity().unwrap()).1.starts_with(encoding));
        }
    }
    let asked = ask(&layer, with_certificate(&good)).await;
    assert_eq!(carried(asked.identity().unwrap()).0, "x-client-cert");
}

#[tokio::test]
async fn an_identity_knows_how_long_its_whole_path_is_valid() {
    let root = Shape::authority("Root").self_signed();
    let intermediate = root.issue(&Shape::authority("Soon Over").valid(days(-1), days(2)));
    let leaf = intermediate.issue(&Shape::partner().valid(days(-1), days(30)));
    let intermediates = Intermediates::from_der(intermediate.der()).unwrap();
    let layer = trusting(&root).intermediates(intermediates).build().unwrap();
    let identity = ask(&layer, with_certificate(&leaf)).await.identity().cloned().unwrap();
    assert_eq!(identity.valid_until(), pki::now() + Duration::from_secs(2 * 86_400));
    assert!(identity.still_valid());
}

#[tokio::test]
async fn the_time_is_asked_anew_for_each_request() {
    let clock = Moved::default();
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::partner().valid(days(-1), days(1)));
    let layer = builder(&pki).clock(clock.clone()).build().unwrap();
    let identity = ask(&layer, with_certificate(&leaf)).await.identity().cloned().unwrap();
    assert!(identity.still_valid());
    clock.set(2 * 86_400);
    assert!(!identity.still_valid());
    assert!(ask(&layer, with_certificate(&leaf)).await.seen.is_none());
}

#[tokio::test]
async fn the_default_clock_is_the_systems() {
    log::prepare();
    let root = Shape::authority("Root").self_signed();
    let layer =
        ClientCertLayer::builder(scene::gateway(), TrustAnchors::from_der(root.der()).unwrap()).build().unwrap();
    let over_by_any_clock = root.issue(&Shape::partner().valid(days(-20), days(-10)));
    assert_eq!(ask(&layer, with_certificate(&over_by_any_clock)).await.reason(), Some(Reason::Expired));
    let within_by_any_clock = root.issue(&Shape::partner());
    assert!(ask(&layer, with_certificate(&within_by_any_clock)).await.identity().is_some());
}
