//! What was measured, as JSON lines that `benches/report` reads.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

/// The measures of one bench; those of its last run are replaced.
pub(crate) struct Measures {
    file: File,
    bench: &'static str,
}

impl Measures {
    /// `None` where this is a test run, which `cargo test --benches` is: nothing is measured then.
    pub(crate) fn of(bench: &'static str) -> Option<Self> {
        if !std::env::args().any(|argument| argument == "--bench") {
            return None;
        }
        let directory = directory().join("measures");
        fs::create_dir_all(&directory).unwrap();
        Some(Self { file: File::create(directory.join(format!("{bench}.jsonl"))).unwrap(), bench })
    }

    /// Notes the values of one measure, one for each round.
    #[expect(clippy::print_stdout, reason = "who runs a bench looks at it")]
    pub(crate) fn note(&mut self, name: &str, unit: &str, values: &[f64]) {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        println!("{}/{name}: {:.3} {unit}, median of {}", self.bench, sorted[sorted.len() / 2], sorted.len());
        let line = serde_json::json!({ "name": format!("{}/{name}", self.bench), "unit": unit, "values": values });
        writeln!(self.file, "{line}").unwrap();
    }
}

/// Where a bench may write.
pub(crate) fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}
