//! Each condition, held and not held.

use std::time::Duration;

use super::*;
use crate::authorization::rule::{DnsPattern, RequestValue, TextPattern};
use crate::certificate::Purpose;
use crate::der_writer::element;
use crate::evidence::{Check, Outcome};
use crate::validation::IssuedBy;

#[test]
fn the_labs_rule_asks_for_organization_and_issuer() {
    let rule = Rule::organization("Big Partner Foo SA").and(Rule::issued_by("carc-i101l"));
    let mut scene = Scene::of(&partner());
    assert!(scene.allows(&rule));
    scene.anchor_label = Some("carc-r100l");
    assert!(!scene.allows(&rule));
    scene.anchor_label = None;
    assert!(!scene.allows(&rule));
}

#[test]
fn a_check_has_passed_where_the_record_of_this_client_says_so() {
    let mut scene = Scene::of(&partner());
    let rule = Rule::check_passed(Check::Crl);
    assert!(!scene.allows(&rule));
    scene.evidence.add(Check::Ocsp, Outcome::passed("responder".into(), Fixed.now()));
    assert!(!scene.allows(&rule));
    scene.evidence.add(Check::Crl, Outcome::passed("list".into(), Fixed.now()));
    assert!(scene.allows(&rule));
}

#[test]
fn names_that_nobody_vouched_for_satisfy_no_rule_and_no_negation() {
    let scene = Scene::of(&SampleCertificate { purposes: vec![oid("1.3.6.1.5.5.7.3.2")], ..partner() });
    let facts = Facts { has_vouched_claims: false, ..scene.facts() };
    for rule in [
        Rule::organization("Big Partner Foo SA"),
        Rule::none_of([Rule::organization("Stranger AG")]),
        Rule::subject("CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH".parse().unwrap()),
        Rule::purpose(Purpose::CLIENT_AUTH),
        Rule::total_lifetime_at_most(Duration::from_secs(u64::from(u32::MAX))),
    ] {
        assert_eq!(rule.judge(&scene.facts()), Truth::Yes, "{rule}");
        assert_eq!(rule.judge(&facts), Truth::Unclear, "{rule}");
        assert!(rule.check(&facts).is_err(), "{rule}");
    }
    for rule in [
        Rule::certificate(*scene.certificate.fingerprint()),
        Rule::public_key(*scene.certificate.public_key_fingerprint()),
        Rule::issued_by("carc-i101l"),
        Rule::gateway("nginx"),
        Rule::any_client(),
    ] {
        assert!(rule.check(&facts).is_ok(), "{rule}");
        assert!(Rule::not(rule.clone()).check(&facts).is_err(), "{rule}");
    }
    assert!(Rule::gateway("another").check(&facts).is_err());
}

#[test]
fn empty_lists_allow_nobody_negated_or_not() {
    let scene = Scene::of(&partner());
    let empty = [
        Rule::nobody(),
        Rule::all_of([]),
        Rule::any_of([]),
        Rule::none_of([]),
        Rule::organization(TextPattern::one_of::<&str>([])),
        Rule::dns(DnsPattern::one_of::<&str>([]).unwrap()),
        Rule::ip::<&str>([]).unwrap(),
        Rule::client_address::<&str>([], 0).unwrap(),
    ];
    for rule in empty {
        assert!(!scene.allows(&rule), "{rule}");
    }
    for rule in [Rule::all_of([]), Rule::any_of([]), Rule::none_of([])] {
        assert!(!scene.allows(&Rule::not(rule.clone())), "{rule}");
        assert!(!scene.allows(&Rule::not(Rule::not(rule.clone()))), "{rule}");
    }
}

#[test]
fn names_are_compared_as_structure_in_three_spellings() {
    for text in [
        "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH",
        "cn=data-exchange-svc01,2.5.4.10=Big Partner Foo SA,c=CH",
        r"CN=data\2Dexchange\2dsvc01,O=Big\20Partner Foo SA,C=CH",
        "/C=CH/O=Big Partner Foo SA/CN=data-exchange-svc01",
        "C = CH, O = Big Partner Foo SA, CN = data-exchange-svc01",
        "C=CH, O=\"Big Partner Foo SA\", CN=data-exchange-svc01",
    ] {
        assert!(allows(&Rule::subject(text.parse().unwrap()), &partner()), "{text}");
    }
    for text in [
        "CN=data-exchange-svc01,O=Big Partner Foo SA",
        "C=CH,O=Big Partner Foo SA,CN=data-exchange-svc01",
        "CN=data-exchange-svc01+O=Big Partner Foo SA,C=CH",
        "CN=data-exchange-svc01,O=big partner foo sa,C=CH",
        "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH,C=CH",
        "CN=data-exchange-svc01,O=Big Partner Foo SA ,C=CH",
        "CN=data-exchange-svc01\\,O=Big Partner Foo SA,C=CH",
    ] {
        assert!(!allows(&Rule::subject(text.parse().unwrap()), &partner()), "{text}");
    }
}

