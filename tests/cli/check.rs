//! `client-cert check`.

use crate::program::{Ran, run};
use crate::support::pki::{ListShape, Shape, days, seconds};
use crate::world::{AT, USUAL, World, with};

fn check(world: &World, config: &str, more: &[&str]) -> Ran {
    let config = world.write("client-cert.toml", config);
    run(["check", "--config", &config, "--at", AT].iter().chain(more))
}

#[test]
fn a_configuration_without_a_fault_has_the_status_0_and_tells_what_ends_when() {
    let world = World::new();
    world.write("list.crl", world.pki.intermediate.sign_list(&ListShape::new()));
    let ran = check(&world, &with("[revocation]\ncrls = \"list.crl\""), &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.is_readable();
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "can be used, and the tests of its rules pass",
        "What ends when, as of 2026-03-01T12:00:00Z",
        "in 7 days 2026-03-08T12:00:00Z",
        "in 7300 days 2046-02-24T12:00:00Z, authority \"CN=Test Intermediate\"",
        "authority \"CN=Test Root\"",
    ] {
        assert!(told.contains(text), "{text}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("To be mended"), "a list that is current is no problem: {}", ran.stdout);
}

#[test]
fn an_anchor_that_has_ended_and_one_that_ends_soon_are_problems() {
    let world = World::new();
    let two = with("[[anchors]]\nfile = \"second.pem\"\nlabel = \"second\"\n");
    let second = |from: i64, until: i64| {
        world.write("second.pem", Shape::authority("Second").valid(days(from), days(until)).self_signed().pem());
    };
    second(-60, -30);
    let ended = check(&world, &two, &["--json"]);
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(ended.json()["problems"][0]["code"], "ended");
    assert_eq!(ended.json()["expiries"][0]["days"], -30);
    second(-60, 20);
    let soon = check(&world, &two, &[]);
    assert_eq!(soon.status, 1);
    assert!(
        soon.stdout.contains("- ends-soon: authority \"CN=Second\" ends at 2026-03-21T12:00:00Z"),
        "{}",
        soon.stdout
    );
    assert_eq!(check(&world, &two, &["--within", "19"]).status, 0);
    assert_eq!(check(&world, &two, &["--within", "20"]).status, 1);
}

#[test]
fn an_anchor_has_ended_from_the_second_after_its_last_on() {
    let world = World::new();
    let two = with("[[anchors]]\nfile = \"second.pem\"\nlabel = \"second\"\n");
    for (last, code, days_text, problem) in [
        (0, "ends-soon", "in 0 days", "authority \"CN=Second\" ends at 2026-03-01T12:00:00Z"),
        (-1, "ended", "0 days ago", "authority \"CN=Second\" ended at 2026-03-01T11:59:59Z"),
        (-86_400, "ended", "1 days ago", "authority \"CN=Second\" ended at 2026-02-28T12:00:00Z"),
    ] {
        world.write("second.pem", Shape::authority("Second").valid(days(-60), seconds(last)).self_signed().pem());
        let ran = check(&world, &two, &["--within", "0"]);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stdout.contains(&format!("\n  {days_text:<12}  2026-0")), "{days_text}: {}", ran.stdout);
        assert!(ran.stdout.ends_with(&format!("\n\nTo be mended\n- {code}: {problem}\n")), "{code}: {}", ran.stdout);
        let json = check(&world, &two, &["--within", "0", "--json"]).json();
        assert_eq!(json["expiries"][0]["ended"], code == "ended", "{json:#}");
    }
}

#[test]
fn what_accepts_nobody_is_a_problem() {
    let world = World::new();
    world.write("root.pem", Shape::authority("Old Root").valid(days(-60), days(-30)).self_signed().pem());
    let ran = check(&world, USUAL, &["--json"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.json()["problems"][0]["code"], "anchors-out-of-date");

    let world = World::new();
    let stale = ListShape::new().issued(days(-9), days(-2));
    world.write("list.crl", world.pki.intermediate.sign_list(&stale));
    let ran = check(&world, &with("[revocation]\ncrls = \"list.crl\""), &["--json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(ran.json()["problems"][0]["code"], "revocation-list-stale");
    assert_eq!(ran.json()["expiries"][0]["days"], -2);
}

#[test]
fn the_tests_of_the_rules_are_run() {
    let world = World::new();
    let rules = |expect: &str| {
        with(&format!(
            "[[rule]]\npath = \"/restricted\"\norganization = \"Big Partner Foo SA\"\n\n[[test]]\nname = \"partner\"\n\
             path = \"/restricted\"\nsubject = \"CN=x,O=Big Partner Foo SA\"\nexpect = \"{expect}\"\n"
        ))
    };
    assert_eq!(check(&world, &rules("allow"), &[]).status, 0);
    check(&world, &rules("deny"), &[]).is_trouble("\"partner\" expects deny, but it is allowed");
}

#[test]
fn a_configuration_that_cannot_be_used_gets_one_line_with_its_place() {
    let world = World::new();
    check(&world, "", &[]).is_trouble("gateway");
    check(&world, &with("[limit]"), &[]).is_trouble("limit");
    check(&world, &USUAL.replace("10.1.0.0/24", "10.1.0.5/24"), &[]).is_trouble("10.1.0.0/24");
    check(&world, &USUAL.replace("\"root.pem\"", "\"missing.pem\""), &[]).is_trouble("missing.pem");
    check(&world, USUAL, &["--within", "-1"]).is_trouble("-1");
    run(["check", "--config", "/no/such/config"]).is_trouble("/no/such/config");
}
