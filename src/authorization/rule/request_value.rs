use std::borrow::Cow;
use std::fmt;

use crate::authorization::access_request::RequestFacts;
use crate::escape::Escaped;

/// A value that the request brings along, to compare a field of the certificate with: "the common name is the user in
/// the path". Where the request brings none, an empty one or several, it cannot be told whether they are equal: neither
/// the rule nor its negation holds.
///
/// ```
/// use tower_client_cert::{RequestValue, Rule};
///
/// // A path of the access table such as /accounts/{user}/statements
/// let own_account = Rule::common_name(RequestValue::path_parameter("user"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestValue(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Header(Box<str>),
    PathParameter(Box<str>),
    User,
}

impl RequestValue {
    /// The value of a header that is there exactly once. The client chooses it, unless the gateway replaces it.
    #[must_use]
    pub fn header(name: impl AsRef<str>) -> Self {
        Self(Kind::Header(name.as_ref().to_ascii_lowercase().into()))
    }

    /// A parameter of the path, percent-decoded.
    #[must_use]
    pub fn path_parameter(name: impl AsRef<str>) -> Self {
        Self(Kind::PathParameter(name.as_ref().into()))
    }

    /// The user whom another middleware has authenticated, from an
    /// [`AuthenticatedUser`](crate::AuthenticatedUser) in the extensions.
    #[must_use]
    pub fn user() -> Self {
        Self(Kind::User)
    }

    /// The value; `None` where there is none, an empty one, or more than one.
    pub(crate) fn read<'a>(&self, request: &RequestFacts<'a>) -> Option<Cow<'a, str>> {
        let value = match &self.0 {
            Kind::Header(name) => request.values.header(name).map(Cow::Borrowed),
            Kind::PathParameter(name) => request.parameter(name),
            Kind::User => request.values.user().map(Cow::Borrowed),
        };
        value.filter(|value| !value.is_empty())
    }

    /// The path parameter that it reads.
    pub(crate) fn parameter_name(&self) -> Option<&str> {
        match &self.0 {
            Kind::PathParameter(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for RequestValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Header(name) => write!(f, "the header {}", Escaped(name)),
            Kind::PathParameter(name) => write!(f, "the path parameter {}", Escaped(name)),
            Kind::User => f.write_str("the authenticated user"),
        }
    }
}
