//! What a certificate costs a request: when it is seen for the first time, and from then on.
//!
//! `cargo bench --bench certificates`; the same run has what it is to be compared with: the signatures alone, rustls-webpki
//! with x509-cert and nothing around them, the service without a layer, and a layer that only inserts an extension.
//! OpenSSL is in `benches/openssl`. All times are those of the processor.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use http::{HeaderValue, Request};
use tower::{Layer as _, ServiceBuilder, service_fn};
use tower_client_cert::ClientCertLayer;

use support::authorities::Authorities;
use support::chance::Chance;
use support::first_sight::{compare_first_sights, first_sight_of};
use support::requests::{Body, answer, answer_a_client, serve};

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn first_sight(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("first_sight");
    configure(&mut group);
    for authorities in Authorities::all() {
        compare_first_sights(&mut group, &authorities);
    }
}

/// What an intermediate more costs.
fn chain_length(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain_length");
    configure(&mut group);
    for intermediates in 0..=6 {
        let authorities = Authorities::p256_with_intermediates(intermediates);
        let header = authorities.header(0);
        let forgetful = authorities.builder().remember_nothing().build().unwrap();
        group.bench_function(format!("nothing remembered/{intermediates}"), |bench| {
            bench.iter_custom(first_sight_of(&forgetful, &header));
        });
        let signatures = authorities.builder().max_remembered_bytes(1).build().unwrap();
        group.bench_function(format!("issuers seen before/{intermediates}"), |bench| {
            bench.iter_custom(first_sight_of(&signatures, &header));
        });
    }
}

fn seen_before(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seen_before");
    configure(&mut group);
    let authorities = Authorities::p256();
    let one = authorities.headers(1);
    group.bench_function("bare service", |bench| {
        bench.iter_custom(serve(service_fn(|_| answer()), one.clone(), vec![0]));
    });
    let inserting = ServiceBuilder::new()
        .map_request(|mut request: Request<Body>| {
            request.extensions_mut().insert(One(1));
            request
        })
        .service_fn(|_| answer());
    group.bench_function("layer that inserts an extension", |bench| {
        bench.iter_custom(serve(inserting.clone(), one.clone(), vec![0]));
    });
    for clients in CLIENTS {
        // Made where it is measured, so that a filter leaves out the work as well.
        let mut warm = None;
        let mut prepared = || Prepared::new(&authorities, clients);
        group.bench_function(format!("in turn/{clients}"), |bench| {
            let warm = warm.get_or_insert_with(&mut prepared);
            bench.iter_custom(warm.in_turn());
        });
        group.bench_function(format!("by Zipf's law/{clients}"), |bench| {
            let warm = warm.get_or_insert_with(&mut prepared);
            bench.iter_custom(warm.by_zipfs_law());
        });
        group.bench_function(format!("bare service, in turn/{clients}"), |bench| {
            let warm = warm.get_or_insert_with(&mut prepared);
            let order = Chance::new(1).shuffled(clients);
            bench.iter_custom(serve(service_fn(|_| answer()), warm.headers.clone(), order));
        });
    }
}

/// A layer that has seen every client.
struct Prepared {
    layer: ClientCertLayer,
    headers: Vec<HeaderValue>,
}

impl Prepared {
    fn new(authorities: &Authorities, clients: usize) -> Self {
        let layer = authorities.builder();
        let layer = layer.max_remembered_clients(clients).max_remembered_bytes(usize::MAX).build().unwrap();
        let prepared = Self { layer, headers: authorities.headers(clients) };
        prepared.in_turn()(u64::try_from(clients).unwrap());
        prepared
    }

    /// Whole rounds, in an order that is not that in which they came.
    fn in_turn(&self) -> impl FnMut(u64) -> Duration + use<> {
        self.in_order(Chance::new(1).shuffled(self.headers.len()))
    }

    fn by_zipfs_law(&self) -> impl FnMut(u64) -> Duration + use<> {
        self.in_order(Chance::new(2).zipf(self.headers.len(), 1 << 20))
    }

    fn in_order(&self, order: Vec<usize>) -> impl FnMut(u64) -> Duration + use<> {
        let service = self.layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
        serve(service, self.headers.clone(), order)
    }
}

#[derive(Clone, Copy)]
#[expect(dead_code, reason = "it only has to be inserted")]
struct One(u64);

/// Short: the machine's other work differs more from minute to minute than these do from run to run.
fn configure(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(15).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
}

const CLIENTS: [usize; 5] = [1, 100, 1_000, 10_000, 100_000];

criterion_group!(benches, first_sight, chain_length, seen_before);
criterion_main!(benches);
