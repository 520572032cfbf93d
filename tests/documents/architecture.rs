//! The table of docs/architecture.md leads to what there is, and to every part of the source.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{page, root};

#[test]
fn every_row_leads_to_files_folders_and_functions_that_exist() {
    for row in rows() {
        assert!(!found_by(&row).is_empty(), "nothing is named: {row}");
    }
}

#[test]
fn every_part_of_the_source_is_in_a_row() {
    let found: Vec<_> = rows().iter().flat_map(|row| found_by(row)).collect();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let part = entry.unwrap().path();
        let is_told_of = part.ends_with("lib.rs") || found.iter().any(|path| path.starts_with(&part));
        assert!(is_told_of, "no row leads to {}", part.display());
    }
}

fn rows() -> Vec<String> {
    let page = page(&root().join("docs/architecture.md"));
    let table = page.text.split("| I want to change |").nth(1).expect("the page has a table of where things are");
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with("| ")).map(str::to_owned).collect();
    assert!(rows.len() > 60, "the table was not found");
    rows
}

/// What stands between backticks in the last column: paths, or names of what the file before them holds.
fn found_by(row: &str) -> Vec<PathBuf> {
    let last = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
    let mut found: Vec<PathBuf> = Vec::new();
    for name in last.split('`').skip(1).step_by(2) {
        let is_path = name.contains(['/', '.']);
        if is_path {
            let path = path_of(name, &found);
            found.push(path.unwrap_or_else(|| panic!("there is no {name}: {row}")));
        } else {
            let file = found.last().unwrap_or_else(|| panic!("{name} is of no file: {row}"));
            let word = name.rsplit("::").next().unwrap();
            let is_there = fs::read_to_string(file).unwrap().split(|c: char| !is_of_a_name(c)).any(|one| one == word);
            assert!(is_there, "there is no {name} in {}", file.display());
        }
    }
    found
}

/// From the root, or beside, in, or one folder above what the row has named before.
fn path_of(name: &str, before: &[PathBuf]) -> Option<PathBuf> {
    let near = before.iter().rev().flat_map(|path| path.ancestors().take(3));
    std::iter::once(root()).chain(near).find_map(|folder| first_match(folder, name))
}

/// A name with `*` leads to the first of several.
fn first_match(folder: &Path, name: &str) -> Option<PathBuf> {
    let (first, rest) = name.trim_end_matches('/').split_once('/').unwrap_or((name.trim_end_matches('/'), ""));
    let candidates = match first.split_once('*') {
        None => vec![folder.join(first)],
        Some((begin, end)) => names_in(folder)
            .into_iter()
            .filter(|one| one.starts_with(begin) && one.ends_with(end))
            .map(|one| folder.join(one))
            .collect(),
    };
    candidates
        .into_iter()
        .filter(|path| path.exists())
        .find_map(|path| if rest.is_empty() { Some(path) } else { first_match(&path, rest) })
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[test]
fn what_is_not_there_is_missed() {
    let before = [root().join("src/gateway/sender.rs")];
    assert!(path_of("sender_proof.rs", &before).is_some());
    assert!(path_of("presets/", &before).is_some());
    assert!(path_of("reason.rs", &before).is_some());
    assert!(path_of("src/*/advice.rs", &[]).is_some());
    assert!(path_of("src/*/no-such-file.rs", &[]).is_none());
    assert!(path_of("sender.rs", &[]).is_none());
    assert!(path_of("prove.rs", &before).is_none());
}
