//! What a refusal tells: which certificate, by which check, in which words, and how to mend it.

#[cfg(feature = "ocsp")]
use tower_client_cert::OcspResponder;
use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayerBuilder, DenyList, OcspAnswers, Place, Reason, Rejection, RevocationError, RevocationLists,
    RevocationMode, RevocationPolicy, TrustAnchors,
};

#[cfg(feature = "ocsp")]
use crate::responder::{Reply, Responder};
use crate::support::log::Log;
use crate::support::pki::{AnswerShape, ListShape, Minted, Shape, Status, days};
use crate::world::{CLIENT, INTERMEDIATE, OTHER, World, ask};

async fn refused(world: &World, builder: ClientCertLayerBuilder) -> RevocationError {
    let asked = ask(&builder.build().unwrap(), &world.client).await;
    let rejection = asked.refusal().unwrap().rejection();
    let Rejection::Revocation(error) = rejection else { panic!("{rejection}") };
    RevocationError::clone(error)
}

/// A layer that asks answers alone, of the intermediate by this signer.
fn answering(world: &World, shape: &AnswerShape, signer: &Minted) -> ClientCertLayerBuilder {
    let answer = shape.signed(&world.intermediate, signer);
    world.builder().ocsp_answers(OcspAnswers::from_octets(answer)).revocation_mode(RevocationMode::Ocsp)
}

#[tokio::test]
async fn the_certificate_is_named_by_its_place_on_the_path() {
    let world = World::new();
    let certificate =
        |minted: &Minted| *TrustAnchors::from_der(minted.der()).unwrap().as_slice()[0].certificate().fingerprint();
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let client = *asked.identity().unwrap().fingerprint();
    for (fingerprint, place, subject) in [
        (client, Place::EndEntity, "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"),
        (certificate(&world.intermediate), Place::Intermediate { number: 1 }, "CN=Test Intermediate"),
        (certificate(&world.root), Place::Anchor, "CN=Test Root"),
    ] {
        let error = refused(&world, world.builder().deny_list(DenyList::new().certificate(fingerprint))).await;
        let found = error.certificate();
        assert_eq!((found.place(), found.subject(), found.fingerprint()), (place, subject, &fingerprint));
    }
    let roots = world.root.sign_list(&ListShape::new().revoke(INTERMEDIATE));
    let error = refused(&world, world.with_encoded([roots])).await;
    assert_eq!(error.certificate().place(), Place::Intermediate { number: 1 });
    let error = refused(&world, world.with_lists(&[ListShape::new().revoke(CLIENT)])).await;
    assert_eq!(error.certificate().place(), Place::EndEntity);
}

#[tokio::test]
async fn an_entry_of_the_deny_list_is_told_by_what_it_names() {
    let world = World::new();
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let identity = asked.identity().unwrap();
    let (certificate, key) = (*identity.fingerprint(), *identity.public_key_fingerprint());
    let anchors = TrustAnchors::from_der(world.intermediate.der()).unwrap();
    let issuer = *anchors.as_slice()[0].certificate().public_key_fingerprint();
    for (list, words) in [
        (DenyList::new().certificate(certificate), "is on the deny-list by its fingerprint"),
        (DenyList::new().public_key(key), "is on the deny-list by the fingerprint of its public key"),
        (DenyList::new().serial(issuer, "4a010203").unwrap(), "is on the deny-list by issuer and serial number"),
    ] {
        let error = refused(&world, world.builder().deny_list(list)).await;
        assert!(error.to_string().ends_with(words), "{error}");
        assert!(error.mend().contains("off the deny-list"), "{}", error.mend());
    }
}

#[tokio::test]
async fn lists_and_answers_that_are_missing_or_stale_are_told_and_mended_each_in_its_own_way() {
    let world = World::new();
    let issuer = &world.intermediate;
    let late = AnswerShape::good(CLIENT).issued(days(-9), Some(days(-2)));
    for (builder, check, reason, words, mend) in [
        (
            world.with_encoded([world.root.sign_list(&ListShape::new())]),
            Check::Crl,
            Reason::RevocationNoSource,
            "expected a current list of \"CN=Test Intermediate\" that covers it",
            "give crls() the list of the issuer",
        ),
        (
            answering(&world, &AnswerShape::good(OTHER), issuer),
            Check::Ocsp,
            Reason::RevocationNoSource,
            "expected an OCSP answer for \"CN=Test Intermediate\"",
            "give the layer a responder or an answer of the issuer",
        ),
        (
            world.with_lists(&[ListShape::new().issued(days(-9), days(-2))]),
            Check::Crl,
            Reason::RevocationStale,
            "next update due at 2026-02-27T12:00:00Z, now 2026-03-01T12:00:00Z",
            "call reload_crls()",
        ),
        (
            answering(&world, &late, issuer),
            Check::Ocsp,
            Reason::RevocationStale,
            "next update due at 2026-02-27T12:00:00Z, now 2026-03-01T12:00:00Z",
            "call reload_ocsp_answers()",
        ),
    ] {
        let error = refused(&world, builder).await;
        assert_eq!((error.check(), Rejection::Revocation(Box::new(error.clone())).reason()), (check, reason));
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.mend().contains(mend), "{}", error.mend());
    }
}

