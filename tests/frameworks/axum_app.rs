//! axum: routers, single routes, extractors.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::routing::get as route_get;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_client_cert::{ClientIdentity, Reason, Refusal};
use tracing::Level;

use crate::served::{builder, get, layer, serve};
use crate::support::http as raw;
use crate::support::log::{self, Log};
use crate::support::pki::{Pki, Shape, days};

async fn public(identity: Option<ClientIdentity>) -> String {
    identity.map_or("nobody".to_owned(), |identity| name(&identity))
}

async fn restricted(identity: ClientIdentity) -> String {
    name(&identity)
}

fn name(identity: &ClientIdentity) -> String {
    identity.subject().organization().unwrap_or("?").to_owned()
}

fn routes() -> Router {
    Router::new().route("/", route_get(public)).route("/restricted", route_get(restricted))
}

#[tokio::test]
async fn a_whole_router_behind_the_layer_knows_its_clients() {
    let pki = Pki::new();
    let address = serve(routes().layer(layer(&pki))).await;
    let (good, expired) = (pki.good(), pki.issue(&Shape::partner().valid(days(-60), days(-30))));
    for (path, certificate, status, body) in [
        ("/", None, 200, "nobody"),
        ("/", Some(&good), 200, "Big Partner Foo SA"),
        ("/restricted", Some(&good), 200, "Big Partner Foo SA"),
    ] {
        let answer = get(address, path, certificate).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{path}");
    }
    for (path, certificate, status) in
        [("/restricted", None, 401), ("/restricted", Some(&expired), 403), ("/", Some(&expired), 403)]
    {
        assert_eq!(get(address, path, certificate).await.status, status, "{path}");
    }
    assert_eq!(get(address, "/unknown", None).await.status, 404);
}

#[tokio::test]
async fn an_extractor_that_refuses_challenges_and_forbids_to_store() {
    let address = serve(routes().layer(layer(&Pki::new()))).await;
    let answer = get(address, "/restricted", None).await;
    assert_eq!(answer.header("www-authenticate"), Some("ClientCertificate"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.body.starts_with("client certificate required (reference "), "{}", answer.body);
}

#[tokio::test]
async fn the_extractors_refusal_is_in_the_extensions_logged_and_counted() {
    let layer = layer(&Pki::new());
    let log = Log::start();
    let response = routes().layer(layer.clone()).oneshot(empty_request("/restricted")).await.unwrap();
    let refusal = response.extensions().get::<Refusal>().unwrap();
    assert_eq!(refusal.rejection().reason(), Reason::CertificateMissing);
    let events = log.with("reason", "certificate-missing");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].field("reference"), Some(refusal.reference()));
    assert_eq!(layer.handle().counts().refused(Reason::CertificateMissing), 1);
}

#[tokio::test]
async fn a_single_route_behind_the_layer_is_the_only_one_that_knows_clients() {
    let pki = Pki::new();
    let app = Router::new()
        .route("/with", route_get(restricted).layer(layer(&pki)))
        .route("/without", route_get(restricted))
        .route("/plain", route_get(async || "plain"));
    let address = serve(app).await;
    let good = pki.good();
    assert_eq!(get(address, "/with", Some(&good)).await.status, 200);
    assert_eq!(get(address, "/with", None).await.status, 401);
    assert_eq!(get(address, "/without", Some(&good)).await.status, 500);
    assert_eq!(get(address, "/plain", Some(&good)).await.body, "plain");
}

#[tokio::test]
async fn a_nested_router_is_covered_from_outside_and_from_inside() {
    let pki = Pki::new();
    let good = pki.good();
    for app in [
        Router::new().nest("/api", routes()).layer(layer(&pki)),
        Router::new().nest("/api", routes().layer(layer(&pki))),
        Router::new().nest_service("/api", routes().layer(layer(&pki))),
    ] {
        let address = serve(app).await;
        assert_eq!(get(address, "/api/restricted", Some(&good)).await.body, "Big Partner Foo SA");
        assert_eq!(get(address, "/api/restricted", None).await.status, 401);
    }
}

