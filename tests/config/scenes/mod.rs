//! Every leaf of the JSON Schema in a scene: one document with it and one without, looked at in the same way, and what
//! is seen must differ, as the table says.

mod gateways;
mod looks;
mod network;
mod requests;
mod revocation;
mod stage;
mod trust;

use std::collections::BTreeSet;

use self::looks::Look;
use self::stage::Stage;

/// One leaf, how it is set, what is looked at, and what is seen without it and with it.
pub(crate) struct Scene {
    leaf: &'static str,
    /// What both documents have.
    given: Vec<Set>,
    set: Set,
    look: Look,
    seen: [&'static str; 2],
}

/// A change of the usual document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Set {
    /// Lines in the table of the anchors.
    Anchors(&'static str),
    /// Tables after everything else.
    After(&'static str),
    /// Lines in the table of the gateway.
    Gateway(&'static str),
    /// One text in place of another.
    Swap(&'static str, &'static str),
}

/// A leaf that both documents have in the same way, except for itself.
fn scene(leaf: &'static str, set: Set, look: Look, seen: [&'static str; 2]) -> Scene {
    Scene { leaf, given: Vec::new(), set, look, seen }
}

impl Scene {
    fn given(mut self, given: Set) -> Self {
        self.given.push(given);
        self
    }
}

impl Set {
    fn applied_to(self, text: &str) -> String {
        let (from, to) = match self {
            Self::Anchors(lines) => ("label = \"ours\"\n", format!("label = \"ours\"\n{lines}\n")),
            Self::After(tables) => return format!("{text}{tables}\n"),
            Self::Gateway(lines) => ("kind = \"nginx\"\n", format!("kind = \"nginx\"\n{lines}\n")),
            Self::Swap(from, to) => (from, to.to_owned()),
        };
        assert!(text.contains(from), "{from} does not stand in\n{text}");
        text.replacen(from, &to, 1)
    }
}

fn all() -> Vec<Scene> {
    let mut scenes = gateways::scenes();
    scenes.extend(trust::scenes());
    scenes.extend(requests::scenes());
    scenes.extend(revocation::scenes());
    scenes.extend(network::scenes());
    scenes
}

#[test]
fn every_leaf_of_the_schema_has_a_scene_and_no_other() {
    let scenes: BTreeSet<_> = all().iter().map(|scene| scene.leaf.to_owned()).collect();
    assert_eq!(scenes.len(), all().len(), "one scene for each leaf");
    let leaves = crate::leaves::leaves();
    let missing: Vec<_> = leaves.difference(&scenes).collect();
    assert!(missing.is_empty(), "without a scene: {missing:?}");
    let fields = crate::leaves::fields(|_| true);
    let unknown: Vec<_> = scenes.difference(&fields).collect();
    assert!(unknown.is_empty(), "not in the schema: {unknown:?}");
}

#[tokio::test]
async fn every_leaf_changes_a_verdict_or_an_output() {
    let mut otherwise = Vec::new();
    for Scene { leaf, given, set, look, seen } in all() {
        assert_ne!(seen[0], seen[1], "{leaf} changes nothing");
        let without = given.iter().fold(crate::world::USUAL.to_owned(), |text, given| given.applied_to(&text));
        let with = set.applied_to(&without);
        let mut found = Vec::new();
        for text in [without, with] {
            let stage = Stage::new().await;
            found.push(look.at(&stage, &stage.filled_in(&text)).await);
        }
        if found != seen {
            otherwise.push(format!("{leaf}: expected {seen:?}, seen {found:?}\n"));
        }
    }
    assert!(otherwise.is_empty(), "{}", otherwise.concat());
}
