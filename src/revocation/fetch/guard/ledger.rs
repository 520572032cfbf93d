use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::revocation::fetch::chance::Chance;
use crate::revocation::fetch::{FetchError, FetchPost, FetchRequest};

/// What failed lately, and what is therefore not tried: one fetch again for a while, or anything from one server.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    fetches: HashMap<FetchKey, Failures>,
    servers: HashMap<Server, Failures>,
}

/// What makes two fetches the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FetchKey {
    url: Arc<str>,
    body: Option<FetchPost>,
    is_conditional: Conditional,
}

/// Whether the answer may be that nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Conditional {
    No,
    Yes,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Server {
    host: String,
    port: u16,
}

#[derive(Debug)]
struct Failures {
    in_a_row: u32,
    last: Arc<FetchError>,
    /// Nothing is tried before.
    until: SystemTime,
    /// How long nothing was tried the last time.
    pause: Duration,
}

impl FetchKey {
    pub(super) fn of(request: &FetchRequest) -> Self {
        let is_conditional = if request.known().is_some() { Conditional::Yes } else { Conditional::No };
        Self { url: request.url().as_str().into(), body: request.body().cloned(), is_conditional }
    }
}

impl Server {
    pub(super) fn of(request: &FetchRequest) -> Self {
        Self { host: request.url().host().to_owned(), port: request.url().port() }
    }
}

impl Ledger {
    /// Whether a fetch may be tried now. A server whose pause is over is tried once; the next try waits for the outcome.
    pub(super) fn admit(&mut self, key: &FetchKey, server: &Server, now: SystemTime) -> Result<(), FetchError> {
        if let Some(failures) = self.fetches.get(key)
            && failures.pauses(now)
        {
            return Err(FetchError::BackingOff { until: failures.until, last: Arc::clone(&failures.last) });
        }
        let Some(failures) = self.servers.get_mut(server).filter(|failures| failures.in_a_row >= FAILURES_TO_OPEN)
        else {
            return Ok(());
        };
        if failures.pauses(now) {
            let host = format!("{}:{}", server.host, server.port);
            return Err(FetchError::CircuitOpen { host, until: failures.until });
        }
        failures.until = now + failures.pause;
        Ok(())
    }

    /// Notes how a fetch ended.
    pub(super) fn note(
        &mut self,
        key: FetchKey,
        server: Server,
        outcome: Result<(), &FetchError>,
        now: SystemTime,
        chance: &Chance,
    ) {
        let error = match outcome {
            Ok(()) => {
                self.fetches.remove(&key);
                self.servers.remove(&server);
                return;
            }
            // Says nothing of the server, and is over as soon as others have ended.
            Err(FetchError::Busy { .. }) => return,
            Err(error) => error,
        };
        note(&mut self.fetches, key, error, now, |in_a_row| doubled(FETCH_PAUSE, in_a_row, MAX_FETCH_PAUSE, chance));
        note(&mut self.servers, server, error, now, |in_a_row| match in_a_row.checked_sub(FAILURES_TO_OPEN) {
            None => Duration::ZERO,
            Some(beyond) => doubled(SERVER_PAUSE, beyond + 1, MAX_SERVER_PAUSE, chance),
        });
    }
}

impl Failures {
    /// A clock that was set back does not make a pause longer than it was.
    fn pauses(&self, now: SystemTime) -> bool {
        self.until.duration_since(now).is_ok_and(|left| !left.is_zero() && left <= self.pause)
    }
}

fn note<K: Clone + Eq + Hash>(
    known: &mut HashMap<K, Failures>,
    key: K,
    error: &FetchError,
    now: SystemTime,
    pause: impl FnOnce(u32) -> Duration,
) {
    if known.len() >= MAX_KNOWN && !known.contains_key(&key) {
        let soonest = known.iter().min_by_key(|(_, failures)| failures.until).map(|(key, _)| key.clone());
        soonest.map(|key| known.remove(&key));
    }
    let in_a_row = known.get(&key).map_or(0, |failures| failures.in_a_row).saturating_add(1);
    let pause = pause(in_a_row);
    known.insert(key, Failures { in_a_row, last: Arc::new(error.clone()), until: now + pause, pause });
}

/// Doubles with every failure in a row, up to a limit; by chance up to half of it less.
fn doubled(first: Duration, in_a_row: u32, limit: Duration, chance: &Chance) -> Duration {
    let doublings = in_a_row.saturating_sub(1).min(MAX_DOUBLINGS);
    let whole = (first * 2_u32.pow(doublings)).min(limit);
    whole.saturating_sub(chance.part_of(whole / 2))
}

/// After the first failure of a fetch.
const FETCH_PAUSE: Duration = Duration::from_secs(1);

const MAX_FETCH_PAUSE: Duration = Duration::from_secs(30);

/// Failures in a row, whatever was fetched, after which a server is left alone.
const FAILURES_TO_OPEN: u32 = 5;

const SERVER_PAUSE: Duration = Duration::from_secs(5);

const MAX_SERVER_PAUSE: Duration = Duration::from_secs(60);

const MAX_DOUBLINGS: u32 = 16;

