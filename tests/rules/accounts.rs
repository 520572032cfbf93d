//! Authorizers that wait: the account of a certificate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::get as route;
use axum::{Extension, Router};
use tower_client_cert::{
    AuthorizationError, AuthorizerUnavailable, ClientIdentity, Denial, Reason, RequireClientCertLayer,
};

use crate::scene::{Scene, get};

#[derive(Clone)]
struct Account(&'static str);

async fn look_up(identity: ClientIdentity) -> Result<Account, AuthorizationError> {
    tokio::task::yield_now().await;
    match identity.subject().organization() {
        Some("Big Partner Foo SA") => Ok(Account("foo")),
        Some("Stranger AG") => Err(Denial::new("a client with an account", "none").into()),
        _ => Err(AuthorizerUnavailable::new("database down").into()),
    }
}

fn handler() -> Router {
    Router::new().route("/", route(async |Extension(account): Extension<Account>| account.0))
}

#[tokio::test]
async fn the_account_is_looked_up_and_handed_to_the_handler() {
    let scene = Scene::new();
    let app = || handler().layer(RequireClientCertLayer::asynchronous(look_up));
    let asked = scene.ask(app(), get("/", Some(&scene.partner))).await;
    assert_eq!((asked.status(), asked.body.as_str()), (200, "foo"));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    let asked = scene.ask(app(), get("/", Some(&scene.stranger))).await;
    assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
    let nobody = scene.nobody();
    let asked = scene.ask(app(), get("/", Some(&nobody))).await;
    assert_eq!((asked.status(), asked.reason()), (503, Some(Reason::AuthorizerUnavailable)));
    assert!(asked.header("retry-after").is_some() && !asked.body.contains("database"));
    let asked = scene.ask(app(), get("/", None)).await;
    assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::CertificateMissing)));
}

#[tokio::test]
async fn a_grant_is_remembered_where_asked_and_a_no_never() {
    let scene = Scene::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = {
        let asked = Arc::clone(&asked);
        move |identity: ClientIdentity| {
            asked.fetch_add(1, Ordering::Relaxed);
            look_up(identity)
        }
    };
    let remembering = RequireClientCertLayer::asynchronous(counting.clone()).remember(Duration::from_secs(60), 10);
    let app = handler().layer(remembering);
    for _ in 0..3 {
        assert_eq!(scene.ask(app.clone(), get("/", Some(&scene.partner))).await.status(), 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    for _ in 0..3 {
        assert_eq!(scene.ask(app.clone(), get("/", Some(&scene.stranger))).await.status(), 403);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    let forgetting = handler().layer(RequireClientCertLayer::asynchronous(counting));
    for _ in 0..2 {
        assert_eq!(scene.ask(forgetting.clone(), get("/", Some(&scene.partner))).await.status(), 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 6);
}
