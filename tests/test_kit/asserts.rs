//! Asserts hold where they should and fail where they should.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tower_client_cert::Reason;
use tower_client_cert::test_kit::{TestAuthority, assert_not_refused, assert_refused, assert_status_refused};

use crate::{app, builder, nginx, request, send};

#[tokio::test]
async fn a_refusal_is_told_from_an_answer_and_from_another_refusal() {
    let authority = TestAuthority::new("partner");
    let app = app(builder(&authority).build().unwrap());
    let missing = send(&app, nginx().forward_anonymous(request())).await;
    let answered = send(&app, nginx().forward(request(), &authority.client("a").issue())).await;

    assert_refused(&missing, Reason::CertificateMissing);
    assert_not_refused(&answered);
    assert_eq!(failure(|| assert_not_refused(&missing)), "refused for certificate-missing, expected no refusal");
    assert_eq!(
        failure(|| assert_refused(&answered, Reason::Expired)),
        "answered with 200 OK, expected a refusal for expired"
    );
    assert_eq!(
        failure(|| assert_refused(&missing, Reason::Expired)),
        "refused for certificate-missing, expected a refusal for expired"
    );
}

#[test]
fn a_grpc_status_is_told_by_code_and_reference() {
    let refused = tonic::Status::unauthenticated("client certificate required (reference 0123)");
    assert_status_refused(&refused, Reason::CertificateMissing);
    for (status, reason) in [
        (refused, Reason::RuleDenied),
        (tonic::Status::permission_denied("no"), Reason::RuleDenied),
        (tonic::Status::ok("(reference 0123)"), Reason::RuleDenied),
    ] {
        assert!(failure(|| assert_status_refused(&status, reason)).contains("expected PermissionDenied"));
    }
}

/// What the assert says when it fails, up to the details.
fn failure(assert: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(assert)).expect_err("the assert should have failed");
    let text = panic.downcast_ref::<String>().unwrap();
    text.strip_prefix("test kit: ").unwrap().split(": ").next().unwrap().to_owned()
}