/// The log's fields of what was found, and no other.
async fn logged(world: &World, builder: ClientCertLayerBuilder) -> Vec<(String, String)> {
    let layer = builder.build().unwrap();
    let log = Log::start();
    assert!(ask(&layer, &world.client).await.refusal().is_some());
    let entries = log.with("stage", "revocation");
    let [only] = entries.as_slice() else { panic!("{entries:?}") };
    let fields = only.fields.iter().filter_map(|(name, text)| Some((name.strip_prefix("revocation.")?, text)));
    fields.map(|(name, text)| (name.to_owned(), text.clone())).collect()
}

#[tokio::test]
async fn each_finding_is_logged_with_its_source_and_dates_as_far_as_it_has_them() {
    let world = World::new();
    let asked = ask(&world.builder().build().unwrap(), &world.client).await;
    let denied = DenyList::new().certificate(*asked.identity().unwrap().fingerprint());
    let list = |shape: ListShape| world.with_lists(&[shape.number(0x2a)]);
    let (of_list, of_answer) = (
        ("source", "crl number 0x2a of CN=Test Intermediate issued 2026-02-20T12:00:00Z"),
        ("source", "ocsp answer of CN=Test Intermediate issued 2026-02-20T12:00:00Z"),
    );
    let (issued, due) = (("this_update", "2026-02-20T12:00:00Z"), ("next_update", "2026-02-27T12:00:00Z"));
    let unknown = AnswerShape::new(CLIENT, Status::Unknown).issued(days(-9), Some(days(2)));
    for (builder, expected) in [
        (world.builder().deny_list(denied), vec![("status", "deny-listed")]),
        (world.with_encoded([world.root.sign_list(&ListShape::new())]), vec![("status", "no source")]),
        (
            list(ListShape::new().issued(days(-9), days(2)).revoke(CLIENT)),
            vec![
                ("reason", "keyCompromise"),
                ("revoked_at", "2026-02-19T12:00:00Z"),
                of_list,
                ("status", "revoked"),
                issued,
            ],
        ),
        (list(ListShape::new().issued(days(-9), days(-2))), vec![due, of_list, ("status", "stale"), issued]),
        (answering(&world, &unknown, &world.intermediate), vec![of_answer, ("status", "unknown"), issued]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        assert_eq!(logged(&world, builder).await, expected);
    }
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn a_responder_that_was_asked_in_vain_is_logged_with_its_address() {
    let world = World::new();
    let at = OcspResponder::at("http://ocsp.test/").unwrap();
    let builder = world.builder().ocsp(at).ocsp_fetcher(Responder::new(|_| Reply::Refused));
    let expected = [("source", "http://ocsp.test/"), ("status", "unavailable")];
    assert_eq!(logged(&world, builder).await, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn an_answer_whose_signer_is_revoked_is_told_as_such() {
    let world = World::new();
    let shape = Shape::responder().serial(&[0x55, 0x66]);
    let delegate = world.intermediate.issue(&shape);
    let list = world.intermediate.sign_list(&ListShape::new().revoke(&[0x55, 0x66]));
    for late in [false, true] {
        let shape = AnswerShape::good(CLIENT);
        let shape = if late { shape.issued(days(-9), Some(days(-2))) } else { shape };
        // Whoever lets stale answers speak does not let those of a revoked signer speak.
        let builder = answering(&world, &shape, &delegate)
            .crls(RevocationLists::from_octets(list.clone()))
            .revocation_policy("ours", RevocationPolicy::deny().allow_stale());
        let error = refused(&world, builder).await;
        let text = error.to_string();
        assert!(text.ends_with("it gave one signed by a certificate that is revoked itself"), "{text}");
        assert!(error.mend().starts_with("make the responder answer"), "{}", error.mend());
    }
}

#[tokio::test]
async fn the_evidence_says_why_a_source_was_not_asked() {
    let world = World::new();
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let first = "the other source is asked first, and was good";
    let alone = "the mode asks the other source alone";
    for (mode, check, expected) in [
        (RevocationMode::CrlFirst, Check::Ocsp, first),
        (RevocationMode::OcspFirst, Check::Crl, first),
        (RevocationMode::Crl, Check::Ocsp, alone),
        (RevocationMode::Ocsp, Check::Crl, alone),
    ] {
        let builder = world.with_lists(&[ListShape::new()]).ocsp_answers(OcspAnswers::from_octets(answer.clone()));
        let asked = ask(&builder.revocation_mode(mode).build().unwrap(), &world.client).await;
        let outcome = asked.identity().unwrap().evidence().outcome(check).cloned();
        let Some(Outcome::Skipped { why }) = &outcome else { panic!("{mode:?}: {outcome:?}") };
        assert_eq!(&**why, expected, "{mode:?}");
    }
}

/// Neither needs the other.
#[tokio::test]
async fn a_mode_that_asks_one_kind_of_source_needs_no_other() {
    let world = World::new();
    let list = world.with_lists(&[ListShape::new()]).revocation_mode(RevocationMode::Crl);
    let answer = answering(&world, &AnswerShape::good(CLIENT), &world.intermediate);
    for builder in [list, answer] {
        assert!(ask(&builder.build().unwrap(), &world.client).await.identity().is_some());
    }
}
