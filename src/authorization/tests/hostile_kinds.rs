//! The corpus of hostile names against every other kind of rule that compares text.

use super::hostile_names::{HONEST, impostor_values, value};
use super::*;
use crate::authorization::RequestValue;
use crate::authorization::sample::Rdn;
use crate::der_writer::element;

/// Types of attributes, known by a short name and not.
const TYPES: [&str; 5] = [CN, OU, "2.5.4.7", "2.5.4.97", "1.2.3.4"];

fn honest(dotted: &str) -> Rdn {
    value(dotted, UTF8_STRING, HONEST.as_bytes())
}

fn with_subject(subject: Vec<Rdn>) -> SampleCertificate {
    SampleCertificate { subject, ..sample() }
}

fn with_issuer(issuer: Vec<Rdn>) -> SampleCertificate {
    SampleCertificate { issuer, ..sample() }
}

fn with_extension(content: Vec<u8>) -> SampleCertificate {
    SampleCertificate { extensions: vec![(oid("1.2.3.4"), content)], ..partner() }
}

#[test]
fn no_hostile_value_gets_through_a_rule_on_any_type_of_attribute() {
    for dotted in TYPES {
        let of_subject = Rule::subject_attribute(oid(dotted), HONEST);
        let of_issuer = Rule::issuer_attribute(oid(dotted), HONEST);
        assert!(allows(&of_subject, &with_subject(vec![honest(dotted)])), "{dotted}");
        assert!(allows(&of_issuer, &with_issuer(vec![honest(dotted)])), "{dotted}");
        for (tag, content) in impostor_values(HONEST) {
            let hostile = || vec![value(dotted, tag, &content)];
            assert!(!allows(&of_subject, &with_subject(hostile())), "{dotted}: {tag:02x} {content:02x?}");
            assert!(!allows(&of_issuer, &with_issuer(hostile())), "{dotted}: {tag:02x} {content:02x?}");
            // Beside the honest one it is a second opinion, in one relative name too.
            let beside = [hostile(), vec![honest(dotted)]].concat();
            assert!(!allows(&of_subject, &with_subject(beside.clone())), "{dotted}: {tag:02x} {content:02x?}");
            assert!(!allows(&of_subject, &with_subject(vec![beside.concat()])), "{dotted}: {tag:02x} {content:02x?}");
            assert!(!allows(&of_issuer, &with_issuer(beside)), "{dotted}: {tag:02x} {content:02x?}");
        }
        // The honest value in another type, and in the other name.
        for other in TYPES.into_iter().filter(|other| *other != dotted) {
            assert!(!allows(&of_subject, &with_subject(vec![honest(other)])), "{dotted} {other}");
        }
        assert!(!allows(&of_subject, &with_issuer(vec![honest(dotted)])), "{dotted}");
        assert!(!allows(&of_issuer, &with_subject(vec![honest(dotted)])), "{dotted}");
    }
}

#[test]
fn no_hostile_value_makes_a_whole_name_equal() {
    let written = format!("CN=svc,O={HONEST},C=CH");
    let of_subject = Rule::subject(written.parse().unwrap());
    let of_issuer = Rule::issuer(written.parse().unwrap());
    let name = |organization: Rdn| vec![text_rdn("2.5.4.6", "CH"), organization, text_rdn(CN, "svc")];
    assert!(allows(&of_subject, &with_subject(name(honest(O)))));
    assert!(allows(&of_issuer, &with_issuer(name(honest(O)))));
    for (tag, content) in impostor_values(HONEST) {
        let hostile = name(value(O, tag, &content));
        assert!(!allows(&of_subject, &with_subject(hostile.clone())), "{tag:02x} {content:02x?}");
        assert!(!allows(&of_issuer, &with_issuer(hostile)), "{tag:02x} {content:02x?}");
    }
    // The same attributes in other places are another name.
    let turned = name(honest(O)).into_iter().rev().collect();
    let merged = vec![name(honest(O)).concat()];
    let longer = [name(honest(O)), vec![text_rdn(OU, "x")]].concat();
    for other in [turned, merged, longer, name(honest(O)).split_off(1)] {
        assert!(!allows(&of_subject, &with_subject(other.clone())), "{other:?}");
    }
}

