//! What replicas of a service share: signed lists and answers, so that one of them asks an authority for all.
//!
//! **Decides** nothing. **Trusts** a store with nothing but its own availability: what is read from it is verified like
//! what comes from the network, so a store that is down, slow, outdated or in the hands of an attacker changes no
//! verdict. An older answer than the one in force is never taken.
//! **Refuses** to keep anything but signed octets; no verdict is ever stored.

mod directory;
mod error;
mod key;
mod shared;

use std::fmt::Debug;
use std::pin::Pin;
use std::time::SystemTime;

pub use self::directory::DirectoryStore;
pub use self::error::StoreError;
pub use self::key::StoreKey;
pub(crate) use self::shared::SharedStore;

/// Keeps signed revocation lists and answers for several replicas, or over a restart.
///
/// Implementations may lose entries at any time. They need not check anything; they should bound how much they keep.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Mutex, PoisonError};
/// use std::time::SystemTime;
/// use tower_client_cert::{RevocationStore, StoreKey, Storing};
///
/// /// Keeps entries as long as the process runs.
/// #[derive(Debug, Default)]
/// struct InMemory(Mutex<HashMap<StoreKey, Vec<u8>>>);
///
/// impl RevocationStore for InMemory {
///     fn load<'a>(&'a self, key: &'a StoreKey, max_octets: usize) -> Storing<'a, Option<Vec<u8>>> {
///         let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
///         Box::pin(async move { Ok(known.filter(|octets| octets.len() <= max_octets)) })
///     }
///
///     fn save<'a>(&'a self, key: &'a StoreKey, octets: &'a [u8], _: SystemTime) -> Storing<'a, ()> {
///         self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), octets.to_vec());
///         Box::pin(async { Ok(()) })
///     }
/// }
/// ```
pub trait RevocationStore: Debug + Send + Sync + 'static {
    /// Reads an entry; `None` where there is none, and for one with more octets than `max_octets`.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]. It is counted and logged, and what was asked for is fetched instead.
    fn load<'a>(&'a self, key: &'a StoreKey, max_octets: usize) -> Storing<'a, Option<Vec<u8>>>;

    /// Writes an entry, in place of one with the same key. It is of no use after `useful_until`, and may be removed then.
    ///
    /// # Errors
    ///
    /// A [`StoreError`]. It is counted and logged, and has no other consequence.
    fn save<'a>(&'a self, key: &'a StoreKey, octets: &'a [u8], useful_until: SystemTime) -> Storing<'a, ()>;

    /// What it is and how it is set, as the effective policy shows it; nothing secret. Default: that it is the program's
    /// own.
    fn describe(&self) -> String {
        "a store of the program's own".to_owned()
    }
}

/// An access to a store under way.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
