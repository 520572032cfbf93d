//! The page that Prometheus reads, after requests of every outcome.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use metrics_exporter_prometheus::PrometheusHandle;
use tower::ServiceExt as _;
use tower_client_cert::{
    DenyList, Gateway, Intermediates, OcspAnswers, RequireClientCertLayer, RevocationLists, RevocationPolicy, Rule,
    TrustAnchors,
};

use crate::scene::{ask, request, request_from, with_certificate};
use crate::support::pki::{AnswerShape, ListShape, Pki, Shape, days};
use crate::world::{DAY_SECONDS, Moved, builder, list};

#[path = "../../examples/metrics.rs"]
#[allow(dead_code, reason = "its main is run by itself")]
mod example;

/// Everything this thread tells from here on.
pub(crate) struct Recording {
    page: PrometheusHandle,
    _installed: metrics::LocalRecorderGuard<'static>,
}

impl Recording {
    pub(crate) fn start() -> Self {
        // Leaked: the guard borrows it, and one page per test is little.
        let recorder = Box::leak(Box::new(example::exporter().unwrap().build_recorder()));
        Self { page: recorder.handle(), _installed: metrics::set_default_local_recorder(recorder) }
    }

    /// The page as the example serves it.
    pub(crate) async fn page(&self) -> String {
        let request = Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
        let response = example::page(self.page.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// The value of one series, by its name with labels as they stand on the page.
    pub(crate) async fn value(&self, series: &str) -> Option<f64> {
        let page = self.page().await;
        let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
        Some(line.parse().unwrap())
    }
}

fn decisions(outcome: &str, reason: &str, stage: &str, gateway: &str) -> String {
    format!(
        "client_cert_decisions_total{{outcome=\"{outcome}\",reason=\"{reason}\",stage=\"{stage}\",gateway=\"{gateway}\"}}"
    )
}

#[tokio::test]
async fn decisions_are_counted_by_outcome_reason_and_gateway() {
    let recording = Recording::start();
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    ask(&layer, with_certificate(&pki.good())).await;
    ask(&layer, with_certificate(&pki.good())).await;
    ask(&layer, request(&[])).await;
    ask(&layer, request_from("192.0.2.1", &[("x-client-cert", "forged")])).await;
    ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-60), days(-30))))).await;
    ask(&layer, request(&[("x-client-cert", "garbage"), ("x-client-cert", "garbage")])).await;
    for (series, count) in [
        (decisions("accepted", "none", "none", "nginx"), 2.0),
        (decisions("anonymous", "none", "none", "nginx"), 1.0),
        (decisions("anonymous", "none", "none", "none"), 1.0),
        (decisions("refused", "expired", "validation", "nginx"), 1.0),
        (decisions("refused", "header-repeated", "header", "nginx"), 1.0),
        ("client_cert_untrusted_headers_total".to_owned(), 1.0),
    ] {
        assert_eq!(recording.value(&series).await, Some(count), "{series}\n{}", recording.page().await);
    }
}

#[tokio::test]
async fn what_a_rule_decides_is_counted_beside_and_what_it_would_decide_too() {
    let recording = Recording::start();
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let rule = || RequireClientCertLayer::rule(Rule::organization("Nobody AG"));
    for guard in [rule(), rule().shadow()] {
        let handler = tower::service_fn(async |_: Request<_>| {
            Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Full::<bytes::Bytes>::default()))
        });
        let service = tower::Layer::layer(&layer, tower::Layer::layer(&guard, handler));
        service.oneshot(with_certificate(&pki.good())).await.unwrap();
    }
    assert_eq!(recording.value(&decisions("accepted", "none", "none", "nginx")).await, Some(2.0));
    assert_eq!(recording.value(&decisions("refused", "rule-denied", "authorization", "nginx")).await, Some(1.0));
    assert_eq!(recording.value("client_cert_shadow_denials_total{reason=\"rule-denied\"}").await, Some(1.0));
}

#[tokio::test]
async fn headers_that_are_removed_are_counted() {
    let recording = Recording::start();
    let edge = Gateway::custom("edge", ["192.0.2.0/28"]).unwrap().header("x-edge-cert").unwrap();
    let layer = builder(&Pki::new()).gateway(edge).build().unwrap();
    ask(&layer, request(&[("x_client_cert", "a"), ("x.client.cert", "b"), ("x-edge-cert", "c")])).await;
    assert_eq!(recording.value("client_cert_look_alike_headers_total").await, Some(2.0));
    assert_eq!(recording.value("client_cert_foreign_headers_total{gateway=\"nginx\"}").await, Some(1.0));
}

