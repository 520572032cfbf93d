//! `docs/operations.md` against the code: nothing that can happen is missing in it.

use std::collections::BTreeMap;
use std::fs;

use tower_client_cert::{ReadinessProblem, Reason};

/// The rows of tables that begin with a code: code to the other cells.
fn rows() -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in handbook().lines() {
        let Some(row) = line.strip_prefix("| `") else { continue };
        let (code, cells) = row.split_once("` |").unwrap();
        let cells: Vec<_> = cells.trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        assert!(rows.insert(code.to_owned(), cells).is_none(), "{code} is explained twice");
    }
    rows
}

fn handbook() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md")).unwrap()
}

#[test]
fn every_reason_is_explained_with_its_answer_and_what_to_do() {
    let rows = rows();
    for reason in Reason::ALL {
        let Some(cells) = rows.get(reason.code()) else { panic!("{reason} is not in docs/operations.md") };
        let [status, meaning, remedy] = cells.as_slice() else { panic!("{reason}: {cells:?}") };
        assert_eq!(*status, reason.default_status().as_u16().to_string(), "{reason}");
        assert!(meaning.len() > 5 && remedy.len() > 5, "{reason}: {cells:?}");
    }
}

#[test]
fn every_reason_stands_under_its_stage() {
    let mut heading = String::new();
    for line in handbook().lines() {
        if let Some(text) = line.strip_prefix("### ") {
            text.clone_into(&mut heading);
        }
        let code = line.strip_prefix("| `").and_then(|row| row.split('`').next());
        if let Some(reason) = Reason::ALL.iter().find(|reason| Some(reason.code()) == code) {
            let stage = format!("`{}`", reason.stage());
            assert!(heading.contains(&stage), "{reason} stands under {heading:?}");
        }
    }
}

#[test]
fn no_reason_is_explained_that_there_is_not() {
    let with_status = |cells: &[String]| cells.first().is_some_and(|cell| cell.parse::<u16>().is_ok());
    for (code, _) in rows().iter().filter(|(_, cells)| with_status(cells)) {
        assert!(Reason::ALL.iter().any(|reason| reason.code() == code), "there is no reason {code}");
    }
}

#[test]
fn every_alert_is_explained_and_no_other() {
    let alerts = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/prometheus-alerts.yml");
    let rules = fs::read_to_string(alerts).unwrap();
    let mut rules: Vec<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    rules.sort_unstable();
    let rows = rows();
    let explained: Vec<_> = rows.keys().map(String::as_str).filter(|code| code.starts_with("ClientCert")).collect();
    assert_eq!(explained, rules);
}

#[test]
fn every_problem_of_readiness_is_explained() {
    let rows = rows();
    for code in ReadinessProblem::CODES {
        assert!(rows.contains_key(*code), "{code}");
    }
}
