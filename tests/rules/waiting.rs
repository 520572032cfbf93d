//! Authorizers that wait, and see the request.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::{get as route, post};
use http::{Request, StatusCode};
use tower_client_cert::{
    AsyncAccessRequest, AuthenticatedUser, AuthorizationError, Authorizer as _, AuthorizerUnavailable, Denial, Reason,
    RequestValue, RequireClientCertLayer, Rule,
};

use crate::scene::{Scene, get, partner, request};
use crate::support::log::Log;

/// Only the client whose common name the path, the header `x-on-behalf-of` and the user name.
async fn only_for_oneself(request: AsyncAccessRequest) -> Result<(), AuthorizationError> {
    tokio::task::yield_now().await;
    let access = request.access();
    let own = access.identity().subject().common_name();
    if own == Some("nobody") {
        return Err(AuthorizerUnavailable::new("database down").into());
    }
    // The view may be kept over a wait.
    tokio::task::yield_now().await;
    let in_path = access.path_parameter("client");
    for (what, found) in
        [("path", in_path.as_deref()), ("header", access.header("x-on-behalf-of")), ("user", access.user())]
    {
        if found.is_none() || found != own {
            return Err(Denial::new(format!("the client itself in {what}"), format!("{found:?}")).into());
        }
    }
    Ok(())
}

fn app() -> Router {
    let page = Router::new().route("/of/{client}", route(async || "page").post(async |body: String| body));
    Router::new().nest("/pages", page.layer(RequireClientCertLayer::asynchronous(only_for_oneself)))
}

/// A request of the partner with these values.
fn of_partner(scene: &Scene, path: &str, headers: &[&str], user: Option<&str>) -> Request<Body> {
    let mut request = get(path, Some(&scene.partner));
    for header in headers {
        request.headers_mut().append("x-on-behalf-of", header.parse().unwrap());
    }
    if let Some(user) = user {
        request.extensions_mut().insert(AuthenticatedUser::new(user));
    }
    request
}

const PARTNER: &str = "data-exchange-svc01";
const OWN_PAGE: &str = "/pages/of/data-exchange-svc01";

#[tokio::test]
async fn an_authorizer_that_waits_decides_by_path_header_and_user() {
    let scene = Scene::new();
    for (why, path, headers, user) in [
        ("another path", "/pages/of/data-exchange-svc02", &[PARTNER][..], Some(PARTNER)),
        ("a path of another case", "/pages/of/Data-Exchange-Svc01", &[PARTNER], Some(PARTNER)),
        ("no header", OWN_PAGE, &[], Some(PARTNER)),
        ("another header", OWN_PAGE, &["data-exchange-svc02"], Some(PARTNER)),
        ("the header twice", OWN_PAGE, &[PARTNER, PARTNER], Some(PARTNER)),
        ("a header that is no text", OWN_PAGE, &["data-exchange-svc01\u{e9}"], Some(PARTNER)),
        ("no user", OWN_PAGE, &[PARTNER], None),
        ("another user", OWN_PAGE, &[PARTNER], Some("data-exchange-svc02")),
    ] {
        let asked = scene.ask(app(), of_partner(&scene, path, headers, user)).await;
        assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)), "{why}");
        assert!(!asked.body.contains("data-exchange"), "{why}: {}", asked.body);
    }
    let asked = scene.ask(app(), of_partner(&scene, OWN_PAGE, &[PARTNER], Some(PARTNER))).await;
    assert_eq!((asked.status(), asked.body.as_str()), (200, "page"));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    // An escape is read as the router reads it.
    let escaped = of_partner(&scene, "/pages/of/data%2Dexchange-svc01", &[PARTNER], Some(PARTNER));
    assert_eq!(scene.ask(app(), escaped).await.status(), 200);
}

#[tokio::test]
async fn nobody_a_stranger_and_a_decision_that_cannot_be_had_are_refused() {
    let scene = Scene::new();
    let asked = scene.ask(app(), get(OWN_PAGE, None)).await;
    assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::CertificateMissing)));
    let asked = scene.ask(app(), get(OWN_PAGE, Some(&scene.stranger))).await;
    assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
    let asked = scene.ask(app(), get(OWN_PAGE, Some(&scene.nobody()))).await;
    assert_eq!((asked.status(), asked.reason()), (503, Some(Reason::AuthorizerUnavailable)));
    assert!(!asked.body.contains("database"), "{}", asked.body);
}

#[tokio::test]
async fn each_request_is_asked_about_and_the_log_is_told_what_was_wanted_and_found() {
    let scene = Scene::new();
    let log = Log::start();
    for (path, status) in [(OWN_PAGE, 200), ("/pages/of/other", 403), (OWN_PAGE, 200), ("/pages/of/other", 403)] {
        let asked = scene.ask(app(), of_partner(&scene, path, &[PARTNER], Some(PARTNER))).await;
        assert_eq!(asked.status(), status, "{path}");
    }
    assert_eq!(scene.layer.handle().counts().refused(Reason::RuleDenied), 2);
    let told = format!("{:?}", log.with("reason", "rule-denied"));
    assert!(told.contains("the client itself in path") && told.contains("other"), "{told}");
}

