use super::access_request::AccessRequest;
use super::denial::Denial;

/// Decides whether a client with a certificate may have what it asks for.
///
/// [`Rule`](crate::Rule) is one, and so is every closure that answers with a `bool` or with a `Result<(), Denial>`. It
/// is asked on every request; nothing remembers its answer. For a decision that has to wait, see
/// [`AsyncAuthorizer`](crate::AsyncAuthorizer). One that panics refuses the request, with
/// [`Reason::AuthorizerUnavailable`](crate::Reason::AuthorizerUnavailable), and takes nothing else down.
///
/// ```
/// use tower_client_cert::{AccessRequest, Authorizer, Denial};
///
/// fn only_reading(request: &AccessRequest<'_>) -> Result<(), Denial> {
///     match request.method() {
///         "GET" | "HEAD" => Ok(()),
///         method => Err(Denial::new("method GET", method)),
///     }
/// }
///
/// fn is_authorizer(_: impl Authorizer) {}
/// is_authorizer(only_reading);
/// is_authorizer(|request: &AccessRequest<'_>| request.identity().subject().country() == Some("CH"));
/// ```
pub trait Authorizer: Send + Sync + 'static {
    /// Allows the request, or says what was wanted and what was found.
    ///
    /// # Errors
    ///
    /// [`Denial`], which becomes a refusal with [`Reason::RuleDenied`](crate::Reason::RuleDenied).
    fn authorize(&self, request: &AccessRequest<'_>) -> Result<(), Denial>;
}

impl<F, A> Authorizer for F
where
    F: Fn(&AccessRequest<'_>) -> A + Send + Sync + 'static,
    A: IntoDecision,
{
    fn authorize(&self, request: &AccessRequest<'_>) -> Result<(), Denial> {
        self(request).into_decision()
    }
}

/// What a closure that authorizes may answer with: `bool`, or `Result<(), Denial>`.
pub trait IntoDecision {
    /// The decision.
    ///
    /// # Errors
    ///
    /// [`Denial`] for a no.
    fn into_decision(self) -> Result<(), Denial>;
}

impl IntoDecision for bool {
    fn into_decision(self) -> Result<(), Denial> {
        if self { Ok(()) } else { Err(Denial::new("a yes of the authorizing closure", "a no")) }
    }
}

impl IntoDecision for Result<(), Denial> {
    fn into_decision(self) -> Self {
        self
    }
}
