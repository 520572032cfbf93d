//! One time for everything that is asked about one request.

use std::time::SystemTime;

use tower_client_cert::Clock;

tokio::task_local! {
    static ARRIVED: SystemTime;
}

/// The system's clock, which stands still while a request is judged: two layers that are asked one after the other see
/// it at the same time, so that no certificate expires in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestClock;

impl RequestClock {
    /// Stops the clock for this future.
    pub(crate) async fn stopped<F: Future>(work: F) -> F::Output {
        ARRIVED.scope(SystemTime::now(), work).await
    }
}

impl Clock for RequestClock {
    fn now(&self) -> SystemTime {
        ARRIVED.try_with(|arrived| *arrived).unwrap_or_else(|_| SystemTime::now())
    }
}
