//! Text for people: 80 columns, colour on terminals alone, nothing of others unescaped.

use std::env;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write as _};

use super::trouble::Trouble;

/// Standard output.
pub(crate) struct Output {
    writer: BufWriter<StdoutLock<'static>>,
    has_colour: bool,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Bad,
    Good,
    Heading,
    Quiet,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        // https://no-color.org: set and not empty.
        let is_wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let has_colour = is_wanted && stdout.is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self { writer: BufWriter::new(stdout.lock()), has_colour }
    }

    /// A line as it is, for machines.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Trouble> {
        Ok(writeln!(self.writer, "{text}")?)
    }

    /// A line, or several where it is too long, in one tone.
    pub(crate) fn say(&mut self, tone: Tone, text: &str) -> Result<(), Trouble> {
        for line in wrapped(&safe(text), WIDTH, 2) {
            let line = self.toned(tone, &line);
            writeln!(self.writer, "{line}")?;
        }
        Ok(())
    }

    /// A name and a text beside it, the text in a column of its own.
    pub(crate) fn field(&mut self, name: &str, text: &str) -> Result<(), Trouble> {
        self.toned_field(Tone::Quiet, name, text)
    }

    pub(crate) fn toned_field(&mut self, tone: Tone, name: &str, text: &str) -> Result<(), Trouble> {
        let mut name = format!("  {name:<NAME_WIDTH$}  ");
        for line in wrapped(&safe(text), WIDTH.saturating_sub(NAME_WIDTH + 4), 0) {
            let shown = self.toned(tone, &name);
            writeln!(self.writer, "{}", format!("{shown}{line}").trim_end())?;
            name = " ".repeat(NAME_WIDTH + 4);
        }
        Ok(())
    }

    /// A mark, a name and a text, each in a column of its own.
    pub(crate) fn row(&mut self, tone: Tone, mark: &str, name: &str, text: &str) -> Result<(), Trouble> {
        let mut mark = format!("  {mark:<MARK_WIDTH$}");
        let mut name = format!("{name:<CHECK_WIDTH$}  ");
        for line in wrapped(&safe(text), WIDTH.saturating_sub(MARK_WIDTH + CHECK_WIDTH + 4), 0) {
            let shown = self.toned(tone, &mark);
            writeln!(self.writer, "{}", format!("{shown}{name}{line}").trim_end())?;
            mark = " ".repeat(MARK_WIDTH + 2);
            name = " ".repeat(CHECK_WIDTH + 2);
        }
        Ok(())
    }

    pub(crate) fn blank(&mut self) -> Result<(), Trouble> {
        self.line("")
    }

    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string_pretty(value).map_err(Trouble::input)?;
        self.line(&text)
    }

    /// One line of JSON.
    pub(crate) fn json_line(&mut self, value: &impl serde::Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string(value).map_err(Trouble::input)?;
        self.line(&text)
    }

    pub(crate) fn finish(&mut self) -> Result<(), Trouble> {
        Ok(self.writer.flush()?)
    }

    fn toned(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Bad => "31",
            Tone::Good => "32",
            Tone::Heading => "1",
            Tone::Quiet => "2",
        };
        // Blanks look the same in every colour.
        let is_shown = self.has_colour && !text.trim_ascii().is_empty();
        if is_shown { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Text with everything but printable ASCII escaped: names in certificates are chosen by others.
pub(crate) fn safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => shown.push(character),
            _ => {
                let _ = write!(shown, "{}", character.escape_unicode());
            }
        }
    }
    shown
}

/// Lines of at most so many characters, broken at blanks, and within words that are longer than a line. Lines after the
/// first are indented; the first is as far as the text itself, but no further than they are.
fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let first_indent = text.len().saturating_sub(words.len()).min(indent);
    let mut lines = vec![" ".repeat(first_indent)];
    for word in words.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let indented = if lines.len() == 1 { first_indent } else { indent };
            let Some(line) = lines.last_mut() else { break };
            let used = line.chars().count();
            let is_fresh = used == indented;
            let needed = word.len() + usize::from(!is_fresh);
            if used + needed <= width {
                if !is_fresh {
                    line.push(' ');
                }
                line.extend(word);
                break;
            }
            if is_fresh {
                line.extend(word.drain(..width.saturating_sub(used).clamp(1, word.len())));
            }
            lines.push(" ".repeat(indent));
        }
    }
    lines
}

/// Columns of a report.
const WIDTH: usize = 80;
/// Columns of marks.
const MARK_WIDTH: usize = 8;
/// Columns of the names of checks.
const CHECK_WIDTH: usize = 12;
/// Columns of the names of fields.
const NAME_WIDTH: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_at_blanks_and_long_words_within() {
        assert_eq!(wrapped("one two three", 8, 2), ["one two", "  three"]);
        assert_eq!(wrapped("abcdefghij k", 4, 1), ["abcd", " efg", " hij", " k"]);
        assert_eq!(wrapped("", 8, 2), [""]);
        assert_eq!(wrapped("exactly8 x", 8, 0), ["exactly8", "x"]);
        assert_eq!(wrapped("  one two", 6, 2), ["  one", "  two"]);
        assert_eq!(wrapped("   abcdef", 4, 1), [" abc", " def"]);
    }

    #[test]
    fn no_line_is_longer_than_the_width() {
        for width in 1..40 {
            for indent in 0..width.min(4) {
                let text = "a certificate of nobody in particular, 0123456789012345678901234567890123456789";
                for line in wrapped(text, width, indent) {
                    assert!(line.chars().count() <= width, "{width} {indent}: {line}");
                }
            }
        }
    }

    #[test]
    fn control_characters_and_text_that_runs_the_other_way_are_escaped() {
        assert_eq!(safe("a\u{1b}[2J\u{202e}\n\u{e9}"), "a\\u{1b}[2J\\u{202e}\\u{a}\\u{e9}");
    }
}
