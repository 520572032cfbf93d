use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower::{Layer, Service};

use super::accounts::Accounts;
use super::guarded;
use super::known_accounts::{Key, KnownAccounts};
use super::waiting::RequireClientCertAsyncFuture;
use crate::authorization::AccountLookup;
use crate::layer::{Authentication, Refusal, ResponseBody};

/// Lets only those requests through for whose client an [`AccountLookup`] finds an account; made by
/// [`RequireClientCertLayer::account`](super::RequireClientCertLayer::account).
pub struct RequireAccountLayer<L: AccountLookup> {
    shared: Arc<Shared<L>>,
}

/// The service made by [`RequireAccountLayer`].
pub struct RequireAccount<L: AccountLookup, S> {
    inner: S,
    shared: Arc<Shared<L>>,
}

struct Shared<L: AccountLookup> {
    look_up: L,
    known: KnownAccounts<L::Account>,
}

impl<L: AccountLookup> RequireAccountLayer<L> {
    pub(super) fn new(look_up: L) -> Self {
        Self { shared: Arc::new(Shared { look_up, known: KnownAccounts::new(Duration::ZERO, 0) }) }
    }

    /// Remembers the accounts of so many clients for so long. The same client is one with the same certificate, by the
    /// same path, anchor and label, through the same gateway. A no is asked for again each time. Default: nothing is
    /// remembered.
    #[must_use]
    pub fn remember(self, time: Duration, max_clients: usize) -> Self
    where
        L: Clone,
    {
        let look_up = self.shared.look_up.clone();
        Self { shared: Arc::new(Shared { look_up, known: KnownAccounts::new(time, max_clients) }) }
    }
}

impl<L: AccountLookup> Shared<L> {
    async fn admit(&self, authentication: Authentication, mut parts: Parts) -> Result<Parts, Refusal> {
        let identity = authentication.require()?.clone();
        let (key, asked_at) = (Key::of(&identity), identity.clock().now());
        let account = if let Some(account) = self.known.find(&key, asked_at) {
            account
        } else {
            let found = guarded::wait(|| self.look_up.look_up(identity)).await;
            let account = found.map_err(|error| authentication.refuse(error))?;
            self.known.remember(key, account.clone(), asked_at);
            account
        };
        Accounts::add(&mut parts.extensions, account);
        Ok(parts)
    }
}

impl<L, S, ReqBody, ResBody> Service<Request<ReqBody>> for RequireAccount<L, S>
where
    L: AccountLookup,
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    ReqBody: Send + 'static,
    ResBody: Body<Data = Bytes> + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = RequireClientCertAsyncFuture<Self::Response, S::Error>;

    /// Always ready: whoever waits for a decision must not hold a place of the inner service.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        RequireClientCertAsyncFuture::new(self.inner.clone(), request, move |authentication, parts| async move {
            shared.admit(authentication, parts).await
        })
    }
}

impl<L: AccountLookup, S> Layer<S> for RequireAccountLayer<L> {
    type Service = RequireAccount<L, S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireAccount { inner, shared: Arc::clone(&self.shared) }
    }
}

impl<L: AccountLookup> Clone for RequireAccountLayer<L> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<L: AccountLookup, S: Clone> Clone for RequireAccount<L, S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<L: AccountLookup> fmt::Debug for RequireAccountLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireAccountLayer").finish_non_exhaustive()
    }
}

impl<L: AccountLookup, S: fmt::Debug> fmt::Debug for RequireAccount<L, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireAccount").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[cfg(feature = "tonic")]
impl<L: AccountLookup, S: tonic::server::NamedService> tonic::server::NamedService for RequireAccount<L, S> {
    const NAME: &'static str = S::NAME;
}
