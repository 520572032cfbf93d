use http::{Extensions, HeaderMap, Method, Request};

use crate::authorization::{Lone, Parameters, RequestFacts, RequestValues};

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
        RequestFacts {
            method: method.as_str(),
            path: self.path,
            parameters: template(self.extensions).map_or(Parameters::None, Parameters::Template),
            values: self,
        }
    }
}

impl RequestValues for HttpValues<'_> {
    fn header(&self, name: &str) -> Lone<'_> {
        let mut lines = self.headers.get_all(name).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Lone::Absent,
            (Some(line), None) => line.to_str().map_or(Lone::Unclear, Lone::One),
            (Some(_), Some(_)) => Lone::Unclear,
        }
    }

    fn forwarded_for(&self, place_from_right: usize) -> Option<&str> {
        let lines = self.headers.get_all("x-forwarded-for").iter().rev();
        lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).nth(place_from_right).and_then(text)
    }

    fn user(&self) -> Option<&str> {
        self.extensions.get::<AuthenticatedUser>().map(AuthenticatedUser::name)
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The path as the client sent it: routers of axum take away from it what they have matched.
#[cfg(feature = "axum")]
fn original_path<'a>(extensions: &'a Extensions, current: &'a str) -> &'a str {
    extensions.get::<axum::extract::OriginalUri>().map_or(current, |original| original.0.path())
}

#[cfg(not(feature = "axum"))]
fn original_path<'a>(_: &'a Extensions, current: &'a str) -> &'a str {
    current
}

/// The route that the framework has chosen.
#[cfg(feature = "axum")]
pub(super) fn template(extensions: &Extensions) -> Option<&str> {
    extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str)
}

#[cfg(not(feature = "axum"))]
pub(super) fn template(_: &Extensions) -> Option<&str> {
    None
}
