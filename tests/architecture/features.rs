//! `docs/features.md` against what cargo says: no crate comes along unannounced.

use std::collections::BTreeSet;
use std::process::Command;
use std::{env, fs};

/// Features of a row, and the number of crates that stands there.
fn rows() -> Vec<(String, usize)> {
    let page = fs::read_to_string(crate::root().join("docs/features.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let (features, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        let crates = rest.split(" |").next()?.parse().ok()?;
        Some((features.to_owned(), crates))
    });
    rows.collect()
}

/// As `.ci/features` counts them.
fn crates_of(features: &str) -> usize {
    let features = match features {
        "none" => "",
        "test-kit" => "ring,test-kit",
        others => others,
    };
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--target", "all"])
        .args(["--no-default-features", "--features", features])
        .current_dir(crate::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{features}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().map(|line| line.replace(" (*)", "").replace(" (proc-macro)", ""));
    names.collect::<BTreeSet<_>>().len() - 1
}

#[test]
fn no_feature_brings_along_another_number_of_crates_than_announced() {
    let rows = rows();
    assert!(rows.len() > 10, "{rows:?}");
    let found: Vec<_> = rows
        .iter()
        .map(|(features, announced)| (features, *announced, crates_of(features)))
        .filter(|(_, announced, found)| announced != found)
        .map(|(features, announced, found)| format!("{features}: {found} crates, docs/features.md says {announced}"))
        .collect();
    assert!(found.is_empty(), "say what the crates are for, and run .ci/features\n{}", found.join("\n"));
}

#[test]
fn every_feature_is_told_of_wherever_features_are_listed() {
    let read = |path: &str| fs::read_to_string(crate::root().join(path)).unwrap();
    let manifest = read("Cargo.toml");
    let (_, features) = manifest.split_once("[features]").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let named = features.lines().filter_map(|line| line.split_once(" = [").map(|(name, _)| name));
    let pages = ["docs/features.md", "README.md", "src/lib.rs"].map(|path| (path, read(path)));
    for feature in named.filter(|name| *name != "default") {
        for (path, page) in &pages {
            let lists = |line: &str| match line.strip_prefix("| ").or_else(|| line.strip_prefix("//! - ")) {
                Some(row) => row.split([':', '|']).next().unwrap().contains(&format!("`{feature}`")),
                None => false,
            };
            assert!(page.lines().any(lists), "{feature} has no row in {path}");
        }
    }
}
