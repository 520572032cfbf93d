//! What a client is told, what the log is told, and what is kept out of caches.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::routing::get as route;
use tokio::sync::Notify;
use tower_client_cert::{
    AccessRequest, AccessTable, AsyncAccessRequest, AuthorizationError, ClientIdentity, Denial, Reason, RequestValue,
    RequireClientCertLayer, Rule, Stage,
};

use crate::scene::{Scene, get, partner, request};
use crate::support::log::Log;

fn app(layer: RequireClientCertLayer) -> Router {
    Router::new().route("/restricted", route(async || "secret").layer(layer))
}

#[tokio::test]
async fn the_partner_gets_in_the_stranger_is_403_and_nobody_is_401() {
    let scene = Scene::new();
    let layer = || RequireClientCertLayer::rule(partner());
    let asked = scene.ask(app(layer()), get("/restricted", Some(&scene.partner))).await;
    assert_eq!((asked.status(), asked.body.as_str()), (200, "secret"));
    let asked = scene.ask(app(layer()), get("/restricted", Some(&scene.stranger))).await;
    assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
    let asked = scene.ask(app(layer()), get("/restricted", None)).await;
    assert_eq!((asked.status(), asked.reason()), (401, Some(Reason::CertificateMissing)));
    assert_eq!(asked.header("www-authenticate"), Some("ClientCertificate"));
    let asked = scene.ask(app(RequireClientCertLayer::any_client()), get("/restricted", Some(&scene.stranger))).await;
    assert_eq!(asked.status(), 200);
}

#[tokio::test]
async fn what_was_wanted_and_found_goes_to_the_log_and_not_to_the_client() {
    let scene = Scene::new();
    let log = Log::start();
    let layer = RequireClientCertLayer::rule(partner());
    let asked = scene.ask(app(layer), get("/restricted", Some(&scene.stranger))).await;
    let refusal = asked.refusal().unwrap();
    for secret in ["Partner", "Stranger", "partner-foo", "rule"] {
        assert!(!asked.body.contains(secret), "{}", asked.body);
    }
    assert!(asked.body.contains(refusal.reference()));
    assert_eq!(asked.header("cache-control"), Some("no-store"));
    assert_eq!(refusal.rejection().stage(), Stage::Authorization);
    let events = log.with("reason", "rule-denied");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].field("reference"), Some(refusal.reference()));
    assert_eq!(
        events[0].field("detail"),
        Some("denied by rule \"partner-foo\": wanted subject O \"Big Partner Foo SA\", found \"Stranger AG\"",)
    );
    assert!(events[0].field("tls.client.subject").unwrap().contains("Stranger AG"));
    assert_eq!(scene.layer.handle().counts().refused(Reason::RuleDenied), 1);
}

#[tokio::test]
async fn closures_decide_by_yes_or_no_or_by_a_denial() {
    let scene = Scene::new();
    let yes_or_no = RequireClientCertLayer::authorizer(|request: &AccessRequest<'_>| {
        request.identity().subject().country() == Some("CH") && request.method() == "GET"
    });
    assert_eq!(scene.ask(app(yes_or_no.clone()), get("/restricted", Some(&scene.partner))).await.status(), 200);
    assert_eq!(scene.ask(app(yes_or_no), get("/restricted", Some(&scene.stranger))).await.status(), 403);
    let log = Log::start();
    let denying = RequireClientCertLayer::authorizer(|request: &AccessRequest<'_>| {
        Err::<(), _>(Denial::new("sunshine", format!("rain at {}", request.path())))
    });
    assert_eq!(scene.ask(app(denying), get("/restricted", Some(&scene.partner))).await.status(), 403);
    let detail = log.with("reason", "rule-denied")[0].field("detail").map(str::to_owned);
    assert_eq!(detail.as_deref(), Some("denied: wanted sunshine, found rain at /restricted"));
}

#[tokio::test]
async fn closures_see_what_the_request_says_where_it_says_it_once() {
    use tower_client_cert::AuthenticatedUser;
    let scene = Scene::new();
    let seen = RequireClientCertLayer::authorizer(|request: &AccessRequest<'_>| {
        let told = [request.header("x-tenant"), request.header("x-none"), request.user()];
        let parameters = (request.path_parameter("tenant"), request.path_parameter("other"));
        Err::<(), _>(Denial::new(format!("{parameters:?}"), format!("{told:?}")))
    });
    let app = || Router::new().route("/of/{tenant}", route(async || "secret").layer(seen.clone()));
    let mut request = get("/of/a%20b", Some(&scene.partner));
    request.headers_mut().append("x-tenant", "one".parse().unwrap());
    let mut with_user = get("/of/c", Some(&scene.partner));
    with_user.headers_mut().append("x-tenant", "one".parse().unwrap());
    with_user.headers_mut().append("x-tenant", "two".parse().unwrap());
    with_user.extensions_mut().insert(AuthenticatedUser::new("alice"));
    for (request, expected) in [
        (request, "wanted (Some(\"a b\"), None), found [Some(\"one\"), None, None]"),
        (with_user, "wanted (Some(\"c\"), None), found [None, None, Some(\"alice\")]"),
    ] {
        let log = Log::start();
        assert_eq!(scene.ask(app(), request).await.status(), 403);
        let detail = log.with("reason", "rule-denied")[0].field("detail").map(|detail| detail.replace('\\', ""));
        assert_eq!(detail, Some(format!("denied: {expected}")));
    }
}

