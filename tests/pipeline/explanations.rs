//! What `ClientCertHandle::explain` tells of a request, compared with what the layer makes of it.

use http_body_util::Full;
use sha2::{Digest as _, Sha256};
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{
    AccessTable, ClientCertLayer, DenyList, Explanation, Gateway, GatewayPeer, Intermediates, PinnedCertificates,
    Reason, RevocationLists, Rule, Stage, StepOutcome, TrustAnchors,
};

use crate::reasons::{Case, case_for};
use crate::scene::{self, builder, request, request_from, trusting, with_anchors, with_certificate};
use crate::support::log::Log;
use crate::support::pki::{ListShape, Pki, Shape, days};

pub(crate) fn explained(layer: &ClientCertLayer, request: http::Request<Full<bytes::Bytes>>) -> Explanation {
    layer.handle().explain(&request.into_parts().0)
}

fn outcome(explanation: &Explanation, check: &str) -> StepOutcome {
    explanation.steps().iter().find(|step| step.check() == check).unwrap().outcome()
}

#[tokio::test]
async fn the_explanation_of_every_refusal_ends_with_the_same_reason_and_status_as_the_layer() {
    for reason in Reason::ALL {
        let Some(Case { layer, request }) = case_for(*reason) else { continue };
        let log = Log::start();
        let explanation = explained(&layer, request.clone());
        assert!(log.entries().is_empty(), "{reason}: an explanation is no decision: {:?}", log.entries());
        assert_eq!(layer.handle().counts().refused(*reason), 0, "{reason}");

        let asked = scene::ask(&layer, request).await;
        let refusal = asked.refusal().unwrap();
        assert_eq!(explanation.rejection(), Some(refusal.rejection()), "{reason}");
        assert_eq!(explanation.status(), Some(refusal.status()), "{reason}");

        let end = explanation.ended_at().unwrap();
        if reason.stage() < Stage::Authorization {
            assert_eq!(end.stage(), reason.stage(), "{reason}");
            assert_eq!(end.outcome(), StepOutcome::Failed, "{reason}");
        }
        assert!(!end.wanted().is_empty() && !end.found().is_empty(), "{reason}: {end:?}");
        assert!(end.mend().is_some_and(|mend| mend.len() > 20), "{reason}: {end:?}");
        let after = explanation.steps().iter().skip_while(|step| step.check() != end.check()).skip(1);
        for step in after.filter(|step| step.stage() != end.stage() && step.stage() < Stage::Authorization) {
            let is_open = matches!(step.outcome(), StepOutcome::NotReached | StepOutcome::NotConfigured);
            assert!(is_open, "{reason}: {step:?} after the end");
        }
    }
}

#[tokio::test]
async fn an_explanation_counts_and_logs_nothing_of_what_it_takes_out() {
    let pki = Pki::new();
    let good = pki.good().escaped_pem();
    let layer = builder(&pki).gateway(Gateway::custom("other", ["10.9.0.0/16"]).unwrap().header("x-other").unwrap());
    let layer = layer.build().unwrap();
    let log = Log::start();
    let lines = [("x-client-cert", good.as_str()), ("x_client_cert", "?"), ("x-other", "?")];
    assert!(explained(&layer, request(&lines)).identity().is_some());
    assert!(explained(&layer, request_from("10.7.0.1", &lines)).is_anonymous());
    let mut without = request(&[]);
    without.extensions_mut().clear();
    assert!(explained(&layer, without).is_anonymous());
    assert!(log.entries().is_empty(), "{:?}", log.entries());
    let counts = layer.handle().counts();
    assert_eq!((counts.look_alikes(), counts.foreign_headers(), counts.untrusted_headers()), (0, 0, 0));

    // The layer itself does.
    scene::ask(&layer, request(&lines)).await;
    let counts = layer.handle().counts();
    assert_eq!((counts.look_alikes(), counts.foreign_headers()), (1, 1));
}

#[tokio::test]
async fn a_client_that_is_accepted_passes_every_step_that_is_configured() {
    let pki = Pki::new();
    let list = RevocationLists::from_octets(pki.intermediate.sign_list(&ListShape::new()));
    let layer = builder(&pki).deny_list(DenyList::default()).crls(list).required().build().unwrap();
    let explanation = explained(&layer, with_certificate(&pki.good()));
    assert!(explanation.identity().is_some() && explanation.ended_at().is_none() && explanation.status().is_none());
    for step in explanation.steps() {
        let expected = match step.check() {
            "lifetime" | "policies" | "issuer" | "pin" | "ocsp" => StepOutcome::NotConfigured,
            _ => StepOutcome::Passed,
        };
        assert_eq!(step.outcome(), expected, "{step:?}");
        assert_eq!(step.found().is_empty(), expected == StepOutcome::NotConfigured, "{step:?}");
        assert!(step.mend().is_none(), "{step:?}");
    }
}

