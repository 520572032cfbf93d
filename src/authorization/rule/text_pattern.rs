use std::borrow::Cow;
use std::fmt;

use super::glob::Glob;
use super::request_value::RequestValue;
use super::truth::Truth;
use crate::authorization::access_request::RequestFacts;
use crate::error::ConfigError;
use crate::escape::Escaped;

/// What a text of a certificate must be.
///
/// A plain `&str` is the strictest pattern: there must be exactly one value of the kind, and it must be these very
/// bytes. Everything laxer is spelled out. Patterns are compared with the whole text.
///
/// ```
/// use tower_client_cert::{Rule, TextPattern};
///
/// let partner = Rule::organization("Big Partner Foo SA");
/// let spelled_freely = Rule::organization(TextPattern::exact("Big Partner Foo SA").ignore_ascii_case().fold_spaces());
/// let unit = Rule::organizational_unit(TextPattern::exact("Payments").any_value());
/// let service = Rule::common_name(TextPattern::glob("data-exchange-svc*")?);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPattern {
    kind: Kind,
    case: Case,
    spaces: Spaces,
    values: Values,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(Box<[Box<str>]>),
    FromRequest(RequestValue),
    Glob(Glob),
    Prefix(Box<str>),
    #[cfg(feature = "regex")]
    Regex(super::expression::Expression),
    Suffix(Box<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Exact,
    IgnoredInAscii,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spaces {
    Exact,
    Folded,
}

/// How many values of the kind there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Any number, of which one must match.
    Any,
    /// Exactly one.
    One,
}

impl TextPattern {
    /// Exactly this text.
    #[must_use]
    pub fn exact(text: impl Into<String>) -> Self {
        Self::one_of([text])
    }

    /// Exactly one of these texts. An empty list matches nothing.
    #[must_use]
    pub fn one_of<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::of(Kind::Exact(texts.into_iter().map(|text| text.into().into_boxed_str()).collect()))
    }

    /// Every text that begins so.
    #[must_use]
    pub fn prefix(text: impl AsRef<str>) -> Self {
        Self::of(Kind::Prefix(text.as_ref().into()))
    }

    /// Every text that ends so. Not for host names: use [`DnsPattern`](crate::DnsPattern), which knows labels.
    #[must_use]
    pub fn suffix(text: impl AsRef<str>) -> Self {
        Self::of(Kind::Suffix(text.as_ref().into()))
    }

    /// A pattern with `*` for any characters and `?` for one; `\` before either means the character itself.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for a lone backslash at the end, and for more than 1,024 bytes.
    pub fn glob(glob: impl AsRef<str>) -> Result<Self, ConfigError> {
        Glob::new(glob.as_ref()).map(Kind::Glob).map(Self::of)
    }

    /// A regular expression, which must match the whole text.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for an expression that is malformed or too large.
    #[cfg(feature = "regex")]
    pub fn regex(expression: impl AsRef<str>) -> Result<Self, ConfigError> {
        super::expression::Expression::new(expression.as_ref()).map(Kind::Regex).map(Self::of)
    }

    /// Exactly the text that the request brings along. Where it brings none, neither the rule nor its negation holds.
    #[must_use]
    pub fn from_request(value: RequestValue) -> Self {
        Self::of(Kind::FromRequest(value))
    }

    /// Takes upper and lower case of the letters A to Z for the same, and of no other letter: folding of the rest makes
    /// look-alikes equal.
    #[must_use]
    pub fn ignore_ascii_case(self) -> Self {
        Self { case: Case::IgnoredInAscii, ..self }
    }

    /// Removes spaces at both ends and takes several inside for one.
    #[must_use]
    pub fn fold_spaces(self) -> Self {
        Self { spaces: Spaces::Folded, ..self }
    }

    /// Is content when one of several values matches. Default: there must be exactly one.
    #[must_use]
    pub fn any_value(self) -> Self {
        Self { values: Values::Any, ..self }
    }

    fn of(kind: Kind) -> Self {
        Self { kind, case: Case::Exact, spaces: Spaces::Exact, values: Values::One }
    }

    /// Judges the values of one kind; `None` stands for a value that is no text.
    pub(crate) fn judge<'v>(&self, values: impl Iterator<Item = Option<&'v str>>, request: &RequestFacts<'_>) -> Truth {
        let wanted = match &self.kind {
            Kind::FromRequest(value) => match value.read(request) {
                Some(wanted) => wanted,
                // What is not there is neither equal nor clearly different.
                None => return Truth::Unclear,
            },
            _ => Cow::default(),
        };
        self.values.judge(values, |value| self.matches(value, &wanted))
    }

    /// Whether it lets every text through.
    pub(crate) fn matches_everything(&self) -> bool {
        match &self.kind {
            Kind::Glob(glob) => glob.matches_everything(),
            Kind::Prefix(text) | Kind::Suffix(text) => text.is_empty(),
            #[cfg(feature = "regex")]
            Kind::Regex(expression) => expression.matches_everything(),
            Kind::Exact(_) | Kind::FromRequest(_) => false,
        }
    }

    /// Whether there is no text that it lets through.
    pub(crate) fn matches_nothing(&self) -> bool {
        matches!(&self.kind, Kind::Exact(texts) if texts.is_empty())
    }

    /// The path parameter that it reads.
    pub(crate) fn parameter_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::FromRequest(value) => value.parameter_name(),
            _ => None,
        }
    }

    /// `of_request` is what the request brings along, where that is wanted.
    fn matches(&self, value: &str, of_request: &str) -> bool {
        if let (Kind::Exact(texts), Case::Exact, Spaces::Exact) = (&self.kind, self.case, self.spaces) {
            return texts.iter().any(|text| **text == *value);
        }
        let value = self.folded(value);
        let equals = |wanted: &str| self.folded(wanted) == value;
        match &self.kind {
            Kind::Exact(texts) => texts.iter().any(|text| equals(text)),
            Kind::FromRequest(_) => equals(of_request),
            Kind::Glob(glob) if self.case == Case::IgnoredInAscii => glob.to_ascii_lowercase().matches(&value),
            Kind::Glob(glob) => glob.matches(&value),
            Kind::Prefix(text) => value.starts_with(&*self.folded_case(text)),
            #[cfg(feature = "regex")]
            Kind::Regex(expression) if self.case == Case::IgnoredInAscii => {
                expression.matches_ignoring_ascii_case(&value)
            }
            #[cfg(feature = "regex")]
            Kind::Regex(expression) => expression.matches(&value),
            Kind::Suffix(text) => value.ends_with(&*self.folded_case(text)),
        }
    }

    fn folded<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text = self.folded_case(text);
        match self.spaces {
            Spaces::Exact => text,
            Spaces::Folded => {
                let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).collect();
                Cow::Owned(words.join(" "))
            }
        }
    }

    fn folded_case<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.case {
            Case::Exact => Cow::Borrowed(text),
            Case::IgnoredInAscii => Cow::Owned(text.to_ascii_lowercase()),
        }
    }
}

