//! The account of a certificate: looked up, remembered where asked, and never taken for a decision about a request.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::get as route;
use axum::{Extension, Router};
use tower_client_cert::{
    AccessRequest, AsyncAccessRequest, AuthorizationError, AuthorizerUnavailable, ClientIdentity, Denial, Reason,
    RequireClientCertLayer,
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

/// Only the pages of one's own account.
fn only_own(request: &AccessRequest<'_>) -> Result<(), Denial> {
    let account = request.account::<Account>().ok_or_else(|| Denial::new("an account", "none"))?;
    let wanted = request.path_parameter("account").unwrap_or_default();
    if wanted == account.0 { Ok(()) } else { Err(Denial::new(account.0, wanted)) }
}

fn handler() -> Router {
    Router::new().route("/", route(async |Extension(account): Extension<Account>| account.0))
}

/// Counts what goes through.
fn counted<T, R>(count: Arc<AtomicUsize>, call: impl Fn(T) -> R + Clone) -> impl Fn(T) -> R + Clone {
    move |input| {
        count.fetch_add(1, Ordering::Relaxed);
        call(input)
    }
}

#[tokio::test]
async fn the_account_is_looked_up_and_handed_to_the_handler() {
    let scene = Scene::new();
    let app = || handler().layer(RequireClientCertLayer::account(look_up));
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
async fn an_account_is_remembered_where_asked_and_a_no_never() {
    let scene = Scene::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = counted(Arc::clone(&asked), look_up);
    let remembering = RequireClientCertLayer::account(counting.clone()).remember(Duration::from_secs(60), 10);
    let app = handler().layer(remembering);
    for _ in 0..3 {
        assert_eq!(scene.ask(app.clone(), get("/", Some(&scene.partner))).await.status(), 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    for _ in 0..3 {
        assert_eq!(scene.ask(app.clone(), get("/", Some(&scene.stranger))).await.status(), 403);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    let forgetting = handler().layer(RequireClientCertLayer::account(counting));
    for _ in 0..2 {
        assert_eq!(scene.ask(forgetting.clone(), get("/", Some(&scene.partner))).await.status(), 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 6);
}

#[tokio::test]
async fn what_is_remembered_of_an_account_decides_nothing_about_the_next_request() {
    let scene = Scene::new();
    let (looked_up, decided) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let waiting = counted(Arc::clone(&decided), async |request: AsyncAccessRequest| {
        tokio::task::yield_now().await;
        Ok::<_, AuthorizationError>(only_own(&request.access())?)
    });
    let account =
        RequireClientCertLayer::account(counted(Arc::clone(&looked_up), look_up)).remember(Duration::from_secs(60), 10);
    let page = || Router::new().route("/accounts/{account}", route(async || "page"));
    let by_waiting = page().layer(RequireClientCertLayer::asynchronous(waiting)).layer(account.clone());
    let at_once = page().layer(RequireClientCertLayer::authorizer(only_own)).layer(account);
    for app in [by_waiting, at_once] {
        // One account, found once: the same client is let in and refused by what it asks for.
        for (path, status) in [("/accounts/bar", 403), ("/accounts/foo", 200), ("/accounts/bar", 403)] {
            let asked = scene.ask(app.clone(), get(path, Some(&scene.partner))).await;
            assert_eq!(asked.status(), status, "{path}");
        }
        let asked = scene.ask(app, get("/accounts/foo", Some(&scene.stranger))).await;
        assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
    }
    // The stranger's no is asked for each time, and nothing inside is asked then.
    assert_eq!(looked_up.load(Ordering::Relaxed), 3);
    assert_eq!(decided.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn without_a_look_up_outside_there_is_no_account_whatever_the_extensions_hold() {
    let scene = Scene::new();
    let page = || Router::new().route("/accounts/{account}", route(async || "page"));
    let alone = page().layer(RequireClientCertLayer::authorizer(only_own));
    let mut request = get("/accounts/foo", Some(&scene.partner));
    request.extensions_mut().insert(Account("foo"));
    let asked = scene.ask(alone, request).await;
    assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
    // A look-up that stands inside comes too late.
    let inside_out =
        page().layer(RequireClientCertLayer::account(look_up)).layer(RequireClientCertLayer::authorizer(only_own));
    let asked = scene.ask(inside_out, get("/accounts/foo", Some(&scene.partner))).await;
    assert_eq!((asked.status(), asked.reason()), (403, Some(Reason::RuleDenied)));
}

#[tokio::test]
async fn several_look_ups_hand_on_an_account_each_and_the_innermost_of_a_type_counts() {
    #[derive(Clone)]
    struct Tenant(u8);

    let scene = Scene::new();
    let tenant = |number| {
        RequireClientCertLayer::account(move |_: ClientIdentity| ready(Ok::<_, AuthorizationError>(Tenant(number))))
    };
    let both = |request: &AccessRequest<'_>| {
        let tenant = request.account::<Tenant>().map(|tenant| tenant.0);
        tenant == Some(2) && request.account::<Account>().is_some() && request.account::<String>().is_none()
    };
    let app = handler()
        .layer(RequireClientCertLayer::authorizer(both))
        .layer(tenant(2))
        .layer(RequireClientCertLayer::account(look_up))
        .layer(tenant(1));
    assert_eq!(scene.ask(app, get("/", Some(&scene.partner))).await.body, "foo");
}
