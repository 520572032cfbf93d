//! Where in a document a value stands.

use std::fmt;

use crate::error::ConfigError;

/// The way from the top of a document to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Key(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(String),
    Index(usize),
}

/// A value that cannot be used, and where it stands.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) key: Key,
    pub(super) problem: ConfigError,
}

impl Key {
    pub(super) fn top(field: &str) -> Self {
        Self::default().field(field)
    }

    pub(super) fn field(&self, name: &str) -> Self {
        self.and(Step::Field(name.to_owned()))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.and(Step::Index(index))
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    fn and(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(place, step)| match step {
            Step::Field(name) if place == 0 => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        })
    }
}

/// Says of an error where the value stands that caused it.
pub(super) trait At<T> {
    fn at(self, key: &Key) -> Result<T, Mistake>;
}

impl<T, E: Into<ConfigError>> At<T> for Result<T, E> {
    fn at(self, key: &Key) -> Result<T, Mistake> {
        self.map_err(|problem| Mistake { key: key.clone(), problem: problem.into() })
    }
}

/// A value that no builder would be asked for, such as two choices where one is expected.
pub(super) fn contradiction<T>(key: &Key, problem: impl Into<String>) -> Result<T, Mistake> {
    Err(Mistake { key: key.clone(), problem: ConfigError::Contradiction { problem: problem.into() } })
}
