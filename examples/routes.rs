//! Rules at single routes: a page for everybody, one for every client, one for a partner, one that only its operations
//! may delete from.
//!
//! `cargo run --example routes --features test-kit`

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::{delete, get};
use tower::ServiceExt as _;
use tower_client_cert::test_kit::{TestAuthority, TestGateway};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, RequireClientCertLayer, Rule};

fn app(client_cert: ClientCertLayer) -> Router {
    let partner = Rule::organization("Big Partner Foo SA").and(Rule::issued_by("partner-ca"));
    let operations = partner.clone().and(Rule::organizational_unit("Operations"));
    Router::new()
        .route("/", get(async || "welcome"))
        .route("/me", get(me).layer(RequireClientCertLayer::any_client()))
        .route("/orders", get(async || "orders").layer(RequireClientCertLayer::rule(partner)))
        .route("/orders/{id}", delete(async || "deleted").layer(RequireClientCertLayer::rule(operations)))
        .layer(client_cert) // last, so that it is outermost
}

async fn me(identity: ClientIdentity) -> String {
    identity.subject().to_string()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = TestAuthority::new("partner-ca");
    let gateway = TestGateway::new(Gateway::nginx(["10.1.0.0/24"])?);
    let app = app(ClientCertLayer::builder(gateway.gateway(), authority.anchors()).build()?);

    let partner = authority.client("orders-svc").organization("Big Partner Foo SA").issue();
    let operator = authority.client("ops").organization("Big Partner Foo SA").organizational_unit("Operations").issue();
    let stranger = authority.client("orders-svc").organization("Somebody Else").issue();
    for (who, client, call, expected) in [
        ("nobody", None, "GET /", 200),
        ("nobody", None, "GET /me", 401),
        ("stranger", Some(&stranger), "GET /me", 200),
        ("stranger", Some(&stranger), "GET /orders", 403),
        ("partner", Some(&partner), "GET /orders", 200),
        ("partner", Some(&partner), "DELETE /orders/7", 403),
        ("operator", Some(&operator), "DELETE /orders/7", 200),
    ] {
        let (method, path) = call.split_once(' ').ok_or("a method and a path")?;
        let request = Request::builder().method(method).uri(path).body(Body::empty())?;
        let request = match client {
            Some(client) => gateway.forward(request, client),
            None => gateway.forward_anonymous(request),
        };
        let status = app.clone().oneshot(request).await?.status();
        println!("{who:8} {call:16} {status}");
        if status != expected {
            return Err(format!("{who}, {call}: expected {expected}").into());
        }
    }
    Ok(())
}
