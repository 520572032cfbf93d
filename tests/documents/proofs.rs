//! Every mitigation of the threat model and every claim of the README names what proves it, and what is named exists.

use std::fs;

use crate::{files_below, page, root};

#[test]
fn every_mitigation_names_tests_that_exist() {
    let page = page(&root().join("docs/threat-model.md"));
    let rows: Vec<_> =
        page.text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Threat")).collect();
    assert!(rows.len() > 20, "the tables were not found");
    names_exist(&rows);
}

#[test]
fn every_claim_of_the_readme_names_a_test_or_a_measurement_that_exists() {
    let page = page(&root().join("README.md"));
    let table = page.text.split("| Claim |").nth(1).expect("the README has a table of claims");
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 5, "the table was not found");
    names_exist(&rows);
}

/// What stands between backticks in the last column is a test's name, or a file's.
fn names_exist(rows: &[&str]) {
    let tests = names_of_tests();
    for row in rows {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let named: Vec<_> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "nothing is named: {row}");
        for name in named {
            let exists = tests.iter().any(|test| test == name) || root().join(name).exists();
            assert!(exists, "there is no test {name}: {row}");
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
                is_test |= line.ends_with("test]") || line.contains("test(");
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
