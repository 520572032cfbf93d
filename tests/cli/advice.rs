//! The advice that `client-cert check` gives: a planted configuration for every code there is.

use tower_client_cert::AdviceCode;

use crate::program::run;
use crate::support::pki::{ListShape, Shape, days};
use crate::world::{AT, USUAL, World, with, with_gateway};

/// A configuration that works and is probably not meant, with a part of what is said of it.
struct Planted {
    config: String,
    text: &'static str,
}

#[expect(clippy::unnecessary_wraps, reason = "it is what one row of the tables evaluates to")]
fn planted(config: impl Into<String>, text: &'static str) -> Option<Planted> {
    Some(Planted { config: config.into(), text })
}

#[test]
fn every_advice_is_told_by_its_code_with_what_to_do_and_decides_nothing() {
    let mut told = 0;
    for code in AdviceCode::ALL {
        let world = World::new();
        let Some(Planted { config, text }) = planted_for(*code, &world) else { continue };
        let config = world.write("client-cert.toml", config);
        let check = ["check", "--config", &config, "--at", AT, "--within", "0"];
        let json = run(check.iter().chain(&["--json"])).json();
        let advice = json["advice"].as_array().unwrap();
        let found = advice.iter().filter(|advice| advice["code"] == code.code());
        let found: Vec<_> = found.map(|advice| advice["text"].as_str().unwrap()).collect();
        assert!(found.iter().any(|found| found.contains(text)), "{code}: {text}: {json:#}");

        let ran = run(check);
        ran.is_readable();
        assert_eq!(ran.stderr, "", "{code}");
        assert!(ran.stdout.contains(&format!("- {code}: ")), "{code}: {}", ran.stdout);
        // Advice alone leaves the status 0. A list past its next update and an authority that has ended are problems, too.
        let is_problem = matches!(code, AdviceCode::CrlExpires | AdviceCode::IntermediateExpires);
        assert_eq!(ran.status, i32::from(is_problem), "{code}: {ran:?}");

        let strict = format!("{}\n[advice]\nstrict = \"{code}\"\n", std::fs::read_to_string(&config).unwrap());
        world.write("client-cert.toml", strict);
        run(check).is_trouble(code.code());
        told += 1;
    }
    assert!(told >= 18, "{told}");
}

#[test]
fn every_advice_that_a_file_can_lead_to_has_been_planted() {
    let without: Vec<_> = AdviceCode::ALL.iter().filter(|code| planted_for(**code, &World::new()).is_none()).collect();
    // Signature algorithms are chosen in code.
    assert_eq!(without, [&AdviceCode::AlgorithmMissing]);
}