#[tokio::test]
async fn the_request_goes_on_as_it_came_though_the_authorizer_keeps_it() {
    let scene = Scene::new();
    let kept: Arc<Mutex<Vec<AsyncAccessRequest>>> = Arc::default();
    let keeping = {
        let kept = Arc::clone(&kept);
        move |request: AsyncAccessRequest| {
            kept.lock().unwrap().push(request);
            std::future::ready(Ok::<_, AuthorizationError>(()))
        }
    };
    let echo = post(async |request: Request<Body>| {
        let user = request.extensions().get::<AuthenticatedUser>().map(|user| user.name().to_owned());
        let header = request.headers()["x-note"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(request.into_body(), 100).await.unwrap();
        format!("{header} {} {}", user.unwrap(), String::from_utf8_lossy(&body))
    });
    let app = Router::new().route("/echo", echo.layer(RequireClientCertLayer::asynchronous(keeping)));
    let mut request = request("POST", "/echo", Some(&scene.partner)).map(|_| Body::from("body"));
    request.headers_mut().insert("x-note", "header".parse().unwrap());
    request.extensions_mut().insert(AuthenticatedUser::new("alice"));
    assert_eq!(scene.ask(app, request).await.body, "header alice body");
    let kept = kept.lock().unwrap();
    let access = kept[0].access();
    assert_eq!((access.method(), access.path(), access.header("x-note")), ("POST", "/echo", Some("header")));
    // The layer took the certificate out of it before.
    assert_eq!(access.header("x-client-cert"), None);
    assert_eq!(kept[0].identity().subject().organization(), Some("Big Partner Foo SA"));
}

#[tokio::test]
async fn a_rule_can_be_asked_by_an_authorizer_that_waits() {
    let scene = Scene::new();
    let app = || {
        let by_rule = async |request: AsyncAccessRequest| {
            tokio::task::yield_now().await;
            let own = Rule::common_name(RequestValue::path_parameter("client"));
            Ok::<_, AuthorizationError>(partner().and(own).authorize(&request.access())?)
        };
        let page = route(async || "page").layer(RequireClientCertLayer::asynchronous(by_rule));
        Router::new().route("/of/{client}", page)
    };
    for (path, certificate, status) in [
        ("/of/stranger", &scene.stranger, 403),
        ("/of/stranger", &scene.partner, 403),
        ("/of/data-exchange-svc01", &scene.stranger, 403),
        ("/of/data-exchange-svc01", &scene.partner, 200),
    ] {
        assert_eq!(scene.ask(app(), get(path, Some(certificate))).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_rehearsed_authorizer_lets_everybody_through_and_counts() {
    let scene = Scene::new();
    let rehearsed = || {
        let never = async |_: AsyncAccessRequest| Err(Denial::new("nobody", "somebody").into());
        let layer = RequireClientCertLayer::asynchronous(never).shadow();
        Router::new().route("/", route(async || StatusCode::OK).layer(layer))
    };
    for (certificate, denials) in [(Some(&scene.partner), 1), (None, 2)] {
        assert_eq!(scene.ask(rehearsed(), get("/", certificate)).await.status(), 200);
        assert_eq!(scene.layer.handle().counts().shadow_denials(), denials);
    }
    assert_eq!(scene.layer.handle().counts().refused(Reason::RuleDenied), 0);
}

#[tokio::test]
async fn a_rule_on_the_clients_address_can_be_asked_after_a_wait() {
    async fn from_the_office(request: AsyncAccessRequest) -> Result<(), AuthorizationError> {
        tokio::task::yield_now().await;
        Ok(Rule::client_address(["192.0.2.0/24"], 1).unwrap().authorize(&request.access())?)
    }
    let scene = Scene::new();
    for (forwarded, reason) in [
        (Some("192.0.2.7, 10.9.9.9"), None),
        (Some("10.9.9.9, 192.0.2.7"), Some(Reason::RuleDenied)),
        (Some("192.0.2.7"), Some(Reason::RuleDenied)),
        (None, Some(Reason::RuleDenied)),
    ] {
        let layer = RequireClientCertLayer::asynchronous(from_the_office);
        let app = Router::new().route("/page", route(async || "page").layer(layer));
        let mut request = get("/page", Some(&scene.partner));
        if let Some(forwarded) = forwarded {
            request.headers_mut().append("x-forwarded-for", forwarded.parse().unwrap());
        }
        assert_eq!(scene.ask(app, request).await.reason(), reason, "{forwarded:?}");
    }
}