impl Values {
    /// Judges values of one kind; `None` stands for one that cannot be read.
    pub(crate) fn judge<V>(
        self,
        mut values: impl Iterator<Item = Option<V>>,
        mut matches: impl FnMut(V) -> bool,
    ) -> Truth {
        match self {
            Self::One => match (values.next(), values.next()) {
                (None, _) => Truth::No,
                (Some(Some(value)), None) => matches(value).into(),
                (Some(None), None) | (Some(_), Some(_)) => Truth::Unclear,
            },
            Self::Any => {
                let each = values.map(|value| value.map_or(Truth::Unclear, |value| matches(value).into()));
                // No value at all is a clear no, unlike no condition at all.
                Truth::any(each.chain([Truth::No]))
            }
        }
    }
}

impl<T: Into<String>> From<T> for TextPattern {
    fn from(text: T) -> Self {
        Self::exact(text)
    }
}

impl From<RequestValue> for TextPattern {
    fn from(value: RequestValue) -> Self {
        Self::from_request(value)
    }
}

/// What was wanted, for the denial: `"Big Partner Foo SA"`, `a value like "svc-*" among several`.
impl fmt::Display for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Exact(texts) => write_alternatives(f, texts)?,
            Kind::FromRequest(value) => value.fmt(f)?,
            Kind::Glob(glob) => write!(f, "like {glob}")?,
            Kind::Prefix(text) => write!(f, "beginning with \"{}\"", Escaped(text))?,
            #[cfg(feature = "regex")]
            Kind::Regex(expression) => write!(f, "matching {expression}")?,
            Kind::Suffix(text) => write!(f, "ending in \"{}\"", Escaped(text))?,
        }
        f.write_str(if self.case == Case::IgnoredInAscii { " in any case" } else { "" })?;
        f.write_str(if self.spaces == Spaces::Folded { " with any spaces" } else { "" })?;
        f.write_str(if self.values == Values::Any { " among its values" } else { "" })
    }
}

fn write_alternatives(f: &mut fmt::Formatter<'_>, texts: &[Box<str>]) -> fmt::Result {
    if texts.is_empty() {
        return f.write_str("one of an empty list");
    }
    for (place, text) in texts.iter().take(MAX_SHOWN_TEXTS).enumerate() {
        write!(f, "{}\"{}\"", if place == 0 { "" } else { " or " }, Escaped(text))?;
    }
    let more = texts.len().saturating_sub(MAX_SHOWN_TEXTS);
    if more == 0 { Ok(()) } else { write!(f, " or one of {more} more") }
}

/// Texts of a list that a denial shows.
const MAX_SHOWN_TEXTS: usize = 4;
