use std::future::Future;

use super::error::AuthorizationError;
use crate::identity::ClientIdentity;

/// Decides about a client by something that has to be waited for, such as a look-up of the account that belongs to a
/// certificate.
///
/// What it grants is put into the extensions of the request, where handlers find it (`Extension<Account>` in axum).
/// Every closure from a [`ClientIdentity`] to such a future is one.
///
/// ```
/// use tower_client_cert::{AuthorizationError, ClientIdentity, Denial, RequireClientCertLayer};
///
/// #[derive(Clone)]
/// struct Account(u64);
///
/// async fn account(identity: ClientIdentity) -> Result<Account, AuthorizationError> {
///     match identity.subject().common_name() {
///         Some("data-exchange-svc01") => Ok(Account(17)),
///         _ => Err(Denial::new("a client with an account", "none").into()),
///     }
/// }
///
/// let layer = RequireClientCertLayer::asynchronous(account);
/// ```
pub trait AsyncAuthorizer: Send + Sync + 'static {
    /// What is granted: `()`, or an account.
    type Grant: Clone + Send + Sync + 'static;

    /// Grants, or says why not.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError`]: a [`Denial`](crate::Denial) becomes a refusal with
    /// [`Reason::RuleDenied`](crate::Reason::RuleDenied), an
    /// [`AuthorizerUnavailable`](crate::AuthorizerUnavailable) one with
    /// [`Reason::AuthorizerUnavailable`](crate::Reason::AuthorizerUnavailable).
    fn authorize(
        &self,
        identity: ClientIdentity,
    ) -> impl Future<Output = Result<Self::Grant, AuthorizationError>> + Send;
}

impl<F, Granting, Grant> AsyncAuthorizer for F
where
    F: Fn(ClientIdentity) -> Granting + Send + Sync + 'static,
    Granting: Future<Output = Result<Grant, AuthorizationError>> + Send,
    Grant: Clone + Send + Sync + 'static,
{
    type Grant = Grant;

    fn authorize(&self, identity: ClientIdentity) -> impl Future<Output = Result<Grant, AuthorizationError>> + Send {
        self(identity)
    }
}
