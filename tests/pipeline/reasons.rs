//! Every reason there is, reached through the layer: the answer, the log and that the handler was not called.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request, Version};
use http_body_util::Full;
use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, PKCS_ECDSA_P384_SHA384, SanType};
use rustls_pki_types::SignatureVerificationAlgorithm;
use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, Encoding, Gateway, Intermediates, IssuedBy, Reason, Secret, Stage,
    StatusFormat, TrustAnchors, XfccElement,
};
use tracing::Level;

use crate::odd_certificates as odd;
use crate::scene::{self, Fixed, builder, request, request_from, trusting, with_anchors, with_certificate, with_chain};
use crate::support::log::Log;
use crate::support::pki::{ForeignKey, Pki, Shape, days, escaped_pem, now};
use crate::{path_reasons, revocation_reasons};

/// A layer and a request that it must refuse.
pub(crate) struct Case {
    pub(crate) layer: ClientCertLayer,
    pub(crate) request: Request<Full<Bytes>>,
}

#[expect(clippy::unnecessary_wraps, reason = "it is what one row of the table evaluates to")]
pub(crate) fn case(layer: ClientCertLayer, request: Request<Full<Bytes>>) -> Option<Case> {
    Some(Case { layer, request })
}

#[tokio::test]
async fn every_reason_of_the_line_is_refused_answered_and_logged_as_such() {
    for reason in Reason::ALL {
        let Some(Case { layer, request }) = case_for(*reason) else { continue };
        refuses_over_http(*reason, &layer, request.clone()).await;
        refuses_over_grpc(*reason, &layer, request).await;
    }
}

#[test]
fn every_reason_has_a_case() {
    let without: Vec<_> = Reason::ALL.iter().filter(|reason| case_for(**reason).is_none()).collect();
    // The first takes several requests at a time; its tests stand with what is remembered. The next four are the rule
    // layer's; their tests stand beside the rules. What the audit refuses is tested with the operations. The last two
    // are no refusals of one layer; their tests stand with the frameworks.
    assert_eq!(
        without,
        [
            &Reason::ValidationBusy,
            &Reason::AuthorizerUnavailable,
            &Reason::PathNotNormal,
            &Reason::RuleDenied,
            &Reason::TokenNotBound,
            &Reason::AuditUnavailable,
            &Reason::LayerMissing,
            &Reason::LayerNested
        ]
    );
}

async fn refuses_over_http(reason: Reason, layer: &ClientCertLayer, request: Request<Full<Bytes>>) {
    let log = Log::start();
    let asked = scene::ask(layer, request).await;
    assert_eq!(asked.reason(), Some(reason), "{:?}", asked.refusal());
    assert!(asked.seen.is_none(), "{reason}: the handler was called");
    assert_eq!(asked.status(), expected_status(reason), "{reason}");

    let refusal = asked.refusal().unwrap();
    assert_eq!(refusal.rejection().fault(), reason.fault(), "{reason}");
    assert!(refusal.rejection().mend().is_some_and(|mend| mend.len() > 20), "{reason}: nothing says how to mend it");
    assert!(asked.body.contains(refusal.reference()), "{reason}: {}", asked.body);
    assert!(!asked.body.contains(reason.code()), "{reason}: {}", asked.body);
    assert_eq!(asked.header("cache-control"), Some("no-store"), "{reason}");
    let challenge = (asked.status() == 401).then_some("ClientCertificate");
    assert_eq!(asked.header("www-authenticate"), challenge, "{reason}");

    let events = log.with("reason", reason.code());
    assert_eq!(events.len(), 1, "{reason}: {:?}", log.entries());
    let event = &events[0];
    assert_eq!(event.field("reference"), Some(refusal.reference()), "{reason}");
    assert_eq!(event.field("stage"), Some(reason.stage().name()), "{reason}");
    let level = if reason.stage() == Stage::Setup { Level::ERROR } else { Level::WARN };
    assert_eq!(event.level, level, "{reason}");
    assert_eq!(layer.handle().counts().refused(reason), 1, "{reason}");
}

async fn refuses_over_grpc(reason: Reason, layer: &ClientCertLayer, mut request: Request<Full<Bytes>>) {
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    let asked = scene::ask(layer, request).await;
    assert_eq!(asked.reason(), Some(reason));
    assert!(asked.seen.is_none(), "{reason}: the handler was called");
    assert_eq!(asked.status(), 200, "{reason}");
    assert_eq!(asked.header("content-type"), Some("application/grpc"), "{reason}");
    assert_eq!(asked.header("grpc-status"), Some(expected_grpc_code(reason)), "{reason}");
    assert!(asked.header("grpc-message").unwrap().contains(asked.refusal().unwrap().reference()), "{reason}");
    assert_eq!(asked.body, "", "{reason}");
}

