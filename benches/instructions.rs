//! How many instructions a request takes and in which functions, and who asked for the octets that a remembered client
//! takes, where valgrind is installed.
//!
//! `cargo bench --bench instructions`. Instructions do not depend on what else the machine does. Valgrind hides the
//! processor's own instructions for SHA-256, so that a first sight looks dearer than it is.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::convert::Infallible;
use std::env;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use http::{HeaderValue, Request, Response};
use tower::{Layer as _, Service, service_fn};
use tower_client_cert::ClientCertLayer;

use support::authorities::Authorities;
use support::measures::{Measures, directory};
use support::requests::{Body, answer, answer_a_client, call, request};

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [run, case, requests] = arguments.as_slice()
        && run == RUN
    {
        return run_case(case, requests.parse().unwrap());
    }
    let Some(mut measures) = Measures::of("instructions") else { return };
    for (case, requests) in CASES {
        let Some(sum) = count(case, requests) else {
            eprintln!("valgrind is not installed: instructions are not counted");
            return;
        };
        measures.note(case, "instructions", &[sum / f64::from(requests)]);
    }
    find_octets(&mut measures);
}

/// Counts what happens in [`counted_call`] in another run of this program.
fn count(case: &str, requests: u32) -> Option<f64> {
    let profile = directory().join("measures").join(format!("{}.callgrind", case.replace(' ', "-")));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*counted_call*"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe().unwrap())
        .args([RUN, case, &requests.to_string()])
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    annotate(&profile);
    let (_, sum) = told.split_once("Collected : ").unwrap();
    sum.split_whitespace().next()?.parse().ok()
}

/// Writes beside a profile in which functions the instructions are.
fn annotate(profile: &Path) {
    let output = Command::new("callgrind_annotate").arg("--threshold=100").arg(profile).output().unwrap();
    std::fs::write(profile.with_extension("txt"), output.stdout).unwrap();
}

/// Writes where the octets were asked for that are in use when another run of this program ends.
fn find_octets(measures: &mut Measures) {
    let profile = directory().join("measures").join("octets.dhat");
    let status = Command::new("valgrind")
        .args(["--tool=dhat", "--quiet"])
        .arg(format!("--dhat-out-file={}", profile.display()))
        .arg(env::current_exe().unwrap())
        .args([RUN, REMEMBERED, &CLIENTS.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    measures.note(REMEMBERED, "count", &[f64::from(CLIENTS)]);
}

fn run_case(case: &str, requests: usize) {
    let authorities = Authorities::p256();
    let header = authorities.header(0);
    let handler = service_fn(|request: Request<Body>| answer_a_client(&request));
    let builder = authorities.builder();
    match case {
        BARE => send(service_fn(|_| answer()), &header, requests),
        SEEN_BEFORE => send(builder.build().unwrap().layer(handler), &header, requests),
        FIRST_SIGHT => send(builder.max_remembered_bytes(1).build().unwrap().layer(handler), &header, requests),
        REMEMBERED => remember(builder.build().unwrap(), &authorities.headers(requests)),
        other => panic!("there is no case {other}"),
    }
}

fn send<S, B>(mut service: S, header: &HeaderValue, requests: usize)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    call(&mut service, request(header));
    for _ in 0..requests {
        let request = request(header);
        counted_call(&mut service, request);
    }
}

/// Sees all clients, and ends without forgetting them.
fn remember(layer: ClientCertLayer, headers: &[HeaderValue]) {
    let mut service = layer.layer(service_fn(|request: Request<Body>| answer_a_client(&request)));
    for header in headers {
        call(&mut service, request(header));
    }
    std::mem::forget((service, layer));
}

/// Valgrind finds it by its name.
#[inline(never)]
fn counted_call<S, B>(service: &mut S, request: Request<Body>)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    black_box(call(service, request));
}

const RUN: &str = "run";
const BARE: &str = "bare service";
const SEEN_BEFORE: &str = "seen before";
const FIRST_SIGHT: &str = "first sight";
const REMEMBERED: &str = "remembered clients";
const CLIENTS: u32 = 500;
const CASES: [(&str, u32); 3] = [(BARE, 10_000), (SEEN_BEFORE, 10_000), (FIRST_SIGHT, 200)];