fn planted_for(code: AdviceCode, world: &World) -> Option<Planted> {
    let other = "[[anchors]]\nfile = \"other.pem\"\nlabel = \"two\"\n";
    let list = |list: &ListShape| {
        world.write("list.crl", world.pki.intermediate.sign_list(list));
        "[revocation]\ncrls = \"list.crl\"\n"
    };
    match code {
        AdviceCode::AnchorExpires => {
            let old = Shape::authority("Old").valid(days(-300), days(29)).self_signed();
            world.write("old.pem", old.pem());
            planted(with("[[anchors]]\nfile = \"old.pem\"\n"), "add its successor")
        }
        AdviceCode::AnchorPublic => {
            world.write("public.pem", include_str!("../config/isrg-root-x1.pem"));
            planted(with("[[anchors]]\nfile = \"public.pem\"\n"), "take the partner's own authority")
        }
        AdviceCode::ClientHeaderPasses => planted(USUAL, "compare every route"),
        AdviceCode::CrlExpires => {
            planted(with(list(&ListShape::new().issued(days(-8), days(-1)))), "see that the next one arrives")
        }
        AdviceCode::CrlHostsMissing => planted(
            with("[[revocation.fetched_crls]]\nallow_distribution_points = []\n"),
            "name the hosts of the lists",
        ),
        AdviceCode::CrlMissing => planted(with(&format!("{other}{}", list(&ListShape::new()))), "allow_no_source"),
        AdviceCode::GatewayAuthoritiesDiffer => {
            planted(with_gateway("client_authorities = \"other.pem\""), "the other need not offer")
        }
        AdviceCode::HeaderShared => planted(
            with("[[gateway]]\nkind = \"kong\"\naddresses = [\"10.2.0.0/24\"]\nheader = \"x-client-cert\"\n"),
            "give each a header of its own",
        ),
        AdviceCode::IntermediateExpires => {
            let old = world.pki.root.issue(&Shape::authority("Old Issuer").valid(days(-300), days(-1)));
            world.write("old-issuer.pem", old.pem());
            planted(with("[[intermediates]]\nfile = \"old-issuer.pem\"\n"), "CN=Old Issuer")
        }
        AdviceCode::IntermediatesMissing => {
            planted(USUAL.split_once("[[intermediates]]").unwrap().0, "add intermediates")
        }
        AdviceCode::OcspHostsMissing => {
            planted(with("[revocation]\nallow_aia_responders = []\n"), "name the responders' hosts")
        }
        AdviceCode::OcspMissing => planted(
            with(&format!("{other}[[revocation.ocsp]]\nurl = \"http://ocsp.example/\"\nissuer = \"ours\"\n")),
            "allow_no_source",
        ),
        AdviceCode::RangeWide => {
            planted(USUAL.replace("10.1.0.0/24", "10.0.0.0/7"), "name the gateway's own addresses")
        }
        AdviceCode::RevocationOff => planted(USUAL, "add crls or a deny-list"),
        of_rules => rule_planted_for(of_rules, world, other),
    }
}

fn rule_planted_for(code: AdviceCode, world: &World, other: &str) -> Option<Planted> {
    let rules = |lines: &[&str]| {
        lines.iter().fold(with(other), |config, line| format!("{config}[[rule]]\npath = \"/a\"\n{line}\n"))
    };
    let tied = "issued_by = \"ours\"\norganization = \"A\"";
    match code {
        AdviceCode::RuleIdle => planted(rules(&[tied, tied]), "take one of them away"),
        AdviceCode::RuleIssuerUnknown => {
            planted(rules(&["issued_by = \"nobody\""]), "compare it with those of the anchors")
        }
        AdviceCode::RuleMatchesEverything => {
            planted(rules(&["issued_by = \"ours\"\norganization = { glob = \"*\" }"]), "name what is meant")
        }
        AdviceCode::RuleNever => planted(rules(&["issued_by = \"ours\"\norganization = []"]), "nobody passes by it"),
        AdviceCode::RulePinExpired => {
            let expired = world.pki.issue(&Shape::partner().valid(days(-30), days(-1)));
            planted(rules(&[&format!("certificate = \"\"\"\n{}\"\"\"", expired.pem())]), "pin its successor")
        }
        AdviceCode::RuleRehearsedAlone => {
            planted(rules(&[&format!("mode = \"shadow\"\n{tied}")]), "add an enforced line")
        }
        AdviceCode::RuleTiedToNoIssuer => planted(rules(&["organization = \"A\""]), "add issued_by"),
        _ => None,
    }
}

#[test]
fn advice_of_another_configuration_is_not_given() {
    let world = World::new();
    let config = world.write("client-cert.toml", with("[advice]\nacknowledged = \"revocation-off\"\n"));
    let json = run(["check", "--config", &config, "--at", AT, "--json"]).json();
    let codes: Vec<_> = json["advice"].as_array().unwrap().iter().map(|advice| advice["code"].clone()).collect();
    assert_eq!(codes, ["client-header-passes", "revocation-off"], "what is acknowledged is still told to whoever asks");
    world.write("list.crl", world.pki.intermediate.sign_list(&ListShape::new()));
    let quiet = USUAL.replace("\"nginx\"", "\"contour\"");
    let config = world.write("client-cert.toml", format!("{quiet}\n[revocation]\ncrls = \"list.crl\"\n"));
    let json = run(["check", "--config", &config, "--at", AT, "--json"]).json();
    assert_eq!(json["advice"], serde_json::json!([]), "{json:#}");
}