#[tokio::test]
async fn what_only_an_option_lets_pass_and_what_a_pin_stands_for_are_no_checks_that_passed() {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().allow_missing_client_auth();
    let intermediates = Intermediates::from_der(pki.intermediate.der()).unwrap();
    let loosened = with_anchors(anchors).intermediates(intermediates).build().unwrap();
    let explanation = explained(&loosened, with_certificate(&pki.issue(&Shape::partner().purposes(&[]))));
    assert!(explanation.identity().is_some());
    assert_eq!(outcome(&explanation, "purpose"), StepOutcome::Allowed);
    assert_eq!(outcome(&explanation, "key-usage"), StepOutcome::Passed);

    let leaf = Shape::partner().self_signed();
    let pin = Fingerprint::new(Sha256::digest(leaf.der()).into());
    let pinned = with_anchors(TrustAnchors::none()).trust_pinned(PinnedCertificates::certificates([pin]));
    let explanation = explained(&pinned.build().unwrap(), with_certificate(&leaf));
    assert!(explanation.identity().is_some());
    assert_eq!(outcome(&explanation, "path"), StepOutcome::Skipped);
    assert_eq!(outcome(&explanation, "purpose"), StepOutcome::Passed);
}

#[tokio::test]
async fn a_deny_list_is_told_as_passed_only_where_there_is_one() {
    let pki = Pki::new();
    let client = pki.intermediate.issue(&Shape::partner().serial(&[7]));
    let listed =
        || builder(&pki).crls(RevocationLists::from_octets(pki.intermediate.sign_list(&ListShape::new().revoke(&[7]))));
    for (layer, expected) in
        [(listed(), StepOutcome::NotConfigured), (listed().deny_list(DenyList::new()), StepOutcome::Passed)]
    {
        let explanation = explained(&layer.build().unwrap(), with_certificate(&client));
        assert_eq!(explanation.reason(), Some(Reason::Revoked));
        assert_eq!(outcome(&explanation, "deny-list"), expected);
    }
}

#[tokio::test]
async fn a_peer_outside_the_ranges_is_told_which_range_would_hold_it() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let asked = request_from("10.1.7.9", &[("x-client-cert", &pki.good().escaped_pem())]);
    let explanation = explained(&layer, asked);
    assert!(explanation.is_anonymous());
    let end = explanation.ended_at().unwrap();
    assert_eq!((end.check(), end.outcome()), ("sender", StepOutcome::Failed));
    let mend = end.mend().unwrap();
    for text in ["10.1.7.9/32", "10.1.7.0/24", "10.1.0.0/24 of gateway \"nginx\""] {
        assert!(mend.contains(text), "{mend}");
    }
    assert!(end.found().contains("removed unread"), "{}", end.found());
}

#[tokio::test]
async fn a_peer_over_ipv6_is_told_a_subnet_of_64_bits_and_no_range_of_the_other_kind() {
    let pki = Pki::new();
    let explanation = explained(&builder(&pki).build().unwrap(), request_from("2001:db8:1:2::9", &[]));
    let mend = explanation.ended_at().unwrap().mend().unwrap().to_owned();
    assert!(mend.contains("2001:db8:1:2::/64") && !mend.contains("10.1.0.0"), "{mend}");
}

#[tokio::test]
async fn an_unknown_issuer_is_told_with_the_authorities_that_come_nearest() {
    let pki = Pki::new();
    let anchors = TrustAnchors::from_der(pki.root.der()).unwrap().labelled("test-root");
    let layer = with_anchors(anchors).build().unwrap();
    // Of the same name as the issuer, and another key.
    let namesake = builder(&Pki::new()).build().unwrap();
    let unknown = explained(&layer, with_certificate(&pki.good()));
    assert_eq!(unknown.reason(), Some(Reason::IssuerUnknown));
    let end = unknown.ended_at().unwrap();
    assert!(end.found().contains("CN=Test Intermediate") && end.found().contains("key id"), "{}", end.found());
    assert!(end.mend().unwrap().contains("intermediates"), "{:?}", end.mend());
    let other = explained(&namesake, with_certificate(&pki.good()));
    assert_eq!(other.reason(), Some(Reason::SignatureInvalid));

    let sibling = Shape::authority("Issuing 2").organization("CARC").self_signed();
    let anchor = Shape::authority("Issuing 1").organization("CARC").self_signed();
    let explanation =
        explained(&trusting(&anchor).build().unwrap(), with_certificate(&sibling.issue(&Shape::partner())));
    let mend = explanation.ended_at().unwrap().mend().unwrap().to_owned();
    assert!(mend.contains("nearest") && mend.contains("CN=Issuing 1"), "{mend}");
}