#[test]
fn attributes_of_one_relative_name_have_no_order() {
    let subject = vec![[text_rdn(CN, "a, b"), text_rdn("0.9.2342.19200300.100.1.1", "u+v")].concat()];
    let certificate = SampleCertificate { subject, ..sample() };
    for text in [r"CN=a\, b+UID=u\+v", r"UID=u\2bv+CN=a\2c b", "UID = \"u+v\" + CN = \"a, b\""] {
        assert!(allows(&Rule::subject(text.parse().unwrap()), &certificate), "{text}");
    }
    assert!(!allows(&Rule::subject(r"CN=a\, b,UID=u\+v".parse().unwrap()), &certificate));
}

#[test]
fn text_that_is_no_name_is_refused() {
    for text in [
        "",
        "Big Partner Foo SA",
        "O",
        "O=",
        "X=1",
        "O=a;b",
        "O=a<b",
        r"O=a\",
        r"O=a\zz",
        "O=#zz",
        "O=a,",
        "O=a,,C=b",
        "/O=a/b",
        "/O=a\\x",
        "O = \"a",
        "O = \"a\" b",
        r"O=\ff",
    ] {
        let parsed = text.parse::<crate::authorization::DistinguishedNamePattern>();
        assert_eq!(parsed.is_ok(), text == "O=", "{text}");
    }
    assert!("O=x".repeat(2000).parse::<crate::authorization::DistinguishedNamePattern>().is_err());
}

#[test]
fn a_value_of_the_request_must_be_there_exactly_once() {
    let own = Rule::common_name(RequestValue::path_parameter("user"));
    let header = Rule::common_name(RequestValue::header("X-User"));
    let user = Rule::common_name(RequestValue::user());
    let mut scene = Scene::of(&partner());
    for rule in [&own, &header, &user] {
        assert!(!scene.allows(rule), "{rule}");
    }
    scene.template = Some("/accounts/{user}/statements");
    scene.path = "/accounts/data-exchange-svc01/statements".into();
    scene.headers = vec![("x-user", "data-exchange-svc01")];
    scene.user = Some("data-exchange-svc01");
    for rule in [&own, &header, &user] {
        assert!(scene.allows(rule), "{rule}");
    }
    scene.headers.push(("x-user", "other"));
    scene.path = "/accounts/other/statements".into();
    scene.user = Some("other");
    for rule in [&own, &header, &user] {
        assert!(!scene.allows(rule), "{rule}");
    }
    scene.template = Some("/accounts/{user}");
    scene.path = "/accounts/".into();
    let nameless = Scene { certificate: Arc::new(sample().read().unwrap()), user: Some(""), ..scene.clone() };
    assert!(!nameless.allows(&own) && !nameless.allows(&user));
}

#[test]
fn a_value_of_the_request_that_is_missing_or_doubled_satisfies_no_negation_either() {
    let rules = [RequestValue::path_parameter("user"), RequestValue::header("X-User"), RequestValue::user()];
    let not = |value: &RequestValue| Rule::not(Rule::common_name(value.clone()));
    let missing = Scene::of(&partner());
    let told = Scene {
        template: Some("/accounts/{user}"),
        path: "/accounts/other".into(),
        headers: vec![("x-user", "other")],
        user: Some("other"),
        ..missing.clone()
    };
    for value in &rules {
        assert_eq!(missing.judge(&not(value)), Truth::Unclear, "{value}");
        assert_eq!(told.judge(&not(value)), Truth::Yes, "{value}");
    }
    let doubled = Scene { headers: vec![("x-user", "other"), ("x-user", "another")], ..told.clone() };
    assert_eq!(doubled.judge(&not(&rules[1])), Truth::Unclear);
    let empty = Scene { path: "/accounts/".into(), headers: vec![("x-user", "")], user: Some(""), ..told };
    for value in &rules {
        assert_eq!(empty.judge(&not(value)), Truth::Unclear, "{value}");
    }
}

