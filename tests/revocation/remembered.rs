//! A client that is remembered is judged anew as soon as what its sources say of it changes of itself.

use std::time::Duration;

use tower_client_cert::{
    ClientCertLayer, ClientCertLayerBuilder, Intermediates, OcspAnswers, Reason, RevocationLists, RevocationPolicy,
    RevocationScope,
};

use crate::support::clock::Moved;
use crate::support::pki::{AnswerShape, ListShape, Shape, days, seconds};
use crate::world::{CLIENT, DAY_SECONDS, World, ask, intermediate_shape};

fn at_a_moving_clock(builder: ClientCertLayerBuilder) -> (ClientCertLayer, Moved) {
    let clock = Moved::default();
    (builder.clock(clock.clone()).build().unwrap(), clock)
}

/// Asks twice at each moment, so that the second time is from memory.
async fn assert_reasons(builder: ClientCertLayerBuilder, world: &World, expected: &[(u64, Option<Reason>)]) {
    let (layer, clock) = at_a_moving_clock(builder);
    for (moment, reason) in expected {
        clock.set(*moment);
        for _ in 0..2 {
            assert_eq!(ask(&layer, &world.client).await.reason(), *reason, "{moment}");
        }
    }
}

#[tokio::test]
async fn the_grace_of_a_stale_list_ends_for_it_to_the_second() {
    let world = World::new();
    let policy = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(60));
    let builder = world.with_lists(&[ListShape::new()]).revocation_policy("ours", policy);
    let end = 7 * DAY_SECONDS;
    let stale = Some(Reason::RevocationStale);
    assert_reasons(builder, &world, &[(end - 1, None), (end, None), (end + 60, None), (end + 61, stale)]).await;
}

#[tokio::test]
async fn the_lists_of_its_issuers_end_for_it_too() {
    let world = World::new();
    let clients = world.intermediate.sign_list(&ListShape::new());
    let authorities = world.root.sign_list(&ListShape::new().issued(days(-1), days(1)));
    let builder = world.with_encoded([clients, authorities]).revocation_scope(RevocationScope::WholePath);
    let stale = Some(Reason::RevocationStale);
    assert_reasons(builder, &world, &[(0, None), (DAY_SECONDS - 1, None), (DAY_SECONDS, stale)]).await;
}

#[tokio::test]
async fn a_key_speaks_for_it_only_as_long_as_the_certificate_of_the_key_is_in_date() {
    let world = World::new();
    let shape = intermediate_shape().serial(&[0x4b, 0x03]).valid(seconds(10), seconds(20));
    let new_key = world.root.issue(&shape);
    let builder = world
        .builder()
        .intermediates(Intermediates::from_der(new_key.der()).unwrap())
        .crls(RevocationLists::from_octets(new_key.sign_list(&ListShape::new())));
    let none = Some(Reason::RevocationNoSource);
    assert_reasons(builder, &world, &[(9, none), (10, None), (20, None), (21, none)]).await;
}

#[tokio::test]
async fn an_answer_ends_for_it_with_the_certificate_of_its_signer() {
    let world = World::new();
    let shape = Shape::responder();
    let delegate = world.intermediate.issue(&shape.valid(days(-30), seconds(10)));
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &delegate);
    let builder = world.builder().ocsp_answers(OcspAnswers::from_octets(answer));
    let stale = Some(Reason::RevocationStale);
    assert_reasons(builder, &world, &[(0, None), (9, None), (10, stale), (11, stale)]).await;
}

/// The dates of a certificate include both ends (RFC 5280 section 4.1.2.5).
#[tokio::test]
async fn a_signer_of_answers_is_in_date_at_both_ends() {
    let world = World::new();
    for (first, last, counts) in [
        (days(-30), seconds(0), true),
        (days(-30), seconds(-1), false),
        (seconds(0), days(30), true),
        (seconds(1), days(30), false),
    ] {
        let shape = Shape::responder().valid(first, last);
        let delegate = world.intermediate.issue(&shape);
        let configured = Shape::client("Responder").valid(first, last).self_signed();
        // What revokes counts whatever its age, so the dates of the signer alone decide.
        let revoked = AnswerShape::revoked(CLIENT);
        let by_delegate = OcspAnswers::from_octets(revoked.signed(&world.intermediate, &delegate));
        let by_configured = OcspAnswers::from_octets(revoked.signed(&world.intermediate, &configured));
        for answers in [by_delegate, by_configured.signed_by(configured.pem()).unwrap()] {
            let built = world.builder().ocsp_answers(answers).build();
            assert_eq!(built.is_ok(), counts, "{first} {last}");
            if let Ok(layer) = built {
                assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
            }
        }
    }
}
