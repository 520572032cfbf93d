use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use super::due::Due;
use super::{FetchedCrls, Look, Point};
use crate::clock::Clock;
use crate::error::RevocationListError;
use crate::revocation::RevocationListInForce;
use crate::revocation::crl::{Added, Delivery};
use crate::revocation::fetch::{
    Chance, Fetch as _, FetchError, FetchRequest, FetchUrl, FetchValidators, Fetched, GuardedFetch,
};
use crate::revocation::store::{SharedStore, StoreError, StoreKey};

/// Who verifies lists and puts them in force. `None` when there is nobody any more.
pub(crate) trait ListKeeper: Clone + Send + Sync + 'static {
    fn add(&self, octets: &[u8], delivery: &Delivery) -> Option<Added>;

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
    delivery: Delivery,
    /// Where the address stands in certificates: who waits for it.
    point: Option<Arc<Point>>,
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
    /// Looks after every address, and after those of certificates as they are named, until the keeper is gone, or this
    /// future is dropped.
    pub(crate) async fn run<K: ListKeeper>(self, keeper: K, clock: Arc<dyn Clock>) {
        let crls = Arc::new(self);
        let fetcher = GuardedFetch::shared(Arc::clone(&crls.fetcher), Arc::clone(&clock));
        let chance = Arc::new(Chance::default());
        let mut watches = JoinSet::new();
        let watch = |url: &FetchUrl, point: Option<Arc<Point>>| Watch {
            keeper: keeper.clone(),
            delivery: Delivery {
                url: url.clone(),
                numbering: crls.numbering,
                issuer: point.as_ref().map(|point| Arc::clone(&point.place.issuer)),
            },
            point,
            fetcher: fetcher.clone(),
            crls: Arc::clone(&crls),
            clock: Arc::clone(&clock),
            chance: Arc::clone(&chance),
            validators: FetchValidators::default(),
            period: None,
            last_look: LastLook::Authority,
        };
        for url in &crls.urls {
            watches.spawn(watch(url, None).look_after());
        }
        if let Some(points) = &crls.points
            && let Some(mut to_look_after) = points.to_look_after()
        {
            while let Some(point) = to_look_after.recv().await {
                let (points, watch) = (Arc::clone(points), watch(&point.place.url, Some(Arc::clone(&point))));
                watches.spawn(async move {
                    watch.look_after().await;
                    points.leave(&point);
                });
                while watches.try_join_next().is_some() {}
            }
        }
        while watches.join_next().await.is_some() {}
    }
}

impl<K: ListKeeper> Watch<K> {
    async fn look_after(mut self) {
        let began = self.clock.now();
        let mut due = if self.point.is_some() { Due::of_certificates() } else { Due::configured() };
        let mut first_look = self.point.is_none().then(|| Arc::clone(&self.crls.looked_at));
        while let Ok(wait) = self.look(&mut due).await {
            if let Some(looked_at) = first_look.take() {
                looked_at.add_permits(1);
            }
            if self.point.is_some() && self.is_of_no_use(began) {
                return;
            }
            sleep(wait).await;
        }
    }

    /// Whether no list was current for so long that an address in certificates is given up.
    fn is_of_no_use(&self, began: SystemTime) -> bool {
        let since = self.period.map_or(began, |(_, next_update)| next_update);
        self.clock.now().duration_since(since).is_ok_and(|time| time >= LEFT_ALONE_AFTER)
    }

    /// Looks once, and says how long to wait for the next time.
    async fn look(&mut self, due: &mut Due) -> Result<Duration, Ended> {
        let look = match self.look_into_store().await? {
            Found::Fresh => Look::Came,
            Found::Nothing => self.ask_authority().await?,
        };
        let (interval, now) = (self.crls.interval, self.clock.now());
        let wait = match look {
            Look::Came => due.after_success(self.period, interval, now, &self.chance),
            Look::Failed(_) | Look::Open => due.after_failure(interval, &self.chance),
        };
        if let Some(point) = &self.point {
            point.looked(look);
        }
        Ok(wait)
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
                for error in added.errors {
                    self.tell(NewsOutcome::StoreFailed(&StoreError::other(error)));
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
    async fn ask_authority(&mut self) -> Result<Look, Ended> {
        let request = FetchRequest::get(self.delivery.url.clone())
            .with_max_octets(self.crls.max_octets)
            .with_time_limit(self.crls.time_limit)
            .unless_unchanged(self.known());
        let fetched = match self.fetcher.fetch(request).await {
            Ok(Fetched::Octets(fetched)) => fetched,
            Ok(Fetched::Unchanged) => {
                self.tell(NewsOutcome::Unchanged);
                return Ok(Look::Came);
            }
            Err(error) => {
                self.tell(NewsOutcome::Failed(&error));
                return Ok(Look::Failed(format!("cannot be reached: {error}").into()));
            }
        };
        let added = self.add(fetched.shared_octets()).await?;
        if !added.errors.is_empty() {
            self.tell(NewsOutcome::Refused(&added.errors));
        }
        if added.fresh.is_empty() && added.known == 0 {
            let why = added.errors.first().map_or_else(|| "it was not read to its end".to_owned(), ToString::to_string);
            return Ok(Look::Failed(format!("sent no list that can be used: {why}").into()));
        }
        self.period = added.period;
        if added.errors.is_empty() {
            self.validators = fetched.validators().clone();
        }
        if added.fresh.is_empty() {
            self.tell(NewsOutcome::Unchanged);
            return Ok(Look::Came);
        }
        self.tell(NewsOutcome::Fresh(&added.fresh));
        if let (Some(store), Some((_, next_update))) = (self.crls.store.clone(), added.period) {
            self.save(&store, fetched.shared_octets(), next_update + KEPT_AFTER_NEXT_UPDATE).await;
        }
        Ok(Look::Came)
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
        let (keeper, delivery) = (self.keeper.clone(), self.delivery.clone());
        match spawn_blocking(move || keeper.add(&octets, &delivery)).await {
            Ok(added) => added.ok_or(Ended),
            // What could not be read to its end cannot be used.
            Err(_) => Ok(Added::default()),
        }
    }

    fn tell(&self, outcome: NewsOutcome<'_>) {
        self.keeper.tell(&ListNews { url: &self.delivery.url, outcome });
    }

    fn key(&self) -> StoreKey {
        StoreKey::new("crl", &[self.delivery.url.as_str().as_bytes()])
    }
}

/// What a store had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Fresh,
    Nothing,
}

/// How long an address in certificates is looked after without a current list.
const LEFT_ALONE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a list stays in a store after its next update: policies may let stale lists speak.
const KEPT_AFTER_NEXT_UPDATE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
