//! OCSP answers that somebody else fetched: who may sign them, what they may say, and when.

use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, OcspAnswerProblem as Problem, OcspAnswers, Reason, ResponderStatus,
    RevocationPolicy, RevocationScope,
};

use crate::support::clock::Moved;
use crate::support::pki::{AnswerShape, Hash, Minted, Naming, Shape, Single, Status, days, error_answer, seconds};
use crate::support::scratch::Scratch;
use crate::world::{CLIENT, DAY_SECONDS, INTERMEDIATE, OTHER, World, ask, reason};

fn with(world: &World, answer: Vec<u8>) -> ClientCertLayerBuilder {
    world.builder().ocsp_answers(OcspAnswers::from_octets(answer))
}

fn refused(world: &World, answer: Vec<u8>) -> Problem {
    problem(with(world, answer))
}

fn problem(builder: ClientCertLayerBuilder) -> Problem {
    let error = builder.build().unwrap_err();
    let ConfigError::OcspAnswers { mut errors } = error else { panic!("{error}") };
    assert_eq!(errors.len(), 1);
    errors.remove(0).problem
}

#[tokio::test]
async fn the_issuer_and_its_delegate_may_answer_by_name_and_by_key() {
    let world = World::new();
    let delegate = world.intermediate.issue(&Shape::responder());
    for signer in [&world.intermediate, &delegate] {
        for naming in [Naming::Key, Naming::Name] {
            for hash in [Hash::Sha1, Hash::Sha256] {
                let answer = |shape: AnswerShape| shape.named(naming).hashed(hash).signed(&world.intermediate, signer);
                let good = answer(AnswerShape::good(CLIENT));
                assert_eq!(reason(with(&world, good), &world.client).await, None, "{naming:?} {hash:?}");
                let revoked = answer(AnswerShape::revoked(CLIENT));
                assert_eq!(reason(with(&world, revoked), &world.client).await, Some(Reason::Revoked));
            }
        }
    }
}

