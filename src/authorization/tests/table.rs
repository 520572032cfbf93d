//! Which line of an access table decides.

use super::*;
use crate::authorization::Absence;
use crate::authorization::table::AccessTable;
use crate::authorization::{AuthorizationError, CertificateMissing, PathProblem};
use crate::validation::TrustAnchors;

fn org(name: &str) -> Rule {
    Rule::organization(name)
}

fn partner_rule() -> Rule {
    org("Big Partner Foo SA")
}

fn other() -> Rule {
    org("Other")
}

fn missing() -> AuthorizationError {
    CertificateMissing::new(Absence::NotPresented { gateway: None }).into()
}

/// What the table says to the partner.
fn asked(
    table: &AccessTable,
    method: &'static str,
    path: &str,
) -> Result<Option<AuthorizationError>, AuthorizationError> {
    let scene = Scene { method, path: path.to_owned(), ..Scene::of(&partner()) };
    table.judge(scene.request(), Some(scene.facts()), missing).map(|passed| passed.shadow)
}

fn passes(table: &AccessTable, method: &'static str, path: &str) -> bool {
    match asked(table, method, path) {
        Ok(shadow) => {
            assert_eq!(shadow, None, "{method} {path}");
            true
        }
        Err(AuthorizationError::Denied(_)) => false,
        Err(error) => panic!("{method} {path}: {error}"),
    }
}

fn anonymous(table: &AccessTable, path: &str) -> Result<(), AuthorizationError> {
    let scene = Scene { path: path.to_owned(), ..Scene::of(&partner()) };
    table.judge(scene.request(), None, missing).map(drop)
}

#[test]
fn what_no_line_covers_is_denied_unless_said_otherwise() {
    let table = || AccessTable::builder().path("/restricted", partner_rule()).unwrap();
    for path in ["/", "/restricted/", "/restricted/x", "/Restricted", "/restricte", "/restricted;x"] {
        assert!(!passes(&table().build(), "GET", path), "{path}");
        assert!(matches!(anonymous(&table().build(), path), Err(AuthorizationError::Denied(_))), "{path}");
        assert!(passes(&table().otherwise(partner_rule()).build(), "GET", path), "{path}");
        assert_eq!(anonymous(&table().otherwise(partner_rule()).build(), path), Err(missing()), "{path}");
        assert_eq!(anonymous(&table().allow_anyone_otherwise().build(), path), Ok(()), "{path}");
    }
    assert!(passes(&table().build(), "GET", "/restricted"));
    assert!(!passes(&AccessTable::builder().build(), "GET", "/"));
}

#[test]
fn the_most_specific_path_decides_alone() {
    let table = AccessTable::builder()
        .path("/**", partner_rule())
        .unwrap()
        .path("/a/{x}/c", partner_rule())
        .unwrap()
        .path("/a/b/**", other())
        .unwrap()
        .path("/a/b/open", partner_rule())
        .unwrap()
        .path("/a/{x}/d", other())
        .unwrap()
        .path("/z/*/**", other())
        .unwrap()
        .build();
    for (path, passed) in [
        ("/", true),
        ("/x", true),
        ("/a", true),
        ("/a/x/c", true),
        ("/a/x/d", false),
        ("/a/b", false),
        ("/a/b/", false),
        ("/a/b/c", false),
        ("/a/b/open", true),
        ("/a/b/open/x", false),
        ("/a/x/e", true),
        ("/z", true),
        ("/z/", true),
        ("/z/y", false),
        ("/z/y/x", false),
    ] {
        assert_eq!(passes(&table, "GET", path), passed, "{path}");
    }
}

#[test]
fn escapes_that_are_in_normal_form_are_read_before_they_are_compared() {
    let table =
        AccessTable::builder().path("/**", partner_rule()).unwrap().path("/Jürg Müller", other()).unwrap().build();
    for path in ["/J%C3%BCrg%20M%C3%BCller", "/J%c3%bcrg%20M%c3%bcller", "/Jürg%20Müller"] {
        assert!(!passes(&table, "GET", path), "{path}");
    }
}

