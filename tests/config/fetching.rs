//! What a file says of responders and of lists over the network, and what a reload makes of it.

use tower_client_cert::{ClientCertLayer, ConfigError, Counts, Reason};

use crate::scene::{ask, with_certificate};
use crate::support::clock::Moved;
use crate::support::faulty_server::{Behaviour, FaultyServer};
use crate::support::pki::{AnswerShape, ListShape, Shape};
use crate::world::{CLIENT, USUAL, World};

/// The usual document with lists from a server of this machine.
pub(crate) fn with_lists(server: &FaultyServer, more: &str) -> String {
    format!(
        "{USUAL}[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
         [[revocation.fetched_crls]]\nurls = \"{}\"\n{more}\n",
        server.url("/issuing.crl")
    )
}

/// The usual document with a responder of this machine.
pub(crate) fn with_responder(server: &FaultyServer, more: &str) -> String {
    format!(
        "{USUAL}[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
         [[revocation.ocsp]]\nurl = \"{}\"\n{more}\n",
        server.url("/")
    )
}

pub(crate) async fn serving_list(world: &World, list: &ListShape) -> FaultyServer {
    FaultyServer::always(Behaviour::ok("application/pkix-crl", &world.intermediate.sign_list(list))).await
}

pub(crate) async fn serving_answer(world: &World, answer: &AnswerShape) -> FaultyServer {
    let octets = answer.signed(&world.intermediate, &world.intermediate);
    FaultyServer::always(Behaviour::ok("application/ocsp-response", &octets)).await
}

/// Waits for the network of this machine, for ten seconds at most.
pub(crate) async fn until(layer: &ClientCertLayer, reached: impl Fn(&Counts) -> bool) {
    for _ in 0..2_000 {
        if reached(&layer.handle().counts()) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("what was waited for did not come: {:?}", layer.handle().counts());
}

async fn reason_of(world: &World, layer: &ClientCertLayer) -> Option<Reason> {
    ask(layer, with_certificate(&world.partner)).await.reason()
}

#[tokio::test]
async fn lists_are_fetched_from_the_addresses_of_the_file() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new().revoke(CLIENT)).await;
    let layer = world.build(&with_lists(&server, ""));
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::RevocationNoSource));
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
}

#[tokio::test]
async fn responders_of_the_file_are_asked() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::good(CLIENT)).await;
    let layer = world.build(&with_responder(&server, ""));
    assert_eq!(reason_of(&world, &layer).await, None);
    server.answer(|_| Behaviour::Reset);
    let other = world.build(&with_responder(&server, ""));
    assert_eq!(reason_of(&world, &other).await, Some(Reason::RevocationUnavailable));
}

#[tokio::test]
async fn a_private_address_that_is_not_listed_is_not_reached() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new()).await;
    let unlisted = with_lists(&server, "").replace("[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n", "");
    let layer = world.build(&unlisted);
    until(&layer, |counts| counts.crl_fetch_failures() > 0).await;
    assert!(server.received().is_empty());
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::RevocationNoSource));
}

#[tokio::test]
async fn a_reload_keeps_what_was_fetched_and_ends_the_schedule_of_before() {
    let world = World::new();
    let (old, new) = (
        serving_list(&world, &ListShape::new().number(5).revoke(CLIENT)).await,
        serving_list(&world, &ListShape::new().number(4)).await,
    );
    let both = format!("[\"{}\", \"{}\"]", old.url("/issuing.crl"), new.url("/issuing.crl"));
    let layer = world.build(&with_lists(&old, ""));
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    world.write(&with_lists(&old, "").replace(&format!("\"{}\"", old.url("/issuing.crl")), &both));
    // As a watcher does: in a thread without a runtime.
    let handle = layer.handle();
    std::thread::spawn(move || handle.reload().unwrap()).join().unwrap();
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked), "before anything was fetched again");
    until(&layer, |counts| counts.crl_fetches() == 3).await;
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked), "an older list changes nothing");
    assert_eq!((old.received().len(), new.received().len()), (2, 1), "one schedule at a time");
}