#[tokio::test]
async fn required_refuses_every_route_but_the_excepted_ones() {
    let pki = Pki::new();
    let app = routes().route("/healthz", route_get(async || "well")).fallback(async || "fallback");
    let address = serve(app.layer(builder(&pki).required().except(["/healthz"]).build().unwrap())).await;
    for (path, status) in [("/", 401), ("/restricted", 401), ("/unknown", 401), ("/healthz", 200), ("/healthz/", 401)] {
        assert_eq!(get(address, path, None).await.status, status, "{path}");
    }
    assert_eq!(get(address, "/unknown", Some(&pki.good())).await.body, "fallback");
}

#[tokio::test]
async fn without_the_layer_an_extractor_answers_500_and_never_nobody() {
    let pki = Pki::new();
    for path in ["/", "/restricted"] {
        let log = Log::start();
        let mut request = empty_request(path);
        request.headers_mut().insert("x-client-cert", pki.good().escaped_pem().parse().unwrap());
        let response = routes().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), 500, "{path}");
        let refusal = response.extensions().get::<Refusal>().unwrap();
        assert_eq!(refusal.rejection().reason(), Reason::LayerMissing, "{path}");
        assert_eq!(refusal.rejection().stage(), Reason::LayerMissing.stage());
        let events = log.with("reason", "layer-missing");
        assert_eq!(events.len(), 1, "{path}");
        assert_eq!((events[0].level, events[0].field("reference")), (Level::ERROR, Some(refusal.reference())));
    }
    assert_eq!(get(serve(routes()).await, "/", None).await.status, 500);
}

#[tokio::test]
async fn without_the_layer_an_extractor_answers_grpc_with_internal() {
    log::prepare();
    let mut request = empty_request("/restricted");
    *request.method_mut() = http::Method::POST;
    *request.version_mut() = http::Version::HTTP_2;
    request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    let app = Router::new().route("/restricted", axum::routing::post(restricted));
    let response = app.oneshot(request).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["grpc-status"]), (200, &"13".parse().unwrap()));
}

#[tokio::test]
async fn a_layer_on_a_route_inside_a_layer_on_the_router_is_500() {
    let pki = Pki::new();
    let app = Router::new().route("/", route_get(public).layer(layer(&pki))).layer(layer(&pki));
    let address = serve(app).await;
    assert_eq!(get(address, "/", Some(&pki.good())).await.status, 500);
    assert_eq!(get(address, "/", None).await.status, 500);
}

#[tokio::test]
async fn the_plain_socket_address_of_axum_serves_as_well() {
    let pki = Pki::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = routes().layer(layer(&pki)).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    assert_eq!(get(address, "/restricted", Some(&pki.good())).await.body, "Big Partner Foo SA");
}

#[tokio::test]
async fn a_router_served_without_addresses_believes_nobody() {
    let pki = Pki::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = routes().layer(layer(&pki));
    tokio::spawn(async move { axum::serve(listener, app).await });
    assert_eq!(get(address, "/", Some(&pki.good())).await.body, "nobody");
    assert_eq!(get(address, "/restricted", Some(&pki.good())).await.status, 401);
}

#[tokio::test]
async fn requests_of_one_connection_are_clients_of_their_own() {
    let pki = Pki::new();
    let address = serve(routes().layer(layer(&pki))).await;
    let host = "GET / HTTP/1.1\r\nHost: a\r\n";
    let first = format!("{host}X-Client-Cert: {}\r\n\r\n", pki.good().escaped_pem());
    let second = format!("{host}Connection: close\r\n\r\n");
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let both = raw::exchange(stream, (first + &second).as_bytes()).await;
    // The answer to the second request follows the first one's body.
    assert!(both.body.starts_with("Big Partner Foo SA"), "{}", both.body);
    assert!(both.body.ends_with("nobody"), "{}", both.body);
}

#[tokio::test]
async fn two_header_lines_and_merged_ones_are_400_over_a_socket() {
    let pki = Pki::new();
    let address = serve(routes().layer(layer(&pki))).await;
    let value = pki.good().escaped_pem();
    let line = format!("X-Client-Cert: {value}");
    for lines in [&[line.as_str(), &line][..], &[&format!("{line},{value}")], &[&line, "Connection: x-client-cert"]] {
        assert_eq!(raw::send(address, &http_get("/", lines)).await.status, 400);
    }
}

fn http_get(path: &str, lines: &[&str]) -> String {
    raw::get(path, lines)
}

fn empty_request(path: &str) -> http::Request<axum::body::Body> {
    http::Request::get(path).body(axum::body::Body::empty()).unwrap()
}
