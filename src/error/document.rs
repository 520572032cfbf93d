//! What can be wrong with a configuration document, and where.

use std::error::Error;
use std::fmt;

use super::{ConfigError, Origin};

/// Why a configuration document cannot be used, and where the mistake stands.
#[derive(Debug)]
#[non_exhaustive]
pub struct DocumentError {
    /// The file, or memory.
    pub origin: Origin,
    /// The line and the column, counted from 1; `None` where the mistake is something that is not there.
    pub place: Option<(usize, usize)>,
    /// The key, such as `gateway[0].addresses[1]`, counted from 0.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: DocumentProblem,
}

/// What is wrong with a configuration document.
#[derive(Debug)]
#[non_exhaustive]
pub enum DocumentProblem {
    /// It is no TOML, has a key that is not known, or a value of another kind than expected.
    Unreadable(String),
    /// A value, or several together, cannot be used.
    Value(Box<ConfigError>),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.origin)?;
        if let Some((line, column)) = self.place {
            write!(f, ", line {line}, column {column}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ", {}", crate::escape::Escaped(key))?;
        }
        match &self.problem {
            DocumentProblem::Unreadable(problem) => write!(f, ": {}", problem.trim_end().replace('\n', ", ")),
            DocumentProblem::Value(problem) => write!(f, ": {problem}"),
        }
    }
}

impl Error for DocumentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            DocumentProblem::Unreadable(_) => None,
            DocumentProblem::Value(problem) => problem.source(),
        }
    }
}
