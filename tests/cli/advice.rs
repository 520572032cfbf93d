//! The advice that `client-cert check` gives.

use crate::program::run;
use crate::support::pki::{ListShape, Shape, days};
use crate::world::{AT, USUAL, World, with};

#[test]
fn advice_is_told_by_its_code_and_decides_nothing() {
    let world = World::new();
    world.write("old.pem", Shape::authority("Old").valid(days(-300), days(29)).self_signed().pem());
    let old_issuer = world.pki.root.issue(&Shape::authority("Old Issuer").valid(days(-300), days(-1)));
    world.write("old-issuer.pem", old_issuer.pem());
    world.write("list.crl", world.pki.intermediate.sign_list(&ListShape::new().issued(days(-8), days(-1))));
    let two = "[[anchors]]\nfile = \"other.pem\"\nlabel = \"two\"\n";
    let rule = |asked: &str| with(&format!("{two}[[rule]]\npath = \"/a\"\n{asked}\n"));
    let tied = "issued_by = \"ours\"\norganization";
    for (code, config) in [
        ("client-header-passes", USUAL.to_owned()),
        ("revocation-off", USUAL.to_owned()),
        ("anchor-expires", with("[[anchors]]\nfile = \"old.pem\"\n")),
        ("intermediate-expires", with("[[intermediates]]\nfile = \"old-issuer.pem\"\n")),
        ("intermediates-missing", USUAL.split_once("[[intermediates]]").unwrap().0.to_owned()),
        ("range-wide", USUAL.replace("10.1.0.0/24", "10.0.0.0/7")),
        ("crl-expires", with("[revocation]\ncrls = \"list.crl\"\n")),
        ("rule-issuer-unknown", rule("issued_by = \"nobody\"")),
        ("rule-tied-to-no-issuer", rule("organization = \"A\"")),
        ("rule-idle", format!("{0}[[rule]]\npath = \"/a\"\n{tied} = \"A\"\n", rule(&format!("{tied} = \"A\"")))),
        ("rule-rehearsed-alone", rule(&format!("mode = \"shadow\"\n{tied} = \"A\""))),
    ] {
        let config = world.write("client-cert.toml", config);
        let json = run(["check", "--config", &config, "--at", AT, "--within", "0", "--json"]).json();
        let advice = json["advice"].as_array().unwrap();
        let found = advice.iter().find(|advice| advice["code"] == code);
        let text = found.unwrap_or_else(|| panic!("{code}: {json:#}"))["text"].as_str().unwrap();
        let told = run(["check", "--config", &config, "--at", AT, "--within", "0"]);
        told.is_readable();
        assert!(told.stdout.contains(&format!("- {code}: ")) && text.len() > 30, "{code}: {}", told.stdout);
        // A list past its next update and an intermediate that has ended are problems, too.
        let is_problem = matches!(code, "crl-expires" | "intermediate-expires");
        assert_eq!(told.status, i32::from(is_problem), "{code}: {told:?}");
    }
}

#[test]
fn advice_that_the_configuration_makes_an_error_ends_the_check() {
    let world = World::new();
    let config = world.write("client-cert.toml", with("[advice]\nstrict = \"revocation-off\"\n"));
    run(["check", "--config", &config, "--at", AT]).is_trouble("revocation-off");
}
