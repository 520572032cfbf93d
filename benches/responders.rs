//! What known clients notice of an OCSP responder that takes two seconds for each answer.
//!
//! `cargo bench --bench responders --features http-client,ocsp`. The service has one thread on one core; its clients and the
//! responder share the other core. Rounds alternate: without a responder; with one, while answers of known clients are renewed
//! all the time; and while others that were never seen before wait for their answers, besides.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::time::{Duration, Instant};

use http::HeaderValue;
use tokio::time::sleep;

use support::authorities::Authorities;
use support::load::{Http1Load, Latencies};
use support::measures::Measures;
use support::processor::stay_on_core;
use support::served::{Around, CLIENT_CORE, Protocol, Served, Service, Trust, serve_if_told};
use support::slow_responder::SlowResponder;

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    serve_if_told();
    let Some(measures) = Measures::of("responders") else { return };
    let authorities: &'static Authorities = Box::leak(Box::new(Authorities::p256()));
    let headers = authorities.headers(KNOWN_CLIENTS + NEW_CLIENTS);
    stay_on_core(CLIENT_CORE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(measures, authorities, &headers));
}

async fn measure(mut measures: Measures, authorities: &'static Authorities, headers: &[HeaderValue]) {
    let responder = SlowResponder::start(authorities.issuer()).await;
    let trust = Trust::new(authorities, None);
    let (known, new) = headers.split_at(KNOWN_CLIENTS);
    let start = |responder| service(responder).start(&trust);
    let (without, with) = (start(None), start(Some(responder.address())));
    let mut bare = clients(&without, known).await;
    let mut asking = clients(&with, known).await;
    let mut strangers = Http1Load::connect(with.address(), WAITING, new, "200").await;
    bare.run(WARM_UP).await;
    asking.run(WARM_UP).await;
    // All of them have their answer before the responder becomes slow.
    while responder.asked() < KNOWN_CLIENTS {
        asking.run(WARM_UP).await;
    }
    responder.takes(DELAY);
    // Until renewals have begun, which take as long from now on.
    let first = responder.asked();
    while responder.asked() < first + RENEWALS_UNDER_WAY {
        asking.run(Duration::from_millis(100)).await;
    }
    let (mut alone, mut renewing, mut beside) = (Phase::default(), Phase::default(), Phase::default());
    let (mut waits, mut answered) = (Vec::new(), 0);
    let (began, before) = (Instant::now(), responder.asked());
    for _ in 0..ROUNDS {
        alone.add(bare.run(ROUND).await);
        renewing.add(asking.run(ROUND).await);
        let of_known = async {
            // All of them wait by then.
            sleep(DELAY / 4).await;
            asking.run(ROUND).await
        };
        let (of_known, of_strangers) = tokio::join!(of_known, strangers.run(ROUND));
        beside.add(of_known);
        answered += of_strangers.len();
        waits.push(median(of_strangers).as_secs_f64());
    }
    assert!(waits.iter().all(|wait| *wait >= DELAY.as_secs_f64()), "strangers wait for the responder: {waits:?}");
    for (name, phase) in [("none", &alone), ("slow", &renewing), ("slow, others wait", &beside)] {
        measures.note(&format!("{name}/requests"), "1/s", &phase.per_second);
        measures.note(&format!("{name}/half longer than"), "ms", &phase.half);
        measures.note(&format!("{name}/one in 100 longer than"), "ms", &phase.hundredth);
        measures.note(&format!("{name}/longest"), "ms", &phase.longest);
    }
    // Each stranger is one question, and every other one is a renewal.
    let renewals = responder.asked() - before - answered;
    measures.note("renewals", "1/s", &[count(renewals) / began.elapsed().as_secs_f64()]);
    measures.note("wait of others", "s", &waits);
}

fn service(responder: Option<std::net::SocketAddr>) -> Service {
    Service {
        protocol: Protocol::Axum,
        around: Around::ClientCert,
        threads: 1,
        max_remembered_clients: KNOWN_CLIENTS + NEW_CLIENTS,
        max_concurrent_validations: None,
        responder,
    }
}

async fn clients(served: &Served, known: &[HeaderValue]) -> Http1Load {
    Http1Load::connect(served.address(), CONNECTIONS, known, "200").await
}

#[derive(Default)]
struct Phase {
    per_second: Vec<f64>,
    half: Vec<f64>,
    hundredth: Vec<f64>,
    longest: Vec<f64>,
}

impl Phase {
    fn add(&mut self, mut latencies: Latencies) {
        latencies.sort_unstable();
        let last = latencies.len() - 1;
        let milliseconds = |place: usize| latencies[place].as_secs_f64() * 1e3;
        self.per_second.push(count(latencies.len()) / ROUND.as_secs_f64());
        self.half.push(milliseconds(last / 2));
        self.hundredth.push(milliseconds(last - latencies.len() / 100));
        self.longest.push(milliseconds(last));
    }
}

fn median(mut latencies: Latencies) -> Duration {
    latencies.sort_unstable();
    latencies[latencies.len() / 2]
}

fn count(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

const KNOWN_CLIENTS: usize = 40;
const CONNECTIONS: usize = 8;
/// Connections of clients that were never seen before. With the renewals these are fewer questions than the 64 that are asked
/// at a time.
const WAITING: usize = 20;
/// More than come.
const NEW_CLIENTS: usize = 2_000;
const DELAY: Duration = Duration::from_secs(2);
const RENEWALS_UNDER_WAY: usize = 10;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(1_500);
const WARM_UP: Duration = Duration::from_secs(1);
