//! What single steps of an explanation say, word for word.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower_client_cert::{
    AccessTable, ClientCertLayer, ClientCertLayerBuilder, Gateway, Intermediates, RevocationLists, Rule, Step,
    StepOutcome, TrustAnchors,
};

use crate::explanations::explained;
use crate::scene::{behind, builder, request, request_from, trusting, with_anchors, with_certificate};
use crate::support::pki::{ListShape, Pki, Shape, days, seconds};

type Asked = Request<Full<Bytes>>;

/// The step of this check, word for word.
fn told(layer: &ClientCertLayer, request: Asked, check: &str) -> String {
    let explanation = explained(layer, request);
    in_words(explanation.steps().iter().find(|step| step.check() == check).unwrap())
}

fn in_words(step: &Step) -> String {
    let standard = if step.standard().is_empty() { "nobody" } else { step.standard() };
    format!("{}: wanted {}, found {}, by {standard}", step.outcome(), step.wanted(), step.found())
}

fn mend(layer: &ClientCertLayer, request: Asked) -> String {
    explained(layer, request).ended_at().unwrap().mend().unwrap().to_owned()
}

#[tokio::test]
async fn what_comes_after_the_line() {
    let pki = Pki::new();
    let good = pki.good().escaped_pem();
    let layer = builder(&pki).re_emit_rfc9440().build().unwrap();
    let re_emission = |lines: &[(&str, &str)]| told(&layer, request(lines), "re-emission");
    let wanted = "wanted no Connection header that names the headers for the next service";
    let client = "the client \"CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH\"";
    assert_eq!(
        re_emission(&[("x-client-cert", &good)]),
        format!("passed: {wanted}, found {client}, by RFC 9110 section 7.6.1")
    );
    assert_eq!(re_emission(&[]), format!("passed: {wanted}, found an anonymous request, by RFC 9110 section 7.6.1"));
    assert_eq!(
        re_emission(&[("x-client-cert", "?")]),
        format!("not reached: {wanted}, found , by RFC 9110 section 7.6.1")
    );

    let presence = |builder: ClientCertLayerBuilder, request| told(&builder.build().unwrap(), request, "presence");
    let standard = "by RFC 9110 section 15.5.2";
    let with = || request(&[("x-client-cert", &good)]);
    let refused = || request(&[("x-client-cert", "?")]);
    let required_but = || builder(&pki).required().except(["/healthz", "/x\u{1b}"]);
    let but = "wanted a client, but for the paths /healthz, /x\\u{1b}";
    let optional = format!("not configured: wanted nothing: anonymous requests go on, found , {standard}");
    for request in [with(), request(&[]), refused()] {
        assert_eq!(presence(builder(&pki), request), optional);
    }
    for (request, outcome, found) in
        [(with(), "passed", client), (request(&[]), "failed", "an anonymous request"), (refused(), "not reached", "")]
    {
        let expected = format!("{outcome}: wanted a client, found {found}, {standard}");
        assert_eq!(presence(builder(&pki).required(), request.clone()), expected);
        assert_eq!(presence(required_but(), request), format!("{outcome}: {but}, found {found}, {standard}"));
    }

    let table = AccessTable::builder().path("/", Rule::organization("Big Partner Foo SA")).unwrap().build().into();
    let explanation = layer.handle().explain_with_table(&with().into_parts().0, &table);
    let wanted = "a line of the access table that lets the request through";
    let step = explanation.steps().last().unwrap();
    assert_eq!(in_words(step), format!("passed: wanted {wanted}, found {client}, by nobody"));
}

#[tokio::test]
async fn who_goes_on_without_a_client_is_anonymous_and_nobody_else() {
    let pki = Pki::new();
    let layer = builder(&pki).build().unwrap();
    let is_anonymous = |request| explained(&layer, request).is_anonymous();
    assert!(is_anonymous(request(&[])));
    assert!(is_anonymous(request_from("192.0.2.7", &[("x-client-cert", "?")])));
    assert!(!is_anonymous(with_certificate(&pki.good())));
    assert!(!is_anonymous(request(&[("x-client-cert", "?")])));
}

