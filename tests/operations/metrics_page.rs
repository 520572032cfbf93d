//! The whole page, after everything that is counted has happened.

use std::convert::Infallible;
use std::future::ready;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use tower::{Layer as _, ServiceExt as _};
use tower_client_cert::{
    Audit, AuditLost, AuditRecord, AuditSink, ClientCertLayer, Counts, DenyList, FetchedCrls, Gateway, Intermediates,
    RequireClientCertLayer, RevocationLists, RevocationPolicy, Rule, TrustAnchors,
};

use crate::metrics::Recording;
use crate::responders::Responder;
use crate::scene::{self, ask, request, request_from, with_certificate};
use crate::support::clock::RuntimeClock;
use crate::support::pki::{AnswerShape, ListShape, Minted, Pki, Shape, days};
use crate::support::told_store::{Does, Told};
use crate::world::{builder, list};

/// Keeps nothing.
#[derive(Debug)]
struct Full;

impl AuditSink for Full {
    fn record(&self, _: AuditRecord) -> Result<(), AuditLost> {
        Err(AuditLost::new("full"))
    }
}

const SERIAL: &[u8] = &[0x21];

/// Ten days are left to it.
fn client(pki: &Pki) -> Minted {
    pki.issue(&Shape::partner().serial(SERIAL).valid(days(-1), days(10)))
}

/// Requests of every outcome, with headers that are removed, and an audit that is full.
async fn decide(pki: &Pki) {
    let edge = Gateway::custom("edge", ["192.0.2.0/28"]).unwrap().header("x-edge-cert").unwrap();
    let layer = builder(pki).gateway(edge).audit(Audit::new(Full)).build().unwrap();
    let client = client(pki);
    for _ in 0..3 {
        ask(&layer, with_certificate(&client)).await;
    }
    ask(&layer, request(&[("x_client_cert", "a"), ("x.client.cert", "b"), ("x-edge-cert", "c")])).await;
    ask(&layer, request_from("198.51.100.1", &[("x-client-cert", "forged")])).await;
    ask(&layer, with_certificate(&pki.issue(&Shape::partner().valid(days(-60), days(-30))))).await;
    ask(&layer, request(&[("x-client-cert", "garbage")])).await;
    let rule = || RequireClientCertLayer::rule(Rule::organization("Nobody AG"));
    for guard in [rule(), rule().shadow()] {
        let empty = || http::Response::new(http_body_util::Full::<bytes::Bytes>::default());
        let handler = tower::service_fn(move |_: Request<_>| ready(Ok::<_, Infallible>(empty())));
        layer.layer(guard.layer(handler)).oneshot(with_certificate(&client)).await.unwrap();
    }
}

/// A gateway that sends an answer about another client.
async fn staple(pki: &Pki) {
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours");
    let layer = scene::behind(scene::gateway().ocsp_answer_header("x-client-ocsp").unwrap(), anchors)
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .build()
        .unwrap();
    let other = STANDARD.encode(AnswerShape::good(&[0x22]).signed(&pki.intermediate, &pki.intermediate));
    ask(&layer, request(&[("x-client-cert", &client(pki).escaped_pem()), ("x-client-ocsp", &other)])).await;
}

/// A responder that answers for one client and fails for another.
async fn ask_responder(pki: &Pki) {
    let responder = Responder::default();
    let layer = responder.asked_by(builder(pki)).build().unwrap();
    responder.answer(AnswerShape::good(SERIAL).signed(&pki.intermediate, &pki.intermediate));
    ask(&layer, with_certificate(&client(pki))).await;
    responder.fail();
    ask(&layer, with_certificate(&pki.issue(&Shape::partner().serial(&[0x22])))).await;
}

/// Lists that come twice, that cannot be used and that do not come, beside a store that is down.
async fn fetch(pki: &Pki) {
    let server = Responder::default();
    let layer = || {
        let (store, crls) = (Told::default(), FetchedCrls::new(server.clone(), ["http://crl.example/a"]).unwrap());
        store.now_does(Does::Fail);
        builder(pki).clock(RuntimeClock::new()).fetched_crls(crls.store(store)).build().unwrap()
    };
    until(&layer(), |counts| counts.crl_fetch_failures() == 1).await;
    server.answer(pki.root.sign_list(&ListShape::new())[1..].to_vec());
    until(&layer(), |counts| counts.crl_fetch_failures() == 1).await;
    server.answer(pki.intermediate.sign_list(&ListShape::new()));
    until(&layer(), |counts| counts.crl_fetches() == 2).await;
}

async fn until(layer: &ClientCertLayer, reached: impl Fn(&Counts) -> bool) {
    for _ in 0..10_000 {
        if reached(&layer.handle().counts()) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    panic!("{:?}", layer.handle().counts());
}

/// A client that a policy lets pass, and replacements; what is in force at last stands in the gauges.
async fn replace(pki: &Pki) {
    let layer = builder(pki)
        .crls(RevocationLists::from_octets(pki.root.sign_list(&ListShape::new())))
        .revocation_policy("ours", RevocationPolicy::deny().allow_no_source())
        .build()
        .unwrap();
    ask(&layer, with_certificate(&client(pki))).await;
    let handle = layer.handle();
    handle.replace_deny_list(DenyList::new());
    handle.replace_crls(RevocationLists::from_octets([1, 2, 3])).unwrap_err();
    handle.replace_crls(list(pki, &ListShape::new().revoke(&[7]).revoke(&[8]))).unwrap();
}

/// What the machine took for it, which nobody can foretell.
const MEASURED: [&str; 2] = ["client_cert_validation_seconds", "client_cert_ocsp_seconds"];

#[tokio::test(start_paused = true)]
async fn everything_that_is_counted_stands_on_the_page_with_what_it_means() {
    let recording = Recording::start();
    let pki = Pki::new();
    decide(&pki).await;
    staple(&pki).await;
    ask_responder(&pki).await;
    fetch(&pki).await;
    replace(&pki).await;
    let page = recording.page().await;
    let is_measured = |line: &&str| {
        let name = line.split(['{', ' ']).next().unwrap();
        let series = MEASURED.iter().find_map(|measured| name.strip_prefix(measured));
        series.is_some_and(|rest| rest == "_bucket" || rest == "_sum")
    };
    // The exporter keeps no order of its own.
    let mut families: Vec<_> = page
        .trim_end()
        .split("\n\n")
        .map(|family| {
            let (comments, mut series): (Vec<_>, Vec<_>) =
                family.lines().filter(|line| !is_measured(line)).partition(|line| line.starts_with('#'));
            series.sort_unstable();
            [comments, series].concat().join("\n")
        })
        .collect();
    families.sort_unstable();
    assert_eq!(families.join("\n\n"), include_str!("metrics_page.txt").trim_end());
}