#[test]
fn authorities_are_named_by_fingerprint_in_the_path_alone() {
    let mut scene = Scene::of(&partner());
    let above = Arc::new(SampleCertificate { serial: vec![7], ..sample() }.read().unwrap());
    let by_certificate = Rule::issued_by(IssuedBy::certificate(*above.fingerprint()));
    assert!(!scene.allows(&by_certificate));
    scene.intermediates.push(Arc::clone(&above));
    assert!(scene.allows(&by_certificate));
    assert!(scene.allows(&Rule::issued_by(IssuedBy::certificate(*scene.anchor.fingerprint()))));
    assert!(scene.allows(&Rule::issued_by(IssuedBy::public_key(*above.public_key_fingerprint()))));
    assert!(!scene.allows(&Rule::issued_by(IssuedBy::certificate(*scene.certificate.fingerprint()))));
}

#[test]
fn a_serial_number_counts_only_with_the_authority_that_gave_it() {
    let certificate = SampleCertificate { serial: vec![0, 0xab, 0xcd], ..partner() };
    let mut scene = Scene::of(&certificate);
    let anchor = IssuedBy::certificate(*scene.anchor.fingerprint());
    for text in ["abcd", "AB:CD", "00abcd", "0abcd"] {
        assert!(scene.allows(&Rule::serial(text, anchor.clone()).unwrap()), "{text}");
        assert!(scene.allows(&Rule::serial(text, "carc-i101l").unwrap()), "{text}");
    }
    for text in ["cd", "abcd00", "abce"] {
        assert!(!scene.allows(&Rule::serial(text, anchor.clone()).unwrap()), "{text}");
    }
    // An authority between the two counts for itself.
    scene.intermediates.push(Arc::new(SampleCertificate { serial: vec![7], ..sample() }.read().unwrap()));
    assert!(!scene.allows(&Rule::serial("abcd", anchor).unwrap()));
    assert!(!scene.allows(&Rule::serial("abcd", "carc-i101l").unwrap()));
    for text in ["", "0", "00", "xyz", "-1", &"ab".repeat(22)] {
        assert!(Rule::serial(text, "x").is_err(), "{text}");
    }
}

#[test]
fn certificates_and_keys_are_pinned_by_fingerprint() {
    let scene = Scene::of(&partner());
    let other = Scene::of(&SampleCertificate { serial: vec![2], ..partner() });
    let pin = Rule::certificate(*scene.certificate.fingerprint());
    assert!(scene.allows(&pin) && !other.allows(&pin));
    let key = Rule::public_key(*scene.certificate.public_key_fingerprint());
    assert!(scene.allows(&key) && other.allows(&key));
    assert!(!scene.allows(&Rule::public_key(*scene.certificate.fingerprint())));
}

#[test]
fn purposes_policies_and_extensions_are_read() {
    let own = oid("1.2.3.4");
    let certificate = SampleCertificate {
        purposes: vec![Purpose::CLIENT_AUTH.oid().clone()],
        policies: vec![own.clone(), oid("2.5.29.32.0")],
        extensions: vec![(oid("1.2.3.5"), element(0x0c, b"gold")), (oid("1.2.3.6"), vec![1, 2])],
        ..partner()
    };
    let mut scene = Scene::of(&certificate);
    assert!(scene.allows(&Rule::purpose(Purpose::CLIENT_AUTH)) && !scene.allows(&Rule::purpose(Purpose::SERVER_AUTH)));
    assert!(scene.allows(&Rule::policy(own.clone())) && !scene.allows(&Rule::policy(oid("1.2.3"))));
    assert!(!scene.allows(&Rule::policy(oid("2.5.29.32.0"))));
    assert!(scene.allows(&Rule::extension_text(oid("1.2.3.5"), "gold")));
    assert!(!scene.allows(&Rule::extension_text(oid("1.2.3.5"), "silver")));
    assert!(!scene.allows(&Rule::extension_text(oid("1.2.3.6"), "gold")));
    assert!(!scene.allows(&Rule::not(Rule::extension_text(oid("1.2.3.6"), "gold"))));
    assert!(scene.allows(&Rule::extension_der(oid("1.2.3.6"), [1, 2])));
    assert!(!scene.allows(&Rule::extension_der(oid("1.2.3.6"), [1])));
    assert!(!scene.allows(&Rule::extension_der(oid("1.2.3.7"), [])));
    // An intermediate without policies allows none, one with any policy allows all.
    scene.intermediates.push(Arc::new(sample().read().unwrap()));
    assert!(!scene.allows(&Rule::policy(own.clone())));
    let any = SampleCertificate { policies: vec![oid("2.5.29.32.0")], ..sample() };
    scene.intermediates = vec![Arc::new(any.read().unwrap())];
    assert!(scene.allows(&Rule::policy(own.clone())));
    // Unless any policy is inhibited (2.5.29.54), or policies are mapped (2.5.29.33).
    let pair = element(0x30, &element(0x30, &[element(0x06, &[42, 3, 4]), element(0x06, &[42, 3, 5])].concat()));
    for (kind, value) in [("2.5.29.54", element(0x02, &[0])), ("2.5.29.33", pair)] {
        let strict = SampleCertificate { extensions: vec![(oid(kind), value)], ..any.clone() };
        scene.intermediates = vec![Arc::new(strict.read().unwrap())];
        assert!(!scene.allows(&Rule::policy(own.clone())), "{kind}");
    }
}

