//! What a request allocates whose certificate is remembered: the box of what was found, among the extensions; and one whose
//! certificate is new. Metrics have labels, which their crate allocates.

#![cfg(test)]
#![cfg(not(feature = "metrics"))]

use std::convert::Infallible;
use std::future::{Future as _, Ready, ready};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, Service, service_fn};
use tower_client_cert::{
    Authentication, ClientCertLayer, DenyList, Gateway, GatewayPeer, Intermediates, RevocationLists, Secret,
    TrustAnchors,
};

use crate::support::clock::Fixed;
use crate::support::pki::{ListShape, Pki};

#[path = "support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test crate uses another part of the support")]
mod support;

type Body = Full<bytes::Bytes>;

fn request(lines: &[(&'static str, &str)]) -> Request<Body> {
    let mut request = Request::new(Body::default());
    // As a server has it: the address is there, and other headers.
    request.extensions_mut().insert(GatewayPeer::tcp(SocketAddr::from(([10, 1, 0, 4], 50_000))));
    let others = [("host", "api.example"), ("accept", "*/*"), ("user-agent", "curl/8"), ("x-request-id", "42")];
    for (name, value) in others.iter().chain(lines) {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

type Answer = Ready<Result<Response<Body>, Infallible>>;

fn answer() -> Answer {
    // A response has headers of its own, and room for another.
    ready(Ok(Response::builder().header("content-type", "text/plain").body(Body::default()).unwrap()))
}

fn handle(request: &Request<Body>) -> Answer {
    assert!(request.extensions().get::<Authentication>().unwrap().identity().is_some());
    answer()
}

/// Allocations from the moment at which a service is called to that at which it answers.
fn allocations<S, B>(mut service: S, lines: &[(&'static str, &str)]) -> u64
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    let mut measured = 0;
    for _ in 0..3 {
        let request = request(lines);
        let counts = allocation_counter::measure(|| {
            let mut future = pin!(service.call(request));
            let Poll::Ready(response) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
                panic!("nothing here waits")
            };
            assert_eq!(response.unwrap().status(), 200);
        });
        measured = counts.count_total;
    }
    measured
}

#[test]
fn a_hit_allocates_what_stands_in_the_extensions_and_nothing_else() {
    let pki = Pki::new();
    let build = |gateway: Gateway| {
        let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
        ClientCertLayer::builder(gateway, anchors)
            .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
            .clock(Fixed::usual())
    };
    let header = pki.good().escaped_pem();
    let nginx = || Gateway::nginx(["10.1.0.4"]).unwrap();
    let line = ("x-client-cert", header.as_str());
    let lists = RevocationLists::from_octets(pki.intermediate.sign_list(&ListShape::new()));
    let secret = Secret::new("5f0c8ad1-2b7e-4c11-9d0a").unwrap();
    let cases = [
        ("plain", build(nginx()).build(), vec![line], 1),
        ("with sources", build(nginx()).crls(lists).deny_list(DenyList::new()).build(), vec![line], 1),
        (
            "with a secret",
            build(nginx().secret_header("x-edge-secret", secret).unwrap()).build(),
            vec![("x-edge-secret", "5f0c8ad1-2b7e-4c11-9d0a"), line],
            // The secret is taken out, and told of in the evidence.
            9,
        ),
    ];
    for (name, layer, lines, expected) in cases {
        let bare = allocations(service_fn(|_| answer()), &lines);
        let with_layer =
            allocations(layer.unwrap().layer(service_fn(|request: Request<Body>| handle(&request))), &lines);
        assert_eq!(with_layer - bare, expected, "{name}");
    }
}

#[test]
fn a_new_client_of_an_authority_that_is_known_allocates_no_more_than_it_did() {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    // No verdict has room, and signatures of authorities have.
    let layer = ClientCertLayer::builder(Gateway::nginx(["10.1.0.4"]).unwrap(), anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .clock(Fixed::usual())
        .max_remembered_bytes(1)
        .build()
        .unwrap();
    let header = pki.good().escaped_pem();
    let lines = [("x-client-cert", header.as_str())];
    let bare = allocations(service_fn(|_| answer()), &lines);
    let with_layer = allocations(layer.layer(service_fn(|request: Request<Body>| handle(&request))), &lines);
    let first_sight = with_layer - bare;
    assert!(first_sight <= MAX_FIRST_SIGHT, "{first_sight}");
}

/// A text made for each object identifier of the certificate would be 80 more.
const MAX_FIRST_SIGHT: u64 = 48;
