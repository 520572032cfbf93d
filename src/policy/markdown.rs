//! The policy as a page to be read and signed.

use std::fmt::{self, Write as _};

use super::{EffectivePolicy, PolicyEntry};

pub(super) fn page(policy: &EffectivePolicy) -> String {
    Page(policy).to_string()
}

struct Page<'a>(&'a EffectivePolicy);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = || self.0.entries().iter();
        f.write_str("# Client certificate policy\n")?;
        section(f, "What loosens a check", entries().filter(|entry| entry.allows().is_some()))?;
        section(f, "What differs from the defaults", entries().filter(|entry| !entry.is_default()))?;
        section(f, "Everything", entries())?;
        write!(
            f,
            "\n## Approval\n\nSHA-256 of this policy: `{}`\n\nThe same text from a running service means the same \
             policy.\n\n| Name | Date | Signature |\n|---|---|---|\n| | | |\n",
            self.0.fingerprint()
        )
    }
}

fn section<'a>(f: &mut fmt::Formatter<'_>, title: &str, entries: impl Iterator<Item = &'a PolicyEntry>) -> fmt::Result {
    write!(f, "\n## {title}\n\n")?;
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return f.write_str("Nothing.\n");
    }
    f.write_str("| Key | Check | Value | Default | Gives up |\n|---|---|---|---|---|\n")?;
    entries.try_for_each(|entry| {
        let is_default = if entry.is_default() { "yes" } else { "**no**" };
        let (value, allows) = (Cell(entry.value()), entry.allows().unwrap_or_default());
        writeln!(f, "| `{}` | {} | {value} | {is_default} | {allows} |", Code(entry.key()), entry.check())
    })
}

/// Text for one line: what is neither letter, digit nor sign is escaped.
pub(super) struct Plain<'a>(pub(super) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            ' '..='~' => f.write_char(character),
            _ => write!(f, "{}", character.escape_unicode()),
        })
    }
}

/// Text between backticks in a cell of a table: neither ends, whatever stands in a label.
struct Code<'a>(&'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '|' => f.write_str("\\|"),
            ' '..='_' | 'a'..='~' => f.write_char(character),
            _ => write!(f, "{}", character.escape_unicode()),
        })
    }
}

/// Text for a cell of a table, in which nothing is markup: whoever applied for a certificate chose its names.
struct Cell<'a>(&'a str);

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '!' | '#' | '~' => {
                write!(f, "\\{character}")
            }
            ' '..='~' => f.write_char(character),
            _ => write!(f, "{}", character.escape_unicode()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_certificates_are_no_markup() {
        let mut policy = EffectivePolicy::default();
        policy.add("anchors[0]", "an anchor", "O=a | b\n<script>[x](y)\u{202e}").set_if(true);
        let page = page(&policy);
        assert!(page.contains("O=a \\| b\\u{a}\\<script\\>\\[x\\](y)\\u{202e}"), "{page}");
    }

    #[test]
    fn a_label_in_a_key_ends_neither_its_cell_nor_its_code() {
        let mut policy = EffectivePolicy::default();
        policy.add("revocation.policy.a | b` c{z}~\u{7f}", "of an anchor", "1");
        let page = page(&policy);
        assert!(page.contains("\n| `revocation.policy.a \\| b\\u{60} c{z}~\\u{7f}` | of an anchor | 1 |"), "{page}");
    }

    #[test]
    fn what_loosens_a_check_stands_first_and_what_is_default_is_not_among_the_changes() {
        let mut policy = EffectivePolicy::default();
        policy.add("a", "one", "1");
        policy.add("b", "two", "2").set_if(true).allows_if(true, "something");
        let page = page(&policy);
        let (first, rest) = page.split_once("## What differs").unwrap();
        assert!(first.contains("| `b` | two | 2 | **no** | something |") && !first.contains("`a`"));
        assert!(!rest.split_once("## Everything").unwrap().0.contains("`a`"));
    }

    #[test]
    fn the_fingerprint_tells_every_change() {
        let policy = |key: &str, value: &str, loosens| {
            let mut policy = EffectivePolicy::default();
            policy.add(key, "one", value).allows_if(loosens, "x");
            policy.fingerprint()
        };
        let first = policy("a", "bc", false);
        assert_eq!(first, policy("a", "bc", false));
        for other in [policy("ab", "c", false), policy("a", "b", false), policy("a", "bc", true)] {
            assert_ne!(first, other);
        }
    }
}
