//! Rules in the file: what is advised on each of their lines, and how they stand in the effective policy.

use tower_client_cert::{AccessDocument, AdviceCode, TrustAnchors};

use crate::scene::Fixed;
use crate::support::pki::{self, Pki, Shape, days};
use crate::world::{USUAL, World};

/// The advice on rules: for each the number of the line, 0 for that of every other path, and the code.
fn advised(world: &World, rules: &str) -> Vec<(usize, String)> {
    let advice = world.build(&format!("{USUAL}{rules}")).advice();
    let of_rules = advice.iter().filter(|advice| advice.code().code().starts_with("rule-"));
    let line = |text: &str| {
        let Some(text) = text.strip_prefix("line ") else {
            assert!(text.starts_with("otherwise (paths that no line names) "), "{text}");
            return 0;
        };
        text.split(' ').next().unwrap().parse().unwrap()
    };
    of_rules.map(|advice| (line(advice.text()), advice.code().code().to_owned())).collect()
}

fn told(line: usize, code: AdviceCode) -> Vec<(usize, String)> {
    vec![(line, code.code().to_owned())]
}

#[test]
fn a_line_that_no_client_can_meet_is_told_and_one_beside_it_is_not() {
    let world = World::new();
    for (never, can) in [
        ("organization = []", "organization = \"A\""),
        ("issuer_attributes = { O = [] }", "issuer_attributes = { O = \"A\" }"),
        ("email = []", "email = \"a@a.test\""),
        ("uri = []", "uri = \"urn:a\""),
        ("user_principal_name = []", "user_principal_name = \"a@a.test\""),
        ("extension_text = { \"1.2.3\" = [] }", "extension_text = { \"1.2.3\" = \"A\" }"),
        ("dns = []", "dns = \"a.test\""),
        ("any_dns = []", "any_dns = \"*.a.test\""),
        ("ip = []", "ip = \"10.0.0.0/8\""),
        ("any_ip = []", "any_ip = \"10.0.0.0/8\""),
        ("client_address = []", "client_address = \"10.0.0.0/8\""),
        ("policy = \"2.5.29.32.0\"", "policy = \"2.5.29.32.1\""),
        ("policy = []", "policy = [\"1.2.3\", \"1.2.4\"]"),
        ("purpose = []", "purpose = \"clientAuth\""),
        ("total_lifetime_seconds = 0", "total_lifetime_seconds = 1"),
        ("issued_by = []", "issued_by = \"ours\""),
        ("any_client = true\nmethods = []", "any_client = true\nmethods = [\"GET\"]"),
        ("all = []", "all = [{ any_client = true }]"),
        ("any = []", "any = [{ organization = \"A\" }]"),
        ("any = [{ organization = [] }, { dns = [] }]", "any = [{ organization = [] }, { dns = \"a.test\" }]"),
        ("all = [{ organization = \"A\" }, { dns = [] }]", "all = [{ organization = \"A\" }, { dns = \"a.test\" }]"),
        ("none = []", "none = [{ organization = \"A\" }]"),
        ("not = { any_client = true }", "not = { organization = \"A\" }"),
        ("not = { all = [] }", "not = { all = [{ organization = \"A\" }, { dns = \"a.test\" }] }"),
        ("not = { any = [] }", "not = { any = [{ organization = \"A\" }, { dns = \"a.test\" }] }"),
        (
            "organization = \"A\"\nnot = { organization = \"A\" }",
            "organization = \"A\"\nnot = { organization = \"B\" }",
        ),
        // Whatever is left out where they are shown.
        (
            "any_ip = \"10.0.0.1\"\nnot = { any_ip = \"10.0.0.1\" }",
            "client_address = \"10.0.0.1\"\nnot = { client_address = \"10.0.0.1\", proxies_before_gateway = 1 }",
        ),
    ] {
        let line = |fields: &str| format!("[[rule]]\npath = \"/a\"\n{fields}\n");
        assert_eq!(advised(&world, &line(never)), told(1, AdviceCode::RuleNever), "{never}");
        assert_eq!(advised(&world, &line(can)), [], "{can}");
    }
}

