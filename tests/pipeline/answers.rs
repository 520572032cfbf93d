//! Answers: statuses that are overridden, protocols, nesting, and how the layer behaves as a service.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_client_cert::{AccessTable, ConfigError, GrpcCode, Reason, Rejection};

use crate::scene::{as_grpc, ask, ask_all, builder, request, with_certificate};
use crate::support::log::Log;
use crate::support::pki::{Pki, Shape, days};

#[tokio::test]
async fn a_status_is_overridden_for_its_reason_alone() {
    let pki = Pki::new();
    let layer = builder(&pki).required().status(Reason::Expired, StatusCode::BAD_REQUEST).build().unwrap();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    assert_eq!(ask(&layer, with_certificate(&expired)).await.status(), 400);
    let early = pki.issue(&Shape::partner().valid(days(30), days(60)));
    assert_eq!(ask(&layer, with_certificate(&early)).await.status(), 403);
    assert_eq!(ask(&layer, request(&[])).await.status(), 401);
}

#[tokio::test]
async fn a_grpc_code_is_overridden_for_its_reason_alone() {
    let pki = Pki::new();
    let layer = builder(&pki).required().grpc_code(Reason::CertificateMissing, GrpcCode::PERMISSION_DENIED);
    let layer = layer.build().unwrap();
    assert_eq!(ask(&layer, as_grpc(request(&[]))).await.header("grpc-status"), Some("7"));
    let garbage = as_grpc(request(&[("x-client-cert", "garbage")]));
    assert_eq!(ask(&layer, garbage).await.header("grpc-status"), Some("3"));
}

#[test]
fn a_status_that_is_no_refusal_cannot_be_configured() {
    for value in [100, 200, 302, 399, 400, 599, 600] {
        let status = StatusCode::from_u16(value).unwrap();
        let built = builder(&Pki::new()).status(Reason::Expired, status).build();
        match value {
            400..600 => assert!(built.is_ok(), "{value}"),
            _ => assert!(matches!(built, Err(ConfigError::Status { value: told }) if told == value), "{value}"),
        }
    }
}

#[tokio::test]
async fn a_request_that_merely_claims_grpc_is_not_answered_with_200() {
    let layer = builder(&Pki::new()).required().build().unwrap();
    for (method, version, content_type) in [
        (Method::POST, Version::HTTP_11, "application/grpc"),
        (Method::POST, Version::HTTP_10, "application/grpc"),
        (Method::GET, Version::HTTP_2, "application/grpc"),
        (Method::POST, Version::HTTP_2, "application/grpc-web"),
        (Method::POST, Version::HTTP_2, "application/grpcfoo"),
        (Method::POST, Version::HTTP_2, "text/plain, application/grpc"),
    ] {
        let mut request = request(&[("content-type", content_type)]);
        *request.method_mut() = method.clone();
        *request.version_mut() = version;
        let asked = ask(&layer, request).await;
        assert_eq!(asked.status(), 401, "{method} {version:?} {content_type}");
        assert_eq!(asked.header("grpc-status"), None);
    }
}

#[tokio::test]
async fn content_types_of_grpc_are_answered_in_grpc() {
    let layer = builder(&Pki::new()).required().build().unwrap();
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;x=y"] {
        let mut request = as_grpc(request(&[]));
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
        assert_eq!(ask(&layer, request).await.header("grpc-status"), Some("16"), "{content_type}");
    }
}

#[tokio::test]
async fn references_differ_from_answer_to_answer() {
    let layer = builder(&Pki::new()).required().build().unwrap();
    let first = ask(&layer, request(&[])).await.refusal().unwrap().reference().to_owned();
    let second = ask(&layer, request(&[])).await.refusal().unwrap().reference().to_owned();
    assert_ne!(first, second);
}

#[tokio::test]
async fn the_body_tells_nothing_but_a_fixed_text_and_the_reference() {
    let pki = Pki::new();
    let layer = builder(&pki).required().build().unwrap();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    for (request, text) in [
        (request(&[]), "client certificate required"),
        (with_certificate(&expired), "client certificate refused"),
        (request(&[("x-client-cert", "garbage")]), "request refused"),
    ] {
        let asked = ask(&layer, request).await;
        let reference = asked.refusal().unwrap().reference().to_owned();
        assert_eq!(asked.body, format!("{text} (reference {reference})\n"));
        // That is for what may be otherwise when it is asked again.
        assert_eq!(asked.header("retry-after"), None, "{text}");
    }
    // A client that is known, and may not.
    let guarded = builder(&pki).access_table(AccessTable::builder().build()).build().unwrap();
    let asked = ask(&guarded, with_certificate(&pki.good())).await;
    assert_eq!(asked.status(), 403);
    assert!(asked.body.starts_with("access denied (reference "), "{}", asked.body);
}