#[tokio::test]
async fn unknown_refuses_and_no_answer_is_no_source() {
    let world = World::new();
    let unknown = AnswerShape::new(CLIENT, Status::Unknown).signed(&world.intermediate, &world.intermediate);
    let layer = with(&world, unknown.clone()).build().unwrap();
    let asked = ask(&layer, &world.client).await;
    assert_eq!((asked.reason(), asked.status()), (Some(Reason::RevocationUnknown), 403));
    let everything = RevocationPolicy::deny().allow_stale().allow_no_source().allow_unavailable();
    let builder = with(&world, unknown).revocation_policy("ours", everything);
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationUnknown));
    let about_another = AnswerShape::good(OTHER).signed(&world.intermediate, &world.intermediate);
    assert_eq!(reason(with(&world, about_another), &world.client).await, Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn the_revocation_is_told_with_time_reason_and_source() {
    let world = World::new();
    let answer = AnswerShape::revoked(CLIENT).signed(&world.intermediate, &world.intermediate);
    let asked = ask(&with(&world, answer).build().unwrap(), &world.client).await;
    let detail = asked.refusal().unwrap().rejection().to_string();
    for part in ["2026-02-19T12:00:00Z", "(keyCompromise)", "ocsp answer of CN=Test Intermediate"] {
        assert!(detail.contains(part), "{detail}");
    }
}

#[test]
fn nobody_else_may_sign() {
    let world = World::new();
    let sibling = world.root.issue(&Shape::authority("Sibling"));
    let namesake = world.root.issue(&Shape::authority("Test Intermediate"));
    let signed = |signer: &Minted| AnswerShape::good(CLIENT).signed(&world.intermediate, signer);
    let by = |issuer: &Minted, shape: Shape| refused(&world, signed(&issuer.issue(&shape)));

    assert_eq!(refused(&world, signed(&world.root)), Problem::SignerNotDelegated);
    assert_eq!(by(&sibling, Shape::responder()), Problem::SignerNotDelegated);
    assert_eq!(by(&world.root, Shape::responder()), Problem::SignerNotDelegated);
    assert_eq!(by(&namesake, Shape::responder()), Problem::SignerNotDelegated);
    assert_eq!(by(&world.intermediate, Shape::partner()), Problem::SignerNotForAnswers);
    let any = Shape::responder().purposes(&[ExtendedKeyUsagePurpose::Any]);
    assert_eq!(by(&world.intermediate, any), Problem::SignerNotForAnswers);
    assert_eq!(by(&world.intermediate, Shape::responder().purposes(&[])), Problem::SignerNotForAnswers);
    let agreement = Shape::responder().usages(&[KeyUsagePurpose::KeyAgreement]);
    assert_eq!(by(&world.intermediate, agreement), Problem::SignerNotForAnswers);
    let over = Shape::responder().valid(days(-30), seconds(-1));
    assert_eq!(by(&world.intermediate, over), Problem::SignerNotInDate);
    let early = Shape::responder().valid(seconds(1), days(30));
    assert_eq!(by(&world.intermediate, early), Problem::SignerNotInDate);
    let odd = Shape::responder().critical_extension(&[1, 2, 3, 4], &[5, 0]);
    assert!(matches!(by(&world.intermediate, odd), Problem::CriticalExtensionUnsupported { .. }));
    let self_made = Shape::responder().self_signed();
    assert_eq!(refused(&world, signed(&self_made)), Problem::SignerNotDelegated);
}

#[test]
fn the_signature_is_that_of_the_signer_named() {
    let world = World::new();
    let delegate = world.intermediate.issue(&Shape::responder());
    let mut without = AnswerShape::good(CLIENT);
    without.certificates = Some(Vec::new());
    assert_eq!(refused(&world, without.signed(&world.intermediate, &delegate)), Problem::SignerUnknown);
    let mut beside = AnswerShape::good(CLIENT);
    let other = world.intermediate.issue(&Shape::responder());
    beside.certificates = Some(vec![other.der().to_vec()]);
    assert_eq!(
        refused(&world, beside.named(Naming::Name).signed(&world.intermediate, &delegate)),
        Problem::SignatureInvalid
    );
    let unreadable = AnswerShape { certificates: Some(vec![vec![0x30, 0]]), ..AnswerShape::good(CLIENT) };
    assert_eq!(refused(&world, unreadable.signed(&world.intermediate, &delegate)), Problem::SignerUnknown);
}

#[test]
fn no_octet_can_be_changed() {
    let world = World::new();
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    for place in 0..answer.len() {
        for bit in [0x01, 0x80] {
            let mut changed = answer.clone();
            changed[place] ^= bit;
            assert!(with(&world, changed).build().is_err(), "octet {place}");
        }
    }
    for length in 0..answer.len() {
        assert!(with(&world, answer[..length].to_vec()).build().is_err(), "{length} octets");
    }
    let longer = [&*answer, &[0]].concat();
    assert!(matches!(refused(&world, longer), Problem::Unreadable(_)));
}

#[test]
fn answers_of_other_issuers_and_error_statuses_are_told_by_name() {
    let world = World::new();
    let stranger = World::new();
    let foreign = AnswerShape::good(CLIENT).signed(&stranger.intermediate, &stranger.intermediate);
    assert_eq!(refused(&world, foreign), Problem::IssuerUnknown);
    for (number, status) in [
        (1, ResponderStatus::MalformedRequest),
        (2, ResponderStatus::InternalError),
        (3, ResponderStatus::TryLater),
        (4, ResponderStatus::Other),
        (5, ResponderStatus::SigRequired),
        (6, ResponderStatus::Unauthorized),
    ] {
        assert_eq!(refused(&world, error_answer(number)), Problem::Status { status });
    }
    assert_eq!(refused(&world, error_answer(0)), Problem::Empty);
    let large = [error_answer(0), vec![0; 64 * 1024]].concat();
    assert_eq!(refused(&world, large), Problem::TooLarge { limit_octets: 64 * 1024 });
}

#[test]
fn critical_extensions_are_honoured_or_refused() {
    let world = World::new();
    let of_all = AnswerShape { critical: true, ..AnswerShape::good(CLIENT) };
    let mut of_one = AnswerShape::good(CLIENT);
    of_one.singles[0].critical = true;
    for shape in [of_all, of_one] {
        let problem = refused(&world, shape.signed(&world.intermediate, &world.intermediate));
        assert_eq!(problem, Problem::CriticalExtensionUnsupported { extension: "1.2.3.4".to_owned() });
    }
}

#[tokio::test]
async fn of_several_statuses_the_gravest_counts() {
    let world = World::new();
    let good = || AnswerShape::good(CLIENT);
    for (shape, expected) in [
        (good().and(Single::new(OTHER, Status::Revoked(None))), None),
        (good().and(Single::new(CLIENT, Status::Revoked(None))), Some(Reason::Revoked)),
        (AnswerShape::revoked(CLIENT).and(Single::new(CLIENT, Status::Good)), Some(Reason::Revoked)),
        (good().and(Single::new(CLIENT, Status::Unknown)), Some(Reason::RevocationUnknown)),
        (
            AnswerShape::new(CLIENT, Status::Unknown).and(Single::new(CLIENT, Status::Revoked(None))),
            Some(Reason::Revoked),
        ),
    ] {
        let answer = shape.signed(&world.intermediate, &world.intermediate);
        assert_eq!(reason(with(&world, answer), &world.client).await, expected, "{shape:?}");
    }
}

#[tokio::test]
async fn an_answer_speaks_until_its_next_update_and_within_the_grace() {
    let world = World::new();
    let answer = AnswerShape::good(CLIENT).issued(days(-1), Some(days(1)));
    let answer = answer.signed(&world.intermediate, &world.intermediate);
    let clock = Moved::default();
    let policy = RevocationPolicy::deny().allow_stale_for(Duration::from_secs(60));
    let strict = with(&world, answer.clone()).clock(clock.clone()).build().unwrap();
    let lenient = with(&world, answer).clock(clock.clone()).revocation_policy("ours", policy).build().unwrap();
    for (now, of_strict, of_lenient) in [
        (DAY_SECONDS - 1, None, None),
        (DAY_SECONDS, Some(Reason::RevocationStale), None),
        (DAY_SECONDS + 60, Some(Reason::RevocationStale), None),
        (DAY_SECONDS + 61, Some(Reason::RevocationStale), Some(Reason::RevocationStale)),
    ] {
        clock.set(now);
        assert_eq!(ask(&strict, &world.client).await.reason(), of_strict, "{now}");
        assert_eq!(ask(&lenient, &world.client).await.reason(), of_lenient, "{now}");
    }
}

#[tokio::test]
async fn no_answer_speaks_longer_than_the_limits() {
    let world = World::new();
    let for_a_year = AnswerShape::good(CLIENT).issued(days(-6), Some(days(360)));
    let for_ever = AnswerShape::good(CLIENT).issued(seconds(-3_599), None);
    for (shape, left_seconds) in [(for_a_year, DAY_SECONDS), (for_ever, 1)] {
        let clock = Moved::default();
        let answer = shape.signed(&world.intermediate, &world.intermediate);
        let layer = with(&world, answer).clock(clock.clone()).build().unwrap();
        clock.set(left_seconds - 1);
        assert_eq!(ask(&layer, &world.client).await.reason(), None, "{shape:?}");
        clock.set(left_seconds);
        assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationStale), "{shape:?}");
    }
    let answer = AnswerShape::good(CLIENT).issued(days(-6), Some(days(360)));
    let answer = answer.signed(&world.intermediate, &world.intermediate);
    let builder = with(&world, answer).max_ocsp_age(Duration::from_secs(6 * DAY_SECONDS));
    assert_eq!(reason(builder, &world.client).await, Some(Reason::RevocationStale));
    let answer = AnswerShape::good(CLIENT).issued(days(-6), None).signed(&world.intermediate, &world.intermediate);
    let builder = with(&world, answer).max_ocsp_age_without_next_update(Duration::from_secs(6 * DAY_SECONDS + 1));
    assert_eq!(reason(builder, &world.client).await, None);
}