#[tokio::test]
async fn a_rule_layer_without_or_outside_of_the_certificate_layer_is_a_loud_500() {
    use tower::ServiceExt as _;
    let scene = Scene::new();
    let inside_out = Router::new()
        .route("/restricted", route(async || "secret"))
        .layer(scene.layer.clone())
        .layer(RequireClientCertLayer::rule(partner()));
    let without = app(RequireClientCertLayer::any_client());
    let table = AccessTable::builder().public("/restricted").unwrap().build();
    let public = app(RequireClientCertLayer::table(table));
    let rehearsed = app(RequireClientCertLayer::any_client().shadow());
    let secret = || Router::new().route("/restricted", route(async || "secret"));
    let waiting = RequireClientCertLayer::asynchronous(async |_: AsyncAccessRequest| Ok::<_, AuthorizationError>(()));
    let looked_up = RequireClientCertLayer::account(async |_: ClientIdentity| Ok::<_, AuthorizationError>(()));
    let waiting = [secret().layer(waiting.clone()), secret().layer(waiting.shadow()), secret().layer(looked_up)];
    for app in [inside_out, without, public, rehearsed].into_iter().chain(waiting) {
        let log = Log::start();
        let response = app.oneshot(get("/restricted", Some(&scene.partner))).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(log.with("reason", "layer-missing").len(), 1);
    }
}

#[tokio::test]
async fn a_rehearsed_rule_lets_everybody_through_and_counts() {
    let scene = Scene::new();
    let log = Log::start();
    let rehearsed = || app(RequireClientCertLayer::rule(partner()).shadow());
    for (certificate, denials) in [(Some(&scene.partner), 0), (Some(&scene.stranger), 1), (None, 2)] {
        assert_eq!(scene.ask(rehearsed(), get("/restricted", certificate)).await.status(), 200);
        assert_eq!(scene.layer.handle().counts().shadow_denials(), denials);
    }
    assert_eq!(log.with("reason", "rule-denied").len(), 1);
    assert_eq!(log.with("reason", "certificate-missing").len(), 1);
    assert_eq!(scene.layer.handle().counts().refused(Reason::RuleDenied), 0);
}

#[tokio::test]
async fn answers_that_depend_on_the_client_are_kept_out_of_caches() {
    let scene = Scene::new();
    let app = || {
        let own = async |_: ClientIdentity| ([("cache-control", "private, max-age=60")], "own");
        Router::new()
            .route("/public", route(async || "public"))
            .route("/optional", route(async |identity: Option<ClientIdentity>| format!("{}", identity.is_some())))
            .route("/extracted", route(async |_: ClientIdentity| "extracted"))
            .route("/own", route(own))
            .route("/required", route(async || "required").layer(RequireClientCertLayer::any_client()))
            .route("/rehearsed", route(async || "rehearsed").layer(RequireClientCertLayer::any_client().shadow()))
    };
    let no_store = Some("no-store");
    for (path, known, anonymous) in [
        ("/public", None, None),
        ("/optional", no_store, no_store),
        ("/extracted", no_store, no_store),
        ("/own", Some("private, max-age=60"), no_store),
        ("/required", no_store, no_store),
        ("/rehearsed", no_store, no_store),
        ("/nowhere", None, None),
    ] {
        let asked = scene.ask(app(), get(path, Some(&scene.partner))).await;
        assert_eq!(asked.header("cache-control"), known, "{path}");
        let asked = scene.ask(app(), get(path, None)).await;
        assert_eq!(asked.header("cache-control"), anonymous, "{path}");
    }
}

#[tokio::test]
async fn a_question_about_a_client_marks_what_is_under_way_for_this_client_and_nothing_else() {
    let scene = Scene::new();
    let release = Arc::new(Notify::new());
    let app = || {
        let release = Arc::clone(&release);
        let held = async move || {
            release.notified().await;
            "held"
        };
        Router::new().route("/held", route(held)).route("/extracted", route(async |_: ClientIdentity| "extracted"))
    };
    let (partner, stranger) = (Some(&scene.partner), Some(&scene.stranger));
    for (asked_for, asks, marked) in
        [(partner, partner, true), (partner, stranger, false), (stranger, partner, false), (None, partner, false)]
    {
        let mut held = pin!(scene.ask(app(), get("/held", asked_for)));
        tokio::select! {
            biased;
            _ = &mut held => panic!("it was not released"),
            asked = scene.ask(app(), get("/extracted", asks)) => {
                assert_eq!(asked.header("cache-control"), Some("no-store"));
            }
        }
        release.notify_one();
        let held = held.await;
        assert_eq!(held.body, "held");
        assert_eq!(held.header("cache-control"), marked.then_some("no-store"), "{asked_for:?}, {asks:?}");
    }
}

