//! `client-cert policy`.

use crate::program::{Ran, run};
use crate::world::{USUAL, World, with};

fn policy(world: &World, config: &str, more: &[&str]) -> Ran {
    let config = world.write("client-cert.toml", config);
    run(["policy", "--config", &config].iter().chain(more))
}

#[test]
fn what_loosens_a_check_comes_first_and_every_default_is_told() {
    let world = World::new();
    let loosened = USUAL.replace("label = \"ours\"", "label = \"ours\"\nallow_missing_client_auth = true");
    let ran = policy(&world, &format!("{loosened}\n[validation]\nmax_depth = 3"), &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.is_readable();
    let at = |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", ran.stdout));
    assert!(at("What loosens a check") < at("allow_missing_client_auth") && at("gives up: ") < at("What was set"));
    assert!(at("What was set") < at("validation.max_depth: 3"));
    assert!(at("validation.max_depth: 3") < at("What is as by default"));
    assert!(at("What is as by default") < at("SHA-256 of this policy"));

    let usual = policy(&world, USUAL, &[]);
    assert!(!usual.stdout.contains("What loosens a check"), "{}", usual.stdout);
    assert!(usual.stdout.contains("validation.max_depth: 7"), "{}", usual.stdout);
}

#[test]
fn json_and_markdown_say_the_same() {
    let world = World::new();
    let config = with("[validation]\nmax_depth = 3");
    let json = policy(&world, &config, &["--json"]).json();
    let entries = json["entries"].as_array().unwrap();
    let depth = entries.iter().find(|entry| entry["key"] == "validation.max_depth").unwrap();
    assert_eq!((&depth["value"], &depth["is_default"]), (&"3".into(), &false.into()));
    let markdown = policy(&world, &config, &["--markdown"]);
    assert!(markdown.stdout.starts_with("# Client certificate policy\n"), "{}", markdown.stdout);
    let fingerprint = json["fingerprint"].as_str().unwrap();
    for ran in [&markdown, &policy(&world, &config, &[])] {
        assert!(ran.stdout.contains(fingerprint), "{}", ran.stdout);
    }
    assert_ne!(policy(&world, USUAL, &["--json"]).json()["fingerprint"], fingerprint);
}

#[test]
fn a_configuration_that_cannot_be_used_has_no_policy() {
    let world = World::new();
    policy(&world, "", &[]).is_trouble("gateway");
    policy(&world, USUAL, &["--json", "--markdown"]).is_trouble("cannot be used with");
}
