//! What a sink of one's own is given.

use std::sync::{Arc, Mutex};

use http::{Method, Request};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _};
use tower_client_cert::{
    Audit, AuditDecision, AuditLost, AuditRecord, AuditSink, Reason, RequestIds, RequireClientCertLayer, Rule,
};

use crate::scene::{ask, request_from, with_certificate};
use crate::support::pki::{Pki, Shape, days, now};
use crate::world::builder;

/// Holds the records as they come, and has nothing else to say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<Vec<AuditRecord>>>);

impl AuditSink for Held {
    fn record(&self, record: AuditRecord) -> Result<(), AuditLost> {
        self.0.lock().unwrap().push(record);
        Ok(())
    }
}

impl Held {
    pub(crate) fn all(&self) -> Vec<AuditRecord> {
        self.0.lock().unwrap().clone()
    }
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// A request with ids, as a tracing middleware and a proxy write them.
fn deleting(mut asked: Request<Full<bytes::Bytes>>) -> Request<Full<bytes::Bytes>> {
    *asked.method_mut() = Method::DELETE;
    *asked.uri_mut() = "/orders/7?token=secret".parse().unwrap();
    asked.headers_mut().insert("x-request-id", "req-1".parse().unwrap());
    asked.headers_mut().insert("traceparent", format!("00-{TRACE}-{SPAN}-01").parse().unwrap());
    asked
}

#[tokio::test]
async fn a_sink_of_one_s_own_is_given_who_asked_for_what_and_why_it_was_refused() {
    let (pki, held) = (Pki::new(), Held::default());
    // That it says nothing of trouble keeps nobody out.
    let layer = builder(&pki).audit(Audit::new(held.clone()).required()).build().unwrap();
    assert!(layer.handle().readiness().is_ready());
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    assert_eq!(ask(&layer, deleting(with_certificate(&pki.good()))).await.status(), 200);
    let refused = ask(&layer, deleting(with_certificate(&expired))).await;
    ask(&layer, request_from("192.0.2.1", &[])).await;
    let rehearsed = RequireClientCertLayer::rule(Rule::organization("Nobody AG")).shadow();
    let handler = tower::service_fn(async |_: Request<_>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Full::<bytes::Bytes>::default()))
    });
    layer.layer(rehearsed.layer(handler)).oneshot(with_certificate(&pki.good())).await.unwrap();

    let name = |record: &AuditRecord| record.identity()?.subject().common_name().map(str::to_owned);
    let all = held.all();
    let told: Vec<_> = all
        .iter()
        .map(|record| (record.decision(), record.reason(), record.reference(), record.gateway(), name(record)))
        .collect();
    let partner = || Some("data-exchange-svc01".to_owned());
    assert_eq!(
        told,
        [
            (AuditDecision::Accepted, None, None, Some("nginx"), partner()),
            (
                AuditDecision::Refused,
                Some(Reason::Expired),
                Some(refused.refusal().unwrap().reference()),
                Some("nginx"),
                None
            ),
            (AuditDecision::Anonymous, None, None, None, None),
            (AuditDecision::Accepted, None, None, Some("nginx"), partner()),
            (AuditDecision::WouldRefuse, Some(Reason::RuleDenied), None, Some("nginx"), partner()),
        ]
    );
    let asked: Vec<_> = all.iter().map(|record| (record.method(), record.path(), record.ids().clone())).collect();
    let deleted = (&Method::DELETE, Some("/orders/7"), RequestIds::new("req-1").traced(TRACE, SPAN));
    let got = (&Method::GET, Some("/"), RequestIds::default());
    assert_eq!(asked, [deleted.clone(), deleted, got.clone(), got.clone(), got]);
    assert!(all.iter().all(|record| record.at() == now()));
}

#[tokio::test]
async fn a_sink_of_one_s_own_is_given_no_more_than_the_options_leave() {
    let (pki, held) = (Pki::new(), Held::default());
    for audit in [Audit::new(held.clone()).omit_paths(), Audit::new(held.clone()).pseudonyms([7; 32]).unwrap()] {
        let layer = builder(&pki).audit(audit).build().unwrap();
        ask(&layer, deleting(with_certificate(&pki.good()))).await;
    }
    let told: Vec<_> =
        held.all().iter().map(|record| (record.path().map(str::to_owned), record.identity().is_some())).collect();
    assert_eq!(told, [(None, true), (Some("/orders/7".to_owned()), false)]);
}
