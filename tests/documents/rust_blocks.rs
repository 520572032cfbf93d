//! A block of Rust is a doc test of `src/documents.rs`, or a fragment (`rust,ignore`) that stands in `snippets.rs`.

use std::fs;

use crate::{pages, root};

#[test]
fn every_block_of_rust_is_compiled() {
    let doc_tests = fs::read_to_string(root().join("src/documents.rs")).unwrap();
    let snippets = without_blanks(&fs::read_to_string(root().join("tests/documents/snippets.rs")).unwrap());
    let mut uncompiled = Vec::new();
    for page in pages() {
        let is_doc_test = doc_tests.contains(&format!("include_str!(\"../{}\")", page.path));
        for block in page.blocks() {
            let is_compiled = match block.language.as_str() {
                "rust" | "rust,no_run" => is_doc_test,
                "rust,ignore" => snippets.contains(&without_blanks(&block.text)),
                other => !other.starts_with("rust"),
            };
            if !is_compiled {
                uncompiled.push(format!("{}:{}: {}", page.path, block.line, block.text));
            }
        }
    }
    assert!(uncompiled.is_empty(), "\n{}", uncompiled.join("\n"));
}

#[test]
fn no_document_is_a_doc_test_that_is_not_there() {
    let doc_tests = fs::read_to_string(root().join("src/documents.rs")).unwrap();
    let named: Vec<_> =
        doc_tests.split("include_str!(\"../").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(named.len() > 2);
    let pages = pages();
    for path in named {
        assert!(pages.iter().any(|page| page.path == path), "{path}");
    }
}

/// The formatter may break lines where the document does not.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}