#[test]
fn paths_with_several_readings_are_refused_before_they_are_matched() {
    let table = AccessTable::builder().allow_anyone_otherwise().path("/restricted/**", other()).unwrap().build();
    for (path, problem) in [
        ("/%72estricted/x", PathProblem::EscapedUnreserved),
        ("//restricted/x", PathProblem::EmptySegment),
        ("/x/../restricted/x", PathProblem::DotSegment),
        ("/x/%2e%2e/restricted", PathProblem::EscapedUnreserved),
        ("/restricted%2fx", PathProblem::EscapedSlash),
        ("/restricted\\x", PathProblem::Backslash),
        ("/restricted%00", PathProblem::ControlCharacter),
        ("*", PathProblem::NotAbsolute),
        ("", PathProblem::NotAbsolute),
    ] {
        assert_eq!(asked(&table, "GET", path), Err(problem.into()), "{path}");
        assert_eq!(anonymous(&table, path), Err(problem.into()), "{path}");
    }
}

#[test]
fn a_method_without_a_line_is_denied_whatever_broader_paths_say() {
    let table = AccessTable::builder()
        .path("/**", partner_rule())
        .unwrap()
        .methods(["GET"], "/orders", partner_rule())
        .unwrap()
        .methods(["POST", "PUT"], "/orders", other())
        .unwrap()
        .build();
    for (method, passed) in [
        ("GET", true),
        ("HEAD", true),
        ("POST", false),
        ("PUT", false),
        ("DELETE", false),
        ("OPTIONS", false),
        ("get", false),
        ("Get", false),
        ("GET ", false),
        ("GETX", false),
        ("X-HTTP-METHOD", false),
        ("", false),
    ] {
        assert_eq!(passes(&table, method, "/orders"), passed, "{method}");
    }
    assert!(passes(&table, "DELETE", "/other"));
}

#[test]
fn a_line_that_names_the_method_goes_before_one_for_all() {
    let table = AccessTable::builder()
        .path("/orders", partner_rule())
        .unwrap()
        .methods(["DELETE", "GET"], "/orders", other())
        .unwrap()
        .build();
    assert!(passes(&table, "POST", "/orders"));
    for method in ["DELETE", "GET", "HEAD"] {
        assert!(!passes(&table, method, "/orders"), "{method}");
    }
    let head = AccessTable::builder().methods(["GET"], "/x", partner_rule()).unwrap();
    let head = head.methods(["HEAD"], "/x", other()).unwrap().build();
    assert!(passes(&head, "GET", "/x") && !passes(&head, "HEAD", "/x"));
}

#[test]
fn several_lines_of_one_path_are_alternatives() {
    let table = AccessTable::builder().path("/x/{a}", other()).unwrap().path("/x/{b}", partner_rule()).unwrap().build();
    assert!(passes(&table, "GET", "/x/1"));
}

#[test]
fn grpc_methods_are_paths_of_post() {
    let table = AccessTable::builder()
        .grpc("orders.v1.Orders", partner_rule())
        .unwrap()
        .grpc("orders.v1.Orders/Cancel", other())
        .unwrap()
        .build();
    assert!(passes(&table, "POST", "/orders.v1.Orders/Get"));
    for (method, path) in [
        ("POST", "/orders.v1.Orders/Cancel"),
        ("GET", "/orders.v1.Orders/Get"),
        ("POST", "/orders.v1.Orders/Get/x"),
        ("POST", "/orders.v1.Orders/"),
        ("POST", "/orders.v1.orders/Get"),
        ("POST", "/orders.v1.Orders2/Get"),
    ] {
        assert!(!passes(&table, method, path), "{method} {path}");
    }
    for name in ["", "/", "Orders/", "/Get", "a..b/Get", "Orders/Get/x", "Orders/a.b", "Or ders", "Orders/{x}", "**"] {
        assert!(AccessTable::builder().grpc(name, other()).is_err(), "{name}");
    }
}

