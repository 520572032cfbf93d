//! What a revocation list costs: when it is loaded, when a client is looked up in it, and when it is loaded while 100,000
//! clients are remembered.
//!
//! `cargo bench --bench lists`; the memory is in `counts`. Rounds with and without the list alternate.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderValue, Request};
use tower::{Layer as _, service_fn};
use tower_client_cert::{ClientCertLayer, DenyList};

use support::authorities::Authorities;
use support::chance::Chance;
use support::first_sight::first_sight_of;
use support::measures::Measures;
use support::processor::{cpu_time, cpu_time_of, cpu_time_since};
use support::requests::{Body, answer_a_client, call, request, serve};
use support::scratch::Scratch;

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    let Some(mut measures) = Measures::of("lists") else { return };
    let authorities = Authorities::p256();
    let headers = authorities.headers(REMEMBERED);
    let scratch = Scratch::new("lists");
    for entries in ENTRIES {
        let file = scratch.write("list.crl", authorities.list(entries));
        loads(&mut measures, &authorities, &file, entries, &headers[..LOOKED_UP]);
        first_sights(&mut measures, &authorities, &file, entries, &headers[0]);
    }
    look_ups(&mut measures, &authorities, &scratch, &headers[..LOOKED_UP_COLD]);
    reload_under_load(&mut measures, &authorities, headers, &scratch);
}

/// What a load takes, and the next request of each client that is remembered: he is looked up again.
fn loads(measures: &mut Measures, authorities: &Authorities, file: &Path, entries: u64, headers: &[HeaderValue]) {
    let layer = authorities.builder().crls(file).build().unwrap();
    let handle = layer.handle();
    let mut requests = in_turn(&layer, headers);
    let clients = u64::try_from(headers.len()).unwrap();
    requests(clients);
    let (mut load, mut looked_up, mut seen_before) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        load.push(milliseconds(cpu_time_of(1, || handle.reload_crls().unwrap())));
        looked_up.push(nanoseconds_each(requests(clients), clients));
        seen_before.push(nanoseconds_each(requests(clients), clients));
    }
    measures.note(&format!("{entries}/load"), "ms", &load);
    measures.note(&format!("{entries}/looked up again"), "ns", &looked_up);
    measures.note(&format!("{entries}/seen before"), "ns", &seen_before);
}

/// What the same clients take once more when they are asked about anew, by a short list and by a long one. Nothing is loaded
/// for it, so that the processor's caches hold what they hold in a server with so many clients.
fn look_ups(measures: &mut Measures, authorities: &Authorities, scratch: &Scratch, headers: &[HeaderValue]) {
    let clients = u64::try_from(headers.len()).unwrap();
    let mut sides = LOOK_UP_ENTRIES.map(|entries| {
        let file = scratch.write(&format!("{entries}.crl"), authorities.list(entries));
        let builder = authorities.builder().crls(file.as_path()).max_remembered_bytes(usize::MAX);
        let layer = builder.max_remembered_clients(2 * headers.len()).build().unwrap();
        let mut requests = in_turn(&layer, headers);
        requests(clients);
        (layer.handle(), requests, Vec::new())
    });
    for _ in 0..ROUNDS {
        for (handle, requests, times) in &mut sides {
            // Whatever is replaced, everything is asked again.
            handle.replace_deny_list(DenyList::new());
            times.push(nanoseconds_each(requests(clients), clients));
        }
    }
    for ((_, _, times), entries) in sides.iter().zip(LOOK_UP_ENTRIES) {
        measures.note(&format!("look-up/{entries}"), "ns", times);
    }
}

fn first_sights(measures: &mut Measures, authorities: &Authorities, file: &Path, entries: u64, header: &HeaderValue) {
    let build = || authorities.builder().max_remembered_bytes(1);
    let without = build().build().unwrap();
    let with = build().crls(file).build().unwrap();
    let (mut without, mut with) = (first_sight_of(&without, header), first_sight_of(&with, header));
    let (mut times_without, mut times_with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times_without.push(nanoseconds_each(without(FIRST_SIGHTS), FIRST_SIGHTS));
        times_with.push(nanoseconds_each(with(FIRST_SIGHTS), FIRST_SIGHTS));
    }
    measures.note(&format!("{entries}/first sight without a list"), "ns", &times_without);
    measures.note(&format!("{entries}/first sight"), "ns", &times_with);
}