#[tokio::test]
async fn five_anchors_are_named_and_more_are_counted() {
    let pki = Pki::new();
    let anchors = |count: usize| {
        let more = (1..count).map(|number| {
            let other = Shape::authority("Other").self_signed();
            TrustAnchors::from_der(other.der()).unwrap().labelled(number.to_string())
        });
        more.fold(TrustAnchors::from_der(pki.root.der()).unwrap().labelled("ours"), TrustAnchors::and)
    };
    let intermediate = || Intermediates::from_der(pki.intermediate.der()).unwrap();
    let path = |anchors| {
        let layer = with_anchors(anchors).intermediates(intermediate()).build().unwrap();
        told(&layer, with_certificate(&pki.good()), "path")
    };
    assert!(path(anchors(5)).contains("one of the anchors \"ours\", \"1\", \"2\", \"3\", \"4\", found"));
    assert!(path(anchors(6)).contains("one of the anchors \"ours\", \"1\", \"2\", \"3\", \"4\" and 1 more, found"));
    assert!(path(anchors(8)).contains("\"4\" and 3 more, found"));
}

#[tokio::test]
async fn what_each_check_of_a_path_found_in_the_certificate() {
    let pki = Pki::new();
    let list = RevocationLists::from_octets(pki.intermediate.sign_list(&ListShape::new()));
    let layer = builder(&pki).max_lifetime(Duration::from_secs(8_000 * 86_400)).crls(list).build().unwrap();
    let found = |shape: &Shape, check| {
        let words = told(&layer, with_certificate(&pki.issue(shape)), check);
        words.split_once(", found ").unwrap().1.to_owned()
    };
    let partner = Shape::partner();
    assert_eq!(found(&partner, "purpose"), "clientAuth (1.3.6.1.5.5.7.3.2), by RFC 5280 section 4.2.1.12");
    assert_eq!(found(&partner, "key-usage"), "digitalSignature, by RFC 5280 section 4.2.1.3");
    let names = "by RFC 5280 sections 4.1.2.6 and 4.2.1.6";
    assert_eq!(found(&partner, "names"), format!("\"CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH\", {names}"));
    for (from, until, lifetime) in [
        (days(-30), days(7_300), "7330 days"),
        (seconds(-100), seconds(19), "119 seconds"),
        (seconds(-100), seconds(20), "2 minutes"),
        (seconds(-7_199), seconds(1), "2 hours"),
    ] {
        let expected = format!("{lifetime}, by RFC 5280 section 4.1.2.5");
        assert_eq!(found(&Shape::partner().valid(from, until), "lifetime"), expected);
    }
    let crl = found(&partner, "crl");
    assert!(crl.ends_with(", next update at 2026-03-08T12:00:00Z, by RFC 5280 section 6.3"), "{crl}");
}

#[tokio::test]
async fn what_was_good_before_a_client_is_found_revoked_is_told() {
    let pki = Pki::new();
    let list = RevocationLists::from_octets(pki.intermediate.sign_list(&ListShape::new().revoke(&[7])));
    let layer = builder(&pki).crls(list).build().unwrap();
    let explanation = explained(&layer, with_certificate(&pki.issue(&Shape::partner().serial(&[7]))));
    let steps: Vec<_> = explanation.steps().iter().map(ToString::to_string).collect();
    let wanted = "a current list of the issuer, and no certificate of the path on it";
    let found = explanation.rejection().unwrap();
    assert_eq!(
        steps,
        [
            "gateway/sender passed",
            "header/header passed",
            "encoding/encoding passed",
            "validation/path passed",
            "validation/purpose passed",
            "validation/key-usage passed",
            "validation/key passed",
            "validation/lifetime not configured",
            "validation/policies not configured",
            "validation/issuer not configured",
            "validation/pin not configured",
            "revocation/deny-list not configured",
            &format!("revocation/crl failed: wanted {wanted}, found {found}"),
            "revocation/ocsp not configured",
            "identity/names not reached",
            "authorization/presence not configured",
        ]
    );
    let path = explanation.steps().iter().find(|step| step.check() == "path").unwrap();
    assert_eq!(
        path.found(),
        "\"CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH\" < \"CN=Test Intermediate\" < anchor \"CN=Test Root\", \
         valid until 2046-02-24T12:00:00Z"
    );
    assert!(explanation.steps().iter().all(|step| step.outcome() != StepOutcome::Absent));
}

