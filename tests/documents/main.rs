//! Documents are held to what they say: blocks compile or run, links lead somewhere, tests that are named exist.

#![cfg(test)]

mod architecture;
mod configuration;
mod examples;
mod links;
mod markdown;
mod proofs;
mod readme;
mod rust_blocks;
mod snippets;

use std::fs;
use std::path::{Path, PathBuf};

use markdown::Page;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document, with its path from the root.
fn pages() -> Vec<Page> {
    let mut paths: Vec<_> = files_below(&root().join("docs"));
    paths.extend(
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md"]
            .map(|name| root().join(name)),
    );
    let is_markdown = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let pages: Vec<_> = paths.into_iter().filter(is_markdown).map(|path| page(&path)).collect();
    assert!(pages.len() > 30, "the documents were not found");
    pages
}

fn page(path: &Path) -> Page {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    Page { path, text }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