#[tokio::test]
async fn a_list_goes_with_the_address_that_it_came_from() {
    let world = World::new();
    let (old, new) =
        (serving_list(&world, &ListShape::new().revoke(CLIENT)).await, FaultyServer::always(Behaviour::Hang).await);
    let both = format!("[\"{}\", \"{}\"]", old.url("/issuing.crl"), new.url("/root.crl"));
    let layer = world.build(&with_lists(&old, ""));
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    // As long as it stands in the file, whatever stands beside it.
    world.write(&with_lists(&old, "").replace(&format!("\"{}\"", old.url("/issuing.crl")), &both));
    layer.handle().reload().unwrap();
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
    world.write(&with_lists(&new, ""));
    layer.handle().reload().unwrap();
    assert_eq!(layer.handle().crls().len(), 0, "nothing goes stale that nobody fetches any more");
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::RevocationNoSource), "and nobody passes by it");
}

/// The list that is in force spares no look at the address that it came from, once somebody names it again.
#[tokio::test]
async fn an_address_in_certificates_goes_on_being_looked_after_when_a_reload_kept_its_list() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new()).await;
    let url = server.url("/issuing.crl");
    let host = url.trim_start_matches("http://").trim_end_matches("/issuing.crl");
    let client = world.intermediate.issue(&Shape::partner().serial(CLIENT).distribution_point(&url));
    let layer = world.build(&format!(
        "{USUAL}[revocation.http]\nallow_targets = \"127.0.0.0/8\"\n\
         [[revocation.fetched_crls]]\nallow_distribution_points = \"{host}\"\n"
    ));
    let reason_of = async || ask(&layer, with_certificate(&client)).await.reason();
    assert_eq!(reason_of().await, None);
    assert_eq!(server.received().len(), 1);
    let revoking = world.intermediate.sign_list(&ListShape::new().number(2).revoke(CLIENT));
    server.answer(move |_| Behaviour::ok("application/pkix-crl", &revoking));
    layer.handle().reload().unwrap();
    assert_eq!(reason_of().await, None, "the list was kept, and nobody waits");
    until(&layer, |counts| counts.crl_fetches() == 2).await;
    assert_eq!(reason_of().await, Some(Reason::Revoked));
}

#[tokio::test]
async fn a_schedule_that_begins_with_a_reload_fetches() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new().revoke(CLIENT)).await;
    let layer = world.build(USUAL);
    assert_eq!(reason_of(&world, &layer).await, None);
    world.write(&with_lists(&server, ""));
    let handle = layer.handle();
    std::thread::spawn(move || handle.reload().unwrap()).join().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
    // And one that ends with a reload fetches no more, whatever was under way.
    world.write(USUAL);
    layer.handle().reload().unwrap();
    assert_eq!(reason_of(&world, &layer).await, None);
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(2 * 3_600)).await;
    tokio::time::resume();
    for _ in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_reload_keeps_what_a_responder_said_and_asks_nobody_again_who_is_asked_as_before() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::revoked(CLIENT)).await;
    let text = with_responder(&server, "");
    let layer = world.build(&text);
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
    let good = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    server.answer(move |_| Behaviour::ok("application/ocsp-response", &good));
    for text in [text.clone(), text.replace("[[revocation.ocsp]]", "[[revocation.ocsp]]\nmethod = \"get\"")] {
        world.write(&text);
        layer.handle().reload().unwrap();
        assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
    }
}

#[tokio::test]
async fn an_answer_that_a_reload_kept_goes_on_being_renewed() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::good(CLIENT)).await;
    let clock = Moved::default();
    world.write(&with_responder(&server, ""));
    let layer = world.read().unwrap().clock(clock.clone()).build().unwrap();
    assert_eq!(reason_of(&world, &layer).await, None);
    layer.handle().reload().unwrap();
    assert_eq!(server.received().len(), 1, "nobody was asked by the reload");
    clock.forward(2 * 3_600);
    let before = server.received().len();
    layer.handle().refresh_ocsp_answers().await;
    assert_eq!(server.received().len(), before + 1, "although no client came since");
}

#[tokio::test]
async fn that_a_certificate_is_good_is_asked_again_where_it_would_be_asked_or_believed_otherwise() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::good(CLIENT)).await;
    let text = with_responder(&server, "");
    let layer = world.build(&text);
    let of_answers =
        |line: &str| text.replace("[revocation.http]", &format!("[revocation]\n{line}\n[revocation.http]"));
    let of_responder = |line: &str| with_responder(&server, line);
    let mut asked = 0;
    for (text, is_asked_again) in [
        (text.clone(), true),
        (text.clone(), false),
        (of_answers("max_ocsp_age_seconds = 172800"), true),
        (of_answers("max_ocsp_age_seconds = 172800"), false),
        (of_responder("method = \"get\""), true),
        (of_responder("cert_id_hash = \"sha256\""), true),
        (of_responder("issuer = \"ours\""), true),
        (of_responder("issuer = \"ours\""), false),
    ] {
        world.write(&text);
        layer.handle().reload().unwrap();
        assert_eq!(reason_of(&world, &layer).await, None, "{text}");
        asked += usize::from(is_asked_again);
        assert_eq!(server.received().len(), asked, "{text}");
    }
}

