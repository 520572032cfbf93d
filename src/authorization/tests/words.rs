//! What rules say of themselves, for denials, advice and the effective policy.

use std::time::Duration;

use super::*;
use crate::authorization::rule::{DistinguishedNamePattern, DnsPattern, RequestValue, TextPattern};
use crate::authorization::{RegisteredKeys, TlsClientAuth};
use crate::certificate::{Fingerprint, Purpose};
use crate::evidence::{Check, Outcome};
use crate::validation::IssuedBy;

fn name(text: &str) -> DistinguishedNamePattern {
    text.parse().unwrap()
}

/// Rules of every kind, each with what it says.
fn rules() -> Vec<(Rule, &'static str)> {
    let organization = Rule::organization;
    vec![
        (Rule::nobody(), "nobody"),
        (Rule::all_of([]), "all of nothing"),
        (Rule::any_client(), "any client certificate"),
        (organization("A".into()), "subject O \"A\""),
        (organization(TextPattern::exact("A").any_value()), "subject O \"A\" among its values"),
        (organization(TextPattern::one_of(["A", "B"])), "subject O \"A\" or \"B\""),
        (organization(TextPattern::one_of::<&str>([])), "subject O one of an empty list"),
        (organization(TextPattern::prefix("A").ignore_ascii_case()), "subject O beginning with \"A\" in any case"),
        (organization(TextPattern::suffix("A").fold_spaces()), "subject O ending in \"A\" with any spaces"),
        (organization(TextPattern::glob("A*").unwrap()), "subject O like \"A*\""),
        #[cfg(feature = "regex")]
        (organization(TextPattern::regex("A[0-9]+").unwrap()), "subject O matching /A[0-9]+/"),
        (organization(TextPattern::from_request(RequestValue::header("x-a"))), "subject O the header x-a"),
        (organization(TextPattern::from_request(RequestValue::path_parameter("p"))), "subject O the path parameter p"),
        (organization(TextPattern::from_request(RequestValue::user())), "subject O the authenticated user"),
        (Rule::issuer_attribute(oid("2.5.4.3"), "A"), "issuer CN \"A\""),
        (Rule::subject(name("O=A,C=CH")), "subject \"O=A,C=CH\""),
        (Rule::issuer(name("O=A")), "issuer \"O=A\""),
        (Rule::directory_name(name("O=A")), "directory name \"O=A\""),
        (Rule::any_directory_name(name("O=A")), "directory name \"O=A\" among its values"),
        (Rule::dns(DnsPattern::new("a.test").unwrap()), "dns name \"a.test\""),
        (
            Rule::dns(DnsPattern::one_of(["a.test", "*.b.test"]).unwrap().any_value()),
            "dns name \"a.test\" or \"*.b.test\" among its values",
        ),
        (Rule::dns(DnsPattern::one_of::<&str>([]).unwrap()), "dns name one of an empty list"),
        (Rule::uri("https://a.test/"), "uri \"https://a.test/\""),
        (Rule::email("a@a.test"), "e-mail address \"a@a.test\""),
        (Rule::user_principal_name("a@a.test"), "user principal name \"a@a.test\""),
        (Rule::ip(["10.0.0.0/8", "::1"]).unwrap(), "ip address in 10.0.0.0/8, ::1/128"),
        (Rule::any_ip(["10.0.0.1"]).unwrap(), "ip address in 10.0.0.1/32 among its values"),
        (Rule::ip([""; 0]).unwrap(), "ip address in an empty list"),
        (Rule::spiffe_id("spiffe://a.test/b").unwrap(), "SPIFFE ID \"spiffe://a.test/b\""),
        (Rule::spiffe_id_below("spiffe://a.test/b").unwrap(), "SPIFFE ID \"spiffe://a.test/b\" or below"),
        (
            Rule::certificate(Fingerprint::new([1; 32])),
            "certificate 0101010101010101010101010101010101010101010101010101010101010101",
        ),
        (
            Rule::public_key(Fingerprint::new([2; 32])),
            "public key 0202020202020202020202020202020202020202020202020202020202020202",
        ),
        (Rule::serial("0a:1b", "ours").unwrap(), "serial number 0a:1b directly from anchor \"ours\""),
        (Rule::issued_by(IssuedBy::label("ours")), "issued by anchor \"ours\""),
        (Rule::purpose(Purpose::CLIENT_AUTH), "purpose clientAuth (1.3.6.1.5.5.7.3.2)"),
        (Rule::policy(oid("2.5.29.32.7")), "policy 2.5.29.32.7"),
        (Rule::extension_der(oid("1.2.3"), [5, 0]), "extension 1.2.3 with 2 certain octets"),
        (Rule::extension_text(oid("1.2.3"), "A"), "extension 1.2.3 \"A\""),
        (Rule::remaining_lifetime_at_least(Duration::from_secs(60)), "at least 60 s left to live"),
        (Rule::total_lifetime_at_most(Duration::from_secs(60)), "at most 60 s of life in all"),
        (Rule::gateway("nginx"), "gateway \"nginx\""),
        (Rule::client_address(["10.0.0.0/8"], 1).unwrap(), "client address in 10.0.0.0/8"),
        (Rule::check_passed(Check::Crl), "check crl passed"),
        (Rule::revocation_checked_within(Duration::from_secs(60)), "revocation checked within 60 s"),
        (Rule::revocation_issued_within(Duration::from_secs(60)), "revocation data issued within 60 s"),
        (Rule::revocation_not_by_grace(), "revocation checked, and not by grace"),
        (organization("A".into()).and(Rule::gateway("b")), "subject O \"A\" and gateway \"b\""),
        (
            Rule::any_of([organization("A".into()).and(Rule::gateway("b")), Rule::gateway("c")]),
            "(subject O \"A\" and gateway \"b\") or gateway \"c\"",
        ),
        (Rule::none_of([Rule::gateway("a"), Rule::gateway("b")]), "not (gateway \"a\" or gateway \"b\")"),
        (
            Rule::all_of((0..8).map(|number| Rule::gateway(number.to_string()))),
            "gateway \"0\" and gateway \"1\" and gateway \"2\" and gateway \"3\" and gateway \"4\" and gateway \"5\" and 2 more",
        ),
    ]
}

