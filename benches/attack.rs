//! What known clients still get while others send what costs most.
//!
//! `cargo bench --bench attack`. The server has two threads on one core, both sides' clients share the other core. Rounds
//! with and without the attack alternate.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a bench that is wrong has to end")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use rcgen::PKCS_ECDSA_P521_SHA512;

use support::authorities::Authorities;
use support::chance::Chance;
use support::load::{Http1Load, Latencies};
use support::measures::Measures;
use support::pki::crafted::{authority, two_names};
use support::pki::{Minted, Shape, escaped_pem};
use support::processor::stay_on_core;
use support::served::{Around, CLIENT_CORE, Protocol, Served, Service, Trust, serve_if_told};

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

fn main() {
    serve_if_told();
    let Some(mut measures) = Measures::of("attack") else { return };
    let authorities = Authorities::p256();
    // It bears the name that the crafted chains lead to.
    let crafted_root = authority("Root", &PKCS_ECDSA_P521_SHA512).self_signed();
    let trust = Trust::new(&authorities, Some(&crafted_root));
    let known = authorities.headers(KNOWN_CLIENTS);
    let attacks = [
        Attack { name: "nothing that is a certificate", headers: garbage(), status: "400" },
        Attack { name: "certificates of an unknown issuer", headers: of_unknown_issuer(), status: "403" },
        Attack { name: "valid certificates", headers: valid(&authorities), status: "200" },
        Attack { name: "the worst chain", headers: worst_chains(), status: "403" },
    ];
    stay_on_core(CLIENT_CORE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for attack in attacks {
        // One of the two threads at most, which is the default on two cores; and as many as there are.
        for (bound, max_concurrent_validations) in [("one validates", 1), ("both may validate", 2)] {
            let service = Service {
                protocol: Protocol::Axum,
                around: Around::ClientCert,
                threads: 2,
                max_remembered_clients: KNOWN_CLIENTS,
                max_concurrent_validations: Some(max_concurrent_validations),
                responder: None,
            };
            let served = service.start(&trust);
            runtime.block_on(attack.measure(&mut measures, bound, &served, &known));
        }
    }
}

/// Requests that are never the same within the time for which a refusal is remembered.
struct Attack {
    name: &'static str,
    headers: Vec<HeaderValue>,
    status: &'static str,
}

impl Attack {
    async fn measure(&self, measures: &mut Measures, bound: &str, served: &Served, known: &[HeaderValue]) {
        let mut clients = Http1Load::connect(served.address(), KNOWN_CONNECTIONS, known, "200").await;
        let mut attackers = Http1Load::connect(served.address(), ATTACKERS, &self.headers, self.status).await;
        clients.run(ROUND).await;
        let (mut alone, mut beside, mut attacking) = (Phase::default(), Phase::default(), Phase::default());
        let mut cpu = Vec::new();
        for _ in 0..ROUNDS {
            alone.add(clients.run(ROUND).await);
            let before = served.cpu_time();
            let (of_clients, of_attackers) = tokio::join!(clients.run(ROUND), attackers.run(ROUND));
            let spent = served.cpu_time().checked_sub(before).unwrap();
            cpu.push(spent.as_secs_f64() / ROUND.as_secs_f64());
            beside.add(of_clients);
            attacking.add(of_attackers);
        }
        let name = format!("{}/{bound}", self.name);
        measures.note(&format!("{name}/known clients alone"), "1/s", &alone.per_second);
        measures.note(&format!("{name}/known clients"), "1/s", &beside.per_second);
        measures.note(&format!("{name}/attackers"), "1/s", &attacking.per_second);
        measures.note(&format!("{name}/one in 100 alone longer than"), "ms", &alone.hundredth);
        measures.note(&format!("{name}/one in 100 longer than"), "ms", &beside.hundredth);
        measures.note(&format!("{name}/cores in use"), "cores", &cpu);
    }
}

#[derive(Default)]
struct Phase {
    per_second: Vec<f64>,
    hundredth: Vec<f64>,
}

impl Phase {
    fn add(&mut self, mut latencies: Latencies) {
        latencies.sort_unstable();
        self.per_second.push(f64::from(u32::try_from(latencies.len()).unwrap()) / ROUND.as_secs_f64());
        self.hundredth.push(latencies[latencies.len() - 1 - latencies.len() / 100].as_secs_f64() * 1e3);
    }
}

/// PEM of the length of a certificate, with octets of chance inside.
fn garbage() -> Vec<HeaderValue> {
    let mut chance = Chance::new(5);
    let mut pem = || {
        let octets: Vec<u8> = (0..80).flat_map(|_| chance.next_u64().to_be_bytes()).collect();
        let escaped = STANDARD.encode(octets).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let text = format!("-----BEGIN%20CERTIFICATE-----%0A{escaped}%0A-----END%20CERTIFICATE-----%0A");
        HeaderValue::try_from(text).unwrap()
    };
    (0..MANY).map(|_| pem()).collect()
}

fn of_unknown_issuer() -> Vec<HeaderValue> {
    let stranger = Shape::authority("Nobody").self_signed();
    (0..u32::try_from(MANY).unwrap())
        .map(|number| {
            let shape = Shape::partner().serial(&[&[1], &number.to_be_bytes()[..]].concat());
            HeaderValue::try_from(stranger.issue(&shape).escaped_pem()).unwrap()
        })
        .collect()
}

/// More than there is room for.
fn valid(authorities: &Authorities) -> Vec<HeaderValue> {
    let first = u64::try_from(KNOWN_CLIENTS).unwrap();
    (first..first + u64::try_from(MANY).unwrap()).map(|number| authorities.header(number)).collect()
}

/// One chain for all, each time with another end entity.
fn worst_chains() -> Vec<HeaderValue> {
    let chain = two_names(&PKCS_ECDSA_P521_SHA512);
    let issuer = chain.last().unwrap();
    let rest: String = chain[1..].iter().map(|certificate| escaped_pem(certificate.der())).collect();
    let header = |leaf: Minted| HeaderValue::try_from(format!("{}{rest}", leaf.escaped_pem())).unwrap();
    (0..WORST).map(|_| header(issuer.issue(&Shape::partner().algorithm(&PKCS_ECDSA_P521_SHA512)))).collect()
}

const KNOWN_CLIENTS: usize = 1_000;
const KNOWN_CONNECTIONS: usize = 8;
const ATTACKERS: usize = 16;
/// So many that a refusal is forgotten before its request comes again.
const MANY: usize = 50_000;
const WORST: usize = 1_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(800);
