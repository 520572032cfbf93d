use std::future::Future;

use super::error::AuthorizationError;
use crate::identity::ClientIdentity;

/// Finds the application's account of a client, such as in a database.
///
/// It is given the client and nothing of the request, so that what it finds can be
/// [remembered](crate::RequireAccountLayer::remember) for the next request of the same client. What depends on the
/// request is for an [`Authorizer`](crate::Authorizer) or an [`AsyncAuthorizer`](crate::AsyncAuthorizer) inside of it,
/// which find the account by [`AccessRequest::account`](crate::AccessRequest::account) and are never remembered. The
/// evidence of an identity is of the request too: no account should depend on it.
///
/// The account is put into the extensions of the request, where handlers find it (`Extension<Account>` in axum). Every
/// closure from a [`ClientIdentity`] to such a future is a look-up.
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
/// let layer = RequireClientCertLayer::account(account);
/// ```
pub trait AccountLookup: Send + Sync + 'static {
    /// What the application knows the client as.
    type Account: Clone + Send + Sync + 'static;

    /// Finds the account, or says that there is none.
    ///
    /// # Errors
    ///
    /// [`AuthorizationError`]: a [`Denial`](crate::Denial) becomes a refusal with
    /// [`Reason::RuleDenied`](crate::Reason::RuleDenied), an
    /// [`AuthorizerUnavailable`](crate::AuthorizerUnavailable) one with
    /// [`Reason::AuthorizerUnavailable`](crate::Reason::AuthorizerUnavailable).
    fn look_up(
        &self,
        identity: ClientIdentity,
    ) -> impl Future<Output = Result<Self::Account, AuthorizationError>> + Send;
}

impl<F, Finding, Account> AccountLookup for F
where
    F: Fn(ClientIdentity) -> Finding + Send + Sync + 'static,
    Finding: Future<Output = Result<Account, AuthorizationError>> + Send,
    Account: Clone + Send + Sync + 'static,
{
    type Account = Account;

    fn look_up(&self, identity: ClientIdentity) -> impl Future<Output = Result<Account, AuthorizationError>> + Send {
        self(identity)
    }
}
