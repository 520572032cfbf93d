//! Responders that are asked about certificates of several issuers, and answers of several signers.

use tower_client_cert::{
    AllowedHosts, FetchRequest, OcspResponder, Reason, RevocationLists, RevocationMode, RevocationScope,
};

use crate::responder::{Reply, Responder};
use crate::support::pki::{Access, AnswerShape, ListShape, Shape};
use crate::world::{CLIENT, INTERMEDIATE, OTHER, World, ask, reason};

/// Answers by the serial number that is asked about.
fn by_serial(answers: Vec<(&'static [u8], Vec<u8>)>) -> Responder {
    Responder::new(move |request: &FetchRequest| {
        let question = request.body().unwrap().octets();
        let is_about = |serial: &[u8]| question.windows(serial.len()).any(|octets| octets == serial);
        let answer = answers.iter().find(|(serial, _)| is_about(serial));
        answer.map_or(Reply::Refused, |(_, answer)| Reply::Octets(answer.clone()))
    })
}

fn at_url() -> OcspResponder {
    OcspResponder::at("http://ocsp.test/").unwrap()
}

#[tokio::test]
async fn every_certificate_is_asked_about_under_its_own_issuer() {
    let world = World::new();
    let answers = |of_intermediate: AnswerShape| {
        vec![
            (CLIENT, AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate)),
            (INTERMEDIATE, of_intermediate.signed(&world.root, &world.root)),
        ]
    };
    for (of_intermediate, expected) in
        [(AnswerShape::good(INTERMEDIATE), None), (AnswerShape::revoked(INTERMEDIATE), Some(Reason::Revoked))]
    {
        let responder = by_serial(answers(of_intermediate));
        let builder = world.builder().ocsp(at_url()).ocsp_fetcher(responder);
        assert_eq!(reason(builder.revocation_scope(RevocationScope::WholePath), &world.client).await, expected);
    }
}

#[tokio::test]
async fn a_signer_that_is_revoked_silences_its_own_answers_alone() {
    let world = World::new();
    let shape = Shape::responder();
    let signers = [[0x55, 1], [0x55, 2]].map(|serial| world.intermediate.issue(&shape.clone().serial(&serial)));
    let other = world.intermediate.issue(&Shape::partner().serial(OTHER));
    let responder = by_serial(vec![
        (CLIENT, AnswerShape::good(CLIENT).signed(&world.intermediate, &signers[0])),
        (OTHER, AnswerShape::good(OTHER).signed(&world.intermediate, &signers[1])),
    ]);
    let unavailable = Some(Reason::RevocationUnavailable);
    for (revoked, of_client, of_other) in [([0x55, 1], unavailable, None), ([0x55, 2], None, unavailable)] {
        let list = world.intermediate.sign_list(&ListShape::new().revoke(&revoked));
        let builder = world.builder().ocsp(at_url()).ocsp_fetcher(responder.clone());
        let builder = builder.crls(RevocationLists::from_octets(list)).revocation_mode(RevocationMode::Ocsp);
        let layer = builder.build().unwrap();
        assert_eq!(ask(&layer, &world.client).await.reason(), of_client, "{revoked:?}");
        assert_eq!(ask(&layer, &other).await.reason(), of_other, "{revoked:?}");
    }
}

/// An authority names where its certificate is as often as where it answers.
#[tokio::test]
async fn the_responder_is_found_beside_other_ways_to_the_issuer() {
    let world = World::new();
    let access = [(Access::CaIssuers, "http://aia.test/ca"), (Access::Ocsp, "http://aia.test/ocsp")];
    let client = world.intermediate.issue(&Shape::partner().serial(CLIENT).information_access(&access));
    let good = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let responder = Responder::new(move |request| match request.url().as_str() {
        "http://aia.test/ocsp" => Reply::Octets(good.clone()),
        _ => Reply::Refused,
    });
    let hosts = AllowedHosts::new(["aia.test"]).unwrap();
    let builder = world.builder().ocsp_fetcher(responder.clone()).allow_aia_responders(hosts);
    assert_eq!(reason(builder, &client).await, None);
    assert_eq!(responder.calls(), 1);
}
