//! Which sources must speak: no combination of lists, answers, modes, scopes and policies lets a client pass that any
//! source names.

use tower_client_cert::evidence::{Check, Outcome};
use tower_client_cert::{
    ClientCertLayerBuilder, ConfigError, OcspAnswers, Reason, RevocationLists, RevocationMode, RevocationPolicy,
    RevocationScope,
};

use crate::support::pki::{AnswerShape, ListShape, Status, days};
use crate::world::{CLIENT, INTERMEDIATE, World, ask, reason};

/// What one kind of source says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Good,
    Stale,
    Revoked,
    StaleRevoked,
    /// Of answers alone.
    Unknown,
}

impl Said {
    fn list(self, serial: &[u8]) -> Option<ListShape> {
        let late = || ListShape::new().issued(days(-9), days(-2));
        match self {
            Self::Nothing | Self::Unknown => None,
            Self::Good => Some(ListShape::new()),
            Self::Stale => Some(late()),
            Self::Revoked => Some(ListShape::new().revoke(serial)),
            Self::StaleRevoked => Some(late().revoke(serial)),
        }
    }

    fn answer(self, serial: &[u8]) -> Option<AnswerShape> {
        let late = |shape: AnswerShape| shape.issued(days(-9), Some(days(-2)));
        match self {
            Self::Nothing => None,
            Self::Good => Some(AnswerShape::good(serial)),
            Self::Stale => Some(late(AnswerShape::good(serial))),
            Self::Revoked => Some(AnswerShape::revoked(serial)),
            Self::StaleRevoked => Some(late(AnswerShape::revoked(serial))),
            Self::Unknown => Some(AnswerShape::new(serial, Status::Unknown)),
        }
    }

