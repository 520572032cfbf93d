//! Who may know whom, as tables; the source is read and every other import fails.
//!
//! Imports run one way along the line of stages: a stage knows the proof of the stage before it and nothing after it.
//! A new module needs a row here, which is the moment to think about where it belongs.

#![cfg(test)]

mod breaches;
mod crates;
mod dependencies;
mod features;
mod package;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{File, violations};

#[test]
fn the_source_keeps_to_the_tables() {
    let files = files_below(&root().join("src"));
    assert!(files.len() > 10, "the source was not found");
    let found: Vec<_> = files.iter().flat_map(violations).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_file_is_longer_than_the_cap() {
    let mut found = Vec::new();
    for directory in ["src", "tests", "examples", "benches"] {
        for file in files_below(&root().join(directory)) {
            let lines = file.text.lines().count();
            if lines > MAX_FILE_LINES {
                found.push(format!("{directory}/{}: {lines} lines, the cap is {MAX_FILE_LINES}", file.path));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_row_of_the_tables_is_a_module_that_exists() {
    let files = files_below(&root().join("src"));
    let modules: Vec<_> = files.iter().map(File::module).collect();
    for row in rules::listed_modules() {
        assert!(modules.contains(&row), "there is no module {row:?} any more: its row has to go");
    }
}

#[test]
fn the_feature_of_the_test_kit_changes_nothing_but_whether_the_kit_is_there() {
    let files = files_below(&root().join("src"));
    let knowing: Vec<_> = files.iter().filter(|file| file.text.contains("\"test-kit\"")).collect();
    let paths: Vec<_> = knowing.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["documents.rs", "lib.rs"]);
    let lib = &knowing[1].text;
    assert_eq!(lib.matches("feature = \"test-kit\"").count(), 1);
    let condition = lib.split_once("feature = \"test-kit\"").unwrap().1.split_once("pub mod test_kit;").unwrap().0;
    assert!(condition.contains("any(debug_assertions, tower_client_cert_test_kit)"), "{condition}");
}

fn files_below(directory: &Path) -> Vec<File> {
    let mut paths = Vec::new();
    collect(directory, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| File {
            text: fs::read_to_string(&path).unwrap(),
            path: path.strip_prefix(directory).unwrap().to_str().unwrap().replace('\\', "/"),
        })
        .collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const MAX_FILE_LINES: usize = 400;
