//! Rules and tables allocate nothing for a request that they allow.

#![cfg(test)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_client_cert::{
    AccessTable, Authentication, ClientCertLayer, Gateway, GatewayPeer, Intermediates, RequestValue,
    RequireClientCertLayer, Rule, TextPattern, TrustAnchors,
};

use crate::support::clock::Fixed;
use crate::support::pki::Pki;

#[path = "support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

type Body = Full<bytes::Bytes>;

/// What the certificate layer finds out about a request of the partner.
async fn authentication() -> Authentication {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("test-root");
    let layer = ClientCertLayer::builder(Gateway::nginx(["10.1.0.4"]).unwrap(), anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .clock(Fixed::usual())
        .build()
        .unwrap();
    let seen = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&seen);
    let service = layer.layer(service_fn(move |request: Request<Body>| {
        *sink.lock().unwrap() = request.extensions().get::<Authentication>().cloned();
        async { Ok::<_, Infallible>(Response::new(Body::default())) }
    }));
    let request = Request::builder().header("x-client-cert", pki.good().escaped_pem());
    let mut request = request.body(Body::default()).unwrap();
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
    let authentication = seen.lock().unwrap().take();
    authentication.unwrap()
}

/// Allocations of one request through the layer, beyond those of the handler, which is not measured.
fn allocations(layer: &RequireClientCertLayer, path: &str, authentication: &Authentication) -> u64 {
    let mut service = layer.layer(service_fn(|request: Request<Body>| {
        // Kept until the measurement is over, and freed by nobody in between.
        std::mem::forget(request);
        std::future::ready(Ok::<_, Infallible>(Response::new(Body::default())))
    }));
    let mut request =
        Request::builder().uri(path).header("x-user", "data-exchange-svc01").body(Body::default()).unwrap();
    request.extensions_mut().insert(authentication.clone());
    let mut future = None;
    let measured = allocation_counter::measure(|| future = Some(service.call(request)));
    let response = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future.unwrap()).unwrap();
    assert_eq!(response.status(), 200, "{path}");
    measured.count_total
}

fn tabled(path: &str, rule: Rule) -> RequireClientCertLayer {
    let mut builder = AccessTable::builder().public("/healthz").unwrap();
    for route in 0..100 {
        builder = builder.path(format!("/api/{{id}}/part-{route}"), Rule::nobody()).unwrap();
    }
    for other in 0..9 {
        builder = builder.path(path, Rule::organization(format!("Other {other}"))).unwrap();
    }
    RequireClientCertLayer::table(builder.path(path, rule).unwrap().build())
}

#[test]
fn nothing_is_allocated_for_a_request_that_is_allowed() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let authentication = runtime.block_on(authentication());
    let lab = || Rule::organization("Big Partner Foo SA").and(Rule::issued_by("test-root"));
    let several = lab()
        .and(Rule::organization("Other").or(Rule::common_name(TextPattern::glob("data-*").unwrap())))
        .and(Rule::not(Rule::organizational_unit("Guests")))
        .and(Rule::subject("CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH".parse().unwrap()))
        .and(Rule::common_name(RequestValue::header("x-user")))
        .and(Rule::gateway("nginx"));
    let own = lab().and(Rule::common_name(RequestValue::path_parameter("user")));
    for (layer, path) in [
        (RequireClientCertLayer::any_client(), "/"),
        (RequireClientCertLayer::rule(lab()), "/"),
        (RequireClientCertLayer::rule(several.clone()), "/"),
        (tabled("/restricted/**", several), "/restricted/a/b/c"),
        (tabled("/accounts/{user}/**", own), "/accounts/data-exchange-svc01/statements"),
        (tabled("/x", lab()), "/healthz"),
    ] {
        allocations(&layer, path, &authentication);
        assert_eq!(allocations(&layer, path, &authentication), 0, "{layer:?} {path}");
    }
    // The measurement sees what there is to see.
    let folding = Rule::organization(TextPattern::exact("big partner foo sa").ignore_ascii_case());
    assert!(allocations(&RequireClientCertLayer::rule(folding), "/", &authentication) > 0);
}