#[tokio::test]
async fn an_answer_ends_with_the_certificate_of_its_signer() {
    let world = World::new();
    let delegate = world.intermediate.issue(&Shape::responder().valid(days(-30), seconds(10)));
    let clock = Moved::default();
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &delegate);
    let layer = with(&world, answer).clock(clock.clone()).build().unwrap();
    assert_eq!(ask(&layer, &world.client).await.reason(), None);
    clock.set(11);
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::RevocationStale));
}

#[tokio::test]
async fn answers_from_the_future_are_refused_beyond_five_minutes() {
    let world = World::new();
    let issued = |ahead: i64| {
        let shape = AnswerShape::good(CLIENT).issued(seconds(ahead), Some(days(1)));
        shape.signed(&world.intermediate, &world.intermediate)
    };
    assert_eq!(reason(with(&world, issued(300)), &world.client).await, None);
    assert!(matches!(refused(&world, issued(301)), Problem::FromTheFuture { .. }));
    let produced = AnswerShape { produced_at: seconds(301), ..AnswerShape::good(CLIENT) };
    let produced = produced.signed(&world.intermediate, &world.intermediate);
    assert!(matches!(refused(&world, produced), Problem::FromTheFuture { .. }));
}

#[tokio::test]
async fn an_answer_that_revokes_counts_however_old_it_is() {
    let world = World::new();
    let old = AnswerShape::revoked(CLIENT).issued(days(-9), Some(days(-8)));
    let old = old.signed(&world.intermediate, &world.intermediate);
    assert_eq!(reason(with(&world, old), &world.client).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn a_configured_responder_answers_for_any_issuer_and_nobody_else_does() {
    let world = World::new();
    let trusted = Shape::partner().self_signed();
    let answers = |signer: &Minted| {
        let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, signer);
        OcspAnswers::from_octets(answer).signed_by(trusted.pem()).unwrap()
    };
    assert_eq!(reason(world.builder().ocsp_answers(answers(&trusted)), &world.client).await, None);
    let delegate = world.intermediate.issue(&Shape::responder());
    for other in [&delegate, &world.intermediate] {
        assert_eq!(problem(world.builder().ocsp_answers(answers(other))), Problem::SignerUnknown);
    }
    let several = [trusted.pem(), delegate.pem()].concat();
    let error = OcspAnswers::at("answers").signed_by(several).unwrap_err();
    assert!(error.to_string().contains("is one of 2"), "{error}");
}

#[tokio::test]
async fn an_answer_whose_signer_is_revoked_is_none() {
    let world = World::new();
    let serial = &[0x55, 0x66];
    let delegate = world.intermediate.issue(&Shape::responder().serial(serial));
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &delegate);
    let about_the_delegate = |status| {
        let answer = AnswerShape::new(serial, status).signed(&world.intermediate, &world.intermediate);
        with(&world, answer)
    };
    let mode = tower_client_cert::RevocationMode::Ocsp;
    for (builder, expected) in [
        (about_the_delegate(Status::Good), None),
        (about_the_delegate(Status::Revoked(Some(1))), Some(Reason::RevocationUnavailable)),
        (about_the_delegate(Status::Unknown), Some(Reason::RevocationUnavailable)),
        (world.with_lists(&[crate::support::pki::ListShape::new()]), None),
        (
            world.with_lists(&[crate::support::pki::ListShape::new().revoke(serial)]),
            Some(Reason::RevocationUnavailable),
        ),
    ] {
        let builder = builder.ocsp_answers(OcspAnswers::from_octets(answer.clone())).revocation_mode(mode);
        assert_eq!(reason(builder, &world.client).await, expected);
    }
}

