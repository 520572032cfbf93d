//! When a list is told of ahead of its end.

use tower_client_cert::AdviceCode;
#[cfg(feature = "ocsp")]
use tower_client_cert::{ClientCertLayerBuilder, OcspAnswers, OcspResponder, RevocationLists, RevocationMode};

#[cfg(feature = "ocsp")]
use crate::responder::{Reply, Responder};
#[cfg(feature = "ocsp")]
use crate::support::pki::{AnswerShape, Shape};
use crate::support::pki::{ListShape, seconds};
#[cfg(feature = "ocsp")]
use crate::world::CLIENT;
use crate::world::World;

#[test]
fn a_list_is_told_in_the_last_quarter_of_its_time_and_no_sooner_than_a_day_before_its_end() {
    const HOUR: i64 = 60 * 60;
    const DAY: i64 = 24 * HOUR;
    let world = World::new();
    let is_told = |since: i64, left: i64| {
        let layer = world.with_lists(&[ListShape::new().issued(seconds(-since), seconds(left))]).build().unwrap();
        layer.advice().iter().any(|advice| advice.code() == AdviceCode::CrlExpires)
    };
    assert!(!is_told(6 * HOUR, 2 * HOUR));
    assert!(is_told(6 * HOUR + 1, 2 * HOUR - 1));
    assert!(!is_told(20 * DAY, DAY));
    assert!(is_told(20 * DAY + 1, DAY - 1));
}

#[cfg(feature = "ocsp")]
#[test]
fn that_no_responder_answers_for_an_anchor_is_told_where_one_must_and_nothing_else_can() {
    let world = World::new();
    let fingerprint =
        |der: &[u8]| *tower_client_cert::TrustAnchors::from_der(der).unwrap().as_slice()[0].certificate().fingerprint();
    let about = |der: &[u8]| {
        let issuer = tower_client_cert::IssuedBy::certificate(fingerprint(der));
        OcspResponder::at("http://ocsp.test/").unwrap().for_issuer(issuer)
    };
    let nobody = Shape::authority("Somebody Else").self_signed();
    let of_nobody = || world.builder().ocsp(about(nobody.der())).ocsp_fetcher(Responder::new(|_| Reply::Refused));
    let is_told = |builder: ClientCertLayerBuilder| {
        builder.build().unwrap().advice().iter().any(|advice| advice.code() == AdviceCode::OcspMissing)
    };
    let with_list = || {
        let list = world.intermediate.sign_list(&ListShape::new());
        of_nobody().crls(RevocationLists::from_octets(list))
    };
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    for (builder, expected) in [
        (of_nobody(), true),
        (with_list(), true),
        (with_list().revocation_mode(RevocationMode::Ocsp), true),
        (with_list().revocation_mode(RevocationMode::Crl), false),
        (with_list().revocation_mode(RevocationMode::CrlFirst), false),
        (with_list().revocation_mode(RevocationMode::OcspFirst), false),
        (of_nobody().ocsp(about(world.root.der())), false),
        (of_nobody().ocsp(about(world.intermediate.der())), false),
        (of_nobody().ocsp_answers(OcspAnswers::from_octets(answer)), false),
        (of_nobody().allow_aia_responders(tower_client_cert::AllowedHosts::new(["aia.test"]).unwrap()), false),
        (of_nobody().allow_aia_responders(tower_client_cert::AllowedHosts::default()), true),
    ] {
        assert_eq!(is_told(builder), expected);
    }
}
