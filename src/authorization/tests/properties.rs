//! Random rules on random certificates, against the simplest evaluator that can be written.

use proptest::prelude::*;

use super::*;
use crate::authorization::rule::TextPattern;

/// A rule as plain data.
#[derive(Clone, Debug)]
enum Plain {
    All(Vec<Plain>),
    Any(Vec<Plain>),
    Attribute { dotted: &'static str, one_of: Vec<&'static str>, any_value: bool },
    AnyClient,
    Label(&'static str),
    None(Vec<Plain>),
    Not(Box<Plain>),
}

impl Plain {
    fn rule(&self) -> Rule {
        let rules = |each: &[Self]| each.iter().map(Self::rule).collect::<Vec<_>>();
        match self {
            Self::All(each) => Rule::all_of(rules(each)),
            Self::Any(each) => Rule::any_of(rules(each)),
            Self::Attribute { dotted, one_of, any_value } => {
                let pattern = TextPattern::one_of(one_of.iter().copied());
                Rule::subject_attribute(oid(dotted), if *any_value { pattern.any_value() } else { pattern })
            }
            Self::AnyClient => Rule::any_client(),
            Self::Label(label) => Rule::issued_by(*label),
            Self::None(each) => Rule::none_of(rules(each)),
            Self::Not(rule) => Rule::not(rule.rule()),
        }
    }

    /// `Some(holds)`, or `None` where it cannot be told.
    fn naive(&self, subject: &[(&'static str, Option<&'static str>)], label: &str) -> Option<bool> {
        let each = |rules: &[Self]| rules.iter().map(|rule| rule.naive(subject, label)).collect::<Vec<_>>();
        let any = |truths: Vec<Option<bool>>| {
            if truths.contains(&Some(true)) {
                Some(true)
            } else if truths.is_empty() || truths.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        match self {
            Self::All(rules) => {
                let truths = each(rules);
                if truths.contains(&Some(false)) {
                    Some(false)
                } else if truths.is_empty() || truths.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Self::Any(rules) => any(each(rules)),
            Self::Attribute { dotted, one_of, any_value } => {
                let values: Vec<_> = subject.iter().filter(|(kind, _)| kind == dotted).map(|(_, text)| *text).collect();
                let matching = values.iter().flatten().any(|text| one_of.contains(text));
                match (any_value, values.as_slice()) {
                    (true, _) if matching => Some(true),
                    (true, values) if values.contains(&None) => None,
                    (true, _) | (false, []) => Some(false),
                    (false, [Some(_)]) => Some(matching),
                    (false, _) => None,
                }
            }
            Self::AnyClient => Some(true),
            Self::Label(wanted) => Some(*wanted == label),
            Self::None(rules) => any(each(rules)).map(|holds| !holds),
            Self::Not(rule) => rule.naive(subject, label).map(|holds| !holds),
        }
    }
}

fn texts() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("A"), Just("B"), Just("a"), Just("A "), Just("O=A"), Just("")]
}

fn rules() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        4 => (prop_oneof![Just(O), Just(OU), Just(CN)], proptest::collection::vec(texts(), 0..3), any::<bool>())
            .prop_map(|(dotted, one_of, any_value)| Plain::Attribute { dotted, one_of, any_value }),
        1 => Just(Plain::AnyClient),
        1 => prop_oneof![Just("x"), Just("y")].prop_map(Plain::Label),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Plain::All),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Plain::Any),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Plain::None),
            inner.prop_map(|rule| Plain::Not(Box::new(rule))),
        ]
    })
}

fn subjects() -> impl Strategy<Value = Vec<(&'static str, Option<&'static str>)>> {
    let attribute = (prop_oneof![Just(O), Just(OU), Just(CN)], proptest::option::weighted(0.9, texts()));
    proptest::collection::vec(attribute, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rule_judges_as_the_naive_evaluator_does(rule in rules(), subject in subjects(), label in prop_oneof![Just("x"), Just("y")]) {
        // A value that is no text is an octet string.
        let rdn = |(kind, text): &(&str, Option<&str>)| match text {
            Some(text) => vec![(oid(kind), UTF8_STRING, text.as_bytes().to_vec())],
            None => vec![(oid(kind), 0x04, b"A".to_vec())],
        };
        let certificate = SampleCertificate { subject: subject.iter().map(rdn).collect(), ..sample() };
        let mut scene = Scene::of(&certificate);
        scene.anchor_label = Some(label);
        let naive = rule.naive(&subject, label);
        let expected = naive.map_or(Truth::Unclear, Truth::from);
        prop_assert_eq!(scene.judge(&rule.rule()), expected, "{}", rule.rule());
        prop_assert_eq!(rule.rule().check(&scene.facts()).is_ok(), naive == Some(true));
    }
}