#[test]
fn a_value_of_the_path_is_told_where_the_path_has_none_of_that_name() {
    let world = World::new();
    for (place, value, is_told) in [
        ("path = \"/of/{user}\"", "path_parameter = \"user\"", false),
        ("path = \"/of/{user}\"", "path_parameter = \"other\"", true),
        ("path = \"/of/*\"", "path_parameter = \"user\"", true),
        ("path = \"/user/**\"", "path_parameter = \"user\"", true),
        ("template = \"/of/{user}\"", "path_parameter = \"user\"", false),
        ("template = \"/of/{user}\"", "path_parameter = \"use\"", true),
        ("template = \"/of/user\"", "path_parameter = \"user\"", true),
        // These are no values of the path.
        ("path = \"/of/{user}\"", "header = \"x-user\"", false),
        ("template = \"/of/{user}\"", "user = true", false),
    ] {
        let found = advised(&world, &format!("[[rule]]\n{place}\ncommon_name = {{ {value} }}\n"));
        let expected = if is_told { told(1, AdviceCode::RuleNever) } else { Vec::new() };
        assert_eq!(found, expected, "{place} {value}");
    }
}

/// What cannot be told is not clearly otherwise either; beside it there may be an alternative.
#[test]
fn a_missing_value_of_the_path_is_told_of_a_negation_too_and_not_of_an_alternative() {
    let world = World::new();
    let missing = "{ common_name = { path_parameter = \"user\" } }";
    for (fields, is_told) in [
        (format!("not = {missing}"), true),
        (format!("all = [{missing}, {{ organization = \"A\" }}]"), true),
        (format!("any = [{missing}, {{ organization = \"A\" }}]"), false),
    ] {
        let found = advised(&world, &format!("[[rule]]\npath = \"/of/*\"\n{fields}\n"));
        let expected = if is_told { told(1, AdviceCode::RuleNever) } else { Vec::new() };
        assert_eq!(found, expected, "{fields}");
    }
}

#[test]
fn a_pattern_that_matches_everything_is_told_in_every_spelling_of_it() {
    let world = World::new();
    let found = |pattern: &str| advised(&world, &format!("[[rule]]\npath = \"/a\"\norganization = {{ {pattern} }}\n"));
    for everything in ["glob = \"*\"", "prefix = \"\"", "suffix = \"\""] {
        assert_eq!(found(everything), told(1, AdviceCode::RuleMatchesEverything), "{everything}");
    }
    for something in ["glob = \"*a\"", "prefix = \"a\"", "suffix = \"a\"", "equals = \"*\"", "header = \"x-a\""] {
        assert_eq!(found(something), [], "{something}");
    }
    #[cfg(feature = "regex")]
    {
        for everything in [".*", ".+", ".*?", ".+?", "^.*$", "(?s).*"] {
            let pattern = format!("regex = '{everything}'");
            assert_eq!(found(&pattern), told(1, AdviceCode::RuleMatchesEverything), "{everything}");
        }
        for something in ["a.*", ".*a", "[a-z]*", ".", ""] {
            assert_eq!(found(&format!("regex = '{something}'")), [], "{something}");
        }
    }
}

