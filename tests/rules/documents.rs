//! Rules as data, judged by the document's own tests and by the layer.

use axum::Router;
use axum::routing::get as route;
use rcgen::{OtherNameValue, SanType};
use tower_client_cert::test_kit::TestCertificate;
use tower_client_cert::{AccessDocument, DistinguishedNamePattern, Reason, RequireClientCertLayer};

use crate::scene::{Scene, get};
use crate::support::clock::Moved;
use crate::support::pki::{Pki, Shape};

/// What goes otherwise than expected in tests of a rule on `/x`: fields of a request, and what is expected of it.
fn failures(rule: &str, tests: &[(&str, &str)]) -> Vec<String> {
    let mut text = format!("[[rule]]\npath = \"/x\"\n{rule}\n");
    for (fields, expect) in tests {
        text.extend(["[[test]]\npath = \"/x\"\n", fields, "\nexpect = \"", expect, "\"\n"]);
    }
    AccessDocument::from_toml(&text).unwrap().run_tests(&Moved::default()).unwrap()
}

#[track_caller]
fn judged(rule: &str, tests: &[(&str, &str)]) {
    assert_eq!(failures(rule, tests), [""; 0], "{rule}");
}

#[test]
fn an_empty_list_of_purposes_or_of_policies_allows_nobody_beside_any_other_field() {
    for field in ["purpose = []", "policy = []", "purpose = []\npolicy = []"] {
        judged(field, &[("subject = \"O=A\"", "deny")]);
        judged(&format!("organization = \"A\"\n{field}"), &[("subject = \"O=A\"", "deny")]);
    }
}

#[test]
fn the_purpose_of_servers_has_a_name_too() {
    let tests = [("purpose = \"1.3.6.1.5.5.7.3.1\"", "allow"), ("purpose = \"1.3.6.1.5.5.7.3.2\"", "deny")];
    judged("purpose = \"serverAuth\"", &tests);
}

#[test]
fn patterns_that_ignore_case_are_patterns_still() {
    let tests =
        [("subject = \"CN=svc-1\"", "allow"), ("subject = \"CN=Svc-1\"", "allow"), ("subject = \"CN=sv-1\"", "deny")];
    judged("common_name = { glob = \"SVC-*\", ignore_case = true }", &tests);
    judged("common_name = { regex = \"SVC-[0-9]\", ignore_case = true }", &tests);
}

#[test]
fn a_sample_lives_from_a_day_before_to_thirty_days_after() {
    judged("total_lifetime_seconds = 2678400", &[("", "allow")]);
    judged("total_lifetime_seconds = 2678399", &[("", "deny")]);
    judged("remaining_lifetime_seconds = 2592000", &[("", "allow")]);
    judged("remaining_lifetime_seconds = 2592001", &[("", "deny")]);
}

/// The spelling of RFC 4514, without spaces, has the last attribute first.
#[test]
fn every_spelling_with_spaces_is_read_as_that_of_openssl() {
    for subject in ["O=A, CN=b", "O=AB, CN=b", "O =A,CN =b", "O= A,CN= b", "O = A, CN = b"] {
        let organization = if subject.contains("AB") { "AB" } else { "A" };
        let tests = [
            (format!("subject = \"CN=b,O={organization}\""), "allow"),
            (format!("subject = \"O={organization},CN=b\""), "deny"),
        ];
        judged(&format!("subject = \"{subject}\""), &tests.each_ref().map(|(test, expect)| (test.as_str(), *expect)));
    }
    // A comma that belongs to the value separates nothing.
    for value in ["a", "ab"] {
        let test = format!("subject = '/O=c/CN={value}, d'");
        judged(&format!("subject = '''CN={value}\\, d,O=c'''"), &[(&test, "allow")]);
    }
    judged("subject = 'CN = \"a;b\", O = c'", &[("subject = 'O=c,CN=a\\;b'", "allow")]);
    for refused in ["CN=a\"", "CN=a\"b,O=c", "CN=a;b"] {
        assert!(refused.parse::<DistinguishedNamePattern>().is_err(), "{refused}");
    }
}

#[test]
fn a_backslash_that_is_escaped_escapes_nothing() {
    let tests = [(r"subject = 'CN=a,O=c\\'", "allow"), (r"subject = 'O=c\\,CN=a'", "deny")];
    judged(r"subject = 'O=c\\, CN=a'", &tests);
    judged(r"subject = 'CN=a,O=c\\'", &tests);
}

#[test]
fn a_value_by_its_der_is_of_one_string_type() {
    let test = "subject = 'CN=a,O=Foo'";
    judged("subject = 'CN=a,O=#0c03466f6f'", &[(test, "allow")]);
    judged("subject = 'CN=a,O=#1303466f6f'", &[(test, "deny")]);
}