    fn refusal(self) -> Option<Reason> {
        match self {
            Self::Revoked | Self::StaleRevoked => Some(Reason::Revoked),
            Self::Unknown => Some(Reason::RevocationUnknown),
            Self::Nothing | Self::Good | Self::Stale => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    stale: bool,
    no_source: bool,
}

impl Allowed {
    fn policy(self) -> RevocationPolicy {
        let mut policy = RevocationPolicy::deny().allow_unavailable();
        if self.stale {
            policy = policy.allow_stale();
        }
        if self.no_source {
            policy = policy.allow_no_source();
        }
        policy
    }

    fn lets_pass(self, said: Said) -> bool {
        match said {
            Said::Good => true,
            Said::Stale => self.stale,
            Said::Nothing => self.no_source,
            Said::Revoked | Said::StaleRevoked | Said::Unknown => false,
        }
    }
}

const MODES: [RevocationMode; 5] = [
    RevocationMode::Both,
    RevocationMode::Crl,
    RevocationMode::CrlFirst,
    RevocationMode::Ocsp,
    RevocationMode::OcspFirst,
];

/// Whether a certificate of which nobody says anything bad passes.
fn passes(mode: RevocationMode, list: Said, answer: Said, allowed: Allowed) -> bool {
    match mode {
        RevocationMode::Both => allowed.lets_pass(list) && allowed.lets_pass(answer),
        RevocationMode::Crl => allowed.lets_pass(list),
        RevocationMode::Ocsp => allowed.lets_pass(answer),
        _ => match (list, answer) {
            (Said::Good, _) | (_, Said::Good) => true,
            (Said::Stale, _) | (_, Said::Stale) => allowed.stale,
            _ => allowed.no_source,
        },
    }
}

/// A layer with both kinds of sources configured, whatever they say of the client and of its issuer.
fn layer(world: &World, client: (Said, Said), issuer: (Said, Said)) -> ClientCertLayerBuilder {
    // About nobody in particular, so that both kinds of sources are there.
    let elsewhere = ListShape::new().for_point("http://elsewhere.test/", None);
    let mut builder = world
        .builder()
        .crls(RevocationLists::from_octets(world.root.sign_list(&elsewhere)))
        .ocsp_answers(OcspAnswers::from_octets(AnswerShape::good(&[0x11]).signed(&world.root, &world.root)));
    for ((list, answer), serial, authority) in
        [(client, CLIENT, &world.intermediate), (issuer, INTERMEDIATE, &world.root)]
    {
        if let Some(list) = list.list(serial) {
            builder = builder.crls(RevocationLists::from_octets(authority.sign_list(&list)));
        }
        if let Some(answer) = answer.answer(serial) {
            builder = builder.ocsp_answers(OcspAnswers::from_octets(answer.signed(authority, authority)));
        }
    }
    builder
}

#[tokio::test]
async fn nobody_passes_whom_any_source_names_in_any_mode() {
    let world = World::new();
    let lists = [Said::Nothing, Said::Good, Said::Stale, Said::Revoked, Said::StaleRevoked];
    let answers = [Said::Nothing, Said::Good, Said::Stale, Said::Revoked, Said::StaleRevoked, Said::Unknown];
    let issuers = [
        (Said::Good, Said::Good),
        (Said::Nothing, Said::Good),
        (Said::Nothing, Said::Revoked),
        (Said::Revoked, Said::Good),
    ];
    let mut asked_in_all = 0;
    for list in lists {
        for answer in answers {
            for issuer in issuers {
                for mode in MODES {
                    for scope in [RevocationScope::EndEntity, RevocationScope::WholePath] {
                        for (stale, no_source) in [(false, false), (true, false), (false, true), (true, true)] {
                            let allowed = Allowed { stale, no_source };
                            let builder = layer(&world, (list, answer), issuer)
                                .revocation_mode(mode)
                                .revocation_scope(scope)
                                .revocation_policy("ours", allowed.policy());
                            let asked = ask(&builder.build().unwrap(), &world.client).await;
                            let situation = format!("{list:?} {answer:?} {issuer:?} {mode:?} {scope:?} {allowed:?}");
                            let named = [list, answer, issuer.0, issuer.1].into_iter().find_map(Said::refusal);
                            let is_whole = scope == RevocationScope::WholePath;
                            let expected_to_pass = passes(mode, list, answer, allowed)
                                && (!is_whole || passes(mode, issuer.0, issuer.1, allowed));
                            asked_in_all += 1;
                            if named.is_some() {
                                let is_named =
                                    matches!(asked.reason(), Some(Reason::Revoked | Reason::RevocationUnknown));
                                assert!(is_named && asked.seen.is_none(), "{situation}: {:?}", asked.reason());
                            } else {
                                assert_eq!(asked.identity().is_some(), expected_to_pass, "{situation}");
                                assert_ne!(asked.reason(), Some(Reason::Revoked), "{situation}");
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(asked_in_all, 5 * 6 * 4 * 5 * 2 * 4);
}

#[tokio::test]
async fn where_both_kinds_are_configured_both_must_speak_unless_a_mode_says_otherwise() {
    let world = World::new();
    let only_list = || layer(&world, (Said::Good, Said::Nothing), (Said::Nothing, Said::Nothing));
    let only_answer = || layer(&world, (Said::Nothing, Said::Good), (Said::Nothing, Said::Nothing));
    assert_eq!(reason(only_list(), &world.client).await, Some(Reason::RevocationNoSource));
    assert_eq!(reason(only_answer(), &world.client).await, Some(Reason::RevocationNoSource));
    for mode in [RevocationMode::CrlFirst, RevocationMode::OcspFirst] {
        assert_eq!(reason(only_list().revocation_mode(mode), &world.client).await, None);
        assert_eq!(reason(only_answer().revocation_mode(mode), &world.client).await, None);
    }
}

#[tokio::test]
async fn the_evidence_tells_which_source_was_left_out() {
    let world = World::new();
    for (mode, said, skipped) in [
        (RevocationMode::CrlFirst, (Said::Good, Said::Good), Some(Check::Ocsp)),
        (RevocationMode::OcspFirst, (Said::Good, Said::Good), Some(Check::Crl)),
        (RevocationMode::Crl, (Said::Good, Said::Good), Some(Check::Ocsp)),
        (RevocationMode::Ocsp, (Said::Good, Said::Good), Some(Check::Crl)),
        (RevocationMode::CrlFirst, (Said::Stale, Said::Good), Some(Check::Crl)),
        (RevocationMode::Both, (Said::Good, Said::Good), None),
    ] {
        let builder = layer(&world, said, (Said::Nothing, Said::Nothing)).revocation_mode(mode);
        let asked = ask(&builder.build().unwrap(), &world.client).await;
        let evidence = asked.identity().unwrap().evidence();
        for check in [Check::Crl, Check::Ocsp] {
            let is_skipped = matches!(evidence.outcome(check), Some(Outcome::Skipped { .. }));
            assert_eq!(is_skipped, Some(check) == skipped, "{mode:?} {check:?}");
            assert_eq!(evidence.passed(check), Some(check) != skipped, "{mode:?} {check:?}");
        }
    }
}

#[test]
fn a_mode_without_its_source_is_a_mistake() {
    let world = World::new();
    let with_list = || world.with_lists(&[ListShape::new()]);
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    let with_answer = || world.builder().ocsp_answers(OcspAnswers::from_octets(answer.clone()));
    for mode in [RevocationMode::Both, RevocationMode::CrlFirst, RevocationMode::Ocsp, RevocationMode::OcspFirst] {
        let error = with_list().revocation_mode(mode).build().unwrap_err();
        assert!(matches!(error, ConfigError::RevocationMode { .. }), "{mode:?} {error}");
    }
    for mode in [RevocationMode::Both, RevocationMode::CrlFirst, RevocationMode::Crl, RevocationMode::OcspFirst] {
        let error = with_answer().revocation_mode(mode).build().unwrap_err();
        assert!(matches!(error, ConfigError::RevocationMode { .. }), "{mode:?} {error}");
    }
    assert!(with_list().revocation_mode(RevocationMode::Crl).build().is_ok());
    assert!(with_answer().revocation_mode(RevocationMode::Ocsp).build().is_ok());
}
