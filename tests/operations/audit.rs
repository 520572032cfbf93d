//! What is recorded of each decision, what is left out where asked, and what becomes of requests when recording fails.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use tower::{Layer as _, ServiceExt as _};
use tower_client_cert::{Audit, AuditLost, AuditRecord, AuditSink, Reason, RequestIds, RequireClientCertLayer, Rule};

use crate::scene::{ask, request, request_from, with_certificate};
use crate::support::log::Log;
use crate::support::pki::{Pki, Shape, days};
use crate::world::builder;

/// Keeps records as JSON; fails or panics where told so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    records: Arc<Mutex<Vec<Value>>>,
    /// The same records as a sink's own log would show them.
    debug: Arc<Mutex<String>>,
    fails: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
    panics_when_asked: Arc<AtomicBool>,
}

impl AuditSink for Kept {
    fn record(&self, record: AuditRecord) -> Result<(), AuditLost> {
        assert!(!self.panics.load(Ordering::Relaxed), "a sink that panics");
        if self.fails.load(Ordering::Relaxed) {
            return Err(AuditLost::new("no room\nleft"));
        }
        writeln!(self.debug.lock().unwrap(), "{record:?} {:?}", record.identity()).unwrap();
        self.records.lock().unwrap().push(serde_json::to_value(record).unwrap());
        Ok(())
    }

    fn trouble(&self) -> Option<String> {
        assert!(!self.panics_when_asked.load(Ordering::Relaxed), "a sink that panics when it is asked");
        None
    }
}

impl Kept {
    fn all(&self) -> Vec<Value> {
        self.records.lock().unwrap().clone()
    }

    fn only(&self) -> Value {
        let all = self.all();
        let [only] = all.as_slice() else { panic!("{all:?}") };
        only.clone()
    }
}

#[tokio::test]
async fn an_accepted_request_is_recorded_with_client_request_and_evidence() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone())).build().unwrap();
    let mut asked = with_certificate(&pki.issue(&Shape::partner().serial(&[0x4a, 1]).alternative_name(partner_dns())));
    *asked.uri_mut() = "/orders/7?token=secret".parse().unwrap();
    asked
        .extensions_mut()
        .insert(RequestIds::new("req-1").traced("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"));
    ask(&layer, asked).await;
    let record = kept.only();
    let expected = json!({
        "version": 1,
        "time": "2026-03-01T12:00:00Z",
        "decision": "accepted",
        "stage": null, "reason": null, "detail": null, "reference": null,
        "gateway": "nginx",
        "gateway_address": "10.1.0.4",
        "request": {
            "method": "GET", "path": "/orders/7", "id": "req-1",
            "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331",
        },
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&record[key], value, "{key}");
    }
    let client = &record["client"];
    assert_eq!(client["subject"], "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!((&client["serial"], &client["anchor"]), (&json!("4a01"), &json!("ours")));
    assert_eq!(client["alternative_names"], json!(["dns:partner.example"]));
    assert_eq!(client["sha256"].as_str().unwrap().len(), 64);
    let checks: Vec<_> = record["evidence"].as_array().unwrap().iter().map(|entry| &entry["check"]).collect();
    assert!(checks.contains(&&json!("path")) && checks.contains(&&json!("sender")), "{checks:?}");
    let header = &record["evidence"][1];
    assert_eq!((&header["check"], &header["source"]), (&json!("header"), &json!("x-client-cert")));
    assert_eq!(record["evidence"][2]["source"], "PEM, escaped or folded into one line");
    assert!(record.get("replay").is_none() && !record.to_string().contains("secret"), "{record}");
}

#[tokio::test]
async fn refused_and_anonymous_requests_are_recorded_too() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone())).build().unwrap();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    let asked = ask(&layer, with_certificate(&expired)).await;
    ask(&layer, request(&[])).await;
    ask(&layer, request_from("192.0.2.1", &[("x-client-cert", "forged")])).await;
    let records = kept.all();
    let [refused, anonymous, elsewhere] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((&refused["decision"], &refused["reason"]), (&json!("refused"), &json!("expired")));
    assert_eq!((&refused["stage"], &refused["gateway"]), (&json!("validation"), &json!("nginx")));
    assert_eq!(refused["reference"], asked.refusal().unwrap().reference());
    assert!(refused["detail"].as_str().unwrap().contains("expired at"), "{refused}");
    assert_eq!(refused["client"]["subject"], "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!(refused["evidence"], json!(null), "a refused certificate proves nothing");
    assert_eq!((&anonymous["decision"], &anonymous["gateway"]), (&json!("anonymous"), &json!("nginx")));
    assert_eq!((&elsewhere["gateway"], &elsewhere["gateway_address"]), (&json!(null), &json!("192.0.2.1")));
    assert!(!elsewhere.to_string().contains("forged"));
}

#[tokio::test]
async fn what_a_rule_refuses_or_would_refuse_has_a_record_of_its_own() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone())).build().unwrap();
    let rule = || RequireClientCertLayer::rule(Rule::organization("Nobody AG"));
    for guard in [rule(), rule().shadow()] {
        let handler = tower::service_fn(async |_: Request<_>| {
            Ok::<_, std::convert::Infallible>(http::Response::new(Full::<bytes::Bytes>::default()))
        });
        layer.layer(guard.layer(handler)).oneshot(with_certificate(&pki.good())).await.unwrap();
    }
    let decisions: Vec<_> = kept.all().iter().map(|record| record["decision"].as_str().unwrap().to_owned()).collect();
    assert_eq!(decisions, ["accepted", "refused", "accepted", "would-refuse"]);
    assert_eq!(kept.all()[1]["reason"], "rule-denied");
    assert_eq!(kept.all()[3]["reference"], json!(null));
}