#[test]
fn every_rule_says_what_it_wants() {
    for (rule, expected) in rules() {
        assert_eq!(rule.to_string(), expected);
    }
}

#[test]
fn a_denial_says_what_was_found_and_by_which_rule() {
    let mut scene = Scene::of(&SampleCertificate {
        alternative_names: vec![SampleName::Dns("a.test".to_owned()), uri("https://a.test/"), upn("a@a.test")],
        ..partner()
    });
    scene.evidence.add(Check::Crl, Outcome::passed("list".into(), Fixed.now()));
    scene.evidence.add(Check::Ocsp, Outcome::NotConfigured);
    let gateways = ["a", "b"].map(Rule::gateway);
    for (rule, expected) in [
        (Rule::nobody(), "none"),
        (Rule::all_of([]), "no rule that could hold"),
        (Rule::organization("A"), "\"Big Partner Foo SA\""),
        (Rule::email("a@a.test"), "none"),
        (Rule::user_principal_name("b@a.test"), "\"a@a.test\""),
        (Rule::gateway("a"), "\"nginx\""),
        (Rule::revocation_not_by_grace(), "2 values: crl passed at 2026-03-01T12:00:00Z, ocsp not configured"),
        // The first that does not hold.
        (Rule::dns(DnsPattern::new("a.test").unwrap()).and(Rule::gateway("a")), "\"nginx\""),
        // What each alternative found, once.
        (Rule::any_of(gateways.clone()), "\"nginx\""),
        (Rule::any_of([Rule::gateway("a"), Rule::email("a@a.test")]), "\"nginx\"; none"),
        (Rule::any_of([Rule::gateway("a"), Rule::all_of(gateways)]), "\"nginx\""),
        // What held and must not.
        (Rule::none_of([Rule::gateway("nginx")]), "gateway \"nginx\""),
    ] {
        let denial = rule.check(&scene.facts()).unwrap_err();
        assert_eq!(denial.found(), expected, "{rule}");
    }
    let denial = Rule::gateway("a").named("edge").check(&scene.facts()).unwrap_err();
    assert_eq!((denial.rule(), denial.wanted(), denial.found()), (Some("edge"), "gateway \"a\"", "\"nginx\""));
    assert_eq!(Rule::gateway("a").named("edge").name(), Some("edge"));
    assert_eq!(Rule::gateway("a").name(), None);
}

