use super::document_rule::problem;
use crate::authorization::rule::{RequestValue, TextPattern};
use crate::document::{TextOr, table};
use crate::error::ConfigError;

/// What a text must be: a string, or a table that spells out how it is compared.
pub(crate) type TextTable = TextOr<SpelledText>;

table! {
    /// Exactly one of the first eight, and how it is compared.
    SpelledText {
        equals: String,
        prefix: String,
        suffix: String,
        glob: String,
        regex: String,
        path_parameter: String,
        header: String,
        user: bool,
        any_value: bool,
        ignore_case: bool,
        fold_spaces: bool,
    }
}

/// Strings are alternatives; a table stands alone.
pub(super) fn pattern_of(values: &[TextTable]) -> Result<TextPattern, ConfigError> {
    if let [TextOr::Table(spelled)] = values {
        return spelled.pattern();
    }
    let texts = values.iter().map(|value| match value {
        TextOr::Text(text) => Ok(text.clone()),
        TextOr::Table(_) => Err(problem("list", "has a table among several values, expected strings")),
    });
    texts.collect::<Result<Vec<_>, _>>().map(TextPattern::one_of)
}

impl SpelledText {
    fn pattern(&self) -> Result<TextPattern, ConfigError> {
        let user = self.user.filter(|user| *user);
        let mut patterns = Vec::new();
        patterns.extend(self.equals.as_ref().map(|text| Ok(TextPattern::exact(text))));
        patterns.extend(self.prefix.as_ref().map(|text| Ok(TextPattern::prefix(text))));
        patterns.extend(self.suffix.as_ref().map(|text| Ok(TextPattern::suffix(text))));
        patterns.extend(self.glob.as_ref().map(TextPattern::glob));
        patterns.extend(self.regex.as_ref().map(TextPattern::regex));
        patterns.extend(self.path_parameter.as_ref().map(|name| Ok(RequestValue::path_parameter(name).into())));
        patterns.extend(self.header.as_ref().map(|name| Ok(RequestValue::header(name).into())));
        patterns.extend(user.map(|_| Ok(RequestValue::user().into())));
        let mut patterns = patterns.into_iter();
        let (Some(pattern), None) = (patterns.next(), patterns.next()) else {
            let text = "has none or several of equals, prefix, suffix, glob, regex, path_parameter, header and user, \
                        expected exactly one";
            return Err(problem("text", text));
        };
        let mut pattern = pattern?;
        if self.any_value == Some(true) {
            pattern = pattern.any_value();
        }
        if self.ignore_case == Some(true) {
            pattern = pattern.ignore_ascii_case();
        }
        if self.fold_spaces == Some(true) {
            pattern = pattern.fold_spaces();
        }
        Ok(pattern)
    }
}