#[tokio::test]
async fn with_pseudonyms_no_record_names_anybody_and_one_client_keeps_one() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let audit = Audit::new(kept.clone()).pseudonyms([7; 32]).unwrap().omit_paths();
    let layer = builder(&pki).audit(audit).build().unwrap();
    let renewed = pki.issue(&Shape::partner().serial(&[0x5b, 0x5c, 0x5d]).alternative_name(partner_dns()));
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    let other = pki.issue(&Shape::client("somebody-else"));
    let namesake = pki.root.issue(&Shape::partner());
    for certificate in [&pki.good(), &renewed, &expired, &other, &namesake] {
        ask(&layer, with_certificate(certificate)).await;
    }
    let records = kept.all();
    let pseudonyms: Vec<_> = records.iter().map(|record| record["client"]["pseudonym"].as_str().unwrap()).collect();
    assert_eq!(pseudonyms[0].len(), 64);
    assert!(pseudonyms[0] == pseudonyms[1] && pseudonyms[1] == pseudonyms[2], "{pseudonyms:?}");
    assert_ne!(pseudonyms[0], pseudonyms[3]);
    assert_ne!(pseudonyms[0], pseudonyms[4], "of the same name, by another authority");
    let everything = format!("{records:?} {}", kept.debug.lock().unwrap());
    for name in ["Big Partner", "data-exchange", "somebody-else", "partner.example", "5b5c5d", "\"detail\": String"] {
        assert!(!everything.contains(name), "{name}: {everything}");
    }
    assert!(kept.debug.lock().unwrap().contains(pseudonyms[3]));
    // A source may be a pin, and its label a name.
    for entry in records[0]["evidence"].as_array().unwrap() {
        assert!(entry.as_object().unwrap().keys().eq(["check", "outcome"]), "{entry}");
    }
    assert_eq!(records[0]["request"]["path"], json!(null));
    // With another key, nobody can link the two.
    let elsewhere = Kept::default();
    let audit = Audit::new(elsewhere.clone()).pseudonyms([8; 32]).unwrap();
    ask(&builder(&pki).audit(audit).build().unwrap(), with_certificate(&renewed)).await;
    assert_ne!(elsewhere.only()["client"]["pseudonym"], pseudonyms[0]);
}

#[test]
fn a_short_key_of_pseudonyms_is_no_key() {
    let error = Audit::new(Kept::default()).pseudonyms([7; 15]).unwrap_err();
    assert_eq!(error.to_string(), "the key of pseudonyms has 15 bytes, expected at least 16: take random ones");
}

#[tokio::test]
async fn where_asked_a_record_holds_what_judges_the_request_again() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone()).record_requests()).build().unwrap();
    let good = pki.good();
    let mut asked = with_certificate(&good);
    asked.headers_mut().insert("authorization", "Bearer secret".parse().unwrap());
    asked.headers_mut().insert("connection", "close".parse().unwrap());
    asked.headers_mut().append("x-client-cert", http::HeaderValue::from_bytes(b"\xff").unwrap());
    ask(&layer, asked).await;
    let record = kept.only();
    let replay = &record["replay"];
    assert_eq!(replay["time"], "2026-03-01T12:00:00Z");
    assert_eq!((&replay["peer"], &replay["method"], &replay["path"]), (&json!("10.1.0.4"), &json!("GET"), &json!("/")));
    let certificate = good.escaped_pem();
    let lines = json!([["connection", "close"], ["x-client-cert", certificate], ["x-client-cert", "\u{ff}"]]);
    assert_eq!(replay["headers"], lines);
    assert!(!record.to_string().contains("secret"));
}

#[tokio::test]
async fn a_sink_that_fails_or_panics_changes_no_verdict_and_is_counted_and_logged() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone())).build().unwrap();
    let log = Log::start();
    kept.fails.store(true, Ordering::Relaxed);
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.status(), 200);
    kept.panics.store(true, Ordering::Relaxed);
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.status(), 200);
    assert_eq!(ask(&layer, request(&[("x-client-cert", "garbage")])).await.status(), 400);
    assert_eq!(layer.handle().counts().audit_lost(), 3);
    let lost: Vec<_> = log.entries().into_iter().filter(|entry| entry.message == "audit record lost").collect();
    assert_eq!(lost.len(), 3);
    assert_eq!(lost[0].field("detail"), Some("no room\\u{a}left"));
    assert_eq!(lost[1].field("detail"), Some("the sink panicked"));
}

#[tokio::test]
async fn where_it_is_required_nothing_passes_unrecorded() {
    let (pki, kept) = (Pki::new(), Kept::default());
    let layer = builder(&pki).audit(Audit::new(kept.clone()).required()).build().unwrap();
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.status(), 200);
    kept.fails.store(true, Ordering::Relaxed);
    for asked in [with_certificate(&pki.good()), request(&[])] {
        let asked = ask(&layer, asked).await;
        assert_eq!((asked.status(), asked.reason()), (503, Some(Reason::AuditUnavailable)));
        assert!(asked.seen.is_none() && asked.header("retry-after").is_some());
    }
    // What is refused anyway keeps its own reason.
    let garbage = ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    assert_eq!(garbage.reason(), Some(Reason::PemMalformed));
    kept.fails.store(false, Ordering::Relaxed);
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.status(), 200);
    // A sink that cannot even say that it is in trouble is.
    kept.panics_when_asked.store(true, Ordering::Relaxed);
    assert_eq!(ask(&layer, with_certificate(&pki.good())).await.reason(), Some(Reason::AuditUnavailable));
    assert_eq!(layer.handle().readiness().problems().len(), 1);
}

fn partner_dns() -> rcgen::SanType {
    rcgen::SanType::DnsName("partner.example".try_into().unwrap())
}
