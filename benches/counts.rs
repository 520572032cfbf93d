//! What clients and revocation lists take of memory, how often clients are found there, and what a request allocates.
//!
//! `cargo bench --bench counts`. Nothing here is a time.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use http::{HeaderValue, Request};
use tower::{Layer as _, service_fn};
use tower_client_cert::ClientCertLayer;

use support::authorities::Authorities;
use support::chance::{Chance, zipf_weights};
use support::measures::Measures;
use support::requests::{Body, answer, answer_a_client, call, request};
use support::scratch::Scratch;
use support::signature_meter::SignatureMeter;

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    let Some(mut measures) = Measures::of("counts") else { return };
    let authorities = Authorities::p256();
    let headers = authorities.headers(*CLIENTS_IN_MEMORY.last().unwrap());
    memory(&mut measures, &authorities, &headers);
    reckoned(&mut measures, &authorities, &headers);
    allocations(&mut measures, &authorities, &headers[0]);
    found(&mut measures, &authorities, &headers);
    lists(&mut measures, &authorities, &headers);
}

/// Octets that a remembered client takes, its header included and apart.
fn memory(measures: &mut Measures, authorities: &Authorities, headers: &[HeaderValue]) {
    for clients in CLIENTS_IN_MEMORY {
        let headers = &headers[..clients];
        let layer = authorities.builder().max_remembered_clients(clients).max_remembered_bytes(usize::MAX);
        let layer = layer.build().unwrap();
        let taken = allocation_counter::measure(|| send(&layer, headers));
        let for_each = |sum: f64| sum / count(clients);
        let octets = for_each(number(taken.bytes_current));
        let header = for_each(number(i64::try_from(headers.iter().map(HeaderValue::len).sum::<usize>()).unwrap()));
        measures.note(&format!("memory/{clients}/client"), "octets", &[octets]);
        measures.note(&format!("memory/{clients}/header"), "octets", &[header]);
        measures.note(&format!("memory/{clients}/allocations"), "count", &[for_each(number(taken.count_current))]);
        // A later request leaves nothing behind.
        let again = allocation_counter::measure(|| send(&layer, headers));
        measures.note(&format!("memory/{clients}/growth"), "octets", &[number(again.bytes_current)]);
    }
}

/// Octets that the layer reckons for a client, against which its bound holds.
fn reckoned(measures: &mut Measures, authorities: &Authorities, headers: &[HeaderValue]) {
    let (meter, algorithms) = SignatureMeter::new();
    let layer = authorities.builder().signature_algorithms(algorithms).max_remembered_bytes(RECKONED_OCTETS);
    let layer = layer.build().unwrap();
    let headers = &headers[..5_000];
    send(&layer, headers);
    meter.take();
    send(&layer, headers);
    let remembered = headers.len() - meter.take();
    measures.note("memory/reckoned", "octets", &[count(RECKONED_OCTETS) / count(remembered)]);
}

/// What a request allocates over the bare service.
fn allocations(measures: &mut Measures, authorities: &Authorities, header: &HeaderValue) {
    let of = |layer: ClientCertLayer| {
        let mut service = layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
        let mut counts = || {
            let request = request(header);
            allocation_counter::measure(|| drop(call(&mut service, request)))
        };
        counts();
        counts()
    };
    let request = request(header);
    let bare = allocation_counter::measure(|| drop(call(&mut service_fn(|_| answer()), request)));
    let cases = [
        ("seen before", authorities.builder()),
        ("issuer seen before", authorities.builder().max_remembered_bytes(1)),
        ("nothing remembered", authorities.builder().remember_nothing()),
    ];
    for (name, builder) in cases {
        let taken = of(builder.build().unwrap());
        let count = number(i64::try_from(taken.count_total - bare.count_total).unwrap());
        let octets = number(i64::try_from(taken.bytes_total - bare.bytes_total).unwrap());
        measures.note(&format!("allocations/{name}/count"), "count", &[count]);
        measures.note(&format!("allocations/{name}/octets"), "octets", &[octets]);
    }
}