/// The documented table, written down once more so that a change of the defaults is seen.
fn expected_status(reason: Reason) -> u16 {
    match (reason, reason.stage()) {
        (Reason::CertificateMissing, _) => 401,
        (Reason::GatewayReportedFailure, _) => 403,
        (Reason::HeaderTooLarge, _) => 431,
        (Reason::RevocationNoSource | Reason::RevocationStale | Reason::RevocationUnavailable, _) => 503,
        (_, Stage::Header | Stage::Encoding | Stage::Identity) => 400,
        (_, Stage::Setup) => 500,
        _ => 403,
    }
}

fn expected_grpc_code(reason: Reason) -> &'static str {
    match (reason, reason.stage()) {
        (Reason::GatewayReportedFailure, _) => "16",
        (Reason::HeaderTooLarge, _) => "8",
        (Reason::RevocationNoSource | Reason::RevocationStale | Reason::RevocationUnavailable, _) => "14",
        (_, Stage::Header | Stage::Encoding | Stage::Identity) => "3",
        (_, Stage::Setup) => "13",
        _ => "16",
    }
}

pub(crate) fn case_for(reason: Reason) -> Option<Case> {
    let scene = Scene::new();
    match reason.stage() {
        Stage::Gateway => gateway_case(reason, &scene),
        Stage::Header => header_case(reason, &scene),
        Stage::Encoding => encoding_case(reason, &scene),
        Stage::Validation => validation_case(reason, &scene),
        Stage::Revocation => revocation_reasons::case_for(reason, &scene.pki),
        // No other stage has more than two.
        _ => other_case(reason, &scene),
    }
}

/// The usual PKI and layer.
struct Scene {
    pki: Pki,
    good: String,
}

impl Scene {
    fn new() -> Self {
        let pki = Pki::new();
        let good = pki.good().escaped_pem();
        Self { pki, good }
    }

    fn usual(&self) -> ClientCertLayer {
        builder(&self.pki).build().unwrap()
    }

    fn leaf(&self, shape: &Shape) -> Request<Full<Bytes>> {
        with_certificate(&self.pki.issue(shape))
    }
}

fn header(value: &str) -> Request<Full<Bytes>> {
    request(&[("x-client-cert", value)])
}

fn gateway_case(reason: Reason, scene: &Scene) -> Option<Case> {
    match reason {
        Reason::SenderAmbiguous => sender_ambiguous(&scene.pki),
        Reason::SenderUnproven => {
            case(with_secret(&scene.pki, "one", ONE).refuse_untrusted_header().build().unwrap(), header(&scene.good))
        }
        Reason::UntrustedPeer => case(
            builder(&scene.pki).refuse_untrusted_header().build().unwrap(),
            request_from("192.0.2.1", &[("x-client-cert", &scene.good)]),
        ),
        _ => None,
    }
}

fn header_case(reason: Reason, scene: &Scene) -> Option<Case> {
    match reason {
        Reason::GatewayReportedFailure => case(
            behind(&scene.pki, scene::gateway().status_header("x-client-verify", StatusFormat::Verdict).unwrap()),
            request(&[("x-client-cert", &scene.good), ("x-client-verify", "FAILED:certificate revoked")]),
        ),
        Reason::HeaderMerged => case(scene.usual(), header(&format!("{0},{0}", scene.good))),
        Reason::HeaderNamedByConnection => {
            case(scene.usual(), request(&[("connection", "close, X-Client-Cert"), ("x-client-cert", &scene.good)]))
        }
        Reason::HeaderRepeated => {
            case(scene.usual(), request(&[("x-client-cert", &scene.good), ("x-client-cert", &scene.good)]))
        }
        Reason::HeaderTooLarge => {
            case(builder(&scene.pki).max_header_bytes(scene.good.len() - 1).build().unwrap(), header(&scene.good))
        }
        Reason::LeafMissing => case(
            behind(&scene.pki, scene::gateway().chain_header("x-chain", Encoding::Pem).unwrap()),
            request(&[("x-chain", &scene.pki.intermediate.escaped_pem())]),
        ),
        _ => None,
    }
}

