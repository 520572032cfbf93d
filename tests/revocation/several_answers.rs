//! Which of several statuses and answers counts, and how large an answer may be.

use tower_client_cert::{ClientCertLayerBuilder, ConfigError, OcspAnswerProblem as Problem, OcspAnswers, Reason};

use crate::support::pki::{AnswerShape, Single, Status, days};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, World, reason};

fn signed(world: &World, shape: &AnswerShape) -> OcspAnswers {
    OcspAnswers::from_octets(shape.signed(&world.intermediate, &world.intermediate))
}

fn problem(builder: ClientCertLayerBuilder) -> Problem {
    let error = builder.build().unwrap_err();
    let ConfigError::OcspAnswers { mut errors } = error else { panic!("{error}") };
    errors.remove(0).problem
}

#[test]
fn an_answer_of_exactly_the_largest_size_is_read_from_a_file_and_no_larger_one() {
    let world = World::new();
    let scratch = Scratch::new("answers");
    for (octets, is_too_large) in [(64 * 1024, false), (64 * 1024 + 1, true)] {
        let path = scratch.write("client.ocsp", vec![0x30; octets]);
        let problem = problem(world.builder().ocsp_answers(path));
        assert_eq!(problem == Problem::TooLarge { limit_octets: 64 * 1024 }, is_too_large, "{problem}");
    }
}

#[tokio::test]
async fn of_statuses_of_one_kind_the_latest_counts_in_whatever_order() {
    let world = World::new();
    let said = |this_update, next_update| Single {
        this_update,
        next_update: Some(next_update),
        ..Single::new(CLIENT, Status::Good)
    };
    let (late, fresh) = (said(days(-3), days(-2)), said(days(-1), days(1)));
    for (first, second) in [(late.clone(), fresh.clone()), (fresh, late)] {
        let mut shape = AnswerShape::good(CLIENT).and(second);
        shape.singles[0] = first;
        let builder = world.builder().ocsp_answers(signed(&world, &shape));
        assert_eq!(reason(builder, &world.client).await, None);
    }
}

#[tokio::test]
async fn a_later_answer_that_it_is_good_outweighs_no_revocation() {
    let world = World::new();
    for (code, expected) in [(Some(1), Some(Reason::Revoked)), (None, Some(Reason::Revoked)), (Some(6), None)] {
        let revoked = || {
            let shape = AnswerShape::new(CLIENT, Status::Revoked(code));
            signed(&world, &shape.issued(days(-3), Some(days(4))))
        };
        let good = || signed(&world, &AnswerShape::good(CLIENT));
        for answers in [revoked().and(good()), good().and(revoked())] {
            assert_eq!(reason(world.builder().ocsp_answers(answers), &world.client).await, expected, "{code:?}");
        }
    }
}

#[tokio::test]
async fn of_answers_from_one_moment_the_graver_counts_in_whatever_order() {
    let world = World::new();
    let good = || signed(&world, &AnswerShape::good(CLIENT));
    for (hold, expected) in [(true, Reason::Revoked), (false, Reason::RevocationUnknown)] {
        let status = if hold { Status::Revoked(Some(6)) } else { Status::Unknown };
        let graver = signed(&world, &AnswerShape::new(CLIENT, status));
        for answers in [graver.clone().and(good()), good().and(graver)] {
            assert_eq!(reason(world.builder().ocsp_answers(answers), &world.client).await, Some(expected));
        }
    }
}
