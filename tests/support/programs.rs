//! Programs that the tests run but do not bring along.

use std::env;
use std::path::PathBuf;

/// Finds a program on `PATH` or where administrators' programs live; prints why a test is skipped when it is missing.
///
/// # Panics
///
/// With `REQUIRE_GATEWAYS=1`, so that a machine meant to run these tests cannot skip them unnoticed.
pub(crate) fn require(program: &str) -> Option<PathBuf> {
    let found = find(program);
    if found.is_none() {
        let forbidden = env::var("REQUIRE_GATEWAYS").is_ok_and(|value| value == "1");
        assert!(!forbidden, "{program} is not installed, and REQUIRE_GATEWAYS=1 forbids to skip");
        skipped(&format!("{program} is not installed"));
    }
    found
}

/// Tells why a test, or the rest of it, is left out.
pub(crate) fn skipped(reason: &str) {
    eprintln!("skipped: {reason}");
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
