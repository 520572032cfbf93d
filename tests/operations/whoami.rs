//! The page that shows the caller who it is.

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn;
use axum::routing::get;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use tower_client_cert::{ClientCertLayer, RequireClientCertLayer, Rule, whoami};

use crate::scene;
use crate::support::pki::{Minted, Pki, Shape, days, seconds};
use crate::world::builder;

pub(crate) fn app(layer: ClientCertLayer) -> Router {
    Router::new()
        .route("/whoami", get(whoami::show))
        .route("/denied", get(whoami::show).layer(RequireClientCertLayer::rule(Rule::organization("Nobody AG"))))
        .layer(layer)
        .layer(from_fn(whoami::show_refusal))
}

async fn ask(app: Router, path: &str, certificate: Option<&Minted>, accept: &str) -> (Response<()>, String) {
    let asked = certificate.map_or_else(|| scene::request(&[]), scene::with_certificate);
    let mut asked: Request<Body> = asked.map(Body::new);
    *asked.uri_mut() = path.parse().unwrap();
    asked.headers_mut().insert("accept", accept.parse().unwrap());
    let (parts, body) = app.oneshot(asked).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
}

fn header<'a>(response: &'a Response<()>, name: &str) -> &'a str {
    response.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

/// A client whose names attack the page.
pub(crate) fn hostile(pki: &Pki) -> Minted {
    let shape = Shape::client("<script>document.title='owned'</script>\u{202e}gnp.exe");
    pki.issue(&shape.organization("</title></style><img src=x onerror=alert(1)> \"Foo\" & Söhne\u{200b}"))
}

#[tokio::test]
async fn a_browser_gets_a_page_with_identity_and_evidence_and_nothing_else_may_run() {
    let pki = Pki::new();
    let app = app(builder(&pki).build().unwrap());
    let (response, page) = ask(app, "/whoami", Some(&pki.good()), "text/html,*/*;q=0.8").await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(header(&response, "vary"), "accept");
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    let policy = header(&response, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.ends_with("'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"), "{policy}");
    for text in [
        "Big Partner Foo SA",
        "data-exchange-svc01",
        "nginx",
        "10.1.0.4",
        "trust anchor",
        "ours",
        "crl",
        "x-client-cert",
        "PEM, escaped",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(
        !page.contains("<script") && !page.contains(" style=") && !page.contains("href=") && !page.contains("src=")
    );
}

#[tokio::test]
async fn a_browser_without_a_certificate_is_told_so() {
    let pki = Pki::new();
    let (response, page) = ask(app(builder(&pki).build().unwrap()), "/whoami", None, "text/html").await;
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "text/html; charset=utf-8"));
    let (begin, main) = page.split_once("<main>").unwrap();
    assert!(begin.starts_with("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"), "{begin}");
    assert_eq!(
        main,
        "<header><span class=\"badge\">anonymous</span><h1>No client certificate</h1><p>client certificate required, \
         the gateway forwarded none</p></header><footer>A certificate is public. That a request came from its holder \
         rests on who may send the certificate header to this service, and on nothing that this page can \
         show.</footer></main></body></html>\n"
    );
}

#[tokio::test]
async fn a_date_is_marked_when_less_than_30_days_are_left() {
    let pki = Pki::new();
    let app = app(builder(&pki).build().unwrap());
    for (left, class, shown) in [
        (30 * 86_400, "badge", 30),
        (30 * 86_400 - 1, "badge warn", 29),
        (2 * 86_400, "badge warn", 2),
        (86_399, "badge warn", 0),
        (0, "badge warn", 0),
    ] {
        let leaf = pki.issue(&Shape::partner().valid(days(-1), seconds(left)));
        let (_, page) = ask(app.clone(), "/whoami", Some(&leaf), "text/html").await;
        let expected = format!("Z <span class=\"{class}\">{shown} days left</span></dd><dt>Issuer</dt>");
        assert!(page.contains(&expected), "{left}: {expected}: {page}");
    }
}

#[tokio::test]
async fn a_program_gets_json() {
    let pki = Pki::new();
    let app = app(builder(&pki).build().unwrap());
    let (response, body) = ask(app.clone(), "/whoami", Some(&pki.good()), "*/*").await;
    assert_eq!(header(&response, "content-type"), "application/json");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["authenticated"], true);
    assert_eq!(body["identity"]["gateway"], "nginx");
    assert_eq!(body["identity"]["evidence"][0]["check"], "sender");
    assert_eq!(body["identity"]["evidence"][1]["source"], "x-client-cert");
    let (_, body) = ask(app, "/whoami", None, "application/json").await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body,
        json!({ "authenticated": false, "why": "client certificate required, the gateway forwarded none" })
    );
}

#[tokio::test]
async fn hostile_names_are_inert_in_both_forms() {
    let pki = Pki::new();
    let app = app(builder(&pki).build().unwrap());
    let (_, page) = ask(app.clone(), "/whoami", Some(&hostile(&pki)), "text/html").await;
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{200b}'));
    assert!(page.contains("<span class=\"unseen\">U+202E</span>") && page.contains("Söhne"), "{page}");
    let (response, body) = ask(app, "/whoami", Some(&hostile(&pki)), "application/json").await;
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    assert!(serde_json::from_str::<Value>(&body).unwrap()["identity"].is_object());
}

#[tokio::test]
async fn a_refused_caller_is_told_why_where_the_user_has_said_so() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    let (response, page) = ask(app(layer.clone()), "/whoami", Some(&expired), "text/html").await;
    assert_eq!(response.status(), 403);
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert!(header(&response, "content-security-policy").starts_with("default-src 'none'"));
    assert!(page.contains("<h1>expired</h1>") && page.contains("expired at 2026-01-30T12:00:00Z"), "{page}");
    assert!(page.contains("renew the certificate"), "{page}");
    let (response, body) = ask(app(layer.clone()), "/denied", Some(&pki.good()), "*/*").await;
    assert_eq!(response.status(), 403);
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["refused"]["reason"], "rule-denied");
    // Without that middleware, nobody is told.
    let silent = Router::new().route("/whoami", get(whoami::show)).layer(layer);
    let (_, text) = ask(silent, "/whoami", Some(&expired), "text/html").await;
    assert!(text.starts_with("client certificate refused (reference "), "{text}");
}

#[tokio::test]
async fn the_challenge_of_a_refusal_stays_and_grpc_is_left_alone() {
    let pki = Pki::new();
    let app = app(builder(&pki).required().build().unwrap());
    let (response, _) = ask(app.clone(), "/whoami", None, "text/html").await;
    assert_eq!(response.status(), 401);
    assert_eq!(header(&response, "www-authenticate"), "ClientCertificate");
    let mut grpc = scene::request(&[("content-type", "application/grpc")]).map(Body::new);
    *grpc.method_mut() = http::Method::POST;
    *grpc.version_mut() = http::Version::HTTP_2;
    let response = app.oneshot(grpc).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/grpc");
}

#[tokio::test]
async fn without_the_layer_the_page_is_a_loud_500() {
    let app = Router::new().route("/whoami", get(whoami::show));
    assert_eq!(ask(app, "/whoami", None, "text/html").await.0.status(), 500);
}
