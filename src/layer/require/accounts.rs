use std::any::Any;
use std::sync::Arc;

use http::Extensions;

/// The accounts that look-ups have found for a request, in its extensions, each once more under its own type. Nobody else
/// can put one here.
#[derive(Clone, Debug, Default)]
pub(super) struct Accounts(Vec<Arc<dyn Any + Send + Sync>>);

impl Accounts {
    /// Hands an account to authorizers and handlers.
    pub(super) fn add<A: Clone + Send + Sync + 'static>(extensions: &mut Extensions, account: A) {
        let Self(accounts) = extensions.get_or_insert_default();
        accounts.push(Arc::new(account.clone()));
        extensions.insert(account);
    }

    pub(super) fn of(extensions: &Extensions) -> &[Arc<dyn Any + Send + Sync>] {
        extensions.get::<Self>().map_or(&[], |accounts| &accounts.0)
    }
}
