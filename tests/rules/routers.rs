//! Access tables in axum: nested routers, fallbacks, templates, replacement at run time.

use axum::Router;
use axum::routing::{any, get as route};
use tower_client_cert::{AccessTable, AccessTableHandle, Reason, RequireClientCertLayer, Rule};

use crate::scene::{Scene, get, partner, request};

fn handlers() -> Router {
    Router::new()
        .route("/", any(async || "handled"))
        .route("/orders", any(async || "handled"))
        .route("/accounts/{user}", any(async || "handled"))
        .fallback(async || "fallback")
}

fn table() -> AccessTable {
    AccessTable::builder()
        .public("/healthz")
        .unwrap()
        .methods(["GET"], "/api/orders", partner())
        .unwrap()
        .methods(["DELETE"], "/api/orders", Rule::nobody())
        .unwrap()
        .path("/orders", Rule::nobody())
        .unwrap()
        .build()
}

#[tokio::test]
async fn a_table_matches_the_path_that_the_client_sent_wherever_it_stands() {
    let scene = Scene::new();
    let layer = || RequireClientCertLayer::table(table());
    let apps = || {
        [
            ("outside", Router::new().nest("/api", handlers()).layer(layer())),
            ("inside", Router::new().nest("/api", handlers().layer(layer()))),
            ("service", Router::new().nest_service("/api", handlers().layer(layer()))),
            ("twice", Router::new().nest("/api", Router::new().nest("/orders", handlers().layer(layer())))),
        ]
    };
    for (name, app) in apps() {
        let asked = scene.ask(app, get("/api/orders", Some(&scene.partner))).await;
        assert_eq!(asked.status(), 200, "{name}: {}", asked.body);
    }
    for (method, path) in
        [("DELETE", "/api/orders"), ("POST", "/api/orders"), ("GET", "/api/other"), ("GET", "/api/orders/")]
    {
        for (name, app) in apps() {
            // Its layer stands at /api/orders alone.
            if name == "twice" && path != "/api/orders" {
                continue;
            }
            let asked = scene.ask(app, request(method, path, Some(&scene.partner))).await;
            assert_eq!(asked.reason(), Some(Reason::RuleDenied), "{name}: {method} {path}");
        }
    }
    for (name, app) in apps() {
        assert_eq!(scene.ask(app, get("/api/orders", None)).await.status(), 401, "{name}");
    }
}

#[tokio::test]
async fn a_fallback_is_guarded_too() {
    let scene = Scene::new();
    let app = || handlers().layer(RequireClientCertLayer::table(table()));
    for path in ["/unknown", "/api/unknown", "/healthz/x"] {
        let asked = scene.ask(app(), get(path, Some(&scene.partner))).await;
        assert_eq!(asked.reason(), Some(Reason::RuleDenied), "{path}");
    }
    let asked = scene.ask(app(), get("/healthz", None)).await;
    assert_eq!((asked.status(), asked.body.as_str()), (200, "fallback"));
}

#[tokio::test]
async fn a_route_can_be_named_by_its_template() {
    let scene = Scene::new();
    let table = AccessTable::builder()
        .template("/v1/accounts/{user}", Rule::common_name(tower_client_cert::RequestValue::path_parameter("user")))
        .build();
    let handle = AccessTableHandle::new(table);
    let app = || Router::new().nest("/v1", handlers().layer(RequireClientCertLayer::table(handle.clone())));
    assert_eq!(scene.ask(app(), get("/v1/accounts/data-exchange-svc01", Some(&scene.partner))).await.status(), 200);
    for path in ["/v1/accounts/other", "/v1/orders", "/v1/unknown"] {
        assert_eq!(scene.ask(app(), get(path, Some(&scene.partner))).await.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_table_is_replaced_while_the_service_runs() {
    let scene = Scene::new();
    let handle = AccessTableHandle::new(AccessTable::builder().build());
    let app = Router::new().route("/x", route(async || "x")).layer(RequireClientCertLayer::table(handle.clone()));
    assert_eq!(scene.ask(app.clone(), get("/x", Some(&scene.partner))).await.status(), 403);
    handle.replace(AccessTable::builder().path("/x", partner()).unwrap().build());
    assert_eq!(scene.ask(app.clone(), get("/x", Some(&scene.partner))).await.status(), 200);
    assert_eq!(scene.ask(app, get("/x", Some(&scene.stranger))).await.status(), 403);
}

#[tokio::test]
async fn a_rehearsed_line_is_logged_counted_and_passed() {
    let scene = Scene::new();
    let table = AccessTable::builder().path("/x", Rule::any_client()).unwrap();
    let table = table.path("/x", partner()).unwrap().shadow().build();
    let app = Router::new().route("/x", route(async || "x")).layer(RequireClientCertLayer::table(table));
    assert_eq!(scene.ask(app.clone(), get("/x", Some(&scene.partner))).await.status(), 200);
    assert_eq!(scene.layer.handle().counts().shadow_denials(), 0);
    assert_eq!(scene.ask(app.clone(), get("/x", Some(&scene.stranger))).await.status(), 200);
    assert_eq!(scene.layer.handle().counts().shadow_denials(), 1);
    assert_eq!(scene.ask(app, get("/x", None)).await.status(), 401);
}