fn encoding_case(reason: Reason, scene: &Scene) -> Option<Case> {
    match reason {
        Reason::Base64Malformed => case(scene.usual(), header(&scene.good.replacen("MII", "M_I", 1))),
        Reason::ByteSequenceMalformed => case(encoded_as(&scene.pki, Encoding::Rfc9440), header(":MIIB")),
        Reason::CertificateMalformed => {
            // A subject alternative name with an IP address of five octets.
            let five_octets = [0x30, 0x07, 0x87, 0x05, 10, 1, 0, 4, 9];
            case(scene.usual(), scene.leaf(&Shape::partner().extension(&[2, 5, 29, 17], &five_octets)))
        }
        Reason::DerMalformed => {
            let with_trailing_byte = [scene.pki.good().der(), &[0]].concat();
            case(scene.usual(), header(&escaped_pem(&with_trailing_byte)))
        }
        Reason::EncodingUnrecognized => case(encoded_as(&scene.pki, Encoding::Auto), header("Hash=00;Cert=x")),
        Reason::HexMalformed => case(encoded_as(&scene.pki, Encoding::DerHex), header("3082x")),
        Reason::LeafHeadersDiffer => case(
            behind(&scene.pki, scene::gateway().other_leaf_header("x-other", Encoding::Pem).unwrap()),
            request(&[("x-client-cert", &scene.good), ("x-other", &scene.pki.good().escaped_pem())]),
        ),
        Reason::PemMalformed => {
            case(scene.usual(), header(&scene.good.replace("END%20CERTIFICATE", "END%20CERTIFICATION")))
        }
        Reason::PercentEncodingMalformed => case(scene.usual(), header(&scene.good.replacen("%0A", "%0Z", 1))),
        Reason::PlaceholderUnexpanded => {
            case(scene.usual(), header("{http.request.tls.client.certificate_der_base64}"))
        }
        Reason::TooManyCertificates => case(
            builder(&scene.pki).max_certificates(1).build().unwrap(),
            with_chain(&[&scene.pki.good(), &scene.pki.intermediate]),
        ),
        Reason::XfccContradictory => {
            let value = format!("Hash={};Cert=\"{}\"", "00".repeat(32), scene.good);
            case(encoded_as(&scene.pki, Encoding::Xfcc(XfccElement::Only)), header(&value))
        }
        Reason::XfccElementAmbiguous => {
            case(encoded_as(&scene.pki, Encoding::Xfcc(XfccElement::Only)), header("Hash=00,Hash=00"))
        }
        Reason::XfccMalformed => case(encoded_as(&scene.pki, Encoding::Xfcc(XfccElement::Only)), header(&scene.good)),
        _ => None,
    }
}