#[tokio::test]
async fn a_layer_inside_another_is_a_loud_500_whoever_asks() {
    let pki = Pki::new();
    let (outer, inner) = (builder(&pki).build().unwrap(), builder(&pki).build().unwrap());
    for request in [request(&[]), with_certificate(&pki.good()), crate::scene::request_from("192.0.2.1", &[])] {
        let log = Log::start();
        let asked = ask_all(&[&outer, &inner], request).await;
        assert_eq!((asked.reason(), asked.status()), (Some(Reason::LayerNested), 500));
        assert!(asked.seen.is_none());
        let events = log.with("reason", "layer-nested");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].level, tracing::Level::ERROR);
        assert_eq!(events[0].field("reference"), Some(asked.refusal().unwrap().reference()));
        assert!(asked.refusal().unwrap().rejection().to_string().contains("keep one, outermost"));
    }
}

#[tokio::test]
async fn a_name_with_a_nul_is_told_by_its_field() {
    let pki = Pki::new();
    let leaf = pki.issue(&Shape::client("alice\0.evil.test"));
    let asked = ask_all(&[&builder(&pki).build().unwrap()], with_certificate(&leaf)).await;
    let Rejection::Identity(error) = asked.refusal().unwrap().rejection() else { panic!("{:?}", asked.reason()) };
    assert_eq!(error.field(), "subject attribute CN");
}

#[tokio::test]
async fn the_same_layer_twice_is_nested_too() {
    let layer = builder(&Pki::new()).build().unwrap();
    assert_eq!(ask_all(&[&layer, &layer], request(&[])).await.reason(), Some(Reason::LayerNested));
}

#[tokio::test]
async fn the_answer_of_the_handler_is_passed_on_as_it_is() {
    let layer = builder(&Pki::new()).build().unwrap();
    let handler = service_fn(|_: Request<Full<Bytes>>| async {
        let mut response = Response::new(Full::new(Bytes::from_static(b"teapot")));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response.headers_mut().insert("x-handler", "yes".parse().unwrap());
        Ok::<_, Infallible>(response)
    });
    let response = layer.layer(handler).oneshot(request(&[])).await.unwrap();
    assert_eq!(response.status(), StatusCode::IM_A_TEAPOT);
    assert_eq!(response.headers()["x-handler"], "yes");
    assert!(http_body::Body::size_hint(response.body()).exact() == Some(6));
}

#[tokio::test]
async fn an_error_of_the_inner_service_is_passed_on() {
    let layer = builder(&Pki::new()).build().unwrap();
    let failing = service_fn(|_: Request<Full<Bytes>>| async { Err::<Response<Full<Bytes>>, _>("broken") });
    assert_eq!(layer.layer(failing).oneshot(request(&[])).await.unwrap_err(), "broken");
}

#[tokio::test]
async fn readiness_is_that_of_the_service_that_is_called() {
    /// Fails a call on a clone that was not asked for readiness.
    #[derive(Default)]
    struct Strict {
        ready: bool,
        calls: Arc<AtomicUsize>,
    }
    impl Clone for Strict {
        fn clone(&self) -> Self {
            Self { ready: false, calls: Arc::clone(&self.calls) }
        }
    }
    impl Service<Request<Full<Bytes>>> for Strict {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), Infallible>> {
            self.ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            assert!(self.ready, "called without readiness");
            self.ready = false;
            self.calls.fetch_add(1, Ordering::Relaxed);
            std::future::ready(Ok(Response::default()))
        }
    }
    let inner = Strict::default();
    let calls = Arc::clone(&inner.calls);
    let mut service = builder(&Pki::new()).build().unwrap().layer(inner);
    for _ in 0..3 {
        service.ready().await.unwrap().call(request(&[])).await.unwrap();
    }
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}