#[tokio::test]
async fn of_several_ranges_the_one_with_most_leading_bits_in_common_is_the_nearest() {
    let pki = Pki::new();
    let anchors = || TrustAnchors::from_der(pki.root.der()).unwrap();
    let layer = |ranges: [&str; 3]| {
        let [first, second, third] = ranges;
        let named = |name: &str, range: &str| Gateway::custom(name, [range]).unwrap().header("x-client-cert").unwrap();
        let others = [named("second", second), named("third", third)];
        let first = behind(named("first", first), anchors());
        others.into_iter().fold(first, ClientCertLayerBuilder::gateway).build().unwrap()
    };
    // The last has the more ones, and the second the more zeros, in common.
    let four = layer(["10.1.0.0/24", "192.168.0.0/16", "10.200.0.0/16"]);
    let mend_four = mend(&four, request_from("10.1.7.9", &[]));
    assert!(mend_four.ends_with("(the nearest range is 10.1.0.0/24 of gateway \"first\")"), "{mend_four}");
    let six = layer(["2001:db8:1:3::/64", "4000::/16", "2001:db8:f000::/48"]);
    let mend_six = mend(&six, request_from("2001:db8:1:2::9", &[]));
    assert!(mend_six.ends_with("(the nearest range is 2001:db8:1:3::/64 of gateway \"first\")"), "{mend_six}");
}

#[tokio::test]
async fn of_several_authorities_a_key_that_is_named_comes_before_names_in_common_and_strangers_are_left_out() {
    let organized = |name: &str, organization: &str| Shape::authority(name).organization(organization);
    let issuer = organized("Issuing 9", "CARC").self_signed();
    let leaf = with_certificate(&issuer.issue(&Shape::partner()));
    let stranger = organized("Stranger", "Elsewhere").self_signed();
    assert_eq!(
        mend(&trusting(&stranger).build().unwrap(), leaf.clone()),
        "add the certificate of that issuer to the intermediates, or, if it is to be trusted itself, to the anchors"
    );
    let near = organized("Issuing 1", "CARC").self_signed();
    let same_key = issuer.renewed(&organized("Renamed", "Elsewhere"), &issuer);
    let key_id = explained(&trusting(&stranger).build().unwrap(), leaf.clone()).ended_at().unwrap().found().to_owned();
    let key_id = key_id.split_once("with key id ").unwrap().1.split_once(',').unwrap().0.to_owned();
    let anchors = TrustAnchors::from_der(stranger.der()).unwrap().and(TrustAnchors::from_der(near.der()).unwrap());
    let builder = with_anchors(anchors);
    let layer = builder.intermediates(Intermediates::from_der(same_key.der()).unwrap()).build().unwrap();
    let mend = mend(&layer, leaf);
    let (first, second) =
        mend.split_once("the nearest that are configured: ").unwrap().1.split_once(", anchor ").unwrap();
    assert_eq!(first, format!("intermediate O=Elsewhere,CN=Renamed with key id {key_id}"));
    assert!(second.starts_with("O=CARC,CN=Issuing 1 with key id ") && !second.contains("Stranger"), "{mend}");
}
