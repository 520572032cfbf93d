//! The soak: mixed traffic through a real nginx and a real Envoy, while the configuration, the lists, the deny-list and
//! the anchors change under it. `docs/soak.md` says what is asked and what came of it.
//!
//! ```text
//! SOAK_SECONDS=60 cargo test --all-features --test soak -- --ignored --exact every_verdict_is_right --nocapture
//! ```
//!
//! Each verdict is judged twice. Inside the server, a layer that remembers nothing is asked about the same request at
//! the same time; outside, each client knows by construction what must come of it.

#![cfg(test)]

mod client;
mod comparison;
mod connection;
mod control;
mod epochs;
mod facts;
mod hostile;
mod memory;
mod operator;
mod panics;
mod report;
mod request_clock;
mod server;
mod standing;
mod tally;
mod traffic;
mod world;

#[path = "../../benches/support/chance.rs"]
#[allow(dead_code, reason = "it is that of the benches, which use another part of it")]
mod chance;
#[path = "../gateways/page.rs"]
mod page;
#[path = "../gateways/running.rs"]
mod running;
#[path = "../gateways/started.rs"]
mod started;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

use std::env;
use std::time::Duration;

use self::operator::Operator;
use self::report::Report;
use self::server::{Server, Settings};
use self::traffic::Traffic;
use self::world::World;

/// For as long as `SOAK_SECONDS` says.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "runs for as long as SOAK_SECONDS says"]
async fn every_verdict_is_right() {
    let seconds = env::var("SOAK_SECONDS").expect("SOAK_SECONDS says for how long").parse().unwrap();
    panics::count();
    let world = World::new().await;
    let server = Server::start(&world);
    let traffic = Traffic::start(&world, &server).await.expect("nginx and Envoy are installed");
    let mut operator = Operator::new(world, server.control(), traffic.clone());
    let mut report = Report::new(server.id(), Duration::from_secs(seconds));
    while report.goes_on(&traffic, &operator, &server).await {
        operator.change_something().await;
    }
    traffic.end().await;
    report.judge(&traffic, &mut operator, &server.control().finish().await);
}

/// The server of the test above, in a process of its own, so that its memory is nobody else's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "runs in a process of its own, by the test above"]
async fn serve() {
    panics::count();
    Settings::from_env().expect("the test above says where").serve().await;
}