#[test]
fn each_of_the_five_fields_of_rfc_8705_makes_its_rule_and_two_make_none() {
    let of = |set: fn(&mut TlsClientAuth)| {
        let mut client = TlsClientAuth::default();
        set(&mut client);
        client.to_rule()
    };
    let client = SampleCertificate {
        alternative_names: vec![
            SampleName::Dns("a.test".to_owned()),
            SampleName::Dns("b.test".to_owned()),
            uri("https://a.test/"),
            email("a@a.test"),
            SampleName::Ip("10.0.0.1".parse().unwrap()),
        ],
        subject: vec![text_rdn("2.5.4.10", "A")],
        ..partner()
    };
    let right: [fn(&mut TlsClientAuth); 5] = [
        |client| client.subject_dn = Some("O=A".to_owned()),
        |client| client.san_dns = Some("b.test".to_owned()),
        |client| client.san_uri = Some("https://a.test/".to_owned()),
        |client| client.san_ip = Some("10.0.0.1".to_owned()),
        |client| client.san_email = Some("a@a.test".to_owned()),
    ];
    let wrong: [fn(&mut TlsClientAuth); 5] = [
        |client| client.subject_dn = Some("O=B".to_owned()),
        |client| client.san_dns = Some("c.test".to_owned()),
        |client| client.san_uri = Some("a@a.test".to_owned()),
        |client| client.san_ip = Some("10.0.0.2".to_owned()),
        |client| client.san_email = Some("b@a.test".to_owned()),
    ];
    for (right, wrong) in right.into_iter().zip(wrong) {
        assert!(allows(&of(right).unwrap(), &client));
        assert!(!allows(&of(wrong).unwrap(), &client));
    }
    for (place, first) in right.into_iter().enumerate() {
        for second in right.into_iter().skip(place + 1) {
            let mut both = TlsClientAuth::default();
            first(&mut both);
            second(&mut both);
            assert!(both.to_rule().unwrap_err().to_string().contains("none or several"), "{both:?}");
        }
    }
    let refused: [(fn(&mut TlsClientAuth), _); 3] = [
        (|_| (), "none or several"),
        (|client| client.san_dns = Some("*.test".to_owned()), "a wildcard in san_dns"),
        (|client| client.san_ip = Some("10.0.0.0/8".to_owned()), "a range in san_ip"),
    ];
    for (set, expected) in refused {
        assert!(of(set).unwrap_err().to_string().contains(expected), "{expected}");
    }
}

#[test]
fn a_key_is_registered_for_one_client_however_often() {
    let keys = || RegisteredKeys::default().register("a", Fingerprint::new([1; 32])).unwrap();
    assert!(keys().register("a", Fingerprint::new([1; 32])).is_ok());
    assert!(keys().register("b", Fingerprint::new([2; 32])).is_ok());
    assert!(keys().register("b", Fingerprint::new([1; 32])).is_err());
}

#[test]
fn a_principal_name_counts_by_its_type_and_another_name_with_the_same_content_does_not() {
    let rule = Rule::user_principal_name("a@a.test");
    let of = |names| SampleCertificate { alternative_names: names, ..partner() };
    let unreadable = || SampleName::UserPrincipalName { tag: OCTET_STRING, content: b"a@a.test".to_vec() };
    assert!(allows(&rule, &of(vec![upn("a@a.test")])));
    assert!(!allows(&rule, &of(vec![email("a@a.test")])));
    assert!(!allows(&rule, &of(vec![unreadable()])));
    assert_eq!(Scene::of(&of(vec![unreadable()])).judge(&rule), Truth::Unclear);
    assert_eq!(Scene::of(&of(vec![unreadable(), upn("a@a.test")])).judge(&rule), Truth::Unclear);
}

#[test]
fn case_is_ignored_in_every_kind_of_pattern_where_asked_and_in_none_unless() {
    let client = SampleCertificate { subject: vec![text_rdn("2.5.4.10", "Big PARTNER")], ..partner() };
    for pattern in [
        TextPattern::exact("big partner"),
        TextPattern::prefix("big"),
        TextPattern::suffix("partner"),
        TextPattern::glob("b?g p*").unwrap(),
        #[cfg(feature = "regex")]
        TextPattern::regex("b.g p.*").unwrap(),
    ] {
        assert!(!allows(&Rule::organization(pattern.clone()), &client), "{pattern:?}");
        assert!(allows(&Rule::organization(pattern.clone().ignore_ascii_case()), &client), "{pattern:?}");
    }
    let capitals = TextPattern::glob("B?G P*").unwrap();
    assert!(!allows(&Rule::organization(capitals.clone()), &client));
    assert!(allows(&Rule::organization(capitals.ignore_ascii_case()), &client));
}

#[test]
fn names_are_the_same_with_every_attribute_of_a_set_and_no_other() {
    let set = |values: &[(&'static str, &str)]| {
        let set = values.iter().flat_map(|(kind, value)| text_rdn(kind, value)).collect();
        SampleCertificate { subject: vec![set], ..partner() }
    };
    let (organization, unit, country) = (("2.5.4.10", "A"), ("2.5.4.11", "B"), ("2.5.4.6", "CH"));
    let rule = Rule::subject(name("O=A+OU=B"));
    assert!(allows(&rule, &set(&[organization, unit])));
    assert!(allows(&rule, &set(&[unit, organization])));
    assert!(!allows(&rule, &set(&[organization])));
    assert!(!allows(&rule, &set(&[organization, country])));
    assert!(!allows(&rule, &set(&[unit, country])));
    assert!(!allows(&rule, &set(&[organization, unit, country])));
    assert!(!allows(&rule, &set(&[organization, organization])));
    assert_eq!(name("O=A+OU=B"), name("OU=B+O=A"));
    assert_ne!(name("O=A"), name("O=B"));
}
