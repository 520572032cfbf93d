//! What a client that was never seen before costs, by OpenSSL and by the layer.
//!
//! `cargo bench -p openssl-comparison`, which needs the development files of OpenSSL (Debian: libssl-dev, pkg-config).

#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::{X509, X509PurposeId, X509StoreContext};

use support::authorities::Authorities;
use support::first_sight::compare_first_sights;
use support::processor::cpu_time_of;

#[allow(dead_code, unused_imports, reason = "each bench uses another part of the support")]
mod support;

/// What does not change between clients.
struct Trust {
    store: X509Store,
    intermediates: Stack<X509>,
}

impl Trust {
    fn new(authorities: &Authorities) -> Self {
        let mut store = X509StoreBuilder::new().unwrap();
        store.add_cert(X509::from_der(authorities.root.der()).unwrap()).unwrap();
        store.set_purpose(X509PurposeId::SSL_CLIENT).unwrap();
        let mut intermediates = Stack::new().unwrap();
        for intermediate in &authorities.intermediates {
            intermediates.push(X509::from_der(intermediate.der()).unwrap()).unwrap();
        }
        Self { store: store.build(), intermediates }
    }

    /// From the header's value to the subject.
    fn subject(&self, header: &[u8]) -> String {
        let certificate = X509::from_pem(&unescaped(header)).unwrap();
        let mut context = X509StoreContext::new().unwrap();
        let is_valid = context.init(&self.store, &certificate, &self.intermediates, |context| context.verify_cert());
        assert!(is_valid.unwrap(), "{}", context.error());
        let subject = certificate.subject_name().entries();
        let text = subject.map(|entry| {
            let name = entry.object().nid().short_name().unwrap().to_owned();
            format!("{name}={}", entry.data().to_string().unwrap())
        });
        text.collect::<Vec<_>>().join(",")
    }
}

fn unescaped(header: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(header.len());
    let mut rest = header.iter();
    let digit = |byte: Option<&u8>| char::from(*byte.unwrap()).to_digit(16).unwrap();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => bytes.push(u8::try_from(digit(rest.next()) * 16 + digit(rest.next())).unwrap()),
            other => bytes.push(*other),
        }
    }
    bytes
}

fn first_sight(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("first_sight_openssl");
    group.sample_size(15).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for authorities in Authorities::all() {
        let trust = Trust::new(&authorities);
        let header = authorities.header(0);
        assert!(trust.subject(header.as_bytes()).contains("O=Big Partner Foo SA"));
        group.bench_function(format!("{}/OpenSSL", authorities.name), |bench| {
            bench.iter_custom(|calls| cpu_time_of(calls, || black_box(trust.subject(header.as_bytes()))));
        });
        compare_first_sights(&mut group, &authorities);
    }
}

criterion_group!(benches, first_sight);
criterion_main!(benches);
