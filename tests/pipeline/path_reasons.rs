//! The reasons for which only our own checks of a path refuse.

use std::time::Duration;

use rcgen::{GeneralSubtree, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType};
use tower_client_cert::{PinnedCertificates, Reason, RequiredPolicies, TrustAnchors};

use crate::reasons::{Case, case};
use crate::scene::{builder, with_anchors, with_certificate, with_chain};
use crate::support::pki::{ForeignKey, Pki, Shape};

/// A layer and a request that it must refuse for this reason.
pub(crate) fn case_for(reason: Reason, pki: &Pki) -> Option<Case> {
    let usual = || builder(pki);
    let leaf = |shape: Shape| with_certificate(&pki.issue(&shape));
    let good = || with_certificate(&pki.good());
    let policy = || RequiredPolicies::any(["1.2.3.4".parse().unwrap()]);
    let (layer, request) = match reason {
        Reason::CertificateUnsupported => {
            let no_number = Shape::partner().extension(&INHIBIT_ANY_POLICY, &NULL);
            (usual().require_policies(policy()), leaf(no_number))
        }
        Reason::IssuerNameSpelling => {
            let spelled_otherwise = Shape::authority("TEST  intermediate").self_signed();
            (usual(), with_certificate(&spelled_otherwise.issue(&Shape::partner())))
        }
        Reason::KeyUnacceptable => {
            let off_curve = [&[4][..], &[7; 64]].concat();
            (usual(), leaf(Shape::partner().foreign_key(ForeignKey::new(&PKCS_ECDSA_P256_SHA256, &off_curve))))
        }
        Reason::KeyUsageUnsuitable => (usual(), leaf(Shape::partner().usages(&[KeyUsagePurpose::KeyEncipherment]))),
        Reason::LifetimeTooLong => (usual().max_lifetime(Duration::from_secs(86_400)), good()),
        Reason::NameConstraintUnsupported => {
            let subtree = GeneralSubtree::DirectoryName(rcgen::DistinguishedName::new());
            let constrained = pki.root.issue(&Shape::authority("Constrained").permitted(subtree));
            (usual(), with_chain(&[&constrained.issue(&Shape::partner()), &constrained]))
        }
        Reason::NotPinned => (usual().only_pinned(PinnedCertificates::default()), good()),
        Reason::PathTooDeep => (usual().max_depth(1), good()),
        Reason::PolicyExtensionCritical => {
            (usual(), leaf(Shape::partner().critical_extension(&CERTIFICATE_POLICIES, &ANY_POLICY)))
        }
        Reason::PolicyMissing => (usual().require_policies(policy()), good()),
        Reason::ProfileViolated => {
            let strict = TrustAnchors::from_der(pki.intermediate.der()).unwrap().strict_profile();
            let usages = [KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
            (with_anchors(strict), leaf(Shape::partner().usages(&usages)))
        }
        Reason::SpiffeIdInvalid => (in_trust_domain(pki), leaf(with_uri("spiffe://example.org"))),
        Reason::TrustDomainUnknown => (in_trust_domain(pki), leaf(with_uri("spiffe://other.example/workload"))),
        _ => return None,
    };
    case(layer.build().unwrap(), request)
}

fn in_trust_domain(pki: &Pki) -> tower_client_cert::ClientCertLayerBuilder {
    let bundle = TrustAnchors::from_der(pki.intermediate.der()).unwrap();
    with_anchors(bundle.for_trust_domain("example.org").unwrap())
}

fn with_uri(uri: &str) -> Shape {
    Shape::partner().alternative_name(SanType::URI(uri.try_into().unwrap()))
}

const CERTIFICATE_POLICIES: [u64; 4] = [2, 5, 29, 32];
const INHIBIT_ANY_POLICY: [u64; 4] = [2, 5, 29, 54];
/// A list with anyPolicy alone.
const ANY_POLICY: [u8; 10] = [0x30, 0x08, 0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x20, 0x00];
const NULL: [u8; 2] = [0x05, 0x00];
