//! What the layer leaves of the throughput of a real server: axum and tonic on one core, their client on another.
//!
//! `cargo bench --bench end_to_end`. Every client was seen before. Three servers run, of which one at a time has requests,
//! in turn: one with the layer, one with a layer that only inserts an extension, one with none.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::time::{Duration, Instant};

use http::HeaderValue;

use support::authorities::Authorities;
use support::load::{Http1Load, Latencies, TonicLoad};
use support::measures::Measures;
use support::processor::stay_on_core;
use support::served::{Around, CLIENT_CORE, Protocol, Served, Service, Trust, serve_if_told};

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    serve_if_told();
    let Some(mut measures) = Measures::of("end_to_end") else { return };
    let authorities = Authorities::p256();
    let trust = Trust::new(&authorities, None);
    let headers = authorities.headers(CLIENTS);
    stay_on_core(CLIENT_CORE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Whose core sleeps has to be woken, which takes the server microseconds, and the more often the slower it is.
    runtime.spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    for protocol in [Protocol::Axum, Protocol::Tonic] {
        runtime.block_on(compare(&mut measures, protocol, &trust, &headers));
    }
}

async fn compare(measures: &mut Measures, protocol: Protocol, trust: &Trust, headers: &[HeaderValue]) {
    let mut sides = Vec::new();
    for (name, around) in [("bare", Around::Nothing), ("extension", Around::Extension), ("layer", Around::ClientCert)] {
        let service = Service {
            protocol,
            around,
            threads: 1,
            max_remembered_clients: CLIENTS,
            max_concurrent_validations: None,
            responder: None,
        };
        let served = service.start(trust);
        let load = match protocol {
            Protocol::Axum => Load::Http1(Http1Load::connect(served.address(), CONNECTIONS, headers, "200").await),
            Protocol::Tonic => Load::Tonic(TonicLoad::connect(served.address(), CHANNELS, CALLS, headers).await),
        };
        sides.push(Side { name, served, load, per_second: Vec::new(), cpu: Vec::new() });
    }
    for side in &mut sides {
        let mut answered = 0;
        while answered < 2 * CLIENTS {
            answered += side.load.run(WARM_UP).await.len();
        }
    }
    for round in 0..ROUNDS {
        for turn in 0..sides.len() {
            let place = (round + turn) % sides.len();
            sides[place].round(ROUND).await;
        }
    }
    let protocol = format!("{protocol:?}").to_ascii_lowercase();
    for Side { name, per_second, cpu, .. } in &sides {
        measures.note(&format!("{protocol}/{name}/requests"), "1/s", per_second);
        measures.note(&format!("{protocol}/{name}/processor time of a request"), "us", cpu);
    }
}

struct Side {
    name: &'static str,
    served: Served,
    load: Load,
    per_second: Vec<f64>,
    cpu: Vec<f64>,
}

enum Load {
    Http1(Http1Load),
    Tonic(TonicLoad),
}

impl Side {
    async fn round(&mut self, time: Duration) {
        let (before, start) = (self.served.cpu_time(), Instant::now());
        let answered = self.load.run(time).await.len();
        let (took, spent) = (start.elapsed(), self.served.cpu_time().checked_sub(before).unwrap());
        let answered = f64::from(u32::try_from(answered).unwrap());
        self.per_second.push(answered / took.as_secs_f64());
        self.cpu.push(spent.as_secs_f64() * 1e6 / answered);
    }
}

impl Load {
    async fn run(&mut self, time: Duration) -> Latencies {
        match self {
            Self::Http1(load) => load.run(time).await,
            Self::Tonic(load) => load.run(time).await,
        }
    }
}

/// All of whom are remembered.
const CLIENTS: usize = 1_000;
const CONNECTIONS: usize = 32;
/// Connections of tonic, and calls at a time on each.
const CHANNELS: usize = 2;
const CALLS: usize = 32;
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(400);
const WARM_UP: Duration = Duration::from_secs(1);
