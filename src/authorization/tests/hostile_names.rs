//! No certificate of the impostor gets through a rule for the honest partner, whatever the kind of the rule, and no
//! certificate of the impostor gets through by a rule that names it and is turned around.

use super::*;
use crate::authorization::rule::{DnsPattern, TextPattern};
use crate::authorization::sample::Rdn;

pub(super) const HONEST: &str = "Big Partner Foo SA";

const PRINTABLE: u8 = 0x13;
const TELETEX: u8 = 0x14;
const IA5: u8 = 0x16;
const UNIVERSAL: u8 = 0x1c;
const BMP: u8 = 0x1e;

pub(super) fn value(dotted: &str, tag: u8, content: &[u8]) -> Rdn {
    vec![(oid(dotted), tag, content.to_vec())]
}

fn utf8(dotted: &str, text: &str) -> Rdn {
    value(dotted, UTF8_STRING, text.as_bytes())
}

fn bmp(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Values of an attribute that resemble the honest one and are not.
pub(super) fn impostor_values(honest: &str) -> Vec<(u8, Vec<u8>)> {
    let mut values: Vec<(u8, Vec<u8>)> = [
        format!("{honest} "),
        format!(" {honest}"),
        format!("{honest}\n"),
        format!("{honest}\r\nO={honest}"),
        format!("{honest}\0"),
        format!("{honest}\0.evil.example"),
        format!("evil\0{honest}"),
        format!("{honest},CN=evil"),
        format!("evil,O={honest}"),
        format!("evil/O={honest}"),
        format!("evil+O={honest}"),
        format!("O={honest}"),
        format!("\"{honest}\""),
        format!("{honest}\\"),
        format!("\u{202e}{}", honest.chars().rev().collect::<String>()),
        format!("{honest}\u{202c}"),
        format!("{honest}\u{200b}"),
        format!("\u{feff}{honest}"),
        format!("{honest}\u{301}"),
        format!("x{honest}"),
        honest.to_uppercase() + "x",
        honest.replacen(['a', 'A', 'e', 'o', 'i'], "\u{430}", 1),
        honest.replacen(['a', 'e', 'i', 'o'], "\u{ff41}", 1),
        honest.replace(' ', "\u{a0}") + "\u{a0}",
        honest.replace(' ', "  ") + "  ",
        honest.replace('.', "\u{2024}") + "\u{2024}",
        honest.get(1..).unwrap().to_owned(),
        format!("{honest}{honest}"),
        format!("{honest}%00"),
        String::from("*"),
        String::from("%"),
        String::new(),
    ]
    .into_iter()
    .map(|text| (UTF8_STRING, text.into_bytes()))
    .collect();
    values.push((IA5, format!("{honest}\u{7f}").into_bytes()));
    values.push((PRINTABLE, [honest.as_bytes(), b"\xff"].concat()));
    values.push((TELETEX, [honest.as_bytes(), b"\x1b"].concat()));
    values.push((BMP, honest.as_bytes().iter().copied().chain([0]).collect()));
    values.push((BMP, bmp(&format!("{honest}\0"))));
    values.push((UNIVERSAL, bmp(honest)));
    values.push((0x04, honest.as_bytes().to_vec()));
    values.push((0x30, Vec::new()));
    values
}

/// Subjects of the impostor, none of which has exactly one organization that is the honest one.
fn impostor_subjects() -> Vec<Vec<Rdn>> {
    let mut subjects: Vec<Vec<Rdn>> =
        impostor_values(HONEST).into_iter().map(|(tag, content)| vec![value(O, tag, &content)]).collect();
    subjects.extend([
        vec![],
        vec![utf8(CN, HONEST)],
        vec![utf8(CN, &format!("O={HONEST}"))],
        vec![utf8(CN, &format!("x,O={HONEST}"))],
        vec![utf8(OU, HONEST)],
        vec![utf8("2.5.4.97", HONEST)],
        vec![utf8(O, "Evil"), utf8(O, HONEST)],
        vec![utf8(O, HONEST), utf8(O, "Evil")],
        vec![utf8(O, HONEST), utf8(O, HONEST)],
        vec![[utf8(O, HONEST), utf8(O, "Evil")].concat()],
        vec![utf8(O, HONEST), value(O, PRINTABLE, b"\xff")],
        vec![[utf8(CN, "x"), utf8(O, "Evil")].concat(), utf8(OU, &format!("O={HONEST}"))],
        vec![utf8("2.5.4.10.1", HONEST)],
    ]);
    subjects
}

fn certificates() -> impl Iterator<Item = SampleCertificate> {
    impostor_subjects().into_iter().map(|subject| SampleCertificate { subject, ..sample() })
}

/// Rules that hold for the one organization, and for its absence in one certificate.
fn honest_rules() -> Vec<Rule> {
    vec![
        Rule::organization(HONEST),
        #[cfg(feature = "regex")]
        Rule::organization(TextPattern::regex("Big Partner Foo SA").unwrap()),
        Rule::organization(TextPattern::one_of(["Other", HONEST])),
        Rule::organization(TextPattern::glob(HONEST).unwrap()),
        Rule::organization("Other").or(Rule::organization(HONEST)),
        Rule::organization(HONEST).and(Rule::issued_by("carc-i101l")),
        Rule::subject(format!("O={HONEST}").parse().unwrap()),
        Rule::subject(format!("/O={HONEST}").parse().unwrap()),
        Rule::subject(format!("O = {HONEST}").parse().unwrap()),
        Rule::not(Rule::not(Rule::organization(HONEST))),
    ]
}

#[test]
fn the_honest_partner_gets_through_every_rule_in_every_string_type() {
    let encodings = [
        (UTF8_STRING, HONEST.as_bytes().to_vec()),
        (PRINTABLE, HONEST.as_bytes().to_vec()),
        (IA5, HONEST.as_bytes().to_vec()),
        (TELETEX, HONEST.as_bytes().to_vec()),
        (BMP, bmp(HONEST)),
        (UNIVERSAL, HONEST.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect()),
    ];
    for (tag, content) in encodings {
        let certificate = SampleCertificate { subject: vec![value(O, tag, &content)], ..sample() };
        for rule in honest_rules() {
            assert!(allows(&rule, &certificate), "{rule}, tag {tag:02x}");
        }
    }
}

#[test]
fn no_impostor_gets_through_a_rule_for_the_honest_organization() {
    for certificate in certificates() {
        for rule in honest_rules() {
            assert!(!allows(&rule, &certificate), "{rule}: {:?}", certificate.subject);
        }
    }
}

#[test]
fn an_impostor_whose_organization_cannot_be_told_gets_through_no_negation_either() {
    let unclear = [
        vec![utf8(O, "Evil"), utf8(O, HONEST)],
        vec![[utf8(O, "Evil"), utf8(O, "Other")].concat()],
        vec![value(O, PRINTABLE, b"Evil\xff")],
        vec![value(O, 0x04, b"Evil")],
    ];
    let not_evil = [
        Rule::not(Rule::organization("Evil")),
        Rule::none_of([Rule::organization("Evil")]),
        Rule::not(Rule::organization("Evil").and(Rule::any_client())),
        Rule::not(Rule::not(Rule::not(Rule::organization("Evil")))),
        Rule::any_client().and(Rule::not(Rule::organization("Evil"))),
    ];
    for subject in unclear {
        let certificate = SampleCertificate { subject, ..sample() };
        for rule in &not_evil {
            assert!(!allows(rule, &certificate), "{rule}: {:?}", certificate.subject);
        }
    }
    assert!(allows(&not_evil[0], &partner()));
    assert!(allows(&not_evil[1], &partner()));
}

#[test]
fn a_value_among_several_counts_only_where_asked() {
    let two = SampleCertificate { subject: vec![utf8(O, "Evil"), utf8(O, HONEST)], ..sample() };
    assert!(allows(&Rule::organization(TextPattern::exact(HONEST).any_value()), &two));
    assert!(!allows(&Rule::not(Rule::organization(TextPattern::exact("Evil").any_value())), &two));
    for certificate in certificates().filter(|certificate| certificate.subject.iter().flatten().count() < 2) {
        assert!(!allows(&Rule::organization(TextPattern::exact(HONEST).any_value()), &certificate));
    }
}

#[test]
fn folding_makes_no_look_alike_equal() {
    for pattern in [
        TextPattern::exact("Kelvin SA"),
        TextPattern::prefix("Kelvin SA"),
        TextPattern::suffix("Kelvin SA"),
        TextPattern::glob("Kelvin S?").unwrap(),
        #[cfg(feature = "regex")]
        TextPattern::regex("Kel[v]in S[A-Z]").unwrap(),
    ] {
        let rule = Rule::organization(pattern.ignore_ascii_case().fold_spaces());
        for honest in ["Kelvin SA", "KELVIN sa", "  kelvin   SA "] {
            let certificate = SampleCertificate { subject: vec![utf8(O, honest)], ..sample() };
            assert!(allows(&rule, &certificate), "{rule}: {honest}");
        }
        for evil in
            ["\u{212a}elvin SA", "kelvin\u{a0}SA", "kelvin\tSA", "kelvinSA", "ke\u{17f}vin SA", "kelvin \u{17f}a"]
        {
            let certificate = SampleCertificate { subject: vec![utf8(O, evil)], ..sample() };
            assert!(!allows(&rule, &certificate), "{rule}: {evil}");
        }
    }
}

/// The honest name in each kind of alternative name, with the rule that asks for that kind.
fn kinds() -> Vec<(Rule, SampleName)> {
    const NAME: &str = "svc.partner.example";
    vec![
        (Rule::dns(DnsPattern::new(NAME).unwrap().any_value()), dns(NAME)),
        (Rule::uri(TextPattern::exact(NAME).any_value()), uri(NAME)),
        (Rule::email(TextPattern::exact(NAME).any_value()), email(NAME)),
        (Rule::user_principal_name(TextPattern::exact(NAME).any_value()), upn(NAME)),
        (Rule::any_directory_name(format!("CN={NAME}").parse().unwrap()), SampleName::Directory(vec![utf8(CN, NAME)])),
    ]
}

#[test]
fn the_same_text_in_another_kind_is_another_name() {
    for (asked, (rule, _)) in kinds().iter().enumerate() {
        for (given, (_, name)) in kinds().into_iter().enumerate() {
            let certificate = with_names([name.clone()]);
            assert_eq!(allows(rule, &certificate), asked == given, "{rule}: {name:?}");
        }
        let in_subject = SampleCertificate {
            subject: vec![utf8(CN, "svc.partner.example"), utf8("1.2.840.113549.1.9.1", "svc.partner.example")],
            ..sample()
        };
        assert!(!allows(rule, &in_subject), "{rule}");
    }
}

#[test]
fn no_odd_alternative_name_gets_through() {
    const NAME: &str = "svc.partner.example";
    let odd: Vec<String> = impostor_values(NAME)
        .into_iter()
        .filter(|(tag, content)| *tag == UTF8_STRING && content.is_ascii() && !content.is_empty())
        .map(|(_, content)| String::from_utf8(content).unwrap())
        .chain(
            ["*.partner.example", "svc.partner.example.", "xn--svc-.partner.example", "svc_partner.example"]
                .map(String::from),
        )
        .collect();
    let rules = [
        Rule::dns(DnsPattern::new(NAME).unwrap()),
        Rule::dns(DnsPattern::new("*.partner.example").unwrap().any_value()),
        Rule::uri(NAME),
        Rule::email(NAME),
        Rule::user_principal_name(NAME),
    ];
    for name in odd {
        for names in [vec![dns(&name)], vec![uri(&name)], vec![email(&name)], vec![upn(&name)]] {
            let certificate = with_names(names);
            // One label more, whatever label it is, is what the wildcard is for.
            let is_label = |text: &str| {
                text.strip_suffix(".partner.example").is_some_and(|label| {
                    label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                })
            };
            for rule in rules.iter().filter(|_| !is_label(&name)) {
                assert!(!allows(rule, &certificate), "{rule}: {name:?}");
            }
        }
    }
}

#[test]
fn two_names_of_a_kind_are_not_exactly_one() {
    let both = with_names([dns("a.example"), dns("b.example"), email("a@b.example"), email("c@d.example")]);
    assert!(!allows(&Rule::dns(DnsPattern::new("a.example").unwrap()), &both));
    assert!(!allows(&Rule::not(Rule::dns(DnsPattern::new("c.example").unwrap())), &both));
    assert!(allows(&Rule::dns(DnsPattern::new("a.example").unwrap().any_value()), &both));
    assert!(!allows(&Rule::email("a@b.example"), &both));
}

#[test]
fn a_principal_name_in_another_string_type_cannot_be_told() {
    let odd = with_names([SampleName::UserPrincipalName { tag: IA5, content: b"admin@example.com".to_vec() }]);
    let rule = Rule::user_principal_name("admin@example.com");
    assert_eq!(Scene::of(&odd).judge(&rule), Truth::Unclear);
    assert_eq!(Scene::of(&odd).judge(&Rule::not(rule)), Truth::Unclear);
}
