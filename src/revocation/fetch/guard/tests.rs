use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::*;
use crate::revocation::fetch::FetchedOctets;

/// The time of the paused runtime.
#[derive(Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_772_366_400) + self.0.elapsed()
    }
}

/// Counts its fetches, and does what it is told.
#[derive(Debug)]
struct Told {
    fetches: AtomicUsize,
    does: Mutex<Does>,
    released: Semaphore,
}

#[derive(Clone, Copy, Debug)]
enum Does {
    Answer,
    AnswerWhenReleased,
    Fail,
    Hang,
    Panic,
}

impl Told {
    fn guarded(does: Does) -> (Arc<Self>, GuardedFetch) {
        let told = Arc::new(Self { fetches: AtomicUsize::new(0), does: Mutex::new(does), released: Semaphore::new(0) });
        let clock = Arc::new(RuntimeClock(Instant::now()));
        let guarded = GuardedFetch::with_chance(Arc::new(Handed(Arc::clone(&told))), clock, Chance::fixed(0));
        (told, guarded)
    }

    fn count(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }

    fn now_does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }
}

#[derive(Debug)]
struct Handed(Arc<Told>);

impl Fetch for Handed {
    fn fetch(&self, _: FetchRequest) -> Fetching<'_> {
        self.0.fetches.fetch_add(1, Ordering::Relaxed);
        let does = *self.0.does.lock().unwrap();
        Box::pin(async move {
            match does {
                Does::Answer => {}
                Does::AnswerWhenReleased => drop(self.0.released.acquire().await.unwrap()),
                Does::Fail => return Err(FetchError::Broken),
                Does::Hang => pending().await,
                Does::Panic => panic!("a fetcher with a mistake"),
            }
            Ok(Fetched::Octets(FetchedOctets::new(vec![7; 10])))
        })
    }
}

fn request(path: &str) -> FetchRequest {
    FetchRequest::get(FetchUrl::configured(format!("http://crl.example/{path}")).unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_many_want_at_once_is_fetched_once() {
    let (told, guarded) = Told::guarded(Does::AnswerWhenReleased);
    let ask = |path: &'static str| {
        let guarded = guarded.clone();
        tokio::spawn(async move { guarded.fetch(request(path)).await })
    };
    let waiting: Vec<_> = (0..50).map(|_| ask("a")).collect();
    let other = ask("b");
    tokio::task::yield_now().await;
    told.released.add_permits(2);
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().unwrap().into_octets().unwrap().octets(), [7; 10]);
    }
    other.await.unwrap().unwrap();
    assert_eq!(told.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_waiting_ends_the_fetch_for_nobody_else() {
    let (told, guarded) = Told::guarded(Does::AnswerWhenReleased);
    let first = tokio::spawn({
        let guarded = guarded.clone();
        async move { guarded.fetch(request("a")).await }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    told.released.add_permits(1);
    guarded.fetch(request("a")).await.unwrap();
    assert_eq!(told.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_remembered_for_seconds_and_then_tried_again() {
    let (told, guarded) = Told::guarded(Does::Fail);
    assert!(matches!(guarded.fetch(request("a")).await, Err(FetchError::Broken)));
    for _ in 0..100 {
        assert!(matches!(guarded.fetch(request("a")).await, Err(FetchError::BackingOff { .. })));
    }
    assert_eq!(told.count(), 1);
    told.now_does(Does::Answer);
    tokio::time::advance(Duration::from_secs(1)).await;
    guarded.fetch(request("a")).await.unwrap();
    guarded.fetch(request("a")).await.unwrap();
    assert_eq!(told.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_only_fails_is_left_alone() {
    let (told, guarded) = Told::guarded(Does::Fail);
    for number in 0..50 {
        assert!(guarded.fetch(request(&number.to_string())).await.is_err());
    }
    assert_eq!(told.count(), 5);
    tokio::time::advance(Duration::from_secs(5)).await;
    told.now_does(Does::Answer);
    guarded.fetch(request("50")).await.unwrap();
    guarded.fetch(request("51")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_fetcher_that_hangs_is_given_up_at_the_limit_of_the_request() {
    let (_, guarded) = Told::guarded(Does::Hang);
    let limit = Duration::from_secs(3);
    let started = Instant::now();
    let error = guarded.fetch(request("a").with_time_limit(limit)).await.unwrap_err();
    assert!(matches!(error, FetchError::TimedOut { after } if after == limit), "{error}");
    assert!(started.elapsed() < limit + Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_fetcher_that_ignores_the_size_does_not_get_it_past() {
    let (_, guarded) = Told::guarded(Does::Answer);
    guarded.fetch(request("a").with_max_octets(10)).await.unwrap();
    let error = guarded.fetch(request("b").with_max_octets(9)).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge { limit_octets: 9 }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_fetcher_that_panics_is_a_failure_and_leaves_nothing_behind() {
    let (told, guarded) = Told::guarded(Does::Panic);
    assert!(matches!(guarded.fetch(request("a")).await, Err(FetchError::Aborted)));
    told.now_does(Does::Answer);
    tokio::time::advance(Duration::from_secs(1)).await;
    guarded.fetch(request("a")).await.unwrap();
}

#[test]
fn outside_of_a_runtime_a_fetch_is_an_error_and_no_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (_, guarded) = runtime.block_on(async { Told::guarded(Does::Answer) });
    let mut fetching = Box::pin(guarded.fetch(request("a")));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = fetching.as_mut().poll(&mut context);
    assert!(matches!(polled, std::task::Poll::Ready(Err(FetchError::Aborted))));
}

#[test]
fn in_a_runtime_that_was_shut_down_a_fetch_is_an_error_and_ends() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (told, guarded) = runtime.block_on(async { Told::guarded(Does::Answer) });
    let handle = runtime.handle().clone();
    runtime.shutdown_background();
    let _inside = handle.enter();
    for path in ["a", "b"] {
        let mut fetching = Box::pin(guarded.fetch(request(path)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let polled = fetching.as_mut().poll(&mut context);
        assert!(matches!(polled, std::task::Poll::Ready(Err(FetchError::Aborted))), "{polled:?}");
    }
    assert_eq!(told.count(), 0);
}
