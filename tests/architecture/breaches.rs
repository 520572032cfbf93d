//! That the rules find what breaks them.

use crate::rules::{File, violations};

fn breaches(path: &str, text: &str) -> Vec<String> {
    violations(&File { path: path.to_owned(), text: text.to_owned() })
}

#[test]
fn a_stage_that_names_a_later_one_is_found() {
    assert_eq!(
        breaches("encoding/pem.rs", "\nuse crate::validation::Trust;"),
        ["src/encoding/pem.rs:2: encoding may not name validation"]
    );
    assert_eq!(
        breaches("header.rs", "use crate::{reason::Reason, layer};"),
        ["src/header.rs:1: header may not name layer"]
    );
    assert_eq!(breaches("gateway/mod.rs", "fn f() -> crate::Rejection {}").len(), 1);
}

#[test]
fn a_way_out_by_super_is_found() {
    assert_eq!(breaches("header.rs", "use super::layer::X;").len(), 1);
    assert_eq!(breaches("encoding/mod.rs", "use super::layer::X;").len(), 1);
    assert_eq!(breaches("encoding/pem.rs", "use super::super::layer::X;").len(), 1);
    assert_eq!(breaches("encoding/pem.rs", "use super::super::{Y, layer::X};").len(), 1);
    assert!(breaches("encoding/pem.rs", "use super::X;").is_empty());
    assert!(breaches("header.rs", "mod inner { use super::HeaderError; }").is_empty());
}

#[test]
fn a_stage_that_knows_http_or_tower_or_logs_is_found() {
    for line in ["use http::HeaderMap;", "use tower::Service;", "tracing::warn!(\"x\");", "use axum::Router;"] {
        assert_eq!(breaches("validation/mod.rs", line).len(), 1, "{line}");
    }
}

#[test]
fn a_stage_that_reads_the_clock_is_found_and_the_clock_is_not() {
    assert_eq!(
        breaches("validation/mod.rs", "let now = std::time::SystemTime::now();"),
        ["src/validation/mod.rs:1: only the clock reads the time of the machine"]
    );
    assert!(breaches("clock.rs", "SystemTime::now()").is_empty());
}

#[test]
fn a_module_without_a_row_is_found() {
    assert_eq!(breaches("helpers.rs", ""), ["src/helpers.rs: module \"helpers\" has no row in the table"]);
}

#[test]
fn tests_and_the_root_are_free() {
    assert!(breaches("encoding/tests.rs", "use crate::layer::X;").is_empty());
    assert!(breaches("encoding/tests/pem.rs", "use http::X;").is_empty());
    assert!(breaches("lib.rs", "pub use crate::layer::X;").is_empty());
}

#[test]
fn what_the_tables_allow_passes() {
    assert!(breaches("header.rs", "use http::HeaderMap;\nuse crate::gateway::Gateway;").is_empty());
    assert!(breaches("revocation/fetch/url.rs", "use http::Uri;").is_empty());
    assert_eq!(breaches("revocation/fetching.rs", "use http::Uri;").len(), 1);
    assert_eq!(breaches("revocation/crl/mod.rs", "use http::Uri;").len(), 1);
}
