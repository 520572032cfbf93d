mod account;
mod accounts;
mod asynchronous;
mod check;
mod guarded;
mod known_accounts;
mod service;
mod table_handle;
mod values;
mod waiting;

use std::sync::Arc;

use tower::Layer;

pub use self::account::RequireAccountLayer;
pub use self::asynchronous::RequireClientCertAsyncLayer;
pub(super) use self::check::Check;
use self::check::Mode;
pub use self::service::RequireClientCert;
pub use self::table_handle::AccessTableHandle;
pub use self::values::AuthenticatedUser;
pub(super) use self::values::HttpValues;
pub use self::waiting::{RequireClientCertAsync, RequireClientCertAsyncFuture};
use crate::authorization::{AccountLookup, AsyncAuthorizer, Authorizer, Rule, TokenClaims};

/// Lets only those requests through whose client may have what it asks for.
///
/// For whole applications, nested routers, single routes, tonic services, and, with an access table, single gRPC
/// methods. It stands inside of a [`ClientCertLayer`](crate::ClientCertLayer); where none has run, every request is
/// answered with 500. Anonymous requests are answered with 401 and those that are denied with 403; what was wanted and
/// found goes to the log, never to the client. Nothing about the decision is remembered.
///
/// With a certificate of any client:
///
/// ```
/// use tower_client_cert::RequireClientCertLayer;
///
/// let layer = RequireClientCertLayer::any_client();
/// ```
///
/// With a rule, on one route of axum:
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::Router;
/// use axum::routing::get;
/// use tower_client_cert::{RequireClientCertLayer, Rule};
///
/// let partner = Rule::organization("Big Partner Foo SA").and(Rule::issued_by("carc-i101l"));
/// let app: Router = Router::new()
///     .route("/", get(async || "public"))
///     .route("/restricted", get(async || "restricted").layer(RequireClientCertLayer::rule(partner)));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireClientCertLayer {
    check: Check,
    mode: Mode,
}

impl RequireClientCertLayer {
    /// Asks for a client certificate, whosever it is.
    #[must_use]
    pub fn any_client() -> Self {
        Self::rule(Rule::any_client())
    }

    /// Asks a rule.
    #[must_use]
    pub fn rule(rule: Rule) -> Self {
        Self::of(Check::Rule(Arc::new(rule)))
    }

    /// Asks an authorizer, such as a closure.
    #[must_use]
    pub fn authorizer(authorizer: impl Authorizer) -> Self {
        Self::of(Check::Authorizer(Arc::new(authorizer)))
    }

    /// Asks an access table: an [`AccessTable`](crate::AccessTable), or a handle by which it can be replaced.
    #[must_use]
    pub fn table(table: impl Into<AccessTableHandle>) -> Self {
        Self::of(Check::Table(table.into()))
    }

    /// Asks for the application's account of the client, and hands it to whatever stands inside: to authorizers by
    /// [`AccessRequest::account`](crate::AccessRequest::account), to handlers by the extensions of the request.
    #[must_use]
    pub fn account<L: AccountLookup>(look_up: L) -> RequireAccountLayer<L> {
        RequireAccountLayer::new(look_up)
    }

    /// Asks an authorizer that has to wait.
    #[must_use]
    pub fn asynchronous<A: AsyncAuthorizer>(authorizer: A) -> RequireClientCertAsyncLayer<A> {
        RequireClientCertAsyncLayer::new(authorizer)
    }

    /// Asks that the token whose verified claims stand in the extensions of the request be bound to the client's
    /// certificate (RFC 8705 section 3). A token that is bound to none, and a request without claims, are refused.
    #[must_use]
    pub fn bound_token<C: TokenClaims>() -> Self {
        Self::of(Check::bound_token::<C>())
    }

    /// Rehearses: what would be refused is logged and counted, and passes. Anonymous requests pass too.
    #[must_use]
    pub fn shadow(self) -> Self {
        Self { mode: Mode::Shadow, ..self }
    }

    fn of(check: Check) -> Self {
        Self { check, mode: Mode::Enforced }
    }
}

impl<S> Layer<S> for RequireClientCertLayer {
    type Service = RequireClientCert<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireClientCert::new(inner, self.check.clone(), self.mode)
    }
}
