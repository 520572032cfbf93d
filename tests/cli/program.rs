//! Runs the program and keeps what came of it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What one run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program with these arguments and nothing on standard input.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    run_with_input(arguments, b"")
}

/// The same beside what the test itself serves.
pub(crate) async fn run_beside(arguments: Vec<String>) -> Ran {
    tokio::task::spawn_blocking(|| run(arguments)).await.unwrap()
}

/// Runs the program with these arguments and this on standard input.
pub(crate) fn run_with_input<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>, input: &[u8]) -> Ran {
    run_in(&[], arguments, input)
}

/// Runs the program with these variables in its environment, these arguments and this on standard input.
pub(crate) fn run_in<A: AsRef<OsStr>>(
    environment: &[(&str, String)],
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_client-cert"))
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Apart, since the program may answer before it has read everything.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// The answer in JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts one line on standard error that holds this, nothing on standard output, and the status 2.
    #[track_caller]
    pub(crate) fn is_trouble(&self, with: &str) {
        assert_eq!(self.status, 2, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(self.stderr.starts_with("client-cert: ") && self.stderr.contains(with), "{self:?}");
    }

    /// Asserts that a terminal of 80 columns shows everything, and shows it as it is.
    #[track_caller]
    pub(crate) fn is_readable(&self) {
        for line in self.stdout.lines() {
            assert!(line.len() <= 80, "{} columns: {line}", line.len());
            assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{line:?}");
        }
    }
}
