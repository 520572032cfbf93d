//! Code of the application's that panics while it decides.

use axum::Router;
use axum::routing::get as route;
use tower_client_cert::{
    AccessRequest, AsyncAccessRequest, AuthorizationError, ClientIdentity, Reason, RequireClientCertLayer, TokenClaims,
};

use crate::scene::{Asked, Scene, get};

fn refused_as_unavailable(asked: &Asked) {
    assert_eq!((asked.status(), asked.reason()), (503, Some(Reason::AuthorizerUnavailable)), "{}", asked.body);
    assert!(!asked.body.contains("secret of the handler"), "{}", asked.body);
}

fn handler() -> Router {
    Router::new().route("/", route(async || "reached"))
}

#[tokio::test]
async fn a_closure_that_panics_refuses_the_request_and_takes_nothing_down() {
    let scene = Scene::new();
    let app = handler().layer(RequireClientCertLayer::authorizer(|request: &AccessRequest<'_>| -> bool {
        assert!(request.identity().subject().organization() != Some("Stranger AG"), "secret of the handler");
        true
    }));
    refused_as_unavailable(&scene.ask(app.clone(), get("/", Some(&scene.stranger))).await);
    assert_eq!(scene.ask(app, get("/", Some(&scene.partner))).await.body, "reached");
}

#[tokio::test]
async fn a_future_that_panics_refuses_whether_before_or_after_it_waits() {
    async fn after<T>(_: T) -> Result<(), AuthorizationError> {
        tokio::task::yield_now().await;
        panic!("secret of the handler")
    }
    fn before<T>(_: T) -> std::future::Ready<Result<(), AuthorizationError>> {
        panic!("secret of the handler")
    }
    let scene = Scene::new();
    for app in [
        handler().layer(RequireClientCertLayer::asynchronous(after::<AsyncAccessRequest>)),
        handler().layer(RequireClientCertLayer::asynchronous(before::<AsyncAccessRequest>)),
        handler().layer(RequireClientCertLayer::account(after::<ClientIdentity>)),
        handler().layer(RequireClientCertLayer::account(before::<ClientIdentity>)),
    ] {
        refused_as_unavailable(&scene.ask(app, get("/", Some(&scene.partner))).await);
    }
}

#[derive(Clone)]
struct Claims;

impl TokenClaims for Claims {
    fn x5t_s256(&self) -> Option<&str> {
        panic!("secret of the handler")
    }
}

#[tokio::test]
async fn claims_that_panic_refuse_the_request() {
    let scene = Scene::new();
    let app = handler().layer(RequireClientCertLayer::bound_token::<Claims>());
    let mut request = get("/", Some(&scene.partner));
    request.extensions_mut().insert(Claims);
    refused_as_unavailable(&scene.ask(app.clone(), request).await);
    // Without claims nothing panics, and the reason is the usual one.
    let asked = scene.ask(app, get("/", Some(&scene.partner))).await;
    assert_eq!(asked.reason(), Some(Reason::TokenNotBound));
}
