//! Every mitigation of the threat model names tests, and every test that is named exists.

use std::fs;

use crate::{files_below, page, root};

#[test]
fn every_mitigation_names_tests_that_exist() {
    let tests = names_of_tests();
    let page = page(&root().join("docs/threat-model.md"));
    let rows: Vec<_> =
        page.text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Threat")).collect();
    assert!(rows.len() > 20, "the tables were not found");
    for row in rows {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let named: Vec<_> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named: {row}");
        for name in named {
            assert!(tests.iter().any(|test| test == name), "there is no test {name}: {row}");
        }
    }
}

/// Functions below an attribute that makes them tests.
fn names_of_tests() -> Vec<String> {
    let mut names = Vec::new();
    for file in ["src", "tests"].iter().flat_map(|directory| files_below(&root().join(directory))) {
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(file).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[") {
                is_test |= line.contains("test");
                continue;
            }
            let signature = line.trim_start_matches("pub(crate) ").trim_start_matches("async ");
            if is_test && let Some(rest) = signature.strip_prefix("fn ") {
                names.push(rest.split('(').next().unwrap().to_owned());
            }
            is_test = false;
        }
    }
    assert!(names.len() > 300, "the tests were not found");
    names
}