#[test]
fn an_empty_list_of_any_kind_allows_nobody_beside_any_other_field() {
    for list in ["issued_by", "gateway", "certificate", "public_key", "dns", "ip", "uri", "email", "common_name"] {
        judged(&format!("organization = \"A\"\n{list} = []"), &[("subject = \"O=A\"", "deny")]);
    }
}

#[test]
fn a_name_is_bounded_to_the_byte() {
    let name = |bytes: usize| format!("CN={}", "a".repeat(bytes - 3)).parse::<DistinguishedNamePattern>();
    assert!(name(4096).is_ok());
    assert!(name(4097).is_err());
}

/// A name that is no principal name leaves open nothing that a rule could mean.
#[test]
fn another_kind_of_other_name_is_no_principal_name_that_cannot_be_read() {
    let pki = Pki::new();
    let with_name = |type_id: &[u64]| {
        let name = SanType::OtherName((type_id.to_vec(), OtherNameValue::Utf8String("b".to_owned())));
        format!("certificate = '''\n{}'''", pki.issue(&Shape::partner().alternative_name(name)).pem())
    };
    let other = with_name(&[1, 2, 3, 4]);
    let principal = with_name(&[1, 3, 6, 1, 4, 1, 311, 20, 2, 3]);
    judged("not = { user_principal_name = \"a\" }", &[(&other, "allow"), (&principal, "allow")]);
    judged("not = { user_principal_name = \"b\" }", &[(&other, "allow"), (&principal, "deny")]);
}

/// Why two clients are refused by a table with this line.
async fn reasons(scene: &Scene, line: &str, clients: [&TestCertificate; 2]) -> [Option<Reason>; 2] {
    let document = AccessDocument::from_toml(&format!("[[rule]]\n{line}\n")).unwrap();
    let layer = RequireClientCertLayer::table(document.build(&Moved::default()).unwrap());
    let mut reasons = [None; 2];
    for (reason, client) in reasons.iter_mut().zip(clients) {
        let app = Router::new().route("/of/{client}", route(async || "page").layer(layer.clone()));
        *reason = scene.ask(app, get("/of/a", Some(client))).await.reason();
    }
    reasons
}

#[tokio::test]
async fn an_authority_is_named_by_label_or_by_either_fingerprint() {
    let scene = Scene::new();
    let (certificate, key) = (scene.issuer().fingerprint(), scene.issuer().public_key_fingerprint());
    let (refused, clients) = (Some(Reason::RuleDenied), [&scene.partner, &scene.stranger]);
    for (authority, expected) in [
        ("test-root".to_owned(), [None; 2]),
        (format!("sha256:{certificate}"), [None; 2]),
        (format!("spki-sha256:{key}"), [None; 2]),
        (format!("sha256:{key}"), [refused; 2]),
        (format!("spki-sha256:{certificate}"), [refused; 2]),
        ("another-root".to_owned(), [refused; 2]),
    ] {
        let rule = format!("path = \"/of/*\"\nissued_by = \"{authority}\"");
        assert_eq!(reasons(&scene, &rule, clients).await, expected, "{authority}");
    }
}

#[tokio::test]
async fn a_serial_number_counts_together_with_its_issuer() {
    let scene = Scene::new();
    let [first, second] = scene.renewed();
    let (ours, refused) = (format!("sha256:{}", scene.issuer().fingerprint()), Some(Reason::RuleDenied));
    for (issuer, expected) in [(ours.as_str(), [None, refused]), ("another-root", [refused; 2])] {
        let rule = format!("path = \"/of/*\"\nserial = \"01\"\nserial_issuer = \"{issuer}\"");
        assert_eq!(reasons(&scene, &rule, [&first, &second]).await, expected, "{issuer}");
    }
}

#[tokio::test]
async fn an_expression_that_ignores_case_takes_no_look_alike_for_a_letter() {
    let scene = Scene::new();
    let line = "path = \"/of/*\"\ncommon_name = { regex = \"KELVIN-[a-z]\", ignore_case = true }";
    let refused = Some(Reason::RuleDenied);
    let [honest, kelvin_sign, long_s] =
        ["kelvin-s", "\u{212a}elvin-s", "kelvin-\u{17f}"].map(|name| scene.client(name));
    assert_eq!(reasons(&scene, line, [&honest, &kelvin_sign]).await, [None, refused]);
    assert_eq!(reasons(&scene, line, [&honest, &long_s]).await, [None, refused]);
}

#[tokio::test]
async fn a_line_for_a_route_is_for_the_route_that_the_framework_chose() {
    let scene = Scene::new();
    let refused = Some(Reason::RuleDenied);
    for (route, expected) in [("/of/{client}", [None, refused]), ("/of/{other}", [refused; 2])] {
        let rule = format!("template = \"{route}\"\norganization = \"Big Partner Foo SA\"");
        assert_eq!(reasons(&scene, &rule, [&scene.partner, &scene.stranger]).await, expected, "{route}");
    }
}