#[test]
fn lifetimes_are_limited_at_both_ends() {
    let scene = Scene::of(&partner());
    let second = Duration::from_secs(1);
    assert!(scene.allows(&Rule::remaining_lifetime_at_least(days(20))));
    assert!(!scene.allows(&Rule::remaining_lifetime_at_least(days(20) + second)));
    assert!(scene.allows(&Rule::total_lifetime_at_most(days(30))));
    assert!(!scene.allows(&Rule::total_lifetime_at_most(days(29) + days(1) / 2)));
}

#[test]
fn the_clients_address_is_counted_from_the_right() {
    let mut scene = Scene::of(&partner());
    let rule = Rule::client_address(["192.0.2.0/24"], 0).unwrap();
    let behind_another = Rule::client_address(["192.0.2.0/24"], 1).unwrap();
    assert!(!scene.allows(&rule) && !scene.allows(&Rule::not(rule.clone())));
    scene.forwarded = vec!["192.0.2.7"];
    assert!(scene.allows(&rule) && !scene.allows(&behind_another));
    scene.forwarded = vec!["192.0.2.7", "198.51.100.1"];
    assert!(!scene.allows(&rule) && scene.allows(&behind_another));
    scene.forwarded = vec!["192.0.2.7", "unknown"];
    assert!(!scene.allows(&rule) && !scene.allows(&Rule::not(rule)));
}

#[test]
fn addresses_gateways_and_ids_of_the_certificate_are_compared() {
    let names = [SampleName::Ip("192.0.2.7".parse().unwrap()), uri("spiffe://example.org/billing/a")];
    let scene = Scene::of(&with_names(names));
    assert!(scene.allows(&Rule::ip(["192.0.2.0/24"]).unwrap()) && !scene.allows(&Rule::ip(["10.0.0.0/8"]).unwrap()));
    assert!(scene.allows(&Rule::gateway("nginx")) && !scene.allows(&Rule::gateway("Nginx")));
    assert!(scene.allows(&Rule::spiffe_id_below("spiffe://example.org/billing").unwrap()));
    assert!(!scene.allows(&Rule::spiffe_id("spiffe://example.org/billing").unwrap()));
}

#[test]
fn a_denial_names_the_rule_and_what_was_wanted_and_found() {
    let rule = Rule::organization("Big Partner Foo AG").and(Rule::any_client()).named("partner-foo");
    let denial = rule.check(&Scene::of(&partner()).facts()).unwrap_err();
    assert_eq!(
        denial.to_string(),
        "denied by rule \"partner-foo\": wanted subject O \"Big Partner Foo AG\", found \"Big Partner Foo SA\""
    );
    let two = SampleCertificate { subject: vec![text_rdn(O, "A"), text_rdn(O, "B\u{202e}\n")], ..sample() };
    let denial = Rule::organization("A").check(&Scene::of(&two).facts()).unwrap_err();
    assert_eq!(denial.to_string(), r#"denied: wanted subject O "A", found 2 values: "A", "B\u{202e}\u{a}""#);
    let denial = Rule::not(Rule::organization("A")).check(&Scene::of(&sample()).facts());
    assert!(denial.is_ok());
}

#[test]
fn a_denial_is_bounded_however_large_rule_and_certificate_are() {
    let subject = (0..60).map(|number| text_rdn(O, &format!("{number}{}", "x".repeat(1000)))).collect();
    let certificate = SampleCertificate { subject, ..sample() };
    let rule = Rule::any_of((0..500).map(|number| Rule::organization(format!("{number}{}", "y".repeat(1000)))));
    let denial = rule.check(&Scene::of(&certificate).facts()).unwrap_err();
    assert!(denial.to_string().len() < 1024, "{}", denial.to_string().len());
}