#[tokio::test]
async fn values_of_the_request_are_compared_with_the_certificate() {
    use tower_client_cert::AuthenticatedUser;
    let scene = Scene::new();
    let app = |rule: Rule| {
        Router::new().route("/accounts/{user}", route(async || "account").layer(RequireClientCertLayer::rule(rule)))
    };
    let own = Rule::common_name(RequestValue::path_parameter("user"));
    for (path, status) in [("/accounts/data-exchange-svc01", 200), ("/accounts/other", 403)] {
        assert_eq!(scene.ask(app(own.clone()), get(path, Some(&scene.partner))).await.status(), status, "{path}");
    }
    for (user, status) in [("data-exchange-svc01", 200), ("other", 403)] {
        let mut with_user = get("/accounts/x", Some(&scene.partner));
        with_user.extensions_mut().insert(AuthenticatedUser::new(user));
        let rule = Rule::common_name(RequestValue::user());
        assert_eq!(scene.ask(app(rule), with_user).await.status(), status, "{user}");
    }
    for (values, status) in [(&["data-exchange-svc01"][..], 200), (&["data-exchange-svc01"; 2], 403), (&[], 403)] {
        let mut with_header = get("/accounts/x", Some(&scene.partner));
        for value in values {
            with_header.headers_mut().append("x-user", value.parse().unwrap());
        }
        let rule = Rule::common_name(RequestValue::header("X-User"));
        assert_eq!(scene.ask(app(rule), with_header).await.status(), status, "{values:?}");
    }
}

/// Otherwise whoever must not be the client would come twice, or not at all.
#[tokio::test]
async fn whoever_must_not_be_the_client_is_named_exactly_once() {
    let scene = Scene::new();
    let (own, other) = ("data-exchange-svc01", "other");
    for (values, status) in [(&[other][..], 200), (&[own], 403), (&[other, own], 403), (&[own; 2], 403), (&[], 403)] {
        let mut with_header = request("GET", "/restricted", Some(&scene.partner));
        for value in values {
            with_header.headers_mut().append("x-author", value.parse().unwrap());
        }
        let not_the_author = Rule::not(Rule::common_name(RequestValue::header("X-Author")));
        let asked = scene.ask(app(RequireClientCertLayer::rule(not_the_author)), with_header).await;
        assert_eq!(asked.status(), status, "{values:?}");
    }
}

#[tokio::test]
async fn the_forwarded_address_is_counted_from_the_right_over_all_lines() {
    let scene = Scene::new();
    let rule = Rule::client_address(["192.0.2.0/24"], 0).unwrap();
    for (lines, status) in [
        (&["192.0.2.7"][..], 200),
        (&["192.0.2.7:50000"], 200),
        (&["198.51.100.1, 192.0.2.7"], 200),
        (&["198.51.100.1", "192.0.2.7"], 200),
        (&["192.0.2.7, 198.51.100.1"], 403),
        (&["192.0.2.7", "198.51.100.1"], 403),
        (&["192.0.2.7,"], 403),
        (&[], 403),
    ] {
        let mut forwarded = request("GET", "/restricted", Some(&scene.partner));
        for line in lines {
            forwarded.headers_mut().append("x-forwarded-for", line.parse().unwrap());
        }
        let asked = scene.ask(app(RequireClientCertLayer::rule(rule.clone())), forwarded).await;
        assert_eq!(asked.status(), status, "{lines:?}");
    }
}

/// A service that is called before it is ready may panic, or let more in than it wants.
#[test]
fn a_rule_is_ready_when_the_service_behind_it_is() {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::task::{Context, Poll, Waker};

    use axum::body::Body;
    use http::{Request, Response};
    use tower::{Layer as _, Service};

    struct Ready3rdTime(u32);

    impl Service<Request<Body>> for Ready3rdTime {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = Ready<Result<Response<Body>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.0 += 1;
            if self.0 < 3 { Poll::Pending } else { Poll::Ready(Ok(())) }
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            ready(Ok(Response::new(Body::empty())))
        }
    }

    let mut service = RequireClientCertLayer::any_client().layer(Ready3rdTime(0));
    let mut context = Context::from_waker(Waker::noop());
    let is_ready = [(); 3].map(|()| service.poll_ready(&mut context).is_ready());
    assert_eq!(is_ready, [false, false, true]);
}