#[tokio::test]
async fn an_expired_certificate_is_told_since_when() {
    let pki = Pki::new();
    let expired = pki.issue(&Shape::partner().valid(days(-60), days(-30)));
    let explanation = explained(&builder(&pki).build().unwrap(), with_certificate(&expired));
    assert!(explanation.ended_at().unwrap().mend().unwrap().contains("expired 30 days ago"));
}

#[tokio::test]
async fn a_request_without_a_certificate_ends_at_the_header_required_or_not() {
    let pki = Pki::new();
    let optional = explained(&builder(&pki).build().unwrap(), request(&[]));
    assert!(optional.is_anonymous() && optional.status().is_none());
    let required = explained(&builder(&pki).required().build().unwrap(), request(&[]));
    assert_eq!(required.reason(), Some(Reason::CertificateMissing));
    for explanation in [&optional, &required] {
        let end = explanation.ended_at().unwrap();
        assert_eq!((end.check(), end.outcome()), ("header", StepOutcome::Absent));
        assert!(end.mend().unwrap().contains("x-client-cert"));
    }
    assert_eq!(outcome(&optional, "presence"), StepOutcome::NotConfigured);
    assert_eq!(outcome(&required, "presence"), StepOutcome::Failed);
}

#[tokio::test]
async fn an_access_table_is_the_last_step() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let rule = Rule::organization("Big Partner Foo SA");
    let table = AccessTable::builder().path("/restricted", rule).unwrap().public("/").unwrap().build().into();
    let asked = |path: &str, leaf: Option<&Shape>| {
        let mut request = leaf.map_or_else(|| request(&[]), |shape| with_certificate(&pki.issue(shape)));
        *request.uri_mut() = path.parse().unwrap();
        layer.handle().explain_with_table(&request.into_parts().0, &table)
    };
    let partner = asked("/restricted", Some(&Shape::partner()));
    assert!(partner.identity().is_some() && outcome(&partner, "access-table") == StepOutcome::Passed);
    assert!(asked("/", None).is_anonymous());

    let stranger = asked("/restricted", Some(&Shape::client("stranger")));
    assert_eq!(stranger.reason(), Some(Reason::RuleDenied));
    assert_eq!(stranger.status().unwrap(), 403);
    assert!(stranger.identity().is_none());
    assert_eq!(stranger.ended_at().unwrap().check(), "access-table");
    assert_eq!(asked("/restricted", None).reason(), Some(Reason::CertificateMissing));
    assert_eq!(asked("/restricted/../x", Some(&Shape::partner())).reason(), Some(Reason::PathNotNormal));
    let expired = asked("/", Some(&Shape::partner().valid(days(-60), days(-30))));
    assert_eq!(expired.reason(), Some(Reason::Expired));
    assert_eq!(outcome(&expired, "access-table"), StepOutcome::NotReached);
}

#[tokio::test]
async fn a_hop_that_would_drop_what_is_handed_on_ends_the_line_there() {
    let pki = Pki::new();
    let layer = builder(&pki).re_emit_rfc9440().build().unwrap();
    let good = pki.good().escaped_pem();
    let asked = || request(&[("x-client-cert", &good), ("connection", "client-cert")]);
    let explanation = explained(&layer, asked());
    let refused = scene::ask(&layer, asked()).await;
    assert_eq!(explanation.reason(), Some(Reason::HeaderNamedByConnection));
    assert_eq!(explanation.rejection(), refused.refusal().map(tower_client_cert::Refusal::rejection));
    assert_eq!(explanation.ended_at().unwrap().check(), "re-emission");
    let passes = explained(&layer, request(&[("x-client-cert", &good)]));
    assert_eq!(outcome(&passes, "re-emission"), StepOutcome::Passed);
}

#[tokio::test]
async fn names_of_others_are_shown_escaped() {
    let pki = Pki::new();
    let hostile = pki.issue(&Shape::client("x\u{1b}[2J\u{202e}\n").valid(days(-60), days(-30)));
    let explanation = explained(&builder(&pki).build().unwrap(), with_certificate(&hostile));
    let told = format!("{:?}", explanation.steps());
    assert!(explanation.ended_at().unwrap().found().contains("\\E2\\80\\AE"), "{told}");
    for step in explanation.steps() {
        let texts = [step.wanted(), step.found(), step.mend().unwrap_or_default()];
        assert!(texts.iter().all(|text| text.chars().all(|character| matches!(character, ' '..='~'))), "{step:?}");
    }
}

#[tokio::test]
async fn an_unsaid_peer_and_a_unix_socket_end_at_the_sender() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let mut without = request(&[]);
    without.extensions_mut().clear();
    assert_eq!(explained(&layer, without).ended_at().unwrap().check(), "sender");
    let mut socket = request(&[]);
    socket.extensions_mut().insert(GatewayPeer::unix(Some(33)));
    let explanation = explained(&layer, socket);
    assert!(explanation.ended_at().unwrap().mend().unwrap().contains("unix_socket"));
}