/// One thread sends requests of remembered clients, another one loads the list meanwhile.
fn reload_under_load(measures: &mut Measures, authorities: &Authorities, headers: Vec<HeaderValue>, scratch: &Scratch) {
    let file = scratch.write("list.crl", authorities.list(ENTRIES_UNDER_LOAD));
    let layer = authorities.builder().crls(file.as_path());
    let layer = layer.max_remembered_clients(REMEMBERED).max_remembered_bytes(usize::MAX).build().unwrap();
    let handle = layer.handle();
    let mut rounds = Rounds { layer, order: Chance::new(1).shuffled(headers.len()), headers };
    rounds.whole();
    let mut phases: [(&str, Vec<Round>); 4] =
        [("before", Vec::new()), ("during", Vec::new()), ("after", Vec::new()), ("later", Vec::new())];
    for _ in 0..ROUNDS {
        phases[0].1.push(rounds.whole());
        let (begin, is_loaded) = (Barrier::new(2), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                begin.wait();
                handle.reload_crls().unwrap();
                is_loaded.store(true, Ordering::Release);
            });
            begin.wait();
            phases[1].1.push(rounds.until(|_| is_loaded.load(Ordering::Acquire)));
        });
        phases[2].1.push(rounds.whole());
        phases[3].1.push(rounds.whole());
    }
    for (phase, rounds) in phases {
        let of = |value: fn(&Round) -> f64| rounds.iter().map(value).collect::<Vec<_>>();
        measures.note(&format!("reload/{phase}/request"), "ns", &of(|round| round.cpu_nanoseconds));
        measures.note(&format!("reload/{phase}/one in 1,000 longer than"), "ns", &of(|round| round.thousandth));
        measures.note(&format!("reload/{phase}/longest"), "us", &of(|round| round.longest / 1e3));
    }
}

/// Requests of remembered clients, each timed.
struct Rounds {
    layer: ClientCertLayer,
    headers: Vec<HeaderValue>,
    order: Vec<usize>,
}

/// What the requests of a round took: on average of the processor, the longest by the clock.
struct Round {
    cpu_nanoseconds: f64,
    thousandth: f64,
    longest: f64,
}

impl Rounds {
    /// Each client once.
    fn whole(&mut self) -> Round {
        let clients = self.order.len();
        self.until(|sent| sent >= clients)
    }

    /// One client after the other, until so many requests are enough.
    fn until(&mut self, is_enough: impl Fn(usize) -> bool) -> Round {
        let mut service = self.layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
        let (mut times, mut spent) = (Vec::with_capacity(self.order.len()), Duration::ZERO);
        while !is_enough(times.len()) {
            let begin = times.len() % self.order.len();
            let places = &self.order[begin..self.order.len().min(begin + CHUNK)];
            let requests: Vec<_> = places.iter().map(|place| request(&self.headers[*place])).collect();
            let before = cpu_time();
            for request in requests {
                let start = Instant::now();
                drop(call(&mut service, request));
                times.push(u64::try_from(start.elapsed().as_nanos()).unwrap());
            }
            spent += cpu_time_since(before);
        }
        let requests = u64::try_from(times.len()).unwrap();
        times.sort_unstable();
        let at = |place: usize| nanoseconds(Duration::from_nanos(times[place]));
        Round {
            cpu_nanoseconds: nanoseconds_each(spent, requests),
            thousandth: at(times.len() - 1 - times.len() / 1_000),
            longest: at(times.len() - 1),
        }
    }
}

fn in_turn(layer: &ClientCertLayer, headers: &[HeaderValue]) -> impl FnMut(u64) -> Duration + use<> {
    let service = layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
    serve(service, headers.to_vec(), Chance::new(1).shuffled(headers.len()))
}

fn nanoseconds_each(spent: Duration, requests: u64) -> f64 {
    nanoseconds(spent) / f64::from(u32::try_from(requests).unwrap())
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const ENTRIES: [u64; 4] = [1, 1_000, 100_000, 1_000_000];
const ENTRIES_UNDER_LOAD: u64 = 100_000;
/// Clients that are remembered while a list is loaded.
const REMEMBERED: usize = 100_000;
/// Clients that are looked up after each load of lists of several lengths.
const LOOKED_UP: usize = 1_000;
/// Clients that are asked about anew: together they fill the processor's caches.
const LOOKED_UP_COLD: usize = 20_000;
/// A list that costs nothing to look through, and one that does.
const LOOK_UP_ENTRIES: [u64; 2] = [1, 1_000_000];
/// First sights that are timed together.
const FIRST_SIGHTS: u64 = 250;
const ROUNDS: usize = 9;
const CHUNK: usize = 128;