#[test]
fn a_line_is_idle_where_an_earlier_one_of_its_place_lets_all_of_its_clients_through() {
    let world = World::new();
    let (a, b, any) = ("organization = \"A\"", "organization = \"B\"", "any_client = true");
    let path = |path: &str, fields: &str| format!("[[rule]]\npath = \"{path}\"\n{fields}\n");
    let template = |template: &str, fields: &str| format!("[[rule]]\ntemplate = \"{template}\"\n{fields}\n");
    let with = |methods: &str| path("/a", &format!("{a}\nmethods = {methods}"));
    for [earlier, later] in [
        [path("/a", a), path("/a", a)],
        [path("/a", any), path("/a", a)],
        [path("/a", "public = true"), path("/a", a)],
        [path("/a", "public = true"), path("/a", "public = true")],
        [path("/a/{x}", a), path("/a/{y}", a)],
        [template("/a/{x}", a), template("/a/{x}", a)],
        [with("[\"GET\", \"POST\"]"), with("\"POST\"")],
        [with("\"GET\""), with("\"GET\"")],
    ] {
        let rules = earlier + &later;
        assert_eq!(advised(&world, &rules), told(2, AdviceCode::RuleIdle), "{rules}");
    }
    for [earlier, later] in [
        [path("/a", a), path("/a", b)],
        [path("/a", a), path("/a", any)],
        [path("/a", a), path("/a", "public = true")],
        [path("/a", a), path("/b", a)],
        [path("/a/**", a), path("/a/b", a)],
        [path("/a/*", a), path("/a/b", a)],
        [template("/a/{x}", a), template("/a/{y}", a)],
        [template("/a", a), path("/a", a)],
        [with("\"POST\""), with("[\"GET\", \"POST\"]")],
        [with("\"POST\""), with("\"GET\"")],
        // Texts that differ only where they are no longer shown.
        [
            path("/a", "organization = [\"A\", \"B\", \"C\", \"D\", \"E\"]"),
            path("/a", "organization = [\"A\", \"B\", \"C\", \"D\", \"F\"]"),
        ],
        [
            path("/a", "client_address = \"10.0.0.1\""),
            path("/a", "client_address = \"10.0.0.1\"\nproxies_before_gateway = 1"),
        ],
        // What names its methods goes before what does not, so neither takes the place of the other.
        [path("/a", a), with("\"GET\"")],
        [with("\"GET\""), path("/a", a)],
        [path("/a", a), path("/a", &format!("{a}\nmode = \"shadow\""))],
    ] {
        let rules = earlier + &later;
        assert_eq!(advised(&world, &rules), [], "{rules}");
    }
}

#[test]
fn a_line_that_is_rehearsed_is_told_where_nothing_enforced_covers_its_place() {
    let world = World::new();
    for (guard, rehearsed, is_covered) in [
        ("path = \"/**\"", "path = \"/a\"", true),
        ("path = \"/a/**\"", "path = \"/a\"", true),
        ("path = \"/a/**\"", "path = \"/a/b/{x}/**\"", true),
        ("path = \"/a/b\"", "path = \"/a/b\"", true),
        ("path = \"/a/*\"", "path = \"/a/b\"", true),
        ("path = \"/a/{x}\"", "path = \"/a/{y}\"", true),
        ("path = \"/a/{x}\"", "path = \"/a/*\"", true),
        ("path = \"/a/{x}/c\"", "path = \"/a/b/c\"", true),
        ("template = \"/a/{x}\"", "template = \"/a/{x}\"", true),
        ("path = \"/a/b\"", "path = \"/a/c\"", false),
        ("path = \"/a/b\"", "path = \"/a/{x}\"", false),
        ("path = \"/a/b\"", "path = \"/a\"", false),
        ("path = \"/a\"", "path = \"/a/b\"", false),
        ("path = \"/b/**\"", "path = \"/a/b\"", false),
        ("path = \"/a/{x}/c\"", "path = \"/a/b/d\"", false),
        ("path = \"/a/*\"", "path = \"/a/**\"", false),
        // A parameter is one segment that is not empty.
        ("path = \"/a/{x}\"", "path = \"/a/\"", false),
        ("template = \"/a/{x}\"", "template = \"/a/{y}\"", false),
        ("template = \"/a\"", "path = \"/a\"", false),
        ("path = \"/**\"", "template = \"/a\"", true),
        ("path = \"/a/**\"", "template = \"/a\"", false),
    ] {
        let rules = format!(
            "[[rule]]\n{guard}\norganization = \"A\"\n[[rule]]\n{rehearsed}\norganization = \"B\"\nmode = \"shadow\"\n"
        );
        let expected = if is_covered { Vec::new() } else { told(2, AdviceCode::RuleRehearsedAlone) };
        assert_eq!(advised(&world, &rules), expected, "{rules}");
    }
}

#[test]
fn a_line_that_is_rehearsed_is_told_unless_a_rule_is_asked_of_every_other_path() {
    let world = World::new();
    let rehearsed = "[[rule]]\npath = \"/a\"\norganization = \"A\"\nmode = \"shadow\"\n";
    let alone = told(1, AdviceCode::RuleRehearsedAlone);
    assert_eq!(advised(&world, rehearsed), alone);
    assert_eq!(advised(&world, &format!("{rehearsed}[otherwise]\npublic = true\n")), alone);
    assert_eq!(advised(&world, &format!("{rehearsed}[otherwise]\norganization = \"B\"\n")), []);
}