#[tokio::test]
async fn days_to_expiry_are_a_histogram_by_anchor_and_name_nobody() {
    let recording = Recording::start();
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-1), days(10))))).await;
    ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-1), days(100))))).await;
    assert_eq!(recording.value("client_cert_validation_seconds_count").await, Some(2.0));
    assert!(recording.value("client_cert_validation_seconds_sum").await.unwrap() > 0.0);
    let bucket = |days: &str| format!("client_cert_client_expiry_days_bucket{{anchor=\"ours\",le=\"{days}\"}}");
    assert_eq!(recording.value(&bucket("7")).await, Some(0.0));
    assert_eq!(recording.value(&bucket("14")).await, Some(1.0));
    assert_eq!(recording.value(&bucket("365")).await, Some(2.0));
    let page = recording.page().await;
    for of_the_client in ["Big Partner", "data-exchange", "Test Intermediate", "10.1.0.4"] {
        assert!(!page.contains(of_the_client), "{page}");
    }
}

#[tokio::test]
async fn trust_and_lists_are_told_when_they_come_into_force() {
    let recording = Recording::start();
    let pki = Pki::new();
    let clock = Moved::default();
    let layer = builder(&pki).crls(list(&pki, &ListShape::new().revoke(&[7]))).clock(clock.clone()).build().unwrap();
    let at = |days: u64| {
        let seconds = crate::support::pki::NOW_UNIX_SECONDS + days * DAY_SECONDS;
        Some(f64::from(u32::try_from(seconds).unwrap()))
    };
    assert_eq!(recording.value("client_cert_trust_since_timestamp_seconds").await, at(0));
    assert_eq!(recording.value("client_cert_crls").await, Some(1.0));
    assert_eq!(recording.value("client_cert_crl_entries").await, Some(1.0));
    assert_eq!(recording.value("client_cert_crl_earliest_next_update_timestamp_seconds").await, at(7));
    let issued = "client_cert_crl_oldest_this_update_timestamp_seconds";
    assert_eq!(recording.value(issued).await, at(0).map(|now| now - 86_400.0));

    clock.forward(DAY_SECONDS);
    let handle = layer.handle();
    handle.replace_deny_list(DenyList::new());
    handle.replace_crls(list(&pki, &ListShape::new().number(2).issued(days(1), days(3)))).unwrap();
    handle.replace_crls(RevocationLists::from_octets([1, 2, 3])).unwrap_err();
    let replaced =
        |what: &str, result: &str| format!("client_cert_replacements_total{{what=\"{what}\",result=\"{result}\"}}");
    assert_eq!(recording.value(issued).await, at(1));
    assert_eq!(recording.value(&replaced("deny-list", "done")).await, Some(1.0));
    assert_eq!(recording.value(&replaced("revocation-lists", "done")).await, Some(1.0));
    assert_eq!(recording.value(&replaced("revocation-lists", "failed")).await, Some(1.0));
}

#[cfg(feature = "config")]
#[tokio::test]
async fn the_dates_of_lists_that_are_gone_call_nobody() {
    let recording = Recording::start();
    let (pki, scratch) = (Pki::new(), crate::support::scratch::Scratch::new("metrics"));
    scratch.write("root.pem", pki.root.pem());
    scratch.write("intermediate.pem", pki.intermediate.pem());
    scratch.write("a.crl", pki.intermediate.sign_list(&ListShape::new()));
    let text = "[[gateway]]\nkind = \"nginx\"\naddresses = \"10.1.0.0/24\"\n[[anchors]]\nfile = \"root.pem\"\n\
                [[intermediates]]\nfile = \"intermediate.pem\"\n";
    let path = scratch.write("client-cert.toml", format!("{text}[revocation]\ncrls = \"a.crl\"\n"));
    let config = tower_client_cert::ClientCertConfig::from_file(&path).unwrap();
    let layer = config.clock(crate::scene::Fixed(crate::support::pki::now())).build().unwrap();
    let dates = async || {
        let [issued, stale] =
            ["oldest_this_update", "earliest_next_update"].map(|of| format!("client_cert_crl_{of}_timestamp_seconds"));
        [recording.value(&issued).await, recording.value(&stale).await].map(|date| date.is_some_and(f64::is_finite))
    };
    assert_eq!(dates().await, [true, true]);
    scratch.write("client-cert.toml", text);
    layer.handle().reload().unwrap();
    assert_eq!(recording.value("client_cert_crls").await, Some(0.0));
    assert_eq!(dates().await, [false, false]);
}

#[tokio::test]
async fn a_recorder_that_comes_late_is_told_on_demand() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let recording = Recording::start();
    assert_eq!(recording.value("client_cert_crls").await, None);
    layer.handle().publish_metrics();
    assert_eq!(recording.value("client_cert_crls").await, Some(0.0));
}

