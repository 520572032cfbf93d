use std::any::Any;
use std::sync::Arc;

use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Request};

use super::accounts::Accounts;
use crate::authorization::{HeldRequest, Parameters, RequestFacts, RequestValues};

/// The user whom another middleware has authenticated, such as by password. That middleware puts it into the extensions
/// of the request, for rules that compare it with the certificate.
///
/// ```
/// use tower_client_cert::{AuthenticatedUser, RequestValue, Rule};
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(AuthenticatedUser::new("alice"));
///
/// let same_person = Rule::common_name(RequestValue::user());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatedUser(String);

impl AuthenticatedUser {
    /// The user of this name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What rules may ask of an HTTP request.
#[derive(Clone, Copy)]
pub(in crate::layer) struct HttpValues<'a> {
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
    path: &'a str,
}

impl<'a> HttpValues<'a> {
    pub(in crate::layer) fn of<B>(request: &'a Request<B>) -> Self {
        let extensions = request.extensions();
        Self { headers: request.headers(), extensions, path: original_path(extensions, request.uri().path()) }
    }

    pub(in crate::layer) fn facts(&'a self, method: &'a Method) -> RequestFacts<'a> {
        facts(method, self.path, self.extensions, self)
    }
}

impl RequestValues for HttpValues<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        header(self.headers, name)
    }

    fn forwarded_for(&self, place_from_right: usize) -> Option<&str> {
        forwarded_for(self.headers, place_from_right)
    }

    fn user(&self) -> Option<&str> {
        user(self.extensions)
    }

    fn accounts(&self) -> &[Arc<dyn Any + Send + Sync>] {
        Accounts::of(self.extensions)
    }
}

/// A request that is kept while somebody decides about it.
#[derive(Clone)]
pub(super) struct HeldParts(pub(super) Parts);

impl HeldRequest for HeldParts {
    fn facts(&self) -> RequestFacts<'_> {
        let Parts { method, uri, extensions, .. } = &self.0;
        facts(method, original_path(extensions, uri.path()), extensions, self)
    }
}

impl RequestValues for HeldParts {
    fn header(&self, name: &str) -> Option<&str> {
        header(&self.0.headers, name)
    }

    fn forwarded_for(&self, place_from_right: usize) -> Option<&str> {
        forwarded_for(&self.0.headers, place_from_right)
    }

    fn user(&self) -> Option<&str> {
        user(&self.0.extensions)
    }

    fn accounts(&self) -> &[Arc<dyn Any + Send + Sync>] {
        Accounts::of(&self.0.extensions)
    }
}

fn facts<'a>(
    method: &'a Method,
    path: &'a str,
    extensions: &'a Extensions,
    values: &'a dyn RequestValues,
) -> RequestFacts<'a> {
    let parameters = template(extensions).map_or(Parameters::None, Parameters::Template);
    RequestFacts { method: method.as_str(), path, parameters, values }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())?.to_str().ok()
}

fn forwarded_for(headers: &HeaderMap, place_from_right: usize) -> Option<&str> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).nth(place_from_right).and_then(text)
}

fn user(extensions: &Extensions) -> Option<&str> {
    extensions.get::<AuthenticatedUser>().map(AuthenticatedUser::name)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The path as the client sent it: routers of axum take away from it what they have matched.
#[cfg_attr(not(feature = "axum"), expect(unused_variables, reason = "nothing but axum takes anything away"))]
fn original_path<'a>(extensions: &'a Extensions, current: &'a str) -> &'a str {
    #[cfg(feature = "axum")]
    if let Some(original) = extensions.get::<axum::extract::OriginalUri>() {
        return original.0.path();
    }
    current
}

/// The route that the framework has chosen.
#[cfg_attr(not(feature = "axum"), expect(unused_variables, reason = "nothing but axum tells its routes"))]
fn template(extensions: &Extensions) -> Option<&str> {
    #[cfg(feature = "axum")]
    let chosen = extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str);
    #[cfg(not(feature = "axum"))]
    let chosen = None;
    chosen
}