#[test]
fn the_rule_of_every_other_path_is_advised_on_as_that_of_a_line() {
    let world = World::new();
    for (fields, code) in [
        ("organization = []", AdviceCode::RuleNever),
        ("organization = { glob = \"*\" }", AdviceCode::RuleMatchesEverything),
        ("issued_by = \"theirs\"", AdviceCode::RuleIssuerUnknown),
    ] {
        assert_eq!(advised(&world, &format!("[otherwise]\n{fields}\n")), told(0, code), "{fields}");
    }
    for fields in ["public = true", "organization = \"A\"", "common_name = { path_parameter = \"x\" }"] {
        assert_eq!(advised(&world, &format!("[otherwise]\n{fields}\n")), [], "{fields}");
    }
}

#[test]
fn a_pin_has_expired_after_the_last_second_of_its_certificate_and_not_in_it() {
    let world = World::new();
    let pki = Pki::new();
    let found = |not_after| {
        let leaf = pki.issue(&Shape::partner().valid(days(-30), not_after));
        advised(&world, &format!("[[rule]]\npath = \"/a\"\ncertificate = '''{}'''\n", leaf.pem()))
    };
    assert_eq!(found(days(0)), []);
    assert_eq!(found(days(0) - std::time::Duration::from_secs(1)), told(1, AdviceCode::RulePinExpired));
}

#[test]
fn a_document_by_itself_is_advised_on_as_in_the_file() {
    let anchors = TrustAnchors::from_der(Pki::new().root.der()).unwrap().labelled("ours");
    let lint = |text: &str| AccessDocument::from_toml(text).unwrap().lint(&anchors, &Fixed(pki::now()));
    let advice = lint("[[rule]]\npath = \"/a\"\nissued_by = \"theirs\"\n").unwrap();
    let codes: Vec<_> = advice.iter().map(tower_client_cert::Advice::code).collect();
    assert_eq!(codes, [AdviceCode::RuleIssuerUnknown]);
    assert_eq!(lint("[[rule]]\npath = \"/a\"\nissued_by = \"ours\"\n").unwrap(), []);
    assert!(lint("[[rule]]\npath = \"/a//b\"\nany_client = true\n").is_err());
}

#[test]
fn the_policy_shows_who_may_by_each_line_and_what_a_line_gives_up() {
    let world = World::new();
    let rules = "[[rule]]\npath = \"/a\"\npublic = true\n\
        [[rule]]\nname = \"partners\"\npath = \"/b/**\"\nmethods = [\"GET\", \"PUT\"]\norganization = \"A\"\n\
        [[rule]]\ntemplate = \"/c/{x}\"\nmode = \"shadow\"\ndns = \"a.test\"\n";
    let look = |otherwise: &str, key: &str| {
        let policy = world.build(&format!("{USUAL}{rules}{otherwise}")).handle().policy();
        let entry = policy.entry(key).unwrap();
        (entry.value().to_owned(), entry.is_default(), entry.allows().map(str::to_owned))
    };
    let everybody = "everybody, without a certificate too";
    let rehearsed = "its refusals: it is rehearsed, and what it denies passes";
    for (otherwise, key, value, is_default, gives_up) in [
        ("", "rule[0]", "/a, all methods: everybody", false, Some(everybody)),
        ("", "rule[1]", "\"partners\": /b/**, GET, PUT: subject O \"A\"", false, None),
        ("", "rule[2]", "template /c/{x}, all methods, rehearsed: dns name \"a.test\"", false, Some(rehearsed)),
        ("", "otherwise", "denied", true, None),
        ("[otherwise]\ngateway = \"edge\"\n", "otherwise", "gateway \"edge\"", false, None),
        (
            "[otherwise]\npublic = true\n",
            "otherwise",
            "everybody",
            false,
            Some("everybody, without a certificate too, on every page that was forgotten"),
        ),
    ] {
        let expected = (value.to_owned(), is_default, gives_up.map(str::to_owned));
        assert_eq!(look(otherwise, key), expected, "{otherwise}{key}");
    }
}
