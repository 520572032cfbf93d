use std::io::{self, IsTerminal as _, Write as _};

/// A bar on standard error, where that is a terminal.
pub(super) struct Progress {
    is_shown: bool,
    /// Of the recording, in bytes, where it is known.
    length: Option<u64>,
    shown: Option<String>,
}

impl Progress {
    pub(super) fn new(length: Option<u64>) -> Self {
        Self { is_shown: io::stderr().is_terminal(), length, shown: None }
    }

    /// Shows how far it has come, where that differs from what is shown.
    pub(super) fn advance(&mut self, lines: u64, octets: u64) {
        if !self.is_shown {
            return;
        }
        let text = bar(lines, octets, self.length);
        if self.shown.as_ref() != Some(&text) {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "\r{text}");
            let _ = stderr.flush();
            self.shown = Some(text);
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if let Some(shown) = self.shown.take() {
            let _ = write!(io::stderr(), "\r{}\r", " ".repeat(shown.len()));
        }
    }
}

/// Changes a hundred times on the way where the length is known, and every thousand lines elsewhere.
fn bar(lines: u64, octets: u64, length: Option<u64>) -> String {
    match length.filter(|length| *length > 0) {
        Some(length) => {
            let percent = (octets.saturating_mul(100) / length).min(100);
            let done = usize::try_from(percent / 2).unwrap_or_default();
            format!("[{:<50}] {percent:>3} %", "#".repeat(done))
        }
        None => format!("{} requests", lines / LINES_PER_STEP * LINES_PER_STEP),
    }
}

const LINES_PER_STEP: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_from_nothing_to_all_and_changes_a_hundred_times() {
        assert_eq!(bar(0, 0, Some(1000)), format!("[{}]   0 %", " ".repeat(50)));
        assert_eq!(bar(9, 1000, Some(1000)), format!("[{}] 100 %", "#".repeat(50)));
        let mut seen: Vec<_> = (0..=10_000).map(|octets| bar(1, octets, Some(10_000))).collect();
        seen.dedup();
        assert_eq!(seen.len(), 101);
        assert!(seen.iter().all(|bar| bar.len() == seen[0].len() && bar.len() < 80));
    }

    #[test]
    fn without_a_length_lines_are_counted_in_thousands() {
        assert_eq!(bar(1999, 5, None), "1000 requests");
        assert_eq!(bar(3, 5, Some(0)), "0 requests");
    }
}
