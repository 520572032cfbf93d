//! What rules and access tables cost a request.
//!
//! `cargo bench --bench rules`

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has to end")]

use std::convert::Infallible;
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Request, Response};
use http_body_util::Empty;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_client_cert::{
    AccessRequest, AccessTable, Authentication, Authorizer as _, ClientCertLayer, Gateway, GatewayPeer,
    RequireClientCertLayer, Rule, TrustAnchors,
};

type Body = Empty<bytes::Bytes>;

fn lab_rule() -> Rule {
    Rule::organization("Big Partner Foo SA").and(Rule::issued_by("carc-i101l"))
}

/// What the certificate layer finds out about a request of the partner.
fn authentication() -> Authentication {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, text) in [
        (DnType::CountryName, "CH"),
        (DnType::OrganizationName, "Big Partner Foo SA"),
        (DnType::CommonName, "data-exchange-svc01"),
    ] {
        params.distinguished_name.push(kind, text);
    }
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let leaf = params.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
    let anchors = TrustAnchors::from_der(authority.der()).unwrap().labelled("carc-i101l");
    let gateway = Gateway::custom("bench", ["10.1.0.4"]).unwrap().encoding(tower_client_cert::Encoding::DerBase64);
    let layer = ClientCertLayer::builder(gateway, anchors).build().unwrap();

    let seen = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&seen);
    let service = layer.layer(service_fn(move |request: Request<Body>| {
        *sink.lock().unwrap() = request.extensions().get::<Authentication>().cloned();
        async { Ok::<_, Infallible>(Response::new(Body::new())) }
    }));
    let value = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(leaf.der())
    };
    let mut request = Request::builder().header("x-client-cert", value).body(Body::new()).unwrap();
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let response = runtime.block_on(service.oneshot(request)).unwrap();
    assert_eq!(response.status(), 200);
    let authentication = seen.lock().unwrap().take();
    authentication.unwrap()
}

fn request(path: &str, authentication: &Authentication) -> Request<Body> {
    let mut request = Request::builder().uri(path).body(Body::new()).unwrap();
    request.extensions_mut().insert(authentication.clone());
    request
}

/// 1,000 routes with 10 rules each, of which the last one holds.
fn large_table() -> AccessTable {
    let mut builder = AccessTable::builder();
    for route in 0..1_000 {
        for rule in 0..10 {
            let organization = if rule == 9 { "Big Partner Foo SA".to_owned() } else { format!("Other {rule}") };
            let rule = Rule::organization(organization).and(Rule::issued_by("carc-i101l"));
            builder = builder.path(format!("/api/service-{}/{{id}}/part-{route}", route % 10), rule).unwrap();
        }
    }
    builder.build()
}

fn rules(criterion: &mut Criterion) {
    let authentication = authentication();
    let handler = || service_fn(|_: Request<Body>| std::future::ready(Ok::<_, Infallible>(Response::new(Body::new()))));

    // The rule alone: many times inside of one request, because only the layer makes what a rule is asked about.
    criterion.bench_function("rule of the lab", |bencher| {
        bencher.iter_custom(|times| {
            let took = Arc::new(Mutex::new(Duration::ZERO));
            let sink = Arc::clone(&took);
            let rule = lab_rule();
            let timing = move |request: &AccessRequest<'_>| {
                let start = Instant::now();
                let allowed = (0..times).all(|_| black_box(&rule).authorize(black_box(request)).is_ok());
                *sink.lock().unwrap() = start.elapsed();
                allowed
            };
            let mut service = RequireClientCertLayer::authorizer(timing).layer(handler());
            drop(service.call(request("/", &authentication)));
            *took.lock().unwrap()
        });
    });

    let path = "/api/service-7/4711/part-777";
    let mut bare = handler();
    let mut with_rule = RequireClientCertLayer::rule(lab_rule()).layer(handler());
    let mut with_table = RequireClientCertLayer::table(large_table()).layer(handler());
    criterion.bench_function("request to the handler alone", |bencher| {
        let make = || request(path, &authentication);
        bencher.iter_batched(make, |request| black_box(bare.call(request)), BatchSize::SmallInput);
    });
    criterion.bench_function("request through the rule of the lab", |bencher| {
        let make = || request(path, &authentication);
        bencher.iter_batched(make, |request| black_box(with_rule.call(request)), BatchSize::SmallInput);
    });
    criterion.bench_function("request through a table of 1,000 routes with 10 rules each", |bencher| {
        let make = || request(path, &authentication);
        bencher.iter_batched(make, |request| black_box(with_table.call(request)), BatchSize::SmallInput);
    });
}

criterion_group!(benches, rules);
criterion_main!(benches);
