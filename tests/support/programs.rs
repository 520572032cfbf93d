//! Programs that the tests run but do not bring along.

use std::env;
use std::io::{Write as _, stderr};
use std::path::PathBuf;
use std::thread;

/// Finds a program on `PATH` or where administrators' programs live; tells why a test is skipped when it is missing.
///
/// # Panics
///
/// As [`missing`].
pub(crate) fn require(program: &str) -> Option<PathBuf> {
    let found = find(program);
    if found.is_none() {
        missing(&format!("{program} is not installed"));
    }
    found
}

/// Tells why a test is skipped.
///
/// # Panics
///
/// With `REQUIRE_GATEWAYS=1`, so that a machine meant to run these tests cannot skip them unnoticed.
#[track_caller]
pub(crate) fn missing(reason: &str) {
    let must_run = env::var("REQUIRE_GATEWAYS").is_ok_and(|value| value == "1");
    assert!(!must_run, "{reason}, and REQUIRE_GATEWAYS=1 forbids to skip");
    skipped(reason);
}

/// Tells why a test, or the rest of it, is left out.
///
/// Not by `eprintln!`, which the harness keeps to itself as long as the test passes.
pub(crate) fn skipped(reason: &str) {
    let test = thread::current();
    let line = format!("skipped: {}: {reason}\n", test.name().unwrap_or("a test"));
    stderr().write_all(line.as_bytes()).unwrap();
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(ADMINISTRATORS_DIRECTORIES.iter().map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// Debian keeps nginx out of an ordinary user's `PATH`.
const ADMINISTRATORS_DIRECTORIES: &[&str] = &["/usr/sbin", "/usr/local/sbin"];