#[tokio::test]
async fn the_whole_path_needs_answers_where_it_is_in_scope() {
    let world = World::new();
    let of_client = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let of_intermediate = |shape: AnswerShape| OcspAnswers::from_octets(shape.signed(&world.root, &world.root));
    let whole = || with(&world, of_client.clone()).revocation_scope(RevocationScope::WholePath);
    assert_eq!(reason(whole(), &world.client).await, Some(Reason::RevocationNoSource));
    let good = of_intermediate(AnswerShape::good(INTERMEDIATE));
    assert_eq!(reason(whole().ocsp_answers(good), &world.client).await, None);
    for builder in [whole(), with(&world, of_client.clone())] {
        let revoked = of_intermediate(AnswerShape::revoked(INTERMEDIATE));
        assert_eq!(reason(builder.ocsp_answers(revoked), &world.client).await, Some(Reason::Revoked));
    }
}

#[tokio::test]
async fn a_reload_takes_later_answers_and_lifts_no_revocation_but_a_hold() {
    let world = World::new();
    let scratch = Scratch::new("answers");
    let put = |shape: AnswerShape| {
        scratch.write("client.ocsp", shape.signed(&world.intermediate, &world.intermediate));
    };
    let newest = |status| AnswerShape::new(CLIENT, status).issued(seconds(-60), Some(days(1)));
    for (first, lifted) in
        [(Status::Revoked(Some(1)), false), (Status::Revoked(None), false), (Status::Revoked(Some(6)), true)]
    {
        put(AnswerShape::good(CLIENT));
        let layer = world.builder().ocsp_answers(scratch.path()).build().unwrap();
        let identity = ask(&layer, &world.client).await.identity().unwrap().clone();
        assert!(identity.still_valid());
        put(AnswerShape::new(CLIENT, first).issued(seconds(-120), Some(days(1))));
        layer.handle().reload_ocsp_answers().unwrap();
        assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked), "{first:?}");
        assert!(!identity.still_valid());
        put(newest(Status::Good));
        layer.handle().reload_ocsp_answers().unwrap();
        let expected = if lifted { None } else { Some(Reason::Revoked) };
        assert_eq!(ask(&layer, &world.client).await.reason(), expected, "{first:?}");
        put(AnswerShape::new(CLIENT, Status::Unknown));
        layer.handle().reload_ocsp_answers().unwrap();
        assert_eq!(ask(&layer, &world.client).await.reason(), expected, "an earlier answer, {first:?}");
    }
}

