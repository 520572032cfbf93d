//! The effective policy: what is in force, read from the layer itself.

use tower_client_cert::{EffectivePolicy, Reason};

use crate::support::pki::Pki;
use crate::world::{USUAL, World};

fn policy_of(world: &World, text: &str) -> EffectivePolicy {
    world.build(text).handle().policy()
}

#[test]
fn a_layer_that_was_built_in_code_has_the_same_policy_as_one_from_a_file() {
    let world = World::new();
    let from_file = policy_of(&world, &USUAL.replace("label = \"ours\"\n", ""));
    let anchors = tower_client_cert::TrustAnchors::from_pem_file(world.directory.path().join("root.pem")).unwrap();
    let intermediates =
        tower_client_cert::Intermediates::from_pem_file(world.directory.path().join("intermediate.pem")).unwrap();
    let built = crate::scene::with_anchors(anchors).intermediates(intermediates).build().unwrap();
    assert_eq!(built.handle().policy(), from_file);
    assert_eq!(built.handle().policy().fingerprint(), from_file.fingerprint());
}

#[test]
fn with_every_default_nothing_is_loosened_and_only_the_operators_own_facts_are_set() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    assert!(policy.entries().iter().all(|entry| entry.allows().is_none()), "{policy}");
    let set: Vec<_> =
        policy.entries().iter().filter(|entry| !entry.is_default()).map(tower_client_cert::PolicyEntry::key).collect();
    assert_eq!(set, ["gateway[0].kind", "gateway[0].proof[0]", "anchors[0]", "intermediates[0]"]);
    assert_eq!(policy.entry("revocation.mode").unwrap().value(), "none: revocation is not checked");
    assert_eq!(policy.entry("gateway[0].proof[0]").unwrap().value(), "from 10.1.0.0/24; no second factor");
}

#[test]
fn every_refusal_has_its_answer_in_the_policy() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    for reason in Reason::ALL {
        let entry = policy.entry(&format!("answers.{}.status", reason.code())).unwrap();
        assert_eq!(entry.value(), reason.default_status().as_u16().to_string());
        let entry = policy.entry(&format!("answers.{}.grpc", reason.code())).unwrap();
        assert!(entry.is_default() && !entry.value().is_empty());
    }
}

#[test]
fn what_loosens_a_check_says_what_it_gives_up() {
    let world = World::new();
    let text = USUAL
        .replace("addresses = [\"10.1.0.0/24\"]", "allow_any_address = true")
        .replace("label = \"ours\"", "label = \"ours\"\nallow_missing_client_auth = true");
    let text = format!(
        "{text}[validation]\nclock_skew_seconds = 60\n[revocation.policy.ours]\nallow_no_source = true\n\
         [[rule]]\npath = \"/a\"\npublic = true\n[otherwise]\npublic = true\n"
    );
    let policy = policy_of(&world, &text);
    let loosened: Vec<_> = policy
        .entries()
        .iter()
        .filter(|entry| entry.allows().is_some())
        .map(tower_client_cert::PolicyEntry::key)
        .collect();
    assert_eq!(
        loosened,
        [
            "gateway[0].proof[0]",
            "anchors[0].allow_missing_client_auth",
            "validation.clock_skew_seconds",
            "revocation.policy.ours.no_source",
            "rule[0]",
            "otherwise",
        ]
    );
    let page = policy.to_markdown();
    let first = page.split_once("## What differs").unwrap().0;
    for key in loosened {
        assert!(first.contains(&format!("`{key}`")), "{key}: {first}");
    }
}

#[test]
fn the_policy_changes_with_a_reload_and_its_fingerprint_with_it() {
    let world = World::new();
    let layer = world.build(USUAL);
    let before = layer.handle().policy();
    layer.handle().reload().unwrap();
    assert_eq!(layer.handle().policy().fingerprint(), before.fingerprint());
    world.write(&format!("{USUAL}[validation]\nmax_depth = 3\n"));
    layer.handle().reload().unwrap();
    let after = layer.handle().policy();
    assert_eq!(after.entry("validation.max_depth").unwrap().value(), "3");
    assert_ne!(after.fingerprint(), before.fingerprint());
}

#[cfg(feature = "serde")]
#[test]
fn the_policy_is_data_too() {
    let pki = Pki::new();
    let policy = crate::scene::builder(&pki).build().unwrap().handle().policy();
    let json = serde_json::to_value(&policy).unwrap();
    assert_eq!(json["fingerprint"], policy.fingerprint().to_string());
    assert_eq!(json["entries"].as_array().unwrap().len(), policy.entries().len());
    assert_eq!(json["entries"][0]["key"], "gateway[0].kind");
    assert_eq!(json["entries"][0]["is_default"], false);
}