#[test]
fn parameters_bind_the_path_to_the_certificate() {
    use crate::authorization::RequestValue;
    let own = Rule::common_name(RequestValue::path_parameter("user"));
    let table = AccessTable::builder().path("/accounts/{user}/**", own).unwrap().build();
    assert!(passes(&table, "GET", "/accounts/data-exchange-svc01/statements"));
    for path in ["/accounts/other/data-exchange-svc01", "/accounts/DATA-exchange-svc01", "/accounts//", "/accounts/"] {
        assert!(asked(&table, "GET", path).is_err(), "{path}");
    }
}

#[test]
fn a_public_path_needs_no_certificate_and_every_other_does() {
    let table = AccessTable::builder().public("/healthz").unwrap().path("/x", other()).unwrap().build();
    assert_eq!(anonymous(&table, "/healthz"), Ok(()));
    assert!(passes(&table, "GET", "/healthz"));
    assert_eq!(anonymous(&table, "/x"), Err(missing()));
}

#[test]
fn a_template_goes_before_every_path() {
    let table =
        AccessTable::builder().path("/**", partner_rule()).unwrap().template("/accounts/{user}", other()).build();
    let mut scene = Scene { path: "/accounts/a".into(), ..Scene::of(&partner()) };
    assert!(table.judge(scene.request(), Some(scene.facts()), missing).is_ok());
    scene.template = Some("/accounts/{user}");
    assert!(table.judge(scene.request(), Some(scene.facts()), missing).is_err());
}

#[test]
fn a_rehearsed_line_refuses_nothing_and_opens_nothing() {
    let alone = AccessTable::builder().path("/x", other()).unwrap().shadow().build();
    assert!(matches!(asked(&alone, "GET", "/x"), Ok(Some(AuthorizationError::Denied(_)))));
    assert_eq!(anonymous(&alone, "/x"), Ok(()));
    assert!(asked(&alone, "GET", "/y").is_err());
    // The broader line that is enforced keeps guarding the path.
    let guarded = |enforced| AccessTable::builder().path("/**", enforced).unwrap();
    let closed = guarded(other()).path("/x", partner_rule()).unwrap().shadow().build();
    assert!(matches!(asked(&closed, "GET", "/x"), Err(AuthorizationError::Denied(_))));
    let tighter = guarded(partner_rule()).path("/x", other()).unwrap().shadow().build();
    assert!(matches!(asked(&tighter, "GET", "/x"), Ok(Some(AuthorizationError::Denied(_)))));
    assert_eq!(asked(&tighter, "GET", "/y"), Ok(None));
}

#[test]
fn a_denial_names_the_line() {
    let table = AccessTable::builder().public("/").unwrap().path("/x", other().named("others")).unwrap().build();
    let Err(AuthorizationError::Denied(denial)) = asked(&table, "GET", "/x") else { panic!() };
    assert_eq!(denial.rule(), Some("others"));
    let table = AccessTable::builder().public("/").unwrap().path("/x", other()).unwrap().build();
    let Err(AuthorizationError::Denied(denial)) = asked(&table, "GET", "/x") else { panic!() };
    assert_eq!(denial.rule(), Some("line 2 (/x, all methods)"));
}

fn anchors(labels: &[&str]) -> TrustAnchors {
    labels
        .iter()
        .map(|label| {
            let mut params = rcgen::CertificateParams::default();
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let der = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec();
            TrustAnchors::from_der(der).unwrap().labelled(label)
        })
        .reduce(TrustAnchors::and)
        .unwrap()
}