/// Fetches and servers whose failures are known.
const MAX_KNOWN: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revocation::fetch::FetchUrl;

    struct Desk {
        ledger: Ledger,
        now: SystemTime,
        chance: Chance,
    }

    impl Desk {
        fn new() -> Self {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_366_400);
            Self { ledger: Ledger::default(), now, chance: Chance::fixed(0) }
        }

        fn admit(&mut self, url: &str) -> Result<(), FetchError> {
            let request = request(url);
            self.ledger.admit(&FetchKey::of(&request), &Server::of(&request), self.now)
        }

        fn note(&mut self, url: &str, outcome: Result<(), &FetchError>) {
            let request = request(url);
            self.ledger.note(FetchKey::of(&request), Server::of(&request), outcome, self.now, &self.chance);
        }

        fn fail(&mut self, url: &str) {
            self.note(url, Err(&FetchError::Broken));
        }

        fn pass(&mut self, milliseconds: u64) {
            self.now += Duration::from_millis(milliseconds);
        }
    }

    fn request(url: &str) -> FetchRequest {
        FetchRequest::get(FetchUrl::configured(url).unwrap())
    }

    const A: &str = "http://a.example/1";

    #[test]
    fn a_fetch_that_failed_is_not_tried_for_a_while_that_doubles_to_a_limit() {
        let mut desk = Desk::new();
        for seconds in [1, 2, 4, 8] {
            desk.admit(A).unwrap();
            desk.fail(A);
            desk.pass(seconds * 1000 - 1);
            assert!(matches!(desk.admit(A), Err(FetchError::BackingOff { .. })), "{seconds}");
            desk.pass(1);
        }
        for _ in 0..40 {
            desk.pass(60_000);
            desk.admit(A).unwrap();
            desk.fail(A);
        }
        desk.pass(60_000);
        desk.admit(A).unwrap();
    }

    #[test]
    fn a_success_ends_every_pause() {
        let mut desk = Desk::new();
        (0..9).for_each(|_| desk.fail(A));
        assert!(desk.admit(A).is_err());
        desk.note(A, Ok(()));
        desk.admit(A).unwrap();
        desk.fail(A);
        desk.pass(1000);
        desk.admit(A).unwrap();
    }

    #[test]
    fn a_server_that_fails_five_times_in_a_row_is_left_alone_and_then_tried_once() {
        let mut desk = Desk::new();
        let urls = ["1", "2", "3", "4", "5", "6"].map(|path| format!("http://a.example/{path}"));
        urls.iter().take(4).for_each(|url| desk.fail(url));
        desk.admit(&urls[5]).unwrap();
        desk.fail(&urls[4]);
        assert!(matches!(desk.admit(&urls[5]), Err(FetchError::CircuitOpen { .. })));
        desk.admit("http://b.example/").unwrap();
        desk.admit("http://a.example:8080/").unwrap();
        desk.pass(5000);
        desk.admit(&urls[5]).unwrap();
        // Until that one has ended, the others wait.
        assert!(matches!(desk.admit("http://a.example/7"), Err(FetchError::CircuitOpen { .. })));
        desk.fail(&urls[5]);
        desk.pass(9999);
        assert!(matches!(desk.admit("http://a.example/7"), Err(FetchError::CircuitOpen { .. })));
        desk.pass(1);
        desk.admit("http://a.example/7").unwrap();
        desk.note("http://a.example/7", Ok(()));
        desk.admit("http://a.example/8").unwrap();
    }

    #[test]
    fn being_busy_here_is_nothing_a_server_is_blamed_for() {
        let mut desk = Desk::new();
        (0..9).for_each(|_| desk.note(A, Err(&FetchError::Busy { limit: 1 })));
        desk.admit(A).unwrap();
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_stop_fetches() {
        let mut desk = Desk::new();
        desk.fail(A);
        desk.now -= Duration::from_secs(3600);
        desk.admit(A).unwrap();
    }

    #[test]
    fn chance_shortens_a_pause_by_half_at_most() {
        let mut desk = Desk { chance: Chance::fixed(999), ..Desk::new() };
        desk.fail(A);
        desk.pass(499);
        assert!(desk.admit(A).is_err());
        desk.pass(2);
        desk.admit(A).unwrap();
    }

    #[test]
    fn what_is_known_of_failures_is_bounded() {
        let mut desk = Desk::new();
        for number in 0..MAX_KNOWN * 2 {
            desk.fail(&format!("http://a{number}.example/"));
        }
        assert_eq!((desk.ledger.fetches.len(), desk.ledger.servers.len()), (MAX_KNOWN, MAX_KNOWN));
        // Whose pause ends last is kept, and one that is known makes nobody go.
        let last = format!("http://a{}.example/", MAX_KNOWN * 2 - 1);
        desk.fail(&last);
        assert!(matches!(desk.admit(&last), Err(FetchError::BackingOff { .. })));
        assert_eq!(desk.ledger.fetches.len(), MAX_KNOWN);
        desk.fail("http://b.example/");
        desk.pass(1500);
        assert!(matches!(desk.admit(&last), Err(FetchError::BackingOff { .. })));
    }
}