/// A stream that is open asks by its identity alone.
#[tokio::test]
async fn an_identity_that_is_held_hears_of_a_revocation_that_comes_after_a_reload() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::good(CLIENT)).await;
    let clock = Moved::default();
    world.write(&with_responder(&server, ""));
    let layer = world.read().unwrap().clock(clock.clone()).build().unwrap();
    let identity = ask(&layer, with_certificate(&world.partner)).await.identity().unwrap().clone();
    let revoked = AnswerShape::revoked(CLIENT).signed(&world.intermediate, &world.intermediate);
    server.answer(move |_| Behaviour::ok("application/ocsp-response", &revoked));
    clock.forward(2 * 3_600);
    layer.handle().reload().unwrap();
    until(&layer, |_| !identity.still_valid()).await;
}

#[tokio::test]
async fn answers_are_kept_in_the_store_of_the_file() {
    let world = World::new();
    let server = serving_answer(&world, &AnswerShape::good(CLIENT)).await;
    let text = format!("{}[revocation.store]\ndirectory = \"kept\"\n", with_responder(&server, ""));
    let layer = world.build(&text);
    assert_eq!(reason_of(&world, &layer).await, None);
    until(&layer, |_| world.kept() == 1).await;
    drop(layer);
    // After a restart, and with the responder gone.
    server.answer(|_| Behaviour::Reset);
    assert_eq!(reason_of(&world, &world.build(&text)).await, None);
}

#[test]
fn lists_cannot_be_fetched_without_a_runtime_and_the_file_is_told() {
    let world = World::new();
    let text = format!("{USUAL}[[revocation.fetched_crls]]\nurls = \"http://crl.example/a\"\n");
    assert!(matches!(world.try_build(&text), Err(ConfigError::NoRuntime)));
    // Nor does a reload put in force what it cannot do.
    let layer = world.build(USUAL);
    world.write(&text);
    assert!(matches!(layer.handle().reload(), Err(ConfigError::NoRuntime)));
    assert_eq!(layer.handle().policy().entry("revocation.fetched_crls[0]"), None);
    assert!(layer.handle().reload_failure().is_some());
}

#[tokio::test]
async fn what_the_program_adds_is_fetched_too_and_again_after_a_reload() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new().revoke(CLIENT)).await;
    let url = server.url("/issuing.crl");
    world.write(USUAL);
    let config = world.read().unwrap().customized(move |builder| {
        let fetcher = tower_client_cert::HttpFetcher::new().allow_targets("127.0.0.0/8").unwrap();
        builder.fetched_crls(tower_client_cert::FetchedCrls::new(fetcher, [&url]).unwrap())
    });
    let layer = config.build().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 1).await;
    assert_eq!(reason_of(&world, &layer).await, Some(Reason::Revoked));
    layer.handle().reload().unwrap();
    until(&layer, |counts| counts.crl_fetches() == 2).await;
}

#[tokio::test]
async fn what_is_kept_in_the_store_is_no_reason_to_reload() {
    let world = World::new();
    let server = serving_list(&world, &ListShape::new()).await;
    let layer = world.build(&with_lists(&server, "store = { directory = \"kept\" }"));
    until(&layer, |counts| counts.crl_fetches() == 1 && world.kept() == 1).await;
    assert_eq!(layer.handle().reload_if_changed().unwrap(), tower_client_cert::Reload::Unchanged);
}

