use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use tower::Layer;

use super::accounts::Accounts;
use super::guarded;
use super::known_accounts::{Key, KnownAccounts};
use super::waiting::{Decide, RequireClientCertAsync};
use crate::authorization::AccountLookup;
use crate::layer::{Authentication, Refusal};

/// Lets only those requests through for whose client an [`AccountLookup`] finds an account; made by
/// [`RequireClientCertLayer::account`](super::RequireClientCertLayer::account).
pub struct RequireAccountLayer<L: AccountLookup> {
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

    /// Remembers the accounts of so many clients for so long; who came first makes room for who comes anew. The same
    /// client is one with the same certificate, by the same path, anchor and label, through the same gateway. A no is
    /// asked for again each time. Default: nothing is remembered.
    #[must_use]
    pub fn remember(self, time: Duration, max_clients: usize) -> Self
    where
        L: Clone,
    {
        let look_up = self.shared.look_up.clone();
        Self { shared: Arc::new(Shared { look_up, known: KnownAccounts::new(time, max_clients) }) }
    }
}

impl<L: AccountLookup> Decide for RequireAccountLayer<L> {
    async fn decide(self, authentication: Authentication, mut request: Parts) -> Result<Parts, Refusal> {
        let Shared { look_up, known } = &*self.shared;
        let identity = authentication.require()?.clone();
        let (key, asked_at) = (Key::of(&identity), identity.clock().now());
        let account = if let Some(account) = known.find(&key, asked_at) {
            account
        } else {
            let found = guarded::wait(|| look_up.look_up(identity)).await;
            let account = found.map_err(|error| authentication.refuse(error))?;
            known.remember(key, account.clone(), asked_at);
            account
        };
        Accounts::add(&mut request.extensions, account);
        Ok(request)
    }
}

impl<L: AccountLookup, S> Layer<S> for RequireAccountLayer<L> {
    type Service = RequireClientCertAsync<Self, S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireClientCertAsync::new(self.clone(), inner)
    }
}

impl<L: AccountLookup> Clone for RequireAccountLayer<L> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<L: AccountLookup> fmt::Debug for RequireAccountLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireAccountLayer").finish_non_exhaustive()
    }
}
