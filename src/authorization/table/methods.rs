use std::fmt;

use crate::error::ConfigError;

/// The methods that a line of an access table is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    All,
    /// Compared byte for byte, as methods are (RFC 9110 section 9.1).
    These(Box<[Box<str>]>),
}

/// How closely a line's methods fit a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// The line is for all methods.
    All,
    /// The line is for GET, the request is HEAD (RFC 9110 section 9.3.2).
    HeadAsGet,
    /// The line names the method.
    Named,
}

impl Methods {
    pub(crate) fn these<M: AsRef<str>>(methods: impl IntoIterator<Item = M>) -> Result<Self, ConfigError> {
        let methods = methods.into_iter().map(|method| checked(method.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self::These(methods))
    }

    pub(crate) fn fit(&self, method: &str) -> Option<Fit> {
        let Self::These(methods) = self else { return Some(Fit::All) };
        let names = |wanted: &str| methods.iter().any(|known| **known == *wanted);
        if names(method) {
            return Some(Fit::Named);
        }
        (method == "HEAD" && names("GET")).then_some(Fit::HeadAsGet)
    }

    /// Whether every method of the other is among these.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::All) => true,
            (Self::These(methods), Self::These(others)) => others.iter().all(|other| methods.contains(other)),
            // A line that names its methods goes before one for all of them, so neither takes the other's place.
            _ => false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::These(methods) if methods.is_empty())
    }
}

/// A token of RFC 9110 section 5.6.2 without lower case: `get` is another method than `GET`, and never meant.
fn checked(method: &str) -> Result<Box<str>, ConfigError> {
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if is_method {
        return Ok(method.into());
    }
    let problem = "is no method, expected one such as GET in capital letters".to_owned();
    Err(ConfigError::Pattern { value: method.to_owned(), problem })
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all methods"),
            Self::These(methods) => f.write_str(&methods.join(", ")),
        }
    }
}