#[test]
fn lint_tells_of_every_mistake_and_of_nothing_else() {
    use crate::authorization::{RequestValue, TextPattern};
    let expired = SampleCertificate::new(now() - days(20), now() - days(1)).read().unwrap();
    let pem = {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(expired.der());
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    };
    let tied = || Rule::issued_by("a");
    let builder = AccessTable::builder()
        .path("/good", partner_rule().and(tied()))
        .unwrap()
        .path("/untied", partner_rule())
        .unwrap()
        .path("/never", tied().and(Rule::nobody()))
        .unwrap()
        .path("/contradiction", tied().and(Rule::not(tied())))
        .unwrap()
        .path("/glob", tied().and(Rule::common_name(TextPattern::glob("*").unwrap())))
        .unwrap()
        .path("/pin", Rule::certificate_pem(&pem).unwrap())
        .unwrap()
        .path("/label", Rule::issued_by("c"))
        .unwrap()
        .path("/parameter/{x}", tied().and(Rule::common_name(RequestValue::path_parameter("y"))))
        .unwrap()
        .public("/idle/{a}")
        .unwrap()
        .path("/idle/{b}", tied())
        .unwrap()
        .path("/alone", tied())
        .unwrap()
        .shadow();
    let advice: Vec<_> =
        builder.lint(&anchors(&["a", "b"]), &Fixed).iter().map(|advice| advice.text().to_owned()).collect();
    let expected = [
        "line 2 (/untied, all methods) is tied to no issuer although there are several trust anchors: each can issue such \
         a certificate; add issued_by",
        "line 3 (/never, all methods) can never hold: nobody passes by it; give it values that a certificate can \
         have, or take it away",
        "line 4 (/contradiction, all methods) can never hold: nobody passes by it; give it values that a certificate can \
         have, or take it away",
        "line 5 (/glob, all methods) has a pattern that matches everything: name what is meant, or say any_client",
        "line 6 (/pin, all methods) pins a certificate that expired at 2026-02-28T12:00:00Z: pin its successor",
        "line 7 (/label, all methods) names an anchor by a label that no configured anchor has: nobody passes by it; \
         compare it with those of the anchors",
        "line 8 (/parameter/{x}, all methods) can never hold: nobody passes by it; give it values that a certificate can \
         have, or take it away",
        "line 10 (/idle/{b}, all methods) is idle, since line 9 lets the same requests through: take one of them away",
        "line 11 (/alone, all methods) is only rehearsed, and no enforced line covers its path: everybody passes; add an \
         enforced line",
    ];
    assert_eq!(advice, expected);
    let one_anchor = AccessTable::builder().path("/untied", partner_rule()).unwrap();
    assert!(one_anchor.lint(&anchors(&["a"]), &Fixed).is_empty());
}

/// A line whose rule asks for the same as one above it at the same place is idle; one that asks for anything else is not.
#[test]
fn rules_ask_for_the_same_only_where_all_their_parts_do() {
    let [a, b] = ["a", "b"].map(|name| move || org(name));
    for (earlier, later, is_idle) in [
        (a(), a(), true),
        (a(), b(), false),
        (a().and(b()), a().and(b()), true),
        (a().and(b()), a().and(org("c")), false),
        (a().and(b()), a().or(b()), false),
        (a().or(b()), a().or(b()), true),
        (a().or(b()), a().or(b()).or(org("c")), false),
        (a().or(b()).or(org("c")), a().or(b()), false),
        (Rule::not(a()), Rule::not(a()), true),
        (Rule::not(a()), Rule::not(b()), false),
        (Rule::not(a()), a(), false),
        (a().or(Rule::any_client()), a().or(Rule::any_client()), true),
        (a().or(Rule::any_client()), a().or(b()), false),
    ] {
        assert_eq!(second_is_idle(earlier.clone(), later.clone()), is_idle, "{earlier} then {later}");
    }
}

#[cfg(feature = "regex")]
#[test]
fn expressions_are_the_same_by_their_text() {
    use crate::authorization::TextPattern;
    let matching = |expression: &str| Rule::common_name(TextPattern::regex(expression).unwrap());
    assert!(second_is_idle(matching("x.*y"), matching("x.*y")));
    assert!(!second_is_idle(matching("x.*y"), matching("x.*z")));
}

fn second_is_idle(earlier: Rule, later: Rule) -> bool {
    let builder = AccessTable::builder().path("/p", earlier).unwrap().path("/p", later).unwrap();
    builder.lint(&anchors(&["a"]), &Fixed).iter().any(|advice| advice.text().contains("is idle"))
}
