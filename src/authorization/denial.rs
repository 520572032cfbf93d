use std::error::Error;
use std::fmt;

use crate::escape::Escaped;

/// What an authorizer said no to: what it wanted and what it found.
///
/// It is for the log and the operator's own pages; the client is told a fixed text.
///
/// ```
/// use tower_client_cert::Denial;
///
/// let denial = Denial::new("an account in good standing", "an account that is closed");
/// assert_eq!(denial.to_string(), "denied: wanted an account in good standing, found an account that is closed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    rule: Option<String>,
    wanted: String,
    found: String,
}

impl Denial {
    /// Says what was wanted and what was found. Neither may hold a secret: both go to the log.
    #[must_use]
    pub fn new(wanted: impl Into<String>, found: impl Into<String>) -> Self {
        Self { rule: None, wanted: wanted.into(), found: found.into() }
    }

    /// Names the rule that said no, unless one inside of it already has.
    #[must_use]
    pub fn by_rule(mut self, name: impl Into<String>) -> Self {
        self.rule.get_or_insert_with(|| name.into());
        self
    }

    /// The name of the rule that said no, where it has one.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// What was wanted.
    #[must_use]
    pub fn wanted(&self) -> &str {
        &self.wanted
    }

    /// What was found instead.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "denied by rule \"{}\"", Escaped(rule))?,
            None => f.write_str("denied")?,
        }
        write!(f, ": wanted {}, found {}", Escaped(&self.wanted), Escaped(&self.found))
    }
}

impl Error for Denial {}
