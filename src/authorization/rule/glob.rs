use std::fmt;

use crate::error::ConfigError;
use crate::escape::Escaped;

/// A pattern with `*` for any characters, `?` for one, and `\` before a character that is meant as it is. It is
/// compared with the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    tokens: Box<[Token]>,
    text: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    AnyCharacters,
    Character(char),
    OneCharacter,
}

impl Glob {
    pub(crate) fn new(text: &str) -> Result<Self, ConfigError> {
        let malformed = |problem| ConfigError::Pattern { value: text.to_owned(), problem };
        if text.len() > MAX_GLOB_BYTES {
            return Err(malformed(format!("is longer than {MAX_GLOB_BYTES} bytes")));
        }
        let mut tokens = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let token = match character {
                '*' if tokens.last() == Some(&Token::AnyCharacters) => continue,
                '*' => Token::AnyCharacters,
                '?' => Token::OneCharacter,
                '\\' => Token::Character(
                    characters.next().ok_or_else(|| malformed("ends in a backslash, expected a character".into()))?,
                ),
                other => Token::Character(other),
            };
            tokens.push(token);
        }
        Ok(Self { tokens: tokens.into(), text: text.into() })
    }

    /// Whether it lets every text through that has a character.
    pub(crate) fn matches_everything(&self) -> bool {
        self.tokens.contains(&Token::AnyCharacters)
            && !self.tokens.iter().any(|token| matches!(token, Token::Character(_)))
    }

    pub(crate) fn to_ascii_lowercase(&self) -> Self {
        let lower = |token: &Token| match token {
            Token::Character(character) => Token::Character(character.to_ascii_lowercase()),
            other => *other,
        };
        Self { tokens: self.tokens.iter().map(lower).collect(), text: self.text.clone() }
    }

    /// Keeps one place to go back to, the last `*`, so that the work is at most the product of both lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let token = self.tokens.get(at).copied();
            if token == Some(Token::AnyCharacters) {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            let mut ahead = rest.clone();
            let matched = match (token, ahead.next()) {
                (None, None) => return true,
                (Some(Token::OneCharacter), Some(_)) => true,
                (Some(Token::Character(wanted)), Some(found)) => wanted == found,
                _ => false,
            };
            if matched {
                at += 1;
                rest = ahead;
                continue;
            }
            let Some((after_star, mut from)) = retry.take() else { return false };
            if from.next().is_none() {
                return false;
            }
            at = after_star;
            rest = from.clone();
            retry = Some((after_star, from));
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", Escaped(&self.text))
    }
}

/// Bytes of one glob.
const MAX_GLOB_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_texts() {
        let cases = [
            ("svc-*", "svc-01", true),
            ("svc-*", "svc-", true),
            ("svc-*", "xsvc-01", false),
            ("*-prod", "a-prod-prod", true),
            ("*-prod", "a-prod-x", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXcYb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?c", "aéc", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            (r"\\*", r"\x", true),
            ("**a", "bba", true),
        ];
        for (glob, text, matches) in cases {
            assert_eq!(Glob::new(glob).unwrap().matches(text), matches, "{glob} {text}");
        }
    }

    #[test]
    fn hostile_globs_stay_cheap() {
        let glob = Glob::new(&"*a".repeat(500)).unwrap();
        assert!(!glob.matches(&("a".repeat(499) + &"b".repeat(20_000))));
    }

    #[test]
    fn a_glob_that_ends_in_a_backslash_or_is_too_long_is_refused() {
        assert!(Glob::new(r"a\").is_err());
        assert!(Glob::new(&"a".repeat(1025)).is_err());
    }
}
