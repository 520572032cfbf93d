use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::FetchedCrls;
use super::due::Due;
use crate::clock::Clock;
use crate::error::{Origin, RevocationListError};
use crate::revocation::RevocationListInForce;
use crate::revocation::crl::{Added, Numbering};
use crate::revocation::fetch::{
    Chance, Fetch as _, FetchError, FetchRequest, FetchUrl, FetchValidators, Fetched, GuardedFetch,
};
use crate::revocation::store::{SharedStore, StoreError, StoreKey};

/// Who verifies lists and puts them in force. `None` when there is nobody any more.
pub(crate) trait ListKeeper: Clone + Send + Sync + 'static {
    fn add(&self, octets: &[u8], origin: Origin, numbering: Numbering) -> Option<Added>;

    fn tell(&self, news: &ListNews<'_>);
}

/// What came of one look at an address or store.
#[derive(Debug)]
pub(crate) struct ListNews<'a> {
    pub(crate) url: &'a FetchUrl,
    pub(crate) outcome: NewsOutcome<'a>,
}

#[derive(Debug)]
pub(crate) enum NewsOutcome<'a> {
    /// Nothing that could be verified.
    Failed(&'a FetchError),
    /// Lists that are in force from now on.
    Fresh(&'a [RevocationListInForce]),
    /// Lists that cannot be used.
    Refused(&'a [RevocationListError]),
    StoreFailed(&'a StoreError),
    /// The same lists as before, or older ones.
    Unchanged,
}

/// Looks after one address.
struct Watch<K> {
    keeper: K,
    url: FetchUrl,
    fetcher: GuardedFetch,
    crls: Arc<FetchedCrls>,
    clock: Arc<dyn Clock>,
    chance: Arc<Chance>,
    validators: FetchValidators,
    period: Option<(SystemTime, SystemTime)>,
    last_look: LastLook,
}

/// Where the last list came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastLook {
    Authority,
    Store,
}

/// Nobody is left to keep lists.
struct Ended;

impl FetchedCrls {
    /// Looks after every address until the keeper is gone, or this future is dropped.
    pub(crate) async fn run<K: ListKeeper>(self, keeper: K, clock: Arc<dyn Clock>) {
        let crls = Arc::new(self);
        let fetcher = GuardedFetch::shared(Arc::clone(&crls.fetcher), Arc::clone(&clock));
        let chance = Arc::new(Chance::default());
        let mut watches = JoinSet::new();
        let watch = |url: &FetchUrl| Watch {
            keeper: keeper.clone(),
            url: url.clone(),
            fetcher: fetcher.clone(),
            crls: Arc::clone(&crls),
            clock: Arc::clone(&clock),
            chance: Arc::clone(&chance),
            validators: FetchValidators::default(),
            period: None,
            last_look: LastLook::Authority,
        };
        for url in &crls.urls {
            watches.spawn(watch(url).look_after());
        }
        while watches.join_next().await.is_some() {}
    }
}

impl<K: ListKeeper> Watch<K> {
    async fn look_after(mut self) {
        let mut due = Due::default();
        while let Ok(wait) = self.look(&mut due).await {
            sleep(wait).await;
        }
    }

    /// Looks once, and says how long to wait for the next time.
    async fn look(&mut self, due: &mut Due) -> Result<Duration, Ended> {
        let is_usable = match self.look_into_store().await? {
            Found::Fresh => true,
            Found::Nothing => self.ask_authority().await?,
        };
        let (interval, now) = (self.crls.interval, self.clock.now());
        Ok(if is_usable {
            due.after_success(self.period, interval, now, &self.chance)
        } else {
            due.after_failure(interval, &self.chance)
        })
    }

    async fn look_into_store(&mut self) -> Result<Found, Ended> {
        let Some(store) = self.crls.store.clone() else {
            return Ok(Found::Nothing);
        };
        if std::mem::replace(&mut self.last_look, LastLook::Authority) == LastLook::Store {
            return Ok(Found::Nothing);
        }
        match store.load(self.key(), self.crls.max_octets).await {
            Ok(None) => Ok(Found::Nothing),
            Ok(Some(octets)) => {
                let added = self.add(Arc::new(octets)).await?;
                if !added.errors.is_empty() {
                    self.tell(NewsOutcome::Refused(&added.errors));
                }
                if added.fresh.is_empty() {
                    return Ok(Found::Nothing);
                }
                self.tell(NewsOutcome::Fresh(&added.fresh));
                self.period = added.period;
                self.validators = FetchValidators::default();
                self.last_look = LastLook::Store;
                Ok(Found::Fresh)
            }
            Err(error) => {
                self.tell(NewsOutcome::StoreFailed(&error));
                Ok(Found::Nothing)
            }
        }
    }

    /// Whether the authority has a list that can be used.
    async fn ask_authority(&mut self) -> Result<bool, Ended> {
        let request = FetchRequest::get(self.url.clone())
            .with_max_octets(self.crls.max_octets)
            .with_time_limit(self.crls.time_limit)
            .unless_unchanged(self.known());
        let fetched = match self.fetcher.fetch(request).await {
            Ok(Fetched::Octets(fetched)) => fetched,
            Ok(Fetched::Unchanged) => {
                self.tell(NewsOutcome::Unchanged);
                return Ok(true);
            }
            Err(error) => {
                self.tell(NewsOutcome::Failed(&error));
                return Ok(false);
            }
        };
        let added = self.add(fetched.shared_octets()).await?;
        if !added.errors.is_empty() {
            self.tell(NewsOutcome::Refused(&added.errors));
        }
        let is_usable = !added.fresh.is_empty() || added.known > 0;
        if is_usable {
            self.period = added.period;
        }
        if is_usable && added.errors.is_empty() {
            self.validators = fetched.validators().clone();
        }
        if added.fresh.is_empty() {
            if is_usable {
                self.tell(NewsOutcome::Unchanged);
            }
            return Ok(is_usable);
        }
        self.tell(NewsOutcome::Fresh(&added.fresh));
        if let (Some(store), Some((_, next_update))) = (self.crls.store.clone(), added.period) {
            self.save(&store, fetched.shared_octets(), next_update + KEPT_AFTER_NEXT_UPDATE).await;
        }
        Ok(is_usable)
    }

    /// What the server may say nothing has changed since: never a list past its end.
    fn known(&self) -> FetchValidators {
        let is_current = self.period.is_some_and(|(_, next_update)| self.clock.now() < next_update);
        if is_current { self.validators.clone() } else { FetchValidators::default() }
    }

    async fn save(&self, store: &SharedStore, octets: Arc<Vec<u8>>, useful_until: SystemTime) {
        if let Err(error) = store.save(self.key(), octets, useful_until).await {
            self.tell(NewsOutcome::StoreFailed(&error));
        }
    }

    /// Verifies lists and puts them in force; a large one takes a second, which no other task has to wait for.
    async fn add(&self, octets: Arc<Vec<u8>>) -> Result<Added, Ended> {
        let (keeper, origin) = (self.keeper.clone(), Origin::Url(self.url.as_str().to_owned()));
        let numbering = self.crls.numbering;
        match spawn_blocking(move || keeper.add(&octets, origin, numbering)).await {
            Ok(added) => added.ok_or(Ended),
            // What could not be read to its end cannot be used.
            Err(_) => Ok(Added::default()),
        }
    }

    fn tell(&self, outcome: NewsOutcome<'_>) {
        self.keeper.tell(&ListNews { url: &self.url, outcome });
    }

    fn key(&self) -> StoreKey {
        StoreKey::new("crl", &[self.url.as_str().as_bytes()])
    }
}

/// What a store had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Fresh,
    Nothing,
}

/// How long a list stays in a store after its next update: policies may let stale lists speak.
const KEPT_AFTER_NEXT_UPDATE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