#[tokio::test]
async fn one_bad_file_is_told_and_silences_no_good_one() {
    let world = World::new();
    let scratch = Scratch::new("answers");
    scratch.write("bad.ocsp", "no answer");
    scratch.write("notes.txt", "passed over");
    scratch.write("good.der", AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate));
    let error = world.builder().ocsp_answers(scratch.path()).build().unwrap_err();
    let ConfigError::OcspAnswers { errors } = &error else { panic!("{error}") };
    assert_eq!(errors.len(), 1);
    assert!(error.to_string().contains("bad.ocsp"), "{error}");
    scratch.write("bad.ocsp", AnswerShape::good(OTHER).signed(&world.intermediate, &world.intermediate));
    let layer = world.builder().ocsp_answers(scratch.path()).build().unwrap();
    scratch.write("bad.ocsp", "no answer");
    scratch.write("good.der", AnswerShape::revoked(CLIENT).signed(&world.intermediate, &world.intermediate));
    assert!(matches!(layer.handle().reload_ocsp_answers(), Err(ConfigError::OcspAnswers { .. })));
    assert_eq!(ask(&layer, &world.client).await.reason(), Some(Reason::Revoked));
    let empty = Scratch::new("answers");
    assert_eq!(problem(world.builder().ocsp_answers(empty.path())), Problem::Missing);
    assert!(matches!(
        problem(world.builder().ocsp_answers(empty.path().join("none.ocsp"))),
        Problem::UnreadableFile { .. }
    ));
}

#[tokio::test]
async fn the_evidence_names_answer_dates_and_what_was_not_asked() {
    let world = World::new();
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let asked = ask(&with(&world, answer).build().unwrap(), &world.client).await;
    let evidence = asked.identity().unwrap().evidence();
    assert_eq!(evidence.outcome(Check::Crl), Some(&Outcome::NotConfigured));
    let Some(Outcome::Passed { source, this_update, next_update, .. }) = evidence.outcome(Check::Ocsp) else {
        panic!("{evidence:?}")
    };
    assert!(source.contains("ocsp answer of CN=Test Intermediate issued 2026-02-28T12:00:00Z"), "{source}");
    assert_eq!((*this_update, *next_update), (Some(days(-1).into()), Some(days(6).into())));
}
