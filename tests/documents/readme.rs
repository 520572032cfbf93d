use std::fs;

use crate::{page, root};

#[test]
fn the_introduction_of_the_readme_is_that_of_the_crate() {
    let readme = page(&root().join("README.md")).text;
    let introduction = readme.split_once("\n\n").unwrap().1.split_once("\n## ").unwrap().0;
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let crate_docs: Vec<_> = lib.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let crate_docs = crate_docs.join("\n");
    assert_eq!(words(introduction), words(crate_docs.split_once("\n\n|").unwrap().0));
}

/// Words without what marks them as quoted or emphasised, which differs between the two.
fn words(text: &str) -> Vec<String> {
    let is_mark = |character: char| matches!(character, '*' | '>');
    text.replace(is_mark, " ").split_whitespace().map(str::to_owned).collect()
}
