//! What stands around every fetcher, a user's own too.

mod ledger;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use self::ledger::{FetchKey, Ledger, Server};
use super::chance::Chance;
use super::{Fetch, FetchError, FetchRequest, FetchUrl, Fetched, Fetching};
use crate::clock::Clock;

/// A fetcher that is asked once for what several want at a time, that is left alone after failures, and whose limits of
/// time and size hold whether or not it keeps them itself. What it does not fetch is an error, never an answer.
///
/// A fetch that failed is not tried again for a second, then two, up to 30. A server of which five fetches failed in a
/// row is left alone for 5 seconds, then 10, up to 60, and then tried once. Chance takes up to half off each pause. A
/// fetch goes on when whoever asked first has given up. Fetches need a tokio runtime.
///
/// The layer puts this around every fetcher that it is given.
///
/// ```no_run
/// # #[cfg(feature = "http-client")] {
/// use tower_client_cert::{GuardedFetch, HttpFetcher, SystemClock};
///
/// let fetcher = GuardedFetch::new(HttpFetcher::new(), SystemClock);
/// # let _ = fetcher;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct GuardedFetch {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    fetcher: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    chance: Chance,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    flights: HashMap<FetchKey, watch::Receiver<Option<Outcome>>>,
    ledger: Ledger,
}

type Outcome = Result<Fetched, FetchError>;

impl GuardedFetch {
    /// Puts the guards around a fetcher; pauses are measured by the clock.
    #[must_use]
    pub fn new(fetcher: impl Fetch, clock: impl Clock) -> Self {
        Self::with_chance(Arc::new(fetcher), Arc::new(clock), Chance::default())
    }

    /// The same, around a fetcher and by a clock that others have too.
    pub(in crate::revocation) fn shared(fetcher: Arc<dyn Fetch>, clock: Arc<dyn Clock>) -> Self {
        Self::with_chance(fetcher, clock, Chance::default())
    }

    fn with_chance(fetcher: Arc<dyn Fetch>, clock: Arc<dyn Clock>, chance: Chance) -> Self {
        Self { shared: Arc::new(Shared { fetcher, clock, chance, state: Mutex::default() }) }
    }

    fn flight(&self, request: FetchRequest) -> Result<watch::Receiver<Option<Outcome>>, FetchError> {
        let runtime = Handle::try_current().map_err(|_| FetchError::Aborted)?;
        let (key, server, now) = (FetchKey::of(&request), Server::of(&request), self.shared.clock.now());
        let mut state = self.shared.state();
        if let Some(flight) = state.flights.get(&key) {
            return Ok(flight.clone());
        }
        if state.flights.len() >= MAX_FLIGHTS {
            return Err(FetchError::Busy { limit: MAX_FLIGHTS });
        }
        state.ledger.admit(&key, &server, now)?;
        let (sender, flight) = watch::channel(None);
        state.flights.insert(key.clone(), flight.clone());
        // A runtime that is shut down drops the task at once, and the end of a flight changes the state.
        drop(state);
        let landing = Landing { shared: Arc::clone(&self.shared), key, server, sender, outcome: None };
        runtime.spawn(landing.fly(request));
        Ok(flight)
    }
}

impl Fetch for GuardedFetch {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        Box::pin(async move {
            let mut flight = self.flight(request)?;
            let landed = flight.wait_for(Option::is_some).await.map_err(|_| FetchError::Aborted)?;
            landed.clone().unwrap_or(Err(FetchError::Aborted))
        })
    }

    fn check(&self, url: &FetchUrl) -> Result<(), FetchError> {
        self.shared.fetcher.check(url)
    }

    fn describe(&self) -> String {
        self.shared.fetcher.describe()
    }

    fn allowed_targets(&self) -> Vec<String> {
        self.shared.fetcher.allowed_targets()
    }

    fn max_running(&self) -> Option<usize> {
        self.shared.fetcher.max_running()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the outcome of a flight, and that there was none if its task was ended.
struct Landing {
    shared: Arc<Shared>,
    key: FetchKey,
    server: Server,
    sender: watch::Sender<Option<Outcome>>,
    outcome: Option<Outcome>,
}

impl Landing {
    async fn fly(mut self, request: FetchRequest) {
        let (after, limit_octets) = (request.time_limit(), request.max_octets());
        let fetcher = Arc::clone(&self.shared.fetcher);
        let outcome = timeout(after, fetcher.fetch(request)).await.unwrap_or(Err(FetchError::TimedOut { after }));
        self.outcome = Some(match outcome {
            Ok(Fetched::Octets(octets)) if octets.octets().len() > limit_octets => {
                Err(FetchError::TooLarge { limit_octets })
            }
            outcome => outcome,
        });
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        let outcome = self.outcome.take().unwrap_or(Err(FetchError::Aborted));
        let now = self.shared.clock.now();
        let mut state = self.shared.state();
        state.flights.remove(&self.key);
        let told = outcome.as_ref().map(|_| ());
        state.ledger.note(self.key.clone(), self.server.clone(), told, now, &self.shared.chance);
        drop(state);
        self.sender.send_replace(Some(outcome));
    }
}

/// Fetches under way.
const MAX_FLIGHTS: usize = 1024;

#[cfg(test)]
mod tests;
