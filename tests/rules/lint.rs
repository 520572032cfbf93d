//! What is told of rules that are probably not meant.

use std::time::Duration;

use tower_client_cert::{
    AccessTable, AccessTableBuilder, Advice, AdviceCode, DnsPattern, RequestValue, Rule, TextPattern, TrustAnchors,
};

use crate::support::clock::Moved;
use crate::support::pki::{Pki, Shape, days, seconds};

fn told(builder: &AccessTableBuilder) -> Vec<AdviceCode> {
    let anchors = TrustAnchors::from_der(Pki::new().root.der()).unwrap().labelled("ours");
    builder.lint(&anchors, &Moved::default()).iter().map(Advice::code).collect()
}

/// What is told of a rule that stands alone on a path.
fn of(rule: Rule) -> Vec<AdviceCode> {
    told(&AccessTable::builder().path("/of/{client}", rule).unwrap())
}

fn never(rule: Rule) -> bool {
    of(rule).contains(&AdviceCode::RuleNever)
}

#[test]
fn a_rule_that_no_certificate_can_meet_is_told_and_its_neighbour_is_not() {
    let nobody: [&str; 0] = [];
    for (rule, is_told) in [
        (Rule::client_address(nobody, 0).unwrap(), true),
        (Rule::client_address(["192.0.2.0/24"], 0).unwrap(), false),
        (Rule::ip(nobody).unwrap(), true),
        (Rule::ip(["192.0.2.0/24"]).unwrap(), false),
        (Rule::dns(DnsPattern::one_of(nobody).unwrap()), true),
        (Rule::dns(DnsPattern::new("a.test").unwrap()), false),
        (Rule::policy("2.5.29.32.0".parse().unwrap()), true),
        (Rule::policy("1.2.3".parse().unwrap()), false),
        (Rule::total_lifetime_at_most(Duration::ZERO), true),
        (Rule::total_lifetime_at_most(Duration::from_secs(1)), false),
        (Rule::organization(TextPattern::one_of(nobody)), true),
        (Rule::organization("A"), false),
        (Rule::all_of([]), true),
        (Rule::any_of([]), true),
        (Rule::not(Rule::any_client()), true),
        (Rule::not(Rule::any_of([])), true),
        (Rule::not(Rule::all_of([])), true),
        (Rule::not(Rule::organization("A")), false),
        (Rule::not(Rule::all_of([Rule::organization("A")])), false),
        (Rule::all_of([Rule::organization("A"), Rule::not(Rule::organization("A"))]), true),
        (Rule::all_of([Rule::organization("A"), Rule::not(Rule::organization("B"))]), false),
        (Rule::common_name(RequestValue::path_parameter("client")), false),
        (Rule::common_name(RequestValue::path_parameter("other")), true),
        (Rule::common_name(RequestValue::user()), false),
        (Rule::common_name(RequestValue::header("x-user")), false),
    ] {
        let text = rule.to_string();
        assert_eq!(never(rule), is_told, "{text}");
    }
}

#[test]
fn a_route_has_the_parameters_that_stand_in_it() {
    for (parameter, is_told) in [("client", false), ("other", true)] {
        let rule = Rule::common_name(RequestValue::path_parameter(parameter));
        let table = AccessTable::builder().template("/of/{client}", rule);
        assert_eq!(told(&table).contains(&AdviceCode::RuleNever), is_told, "{parameter}");
    }
}

#[cfg(feature = "regex")]
#[test]
fn an_expression_that_matches_everything_is_told() {
    for (expression, is_told) in [(".*", true), ("^.+$", true), ("(?s).*", true), ("svc-.*", false), ("", false)] {
        let advice = of(Rule::common_name(TextPattern::regex(expression).unwrap()));
        assert_eq!(advice.contains(&AdviceCode::RuleMatchesEverything), is_told, "{expression}");
    }
}

#[test]
fn a_pin_is_told_of_after_the_last_second_of_its_certificate() {
    for (last, is_told) in [(seconds(-1), true), (seconds(0), false)] {
        let certificate = Pki::new().issue(&Shape::partner().valid(days(-9), last));
        let advice = of(Rule::certificate_pem(certificate.pem()).unwrap());
        assert_eq!(advice.contains(&AdviceCode::RulePinExpired), is_told, "{last}");
    }
}

#[test]
fn a_line_is_idle_where_an_earlier_one_has_its_place_and_all_of_its_methods() {
    let lines = |first: &[&str], second: &[&str]| {
        let builder = AccessTable::builder().methods(first, "/a", Rule::any_client()).unwrap();
        told(&builder.methods(second, "/a", Rule::organization("A")).unwrap()).contains(&AdviceCode::RuleIdle)
    };
    assert!(lines(&["GET", "POST"], &["GET"]));
    assert!(lines(&["GET"], &["GET"]));
    assert!(!lines(&["GET"], &["GET", "POST"]));
    assert!(!lines(&["POST"], &["GET"]));
    let templates = |first: &str, second: &str| {
        let builder = AccessTable::builder().template(first, Rule::any_client());
        told(&builder.template(second, Rule::organization("A"))).contains(&AdviceCode::RuleIdle)
    };
    assert!(templates("/a/{b}", "/a/{b}"));
    assert!(!templates("/a/{b}", "/a/{c}"));
}

#[test]
fn a_line_for_no_method_is_told_and_one_for_some_is_not() {
    for (methods, is_told) in [(&[][..], true), (&["GET"], false)] {
        let advice = told(&AccessTable::builder().methods(methods, "/a", Rule::organization("A")).unwrap());
        assert_eq!(advice.contains(&AdviceCode::RuleNever), is_told, "{methods:?}");
    }
}

#[test]
fn a_rehearsed_line_stands_alone_where_no_enforced_one_covers_all_of_its_paths() {
    let rule = || Rule::organization("A");
    let paths = |enforced: &str, rehearsed: &str| {
        let builder = AccessTable::builder().path(enforced, rule()).unwrap();
        told(&builder.path(rehearsed, rule()).unwrap().shadow()).contains(&AdviceCode::RuleRehearsedAlone)
    };
    for (enforced, rehearsed, is_told) in [
        ("/a/{x}", "/a/{y}", false),
        ("/a/{x}", "/a/b", false),
        ("/a/{x}", "/a/", true),
        ("/a/{x}", "/a", true),
        ("/a/{x}", "/a/b/c", true),
        ("/a/**", "/a/b/c", false),
        ("/a/b", "/a/b", false),
        ("/a/b", "/a/c", true),
        ("/a/b", "/a/{y}", true),
        ("/a/{x}", "/a/**", true),
    ] {
        assert_eq!(paths(enforced, rehearsed), is_told, "{enforced} {rehearsed}");
    }
    for (rehearsed, is_told) in [("/a/{b}", false), ("/a/{c}", true)] {
        let builder = AccessTable::builder().template("/a/{b}", rule());
        let advice = told(&builder.template(rehearsed, rule()).shadow());
        assert_eq!(advice.contains(&AdviceCode::RuleRehearsedAlone), is_told, "{rehearsed}");
    }
}

#[cfg(feature = "config")]
#[test]
fn a_document_tells_the_same() {
    let document = tower_client_cert::AccessDocument::from_toml("[[rule]]\npath = \"/a\"\npurpose = []\n").unwrap();
    let anchors = TrustAnchors::from_der(Pki::new().root.der()).unwrap();
    let advice = document.lint(&anchors, &Moved::default()).unwrap();
    assert_eq!(advice.iter().map(Advice::code).collect::<Vec<_>>(), [AdviceCode::RuleNever]);
}