#[tokio::test]
async fn verdicts_from_memory_are_told_from_those_of_validation() {
    let recording = Recording::start();
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let (good, expired) = (pki.good(), pki.issue(&Shape::partner().valid(days(-60), days(-30))));
    for certificate in [&good, &good, &good, &expired, &expired] {
        ask(&layer, with_certificate(certificate)).await;
    }
    ask(&layer, request(&[])).await;
    assert_eq!(recording.value("client_cert_verdicts_total{source=\"validation\"}").await, Some(2.0));
    assert_eq!(recording.value("client_cert_verdicts_total{source=\"memory\"}").await, Some(3.0));
    assert_eq!(recording.value("client_cert_validation_seconds_count").await, Some(2.0));
}

#[tokio::test]
async fn what_a_policy_let_pass_is_counted() {
    let recording = Recording::start();
    let pki = Pki::new();
    let layer = builder(&pki)
        .crls(RevocationLists::from_octets(pki.root.sign_list(&ListShape::new())))
        .revocation_policy("ours", RevocationPolicy::deny().allow_no_source())
        .build()
        .unwrap();
    ask(&layer, with_certificate(&pki.good())).await;
    assert_eq!(recording.value("client_cert_revocation_allowed_total{gateway=\"nginx\"}").await, Some(1.0));
}

#[tokio::test]
async fn the_age_of_the_answer_behind_a_request_is_a_histogram() {
    let recording = Recording::start();
    let pki = Pki::new();
    let client = pki.intermediate.issue(&Shape::partner().serial(&[0x21]));
    let answer = AnswerShape::good(&[0x21]).signed(&pki.intermediate, &pki.intermediate);
    let clock = Moved::default();
    let layer = builder(&pki).ocsp_answers(OcspAnswers::from_octets(answer)).clock(clock.clone()).build().unwrap();
    ask(&layer, with_certificate(&client)).await;
    clock.forward(600);
    ask(&layer, with_certificate(&client)).await;
    assert_eq!(recording.value("client_cert_ocsp_answer_age_seconds_count").await, Some(2.0));
    // Issued a day before, and asked then and ten minutes later.
    assert_eq!(recording.value("client_cert_ocsp_answer_age_seconds_sum").await, Some(2.0 * 86_400.0 + 600.0));
}

#[tokio::test]
async fn answers_of_a_gateway_that_cannot_be_used_are_counted_by_gateway() {
    let recording = Recording::start();
    let pki = Pki::new();
    let client = pki.intermediate.issue(&Shape::partner().serial(&[0x21]));
    let gateway = crate::scene::gateway().ocsp_answer_header("x-client-ocsp").unwrap();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    let layer = crate::scene::behind(gateway, anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .build()
        .unwrap();
    let sent = async |der: &[u8]| {
        let answer = STANDARD.encode(der);
        ask(&layer, request(&[("x-client-cert", &client.escaped_pem()), ("x-client-ocsp", &answer)])).await;
        recording.value("client_cert_stapled_refused_total{gateway=\"nginx\"}").await
    };
    assert_eq!(sent(&AnswerShape::good(&[0x21]).signed(&pki.intermediate, &pki.intermediate)).await, None);
    assert_eq!(sent(&AnswerShape::good(&[0x22]).signed(&pki.intermediate, &pki.intermediate)).await, Some(1.0));
    assert_eq!(sent(b"no answer").await, Some(2.0));
    assert_eq!(sent(b"no answer").await, Some(2.0), "the same again costs nothing and counts nothing");
}

#[cfg(feature = "ocsp")]
#[tokio::test]
async fn questions_to_responders_are_timed_by_their_result() {
    let recording = Recording::start();
    let (pki, responder) = (Pki::new(), crate::responders::Responder::default());
    let clients = [[0x21], [0x22]].map(|serial| pki.intermediate.issue(&Shape::partner().serial(&serial)));
    let layer = responder.asked_by(builder(&pki)).build().unwrap();
    responder.answer(AnswerShape::good(&[0x21]).signed(&pki.intermediate, &pki.intermediate));
    ask(&layer, with_certificate(&clients[0])).await;
    ask(&layer, with_certificate(&clients[0])).await;
    responder.fail();
    ask(&layer, with_certificate(&clients[1])).await;
    let asked = |result: &str| format!("client_cert_ocsp_seconds_count{{result=\"{result}\"}}");
    assert_eq!(recording.value(&asked("answered")).await, Some(1.0));
    assert_eq!(recording.value(&asked("failed")).await, Some(1.0));
}
