//! A real browser without a window.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::programs;
use super::scratch::Scratch;

/// Chromium, started anew for each page.
#[derive(Debug)]
pub(crate) struct Chromium {
    program: PathBuf,
    scratch: Scratch,
}

impl Chromium {
    /// `None`, and told, where there is none.
    pub(crate) fn find() -> Option<Self> {
        let program = programs::require("chromium")?;
        Some(Self { program, scratch: Scratch::new("chromium") })
    }

    /// The document as it stands after the page has been loaded, and whatever it would run has run.
    pub(crate) fn document(&self, url: &str) -> String {
        self.run(&["--dump-dom", url])
    }

    /// A picture of the page, in PNG.
    pub(crate) fn picture(&self, url: &str) -> Vec<u8> {
        let path = self.scratch.path().join("page.png");
        self.run(&[&format!("--screenshot={}", path.display()), "--window-size=900,1400", url]);
        std::fs::read(path).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let profile = Scratch::new("chromium-profile");
        let output = self.scratch.path().join("output");
        let mut child = Command::new(&self.program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&output).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..MAX_POLLS {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "chromium ended with {status}");
                return read(&output);
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        drop(child.kill());
        drop(child.wait());
        panic!("chromium did not end");
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// Two minutes in all.
const MAX_POLLS: usize = 1_200;

const POLL_INTERVAL: Duration = Duration::from_millis(100);