fn validation_case(reason: Reason, scene: &Scene) -> Option<Case> {
    match reason {
        Reason::AlgorithmUnsupported => {
            // A layer that is given no algorithm for P-384.
            let root = Shape::authority("P-384 Root").algorithm(&PKCS_ECDSA_P384_SHA384).self_signed();
            case(
                trusting(&root).signature_algorithms(P256_ALONE).build().unwrap(),
                with_certificate(&root.issue(&Shape::partner())),
            )
        }
        Reason::CaCertificate => case(scene.usual(), scene.leaf(&Shape::partner().made_authority())),
        Reason::CriticalExtensionUnsupported => {
            case(scene.usual(), scene.leaf(&Shape::partner().critical_extension(&[1, 2, 3, 4], &[0x05, 0x00])))
        }
        Reason::Expired => case(scene.usual(), scene.leaf(&Shape::partner().valid(days(-60), days(-30)))),
        Reason::IssuerNotAllowed => {
            let ours = TrustAnchors::from_der(scene.pki.intermediate.der()).unwrap().labelled("ours");
            let others = TrustAnchors::from_der(Shape::authority("Other").self_signed().der()).unwrap();
            let layer = with_anchors(ours.and(others.labelled("others"))).only_issued_by([IssuedBy::label("others")]);
            case(layer.build().unwrap(), with_certificate(&scene.pki.good()))
        }
        Reason::IssuerNotCa => {
            let client = scene.pki.issue(&Shape::client("no authority"));
            case(scene.usual(), with_chain(&[&client.issue(&Shape::partner()), &client]))
        }
        Reason::IssuerUnknown => case(trusting(&scene.pki.root).build().unwrap(), with_certificate(&scene.pki.good())),
        Reason::KeyDistrusted => {
            let key = ForeignKey::distrusted();
            case(scene.usual(), scene.leaf(&Shape::partner().foreign_key(key)))
        }
        Reason::NameConstraintViolated => {
            let permitted = GeneralSubtree::DnsName("partner.test".to_owned());
            let constrained = scene.pki.root.issue(&Shape::authority("Constrained").permitted(permitted));
            let name = SanType::DnsName("other.test".try_into().unwrap());
            let leaf = constrained.issue(&Shape::partner().alternative_name(name));
            case(scene.usual(), with_chain(&[&leaf, &constrained]))
        }
        Reason::NotForClientUse => {
            case(scene.usual(), scene.leaf(&Shape::partner().purposes(&[ExtendedKeyUsagePurpose::ServerAuth])))
        }
        Reason::NotYetValid => case(scene.usual(), scene.leaf(&Shape::partner().valid(days(1), days(30)))),
        Reason::PathLengthExceeded => {
            let below = scene.pki.intermediate.issue(&Shape::authority("One Too Many"));
            case(scene.usual(), with_chain(&[&below.issue(&Shape::partner()), &below]))
        }
        Reason::PathTooComplex => too_complex(&scene.pki),
        Reason::SignatureInvalid => {
            case(scene.usual(), header(&escaped_pem(&scene.pki.good().with_broken_signature())))
        }
        Reason::ValidityInvalid => case(scene.usual(), scene.leaf(&Shape::partner().valid(days(10), days(-10)))),
        Reason::VersionUnsupported => case(odd::trusting_their_root(), header(&odd::escaped("version-1"))),
        _ => path_reasons::case_for(reason, &scene.pki),
    }
}

fn other_case(reason: Reason, scene: &Scene) -> Option<Case> {
    match reason {
        Reason::NameUnusable => case(scene.usual(), scene.leaf(&Shape::client("alice\0.evil.test"))),
        Reason::CertificateMissing => case(builder(&scene.pki).required().build().unwrap(), request(&[])),
        Reason::ClockUnusable => {
            let before_1970 = UNIX_EPOCH - Duration::from_secs(1);
            case(builder(&scene.pki).clock(Fixed(before_1970)).build().unwrap(), with_certificate(&scene.pki.good()))
        }
        _ => None,
    }
}

/// Two gateways at one place, and a request that proves to be from both.
fn sender_ambiguous(pki: &Pki) -> Option<Case> {
    let builder = with_secret(pki, "one", ONE).gateway(secret_gateway("two", TWO)).refuse_untrusted_header();
    case(builder.build().unwrap(), request(&[ONE, TWO, ("x-client-cert", &pki.good().escaped_pem())]))
}

fn with_secret(pki: &Pki, name: &str, secret: (&str, &str)) -> ClientCertLayerBuilder {
    let anchors = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    ClientCertLayer::builder(secret_gateway(name, secret), anchors).clock(Fixed(now()))
}

fn secret_gateway(name: &str, (header, secret): (&str, &str)) -> Gateway {
    scene::gateway().named(name).secret_header(header, Secret::new(secret).unwrap()).unwrap()
}

fn encoded_as(pki: &Pki, encoding: Encoding) -> ClientCertLayer {
    behind(pki, scene::gateway().encoding(encoding))
}

fn behind(pki: &Pki, gateway: Gateway) -> ClientCertLayer {
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap();
    scene::behind(gateway, anchors).build().unwrap()
}

/// Nine configured authorities that bear the anchor's name and issue one another's name: every path leads to the anchor
/// by name, and none by signature. As many forwarded ones would not all be taken.
fn too_complex(pki: &Pki) -> Option<Case> {
    let authorities: Vec<_> = (0..9).map(|_| Shape::authority("Test Root").self_signed()).collect();
    let known = authorities.iter().map(|authority| Intermediates::from_der(authority.der()).unwrap());
    let layer = trusting(&pki.root).intermediates(known.reduce(Intermediates::and).unwrap());
    case(layer.build().unwrap(), with_certificate(&authorities[0].issue(&Shape::partner())))
}

const ONE: (&str, &str) = ("x-one", "0123456789abcdef");

const TWO: (&str, &str) = ("x-two", "fedcba9876543210");

const P256_ALONE: &[&dyn SignatureVerificationAlgorithm] = &[webpki::aws_lc_rs::ECDSA_P256_SHA256];