#[test]
fn no_hostile_text_in_an_extension_gets_through() {
    let rule = Rule::extension_text(oid("1.2.3.4"), HONEST);
    assert!(allows(&rule, &with_extension(element(UTF8_STRING, HONEST.as_bytes()))));
    for (tag, content) in impostor_values(HONEST) {
        assert!(!allows(&rule, &with_extension(element(tag, &content))), "{tag:02x} {content:02x?}");
    }
    // Two strings, one within another type, bytes after the end, and no DER at all.
    let string = element(UTF8_STRING, HONEST.as_bytes());
    let within = element(0x30, &string);
    for odd in [[string.clone(), string.clone()].concat(), within, [string, vec![0]].concat(), HONEST.into(), vec![]] {
        assert!(!allows(&rule, &with_extension(odd.clone())), "{odd:02x?}");
    }
    assert!(!allows(&rule, &with_subject(vec![honest("1.2.3.4")])));
}

#[test]
fn no_hostile_name_equals_a_value_of_the_request_nor_the_other_way_round() {
    let rules = [
        Rule::common_name(RequestValue::header("x-user")),
        Rule::common_name(RequestValue::user()),
        Rule::common_name(RequestValue::path_parameter("user")),
    ];
    let scene = |certificate: &SampleCertificate, asked: &str| {
        let asked: &'static str = Box::leak(asked.to_owned().into_boxed_str());
        let escaped = asked.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        Scene {
            headers: vec![("x-user", asked)],
            user: Some(asked),
            path: format!("/of/{escaped}"),
            template: Some("/of/{user}"),
            ..Scene::of(certificate)
        }
    };
    let own = with_subject(vec![honest(CN)]);
    for rule in &rules {
        assert!(scene(&own, HONEST).allows(rule), "{rule}");
        for (tag, content) in impostor_values(HONEST) {
            let impostor = with_subject(vec![value(CN, tag, &content)]);
            assert!(!scene(&impostor, HONEST).allows(rule), "{rule}: {tag:02x} {content:02x?}");
            if let (UTF8_STRING, Ok(asked)) = (tag, std::str::from_utf8(&content)) {
                assert!(!scene(&own, asked).allows(rule), "{rule}: {asked:?}");
            }
        }
    }
}

#[test]
fn no_odd_uri_gets_through_a_rule_on_a_spiffe_id() {
    let rules = [
        Rule::spiffe_id("spiffe://partner.example/team/svc").unwrap(),
        Rule::spiffe_id_below("spiffe://partner.example/team").unwrap(),
    ];
    for rule in &rules {
        assert!(allows(rule, &with_names([uri("spiffe://partner.example/team/svc")])), "{rule}");
        for odd in [
            "spiffe://partner.example/team/svc/",
            "spiffe://partner.example/team//svc",
            "spiffe://partner.example//team/svc",
            "spiffe://partner.example/other/../team/svc",
            "spiffe://partner.example/./team/svc",
            "spiffe://partner.example/%74eam/svc",
            "spiffe://partner.example/team%2Fsvc",
            "spiffe://partner.example/teams/svc",
            "spiffe://partner.example/Team/svc",
            "spiffe://partner.example/team/svc?x",
            "spiffe://partner.example/team/svc#x",
            "spiffe://partner.example./team/svc",
            "spiffe://partner.example:443/team/svc",
            "spiffe://x@partner.example/team/svc",
            "spiffe://evil.example/team/svc",
            "spiffe://evil.example/partner.example/team/svc",
            "spiffe://partner.example.evil.example/team/svc",
            "spiffe:///team/svc",
            "spiffe:partner.example/team/svc",
            "https://partner.example/team/svc",
            "spiffe://partner.example\\team/svc",
            "spiffe://partner.example/team/svc ",
            "spiffe://partner.example/team/svc\0",
        ] {
            assert!(!allows(rule, &with_names([uri(odd)])), "{rule}: {odd:?}");
            let beside = [uri("spiffe://partner.example/team/svc"), uri(odd)];
            assert!(!allows(rule, &with_names(beside)), "{rule}: beside {odd:?}");
        }
        assert!(!allows(rule, &with_names([dns("spiffe://partner.example/team/svc")])), "{rule}");
    }
}
