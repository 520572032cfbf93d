use std::fmt;

use regex::{Regex, RegexBuilder};

use super::either_case::in_either_case;
use crate::error::ConfigError;
use crate::escape::Escaped;

/// A regular expression for whole texts, limited in size. The time it takes grows with the length of the text alone.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    exact: Regex,
    /// Folds by Unicode, and leaves out of a negated class what it names in either case.
    any_case: Regex,
    /// Folds A to Z alone.
    either_case: Regex,
    text: Box<str>,
}

impl Expression {
    pub(crate) fn new(text: &str) -> Result<Self, ConfigError> {
        let refuse = |problem| ConfigError::Pattern { value: text.to_owned(), problem };
        let no_expression = || refuse("is no regular expression of the crate regex, without comments".to_owned());
        let malformed = |error: regex::Error| match error {
            regex::Error::CompiledTooBig(_) => refuse(format!(
                "is too large a regular expression, expected at most {MAX_COMPILED_BYTES} bytes compiled"
            )),
            _ => no_expression(),
        };
        // By itself first: an unbalanced parenthesis could otherwise close the group that anchors it.
        compile(text, Case::Exact).map_err(malformed)?;
        let anchored = format!(r"\A(?:{text})\z");
        let either_case = in_either_case(&regex_syntax::parse(&anchored).map_err(|_| no_expression())?).to_string();
        Ok(Self {
            exact: compile(&anchored, Case::Exact).map_err(malformed)?,
            any_case: compile(&anchored, Case::Ignored).map_err(malformed)?,
            either_case: compile(&either_case, Case::Exact).map_err(malformed)?,
            text: text.into(),
        })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.exact.is_match(text)
    }

    /// Takes A to Z in either case, and every other letter as it is.
    pub(crate) fn matches_ignoring_ascii_case(&self, text: &str) -> bool {
        self.either_case.is_match(text) && self.any_case.is_match(text)
    }

    /// Whether it is one of the usual spellings of "anything".
    pub(crate) fn matches_everything(&self) -> bool {
        let inner = self.text.trim_start_matches("(?s)").trim_start_matches('^').trim_end_matches('$');
        matches!(inner, ".*" | ".+" | ".*?" | ".+?")
    }
}

/// Everything else is made of the text.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", Escaped(&self.text))
    }
}

#[derive(Clone, Copy)]
enum Case {
    Exact,
    Ignored,
}

fn compile(text: &str, case: Case) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text)
        .case_insensitive(matches!(case, Case::Ignored))
        .nest_limit(MAX_NESTED_GROUPS)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES)
        .build()
}

/// Bytes of one compiled expression.
const MAX_COMPILED_BYTES: usize = 256 * 1024;
/// Groups inside each other.
const MAX_NESTED_GROUPS: u32 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_whole_texts_alone() {
        let expression = Expression::new("svc-[0-9]+|admin").unwrap();
        for text in ["svc-1", "admin"] {
            assert!(expression.matches(text), "{text}");
        }
        for text in ["xsvc-1", "svc-1x", "svc-1\n", "admin\n", "\nadmin", "admins", "superadmin", "svc-1\nadmin"] {
            assert!(!expression.matches(text), "{text}");
        }
    }

    #[test]
    fn flags_inside_do_not_lift_the_anchors() {
        assert!(!Expression::new("(?m)^admin$").unwrap().matches("x\nadmin\ny"));
    }

    #[test]
    fn malformed_unbalanced_and_huge_expressions_are_refused() {
        for text in ["(", "a)|(b", "a{1000}{1000}", "[", "(?x)a #"] {
            assert!(Expression::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn case_is_ignored_only_where_asked() {
        let expression = Expression::new("svc").unwrap();
        assert!(!expression.matches("SVC"));
        assert!(expression.matches_ignoring_ascii_case("SVC"));
    }

    #[test]
    fn only_a_to_z_are_taken_in_either_case() {
        for (expression, text, matches) in [
            ("kelvin", "KELVIN", true),
            ("kelvin", "\u{212a}elvin", false),
            ("[i-l]elvin", "\u{212a}elvin", false),
            ("svc-(a|B)+", "SVC-Ab", true),
            ("svc", "\u{17f}vc", false),
            ("jürg m.*", "JüRG Müller", true),
            ("jürg m.*", "JÜRG Müller", false),
            (r"\w{4} \p{Lu}+", "jürg Ü", true),
            (r"\p{Lu}+", "aü", false),
            // What a class leaves out, it leaves out in either case.
            ("[^a]", "a", false),
            ("[^a]", "A", false),
            ("[^a]", "b", true),
            ("(?-u:[a-c])", "B", true),
            // Whoever asks for Unicode gets it.
            ("(?i)kelvin", "\u{212a}elvin", true),
        ] {
            let judged = Expression::new(expression).unwrap().matches_ignoring_ascii_case(text);
            assert_eq!(judged, matches, "{expression} {text}");
        }
    }
}
