//! What the operator is told of a refusal: what was found, what was expected, and how to mend it.

use axum::Router;
use axum::routing::get as route;
use http::Request;
use tower_client_cert::{
    AccessTable, AsyncAccessRequest, AuthorizationError, AuthorizerUnavailable, RequireClientCertLayer, Rule,
    TokenClaims,
};

use crate::scene::{Scene, get};
use crate::support::log::Log;

#[derive(Clone)]
struct Claims(Option<&'static str>);

impl TokenClaims for Claims {
    fn x5t_s256(&self) -> Option<&str> {
        self.0
    }
}

fn page() -> Router {
    Router::new().route("/", route(async || "page")).fallback(async || "page")
}

/// The one refusal's `detail` in the log, and how it says to mend it.
async fn told(scene: &Scene, app: Router, request: Request<axum::body::Body>) -> (String, String) {
    let log = Log::start();
    let asked = scene.ask(app, request).await;
    let refused: Vec<_> = log.entries().into_iter().filter(|entry| entry.field("reason").is_some()).collect();
    let [entry] = refused.as_slice() else { panic!("{refused:?}") };
    let mend = asked.refusal().unwrap().rejection().mend();
    assert_eq!(entry.field("mend"), mend, "the log says it too");
    (entry.field("detail").unwrap().to_owned(), mend.unwrap().to_owned())
}

#[tokio::test]
async fn every_refusal_says_what_was_found_and_how_to_mend_it() {
    let scene = Scene::new();
    let guarded = || page().layer(RequireClientCertLayer::rule(Rule::organization("Stranger AG")));
    let table = || page().layer(RequireClientCertLayer::table(AccessTable::builder().public("/**").unwrap().build()));
    let down = async |_: AsyncAccessRequest| {
        Err::<(), AuthorizationError>(AuthorizerUnavailable::new("database\u{7} down").into())
    };
    let waiting = || page().layer(RequireClientCertLayer::asynchronous(down));
    for (app, request, detail, mend) in [
        (
            guarded(),
            get("/", None),
            "client certificate required, the gateway forwarded none",
            "let the gateway ask the client for a certificate and forward it; paths for everybody belong into except, or \
             into public lines of the access table",
        ),
        (
            guarded(),
            get("/", Some(&scene.partner)),
            "denied: wanted subject O \"Stranger AG\", found \"Big Partner Foo SA\"",
            "if the client is meant to pass, change the rule; otherwise this refusal is right",
        ),
        (
            table(),
            get("/%72", Some(&scene.partner)),
            "path has an escape of a character that needs none, expected the normal form",
            "let the client ask for the path in normal form (RFC 3986 section 6.2.2)",
        ),
        (
            waiting(),
            get("/", Some(&scene.partner)),
            "authorizer unavailable: database\\u{7} down",
            "look into the log of what the authorizer asks",
        ),
    ] {
        assert_eq!(told(&scene, app, request).await, (detail.to_owned(), mend.to_owned()));
    }
}

#[tokio::test]
async fn a_token_that_is_not_bound_says_to_what_it_is_bound() {
    let scene = Scene::new();
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (claims, detail) in [
        (None, "no verified token came with the request, expected its claims in the extensions"),
        (Some(Claims(None)), "the token is bound to no certificate, expected x5t#S256 in its cnf"),
        (Some(Claims(Some(other))), "the token is bound to another certificate than the client's"),
        (Some(Claims(Some("AAAA"))), "x5t#S256 is no thumbprint, expected base64url of 32 octets without padding"),
    ] {
        let app = page().layer(RequireClientCertLayer::bound_token::<Claims>());
        let mut request = get("/", Some(&scene.partner));
        claims.map(|claims| request.extensions_mut().insert(claims));
        let mend = "let the client ask for a token with the certificate that it presents here";
        assert_eq!(told(&scene, app, request).await, (detail.to_owned(), mend.to_owned()));
    }
}

#[tokio::test]
async fn a_sender_that_is_no_gateway_is_mended_at_the_gateway_and_not_at_the_client() {
    let scene = Scene::new();
    let guarded = page().layer(RequireClientCertLayer::any_client());
    let mut request = get("/", Some(&scene.partner));
    let stranger = std::net::SocketAddr::from(([192, 0, 2, 1], 50_000));
    request.extensions_mut().insert(tower_client_cert::GatewayPeer::tcp(stranger));
    let (detail, mend) = told(&scene, guarded, request).await;
    assert!(detail.starts_with("client certificate required from a gateway; "), "{detail}");
    assert!(detail.contains("192.0.2.1"), "{detail}");
    assert!(mend.contains("gateway") && !mend.contains("ask the client"), "{mend}");
}
