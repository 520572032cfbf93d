//! Options of the builder that are set more than once, or to nothing.

use tower_client_cert::{
    AdviceCode, ClientCertLayerBuilder, ConfigError, IssuedBy, PinnedCertificates, Reason, TrustAnchors,
};

use crate::scene::{ask, builder, request, with_anchors, with_certificate};
use crate::support::log::Log;
use crate::support::pki::{Minted, Pki, Shape};

fn pinned(minted: &Minted) -> PinnedCertificates {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(minted.der());
    PinnedCertificates::certificates([tower_client_cert::certificate::Fingerprint::new(digest.into())])
}

#[test]
fn a_limit_of_nothing_builds_no_layer_and_is_named() {
    type Set = fn(ClientCertLayerBuilder) -> ClientCertLayerBuilder;
    let limits: [(&str, Set); 5] = [
        ("max_header_bytes", |builder| builder.max_header_bytes(0)),
        ("max_certificates", |builder| builder.max_certificates(0)),
        ("max_concurrent_validations", |builder| builder.max_concurrent_validations(0)),
        ("max_depth", |builder| builder.max_depth(0)),
        ("max_ocsp_certificates", |builder| builder.max_ocsp_certificates(0)),
    ];
    let pki = Pki::new();
    for (expected, set) in limits {
        let built = set(builder(&pki)).build();
        assert!(matches!(built, Err(ConfigError::Limit { name }) if name == expected), "{expected}");
    }
}

#[tokio::test]
async fn pins_and_issuers_that_are_given_twice_all_count() {
    let pki = Pki::new();
    let (first, second, third) = (pki.good(), pki.good(), pki.good());
    let [one, other, stranger] = [(); 3].map(|()| Shape::partner().self_signed());
    let in_place_of_a_path = with_anchors(TrustAnchors::none()).trust_pinned(pinned(&one)).trust_pinned(pinned(&other));
    let beside_a_path = builder(&pki).only_pinned(pinned(&first)).only_pinned(pinned(&second));
    for (builder, accepted, refused, reason) in [
        (in_place_of_a_path, [&one, &other], &stranger, Reason::IssuerUnknown),
        (beside_a_path, [&first, &second], &third, Reason::NotPinned),
    ] {
        let layer = builder.build().unwrap();
        for client in accepted {
            assert!(ask(&layer, with_certificate(client)).await.identity().is_some());
        }
        assert_eq!(ask(&layer, with_certificate(refused)).await.reason(), Some(reason));
    }
    let issuer = |minted: &Minted| {
        use sha2::Digest as _;
        IssuedBy::certificate(tower_client_cert::certificate::Fingerprint::new(
            sha2::Sha256::digest(minted.der()).into(),
        ))
    };
    for issuers in [[&pki.intermediate, &third], [&third, &pki.intermediate]] {
        let [one, other] = issuers.map(issuer);
        let layer = builder(&pki).only_issued_by([one]).only_issued_by([other]).build().unwrap();
        assert!(ask(&layer, with_certificate(&first)).await.identity().is_some());
    }
}

#[tokio::test]
async fn paths_that_are_excepted_one_by_one_are_all_excepted() {
    let layer = builder(&Pki::new()).required().except(["/a"]).except(["/b"]).build().unwrap();
    for (path, status) in [("/a", 200), ("/b", 200), ("/c", 401)] {
        let mut request = request(&[]);
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(ask(&layer, request).await.status(), status, "{path}");
    }
}

#[test]
fn codes_of_advice_that_are_given_one_by_one_all_count() {
    let (told, idle) = ([AdviceCode::RevocationOff], [AdviceCode::RangeWide]);
    for [first, second] in [[told, idle], [idle, told]] {
        let strict = builder(&Pki::new()).strict_advice(first).strict_advice(second).build();
        assert!(matches!(strict, Err(ConfigError::Advice { .. })));
        let log = Log::start();
        builder(&Pki::new()).acknowledge_advice(first).acknowledge_advice(second).build().unwrap();
        let codes: Vec<_> = log.start_up().iter().filter_map(|entry| entry.field("code").map(str::to_owned)).collect();
        assert_eq!(codes, ["client-header-passes"]);
    }
}
