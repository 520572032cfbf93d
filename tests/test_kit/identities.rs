//! Ready identities: for handlers, and for nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tower::{Layer as _, Service};
use tower_client_cert::test_kit::{TestAuthority, TestIdentity, assert_not_refused, assert_refused};
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{ClientIdentity, Reason, RequireClientCertLayer, Rule};

use crate::support::inside::Inside;
use crate::{nginx, request, send, text};

#[tokio::test]
async fn a_handler_sees_the_client_of_the_certificate_through_the_layer() {
    let partner = TestAuthority::new("partner").client("orders-svc").organization("Big Partner Foo SA").issue();
    let rule = |label: &str| RequireClientCertLayer::rule(Rule::issued_by(label));
    let app = Router::new()
        .route("/", get(async |identity: ClientIdentity| identity.subject().to_string()))
        .route("/ours", get(async || "ours").layer(rule("partner")))
        .route("/others", get(async || "others").layer(rule("another")))
        .layer(TestIdentity::unverified(&partner).layer());

    let answer = send(&app, request()).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(text(answer).await, "O=Big Partner Foo SA,CN=orders-svc");
    let ask =
        async |path: &str| send(&app, axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap()).await;
    assert_not_refused(&ask("/ours").await);
    assert_refused(&ask("/others").await, Reason::RuleDenied);
}

#[tokio::test]
async fn an_anonymous_client_is_refused_for_its_missing_certificate_and_not_for_a_missing_layer() {
    let page = get(async |_: ClientIdentity| "for clients");
    let app = Router::new().route("/", page.clone()).layer(TestIdentity::anonymous().layer());
    assert_refused(&send(&app, request()).await, Reason::CertificateMissing);
    // A header in the request makes nobody of it.
    let client = TestAuthority::new("partner").client("orders-svc").issue();
    assert_refused(&send(&app, nginx().forward(request(), &client)).await, Reason::CertificateMissing);
    assert_refused(&send(&Router::new().route("/", page), request()).await, Reason::LayerMissing);
}

#[test]
fn a_method_of_tonic_sees_the_client_in_its_request() {
    let partner = TestAuthority::new("partner").client("orders-svc").issue();
    let mut request = tonic::Request::new(());
    TestIdentity::unverified(&partner).insert_into(request.extensions_mut());
    assert_eq!(request.client_identity().unwrap().subject().common_name(), Some("orders-svc"));

    let mut anonymous = tonic::Request::new(());
    TestIdentity::anonymous().insert_into(anonymous.extensions_mut());
    assert_eq!(anonymous.client_identity().unwrap_err().code(), tonic::Code::Unauthenticated);
    assert!(anonymous.optional_client_identity().unwrap().is_none());
    assert!(TestIdentity::anonymous().identity().is_none());
}

#[test]
fn a_test_identity_says_of_itself_that_nothing_was_verified() {
    let partner = TestAuthority::new("root").intermediate("issuing").client("orders-svc").issue();
    let identity = TestIdentity::unverified(&partner).identity().unwrap();
    assert_eq!(identity.gateway(), "test-kit, nothing was verified");
    assert_eq!(identity.anchor_label(), Some("root"));
}

#[test]
fn what_no_layer_accepts_is_no_test_identity_either() {
    let authority = TestAuthority::new("partner");
    let day = Duration::from_secs(24 * 3600);
    for (made, reason) in [
        (authority.client("late").valid_from_to_ago(60 * day, 30 * day).issue(), "expired"),
        (authority.client("server").purposes([]).issue(), "clientAuth"),
        (authority.certificate().clone(), "a root is no client"),
    ] {
        let panic = catch_unwind(AssertUnwindSafe(|| TestIdentity::unverified(&made))).expect_err("it was accepted");
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(text.contains(reason), "{text}");
    }
}

#[test]
fn a_service_with_a_test_identity_is_as_ready_as_it_was_without() {
    let layer = TestIdentity::anonymous().layer();
    for inside in [Poll::Pending, Poll::Ready(Err("closed")), Poll::Ready(Ok(()))] {
        let mut service = layer.layer(Inside(inside));
        assert_eq!(service.poll_ready(&mut Context::from_waker(Waker::noop())), inside);
    }
}