#[tokio::test]
async fn mistakes_in_what_is_fetched_are_told_by_line_and_key() {
    let world = World::new();
    let mut otherwise = Vec::new();
    for (lines, message) in [
        ("[[revocation.ocsp]]", "line 12, column 1, revocation.ocsp[0]: has no url, expected the responder's address"),
        (
            "[[revocation.ocsp]]\nurl = \"ldap://a/\"",
            "line 13, column 1, revocation.ocsp[0].url: \"ldap://a/\" has a scheme that is not fetched: use http or https",
        ),
        (
            "[[revocation.ocsp]]\nurl = \"http://a.example/\"\nnonce = \"requir\"",
            "line 14, column 9, revocation.ocsp[0].nonce: unknown word `requir`, the nearest is `require`",
        ),
        (
            "[[revocation.ocsp]]\nurl = \"http://a.example/\"\nissuer = \"nobody\"",
            "line 14, column 1, revocation.ocsp[0].issuer: no trust anchor is labelled \"nobody\"; the labels are: \"ours\"",
        ),
        (
            "[[revocation.ocsp]]\nurl = \"https://a.example/\"",
            "line 13, column 1, revocation.ocsp[0].url: responder https://a.example/ cannot be asked: https needs roots: \
             give them to the fetcher, or use http, since what is fetched is signed",
        ),
        (
            "[[revocation.ocsp]]\nurl = \"http://a.example/\"\nissuer = \"ours\"\nissuer_subject = []",
            "line 12, column 1, revocation.ocsp[0]: has issuer beside issuer_subject, expected one of both",
        ),
        (
            "[revocation]\nallow_aia_responders = [\"*.example\"]",
            "line 13, column 1, revocation.allow_aia_responders: \"*.example\" has no usable host",
        ),
        (
            "[revocation]\nocsp_wait_milliseconds = 1",
            "line 13, column 1, revocation.ocsp_wait_milliseconds: has no use: no responder is asked",
        ),
        (
            "[revocation.http]\nmax_running = 1",
            "line 12, column 13, revocation.http: has no use: no list is fetched and no responder asked",
        ),
        (
            "[revocation.store]\ndirectory = \"kept\"",
            "line 12, column 13, revocation.store: has no use: no list is fetched and no responder asked",
        ),
        (
            "[[revocation.fetched_crls]]\ninterval_seconds = 60",
            "line 12, column 1, revocation.fetched_crls[0]: has none or both of urls and allow_distribution_points, expected",
        ),
        (
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nwait_milliseconds = 1",
            "revocation.fetched_crls[0].wait_milliseconds: has no use: nobody waits for a list at a configured address",
        ),
        ("[revocation]\nocsp = []", "line 13, column 1, revocation.ocsp: is empty: leave it out, or add one"),
        ("[revocation]\nfetched_crls = []", "revocation.fetched_crls: is empty: leave it out, or add one"),
        (
            "[revocation.http]\n[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nhttp = {}",
            "revocation.http: has no use: no responder is asked, and every list has its own",
        ),
        ("[[revocation.fetched_crls]]\nurls = []", "line 13, column 1, revocation.fetched_crls[0].urls: "),
        (
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\ninterval_seconds = 9",
            "line 14, column 1, revocation.fetched_crls[0].interval_seconds: 9 s between fetches, expected at least 10 s",
        ),
        (
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nmax_octets = 0",
            "line 14, column 1, revocation.fetched_crls[0].max_octets: is 0, expected at least 1",
        ),
        (
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nstore = {}",
            "line 14, column 1, revocation.fetched_crls[0].store: has no directory, expected one",
        ),
        (
            "[[revocation.fetched_crls]]\nurls = \"http://a.example/\"\nhttp = { allow_targets = \"10.0.0.1/8\" }",
            "revocation.fetched_crls[0].http.allow_targets[0]: address range \"10.0.0.1/8\" has bits set",
        ),
    ] {
        let error = world.wrong(&format!("{USUAL}{lines}\n"));
        if !error.contains(message) {
            otherwise.push(format!("{lines}\n  gives {error}\n  not   {message}\n"));
        }
    }
    assert!(otherwise.is_empty(), "{}", otherwise.concat());
}

#[test]
fn the_largest_numbers_there_are_build_a_layer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _entered = runtime.enter();
    let world = World::new();
    let text = format!(
        "{USUAL}[revocation]\nocsp_wait_milliseconds = MAX\nocsp_refresh_interval_seconds = MAX\nmax_ocsp_age_seconds = MAX\n\
         [[revocation.ocsp]]\nurl = \"http://ocsp.example/\"\n\
         [[revocation.fetched_crls]]\nurls = \"http://crl.example/\"\ninterval_seconds = MAX\nmax_octets = MAX\n\
         time_limit_seconds = MAX\n\
         [revocation.http]\nconnect_timeout_milliseconds = MAX\nmax_running = MAX\nmax_waiting = MAX\n\
         [revocation.store]\ndirectory = \"kept\"\nmax_octets = MAX\nmax_entries = MAX\n"
    );
    let layer = world.build(&text.replace("MAX", &i64::MAX.to_string()));
    assert_eq!(runtime.block_on(reason_of(&world, &layer)), Some(Reason::RevocationNoSource));
}
