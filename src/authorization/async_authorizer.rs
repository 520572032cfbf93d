use std::future::Future;

use super::async_access_request::AsyncAccessRequest;
use super::error::AuthorizationError;

/// Decides about a request by something that has to be waited for, such as whose the account is that the path names.
///
/// It sees what an [`Authorizer`](crate::Authorizer) sees, and like one it is asked on every request; nothing remembers
/// its answer. What depends on the client alone is for an [`AccountLookup`](crate::AccountLookup), which can be
/// remembered. Every closure from an [`AsyncAccessRequest`] to such a future is one.
///
/// ```
/// use tower_client_cert::{AsyncAccessRequest, AuthorizationError, Denial, RequireClientCertLayer};
///
/// async fn owner_of(document: &str) -> Option<String> {
///     (document == "17").then(|| "alice".to_owned())
/// }
///
/// async fn only_own(request: AsyncAccessRequest) -> Result<(), AuthorizationError> {
///     let access = request.access();
///     let document = access.path_parameter("document").unwrap_or_default();
///     let owner = owner_of(&document).await;
///     if owner.is_some() && owner.as_deref() == access.identity().subject().common_name() {
///         return Ok(());
///     }
///     Err(Denial::new("the owner of the document", "somebody else").into())
/// }
///
/// let layer = RequireClientCertLayer::asynchronous(only_own);
/// ```
pub trait AsyncAuthorizer: Send + Sync + 'static {
    /// Allows the request, or says why not.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError`]: a [`Denial`](crate::Denial) becomes a refusal with
    /// [`Reason::RuleDenied`](crate::Reason::RuleDenied), an
    /// [`AuthorizerUnavailable`](crate::AuthorizerUnavailable) one with
    /// [`Reason::AuthorizerUnavailable`](crate::Reason::AuthorizerUnavailable).
    fn authorize(&self, request: AsyncAccessRequest) -> impl Future<Output = Result<(), AuthorizationError>> + Send;
}

impl<F, Deciding> AsyncAuthorizer for F
where
    F: Fn(AsyncAccessRequest) -> Deciding + Send + Sync + 'static,
    Deciding: Future<Output = Result<(), AuthorizationError>> + Send,
{
    fn authorize(&self, request: AsyncAccessRequest) -> impl Future<Output = Result<(), AuthorizationError>> + Send {
        self(request)
    }
}