/// The share of requests whose client is found where there are more clients than room, and the best that it could be.
fn found(measures: &mut Measures, authorities: &Authorities, headers: &[HeaderValue]) {
    for clients in [1_001, 1_100, 1_500, 2_000, 5_000] {
        let rounds: Vec<_> = (0..clients).cycle().take(12 * clients).collect();
        let share = share_found(authorities, headers, &rounds, clients);
        measures.note(&format!("found/in turn/{clients}/share"), "share", &[share]);
        measures.note(&format!("found/in turn/{clients}/best"), "share", &[count(ROOM) / count(clients)]);
    }
    for clients in [2_000, 10_000, headers.len()] {
        let requests = Chance::new(3).zipf(clients, 60_000);
        let share = share_found(authorities, headers, &requests, 20_000);
        // Whoever knew the weights would keep those clients who come most.
        let best = zipf_weights(clients).take(ROOM).sum::<f64>() / zipf_weights(clients).sum::<f64>();
        measures.note(&format!("found/by Zipf's law/{clients}/share"), "share", &[share]);
        measures.note(&format!("found/by Zipf's law/{clients}/best"), "share", &[best]);
    }
}

/// The share of hits in the last of the requests.
fn share_found(authorities: &Authorities, headers: &[HeaderValue], requests: &[usize], last: usize) -> f64 {
    let (meter, algorithms) = SignatureMeter::new();
    let layer = authorities.builder().signature_algorithms(algorithms).max_remembered_clients(ROOM);
    let layer = layer.max_remembered_bytes(usize::MAX).build().unwrap();
    let (before, counted) = requests.split_at(requests.len() - last);
    send(&layer, before.iter().map(|client| &headers[*client]));
    meter.take();
    send(&layer, counted.iter().map(|client| &headers[*client]));
    1.0 - count(meter.take()) / count(last)
}

/// Octets that a layer takes more because of a list, and the signatures that are verified because of it.
fn lists(measures: &mut Measures, authorities: &Authorities, headers: &[HeaderValue]) {
    let without = allocation_counter::measure(|| std::mem::forget(authorities.builder().build().unwrap()));
    let scratch = Scratch::new("counts");
    for entries in [1, 1_000, 100_000, 1_000_000] {
        let list = authorities.list(entries);
        let file = scratch.write("list.crl", &list);
        let (meter, algorithms) = SignatureMeter::new();
        let builder = || authorities.builder().signature_algorithms(algorithms).max_remembered_bytes(1);
        let mut layer = None;
        let taken = allocation_counter::measure(|| layer = Some(builder().crls(file.as_path()).build().unwrap()));
        let layer = layer.unwrap();
        let more = |with: i64, without: i64| number(with - without) / 1e6;
        let rest = more(taken.bytes_current, without.bytes_current);
        measures.note(&format!("list/{entries}/in force"), "MB", &[rest]);
        let peak = number(i64::try_from(taken.bytes_max).unwrap()) / 1e6;
        measures.note(&format!("list/{entries}/at most, while it is loaded"), "MB", &[peak]);
        measures.note(&format!("list/{entries}/its file"), "MB", &[number(i64::try_from(list.len()).unwrap()) / 1e6]);
        meter.take();
        layer.handle().reload_crls().unwrap();
        measures.note(&format!("list/{entries}/signatures of a load"), "count", &[count(meter.take())]);
        // The first one verifies the signature of the issuer, too.
        send(&layer, &headers[..1]);
        meter.take();
        send(&layer, &headers[..FIRST_SIGHTS]);
        let beyond = meter.take() - FIRST_SIGHTS;
        measures.note(
            &format!("list/{entries}/signatures of first sights beyond the clients'"),
            "count",
            &[count(beyond)],
        );
    }
}

fn send<'a>(layer: &ClientCertLayer, headers: impl IntoIterator<Item = &'a HeaderValue>) {
    let mut service = layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
    for header in headers {
        call(&mut service, request(header));
    }
}

fn count(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// Nothing that is counted here comes near the 52 bits that are exact.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "there is no other way to a floating point number"
)]
fn number(number: i64) -> f64 {
    number as f64
}

const CLIENTS_IN_MEMORY: [usize; 2] = [1_000, 20_000];
/// Room for some hundreds of clients.
const RECKONED_OCTETS: usize = 4 << 20;
/// Clients of an issuer that was seen before.
const FIRST_SIGHTS: usize = 1_000;
/// Clients that are remembered where there are more.
const ROOM: usize = 1_000;
