//! Text from certificates made safe for logs and terminals.

use std::fmt::{self, Write as _};

/// Shows text with everything but printable ASCII escaped, cut after [`MAX_SHOWN_CHARACTERS`].
///
/// Names in certificates are chosen by whoever applied for the certificate; line breaks, terminal escapes and
/// right-to-left marks must not reach a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shown, character) in self.0.chars().enumerate() {
            if shown == MAX_SHOWN_CHARACTERS {
                return f.write_str("...");
            }
            match character {
                ' '..='~' => f.write_char(character)?,
                _ => write!(f, "{}", character.escape_unicode())?,
            }
        }
        Ok(())
    }
}

/// Characters of one value that are shown before it is cut.
const MAX_SHOWN_CHARACTERS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_ascii_is_shown_as_it_is() {
        assert_eq!(Escaped(r"CN=a\,b~").to_string(), r"CN=a\,b~");
    }

    #[test]
    fn control_characters_and_bidi_marks_are_escaped() {
        assert_eq!(Escaped("a\nb\u{202e}\u{1b}\u{7f}").to_string(), "a\\u{a}b\\u{202e}\\u{1b}\\u{7f}");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(Escaped(&"x".repeat(256)).to_string(), "x".repeat(256));
        assert_eq!(Escaped(&"x".repeat(257)).to_string(), format!("{}...", "x".repeat(256)));
    }
}
