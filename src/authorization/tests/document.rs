//! Access tables as data.

use super::*;
use crate::authorization::table::AccessDocument;
use crate::error::ConfigError;

fn built(text: &str) -> Result<(), String> {
    AccessDocument::from_toml(text)
        .and_then(|document| document.build(&Fixed))
        .map(drop)
        .map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let error = built(text).unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{part:?} is not in: {error}");
    }
}

/// Tests of a rule on `/x`: fields of a certificate, and what is expected.
#[track_caller]
fn judged(rule: &str, tests: &[(&str, &str)]) {
    let mut text = format!("[[rule]]\npath = \"/x\"\n{rule}\n");
    for (fields, expect) in tests {
        text.extend(["[[test]]\npath = \"/x\"\n", fields, "\nexpect = \"", expect, "\"\n"]);
    }
    assert_eq!(built(&text), Ok(()), "{rule}");
    // The same tests turned around must all fail.
    let turned = text.replace("\"allow\"", "\"?\"").replace("\"deny\"", "\"allow\"").replace("\"?\"", "\"deny\"");
    let failures = AccessDocument::from_toml(&turned).unwrap().run_tests(&Fixed).unwrap();
    assert_eq!(failures.len(), tests.len(), "{failures:?}");
}

#[test]
fn every_field_becomes_its_condition() {
    judged(
        "organization = \"Foo\"",
        &[("subject = \"O=Foo\"", "allow"), ("subject = \"O=Foo,O=Foo\"", "deny"), ("", "deny")],
    );
    judged("organization = [\"A\", \"B\"]", &[("subject = \"O=B\"", "allow"), ("subject = \"O=C\"", "deny")]);
    judged("organization = []", &[("subject = \"O=B\"", "deny")]);
    judged("organizational_unit = \"U\"", &[("subject = \"OU=U\"", "allow"), ("subject = \"O=U\"", "deny")]);
    judged(
        "common_name = { glob = \"svc-*\" }",
        &[("subject = \"CN=svc-1\"", "allow"), ("subject = \"CN=x\"", "deny")],
    );
    judged(
        "common_name = { regex = \"svc-[0-9]\" }",
        &[("subject = \"CN=svc-1\"", "allow"), ("subject = \"CN=svc-12\"", "deny")],
    );
    judged(
        "common_name = { prefix = \"svc\" }",
        &[("subject = \"CN=svc1\"", "allow"), ("subject = \"CN=xsvc\"", "deny")],
    );
    judged(
        "common_name = { suffix = \"svc\" }",
        &[("subject = \"CN=1svc\"", "allow"), ("subject = \"CN=svcx\"", "deny")],
    );
    judged(
        "common_name = { equals = \"a b\", ignore_case = true, fold_spaces = true }",
        &[("subject = \"CN=A  B\"", "allow"), ("subject = \"CN=ab\"", "deny")],
    );
    judged(
        "organization = { equals = \"A\", any_value = true }",
        &[("subject = \"O=B,O=A\"", "allow"), ("subject = \"O=B\"", "deny")],
    );
    judged(
        "common_name = { user = true }",
        &[("subject = \"CN=a\"\nuser = \"a\"", "allow"), ("subject = \"CN=a\"", "deny")],
    );
    judged(
        "common_name = { header = \"X-User\" }",
        &[("subject = \"CN=a\"\nheaders = { x-user = \"a\" }", "allow"), ("subject = \"CN=a\"", "deny")],
    );
    judged("subject = \"CN=a,O=b\"", &[("subject = \"CN=a,O=b\"", "allow"), ("subject = \"O=b,CN=a\"", "deny")]);
    judged("issuer = \"CN=a\"", &[("issuer = \"CN=a\"", "allow"), ("subject = \"CN=a\"", "deny")]);
    judged(
        "subject_attributes = { L = \"Bern\" }",
        &[("subject = \"L=Bern\"", "allow"), ("subject = \"ST=Bern\"", "deny")],
    );
    judged(
        "issuer_attributes = { \"2.5.4.10\" = \"A\" }",
        &[("issuer = \"O=A\"", "allow"), ("subject = \"O=A\"", "deny")],
    );
    judged("dns = \"*.a.example\"", &[("dns = \"x.a.example\"", "allow"), ("dns = [\"x.a.example\", \"b\"]", "deny")]);
    judged("any_dns = \"a.example\"", &[("dns = [\"b\", \"a.example\"]", "allow"), ("uri = \"a.example\"", "deny")]);
    judged("uri = \"urn:a\"", &[("uri = \"urn:a\"", "allow"), ("dns = \"urn:a\"", "deny")]);
    judged("email = \"a@b\"", &[("email = \"a@b\"", "allow"), ("user_principal_name = \"a@b\"", "deny")]);
    judged("user_principal_name = \"a@b\"", &[("user_principal_name = \"a@b\"", "allow"), ("email = \"a@b\"", "deny")]);
    judged("ip = \"192.0.2.0/24\"", &[("ip = \"192.0.2.7\"", "allow"), ("ip = \"10.0.0.1\"", "deny")]);
    judged("any_ip = \"192.0.2.7\"", &[("ip = [\"10.0.0.1\", \"192.0.2.7\"]", "allow"), ("", "deny")]);
    judged(
        "spiffe_id = \"spiffe://a/b\"",
        &[("uri = \"spiffe://a/b\"", "allow"), ("uri = \"spiffe://a/b/c\"", "deny")],
    );
    judged(
        "spiffe_id_below = \"spiffe://a\"",
        &[("uri = \"spiffe://a/b\"", "allow"), ("uri = \"spiffe://ab/c\"", "deny")],
    );
    judged(
        "issued_by = [\"x\", \"y\"]",
        &[("issued_by = \"y\"", "allow"), ("issued_by = \"z\"", "deny"), ("", "deny")],
    );
    judged("directory_name = \"CN=a\"", &[("directory_name = \"CN=a\"", "allow"), ("subject = \"CN=a\"", "deny")]);
    judged("any_directory_name = \"CN=a\"", &[("directory_name = \"CN=a\"", "allow"), ("", "deny")]);
    judged("purpose = \"clientAuth\"", &[("purpose = \"1.3.6.1.5.5.7.3.2\"", "allow"), ("", "deny")]);
    judged("policy = \"1.2.3\"", &[("policy = \"1.2.3\"", "allow"), ("policy = \"2.5.29.32.0\"", "deny")]);
    judged("gateway = \"edge\"", &[("gateway = \"edge\"", "allow"), ("", "deny")]);
    judged("remaining_lifetime_seconds = 86400", &[("", "allow")]);
    judged("total_lifetime_seconds = 86400", &[("", "deny")]);
    judged("revocation_not_by_grace = true", &[("", "deny")]);
    judged(
        "client_address = \"192.0.2.0/24\"",
        &[
            ("headers = { x-forwarded-for = \"1.1.1.1, 192.0.2.1\" }", "allow"),
            ("headers = { x-forwarded-for = \"192.0.2.1, 1.1.1.1\" }", "deny"),
        ],
    );
    judged("any_client = true", &[("", "allow"), ("anonymous = true", "deny")]);
    judged("public = true", &[("", "allow"), ("anonymous = true", "allow")]);
}

#[test]
fn rules_nest_and_fields_of_one_table_must_all_hold() {
    judged(
        "organization = \"A\"\nissued_by = \"x\"",
        &[
            ("subject = \"O=A\"\nissued_by = \"x\"", "allow"),
            ("subject = \"O=A\"", "deny"),
            ("issued_by = \"x\"", "deny"),
        ],
    );
    judged(
        "any = [{ organization = \"A\" }, { organization = \"B\", common_name = \"c\" }]\nnot = { organizational_unit = \"U\" }",
        &[
            ("subject = \"O=A\"", "allow"),
            ("subject = \"CN=c,O=B\"", "allow"),
            ("subject = \"O=B\"", "deny"),
            ("subject = \"OU=U,O=A\"", "deny"),
        ],
    );
    judged(
        "none = [{ organization = \"A\" }]",
        &[("subject = \"O=B\"", "allow"), ("subject = \"O=A\"", "deny"), ("subject = \"O=A,O=B\"", "deny")],
    );
    judged("all = []", &[("", "deny")]);
}

#[test]
fn unknown_fields_are_errors_with_line_and_nearest_name() {
    refused("[[rule]]\npath = \"/\"\norganisation = \"A\"", &["line 3", "`organisation`", "`organization`"]);
    refused("[[rule]]\npath = \"/\"\ncommon_name = { equal = \"A\" }", &["line 3", "`equal`", "`equals`"]);
    refused("[[rule]]\npath = \"/\"\nnot = { issued_bi = \"A\" }", &["line 3", "`issued_by`"]);
    refused("[[rules]]\npath = \"/\"", &["line 1", "`rules`", "`rule`"]);
    refused("[[test]]\nexpected = \"deny\"", &["line 2", "`expect`"]);
    refused("[[rule]]\npath = \"/\"\nzzzzzzzzzzzzzzzzz = 1", &["line 3", "expected one of"]);
}

#[test]
fn documents_that_mean_nothing_or_too_much_are_refused() {
    refused("[[rule]]\npath = \"/\"", &["rule 1", "asks for nothing"]);
    refused("[[rule]]\norganization = \"A\"", &["none or several of path"]);
    refused("[[rule]]\npath = \"/\"\ngrpc = \"a.B/C\"\nany_client = true", &["none or several of path"]);
    refused("[[rule]]\npath = \"/\"\npublic = true\norganization = \"A\"", &["public and asks"]);
    refused("[[rule]]\npath = \"/\"\npublic = true\nip = \"x\"", &["\"x\""]);
    refused("[[rule]]\nname = \"n\"\npath = \"/a//b\"\npublic = true", &["rule 1 \"n\"", "two slashes"]);
    refused("[[rule]]\npath = \"/\"\nmode = \"off\"\nany_client = true", &["\"off\"", "shadow"]);
    refused("[[rule]]\npath = \"/\"\nmethods = [\"get\"]\nany_client = true", &["\"get\""]);
    refused("[[rule]]\npath = \"/\"\nserial = \"01\"", &["serial_issuer"]);
    refused("[[rule]]\npath = \"/\"\nproxies_before_gateway = 1\nany_client = true", &["client_address"]);
    refused("[[rule]]\npath = \"/\"\nany = [{ path = \"/x\", any_client = true }]", &["outermost"]);
    refused("[[rule]]\npath = \"/\"\ncommon_name = { equals = \"a\", glob = \"b\" }", &["exactly one"]);
    refused("[[rule]]\npath = \"/\"\ncommon_name = { any_value = true }", &["exactly one"]);
    refused("[[rule]]\npath = \"/\"\ncommon_name = [\"a\", { glob = \"b\" }]", &["table among several"]);
    refused("[[rule]]\npath = \"/\"\ncertificate = \"abc\"", &["sha-256"]);
    refused("[[rule]]\npath = \"/\"\nsubject = \"nonsense\"", &["without ="]);
    refused("[otherwise]\npublic = true\nany_client = true", &["\"otherwise\"", "public and asks"]);
    for field in ["path = \"/x\"", "template = \"/x\"", "grpc = \"a.B/C\"", "methods = \"GET\"", "mode = \"shadow\""] {
        for may in ["any_client = true", "public = true"] {
            refused(&format!("[otherwise]\n{may}\n{field}"), &["\"otherwise\"", "every method"]);
        }
    }
    refused("[[rule]]\npath = \"/\"\npath = \"/x\"", &["line 3"]);
    refused("[[test]]\npath = \"/\"", &["expect"]);
    refused("[[test]]\nexpect = \"deny\"", &["path"]);
    let test = "[[test]]\npath = \"/\"\nexpect = \"deny\"\n";
    let lists = ["dns", "uri", "email", "user_principal_name", "ip", "purpose", "policy"];
    let lists = lists.map(|list| format!("{list} = []"));
    let names = ["subject", "issuer", "directory_name"].map(|name| format!("{name} = \"CN=a\""));
    for field in lists.iter().chain(&names) {
        refused(&format!("{test}anonymous = true\n{field}"), &["anonymous and has a certificate"]);
        refused(&format!("{test}certificate = \"\"\n{field}"), &["certificate and fields of one"]);
    }
    for field in ["certificate", "issued_by"] {
        refused(&format!("{test}anonymous = true\n{field} = \"\""), &["anonymous and has a certificate"]);
    }
}

#[test]
fn a_failing_test_keeps_the_table_from_being_built_and_says_why() {
    let text = "[[rule]]\npath = \"/x\"\norganization = \"A\"\n\
        [[test]]\nname = \"the impostor\"\npath = \"/x\"\nsubject = \"O=A\"\nexpect = \"deny\"\n\
        [[test]]\npath = \"/x\"\nsubject = \"O=B\"\nexpect = \"allow\"";
    let Err(ConfigError::AccessTests { failures }) = AccessDocument::from_toml(text).unwrap().build(&Fixed) else {
        panic!()
    };
    assert_eq!(
        failures,
        [
            "test 1 \"the impostor\" expects deny, but it is allowed",
            "test 2 expects allow, but denied by rule \"line 1 (/x, all methods)\": wanted subject O \"A\", found \"B\"",
        ]
    );
}

#[test]
fn grpc_otherwise_and_shadow_are_read() {
    let text = "[[rule]]\ngrpc = \"a.B/C\"\norganization = \"A\"\n\
        [[rule]]\npath = \"/s\"\nmode = \"shadow\"\norganization = \"A\"\n\
        [otherwise]\norganization = \"O\"\n\
        [[test]]\npath = \"/a.B/C\"\nmethod = \"POST\"\nsubject = \"O=A\"\nexpect = \"allow\"\n\
        [[test]]\npath = \"/a.B/C\"\nsubject = \"O=A\"\nexpect = \"deny\"\n\
        [[test]]\npath = \"/s\"\nsubject = \"O=B\"\nexpect = \"deny\"\n\
        [[test]]\npath = \"/s\"\nsubject = \"O=O\"\nexpect = \"allow\"\n\
        [[test]]\npath = \"/%72\"\nsubject = \"O=O\"\nexpect = \"deny\"\n\
        [[test]]\npath = \"/else\"\nsubject = \"O=O\"\nexpect = \"allow\"";
    assert_eq!(built(text), Ok(()));
}

#[test]
fn any_format_of_serde_will_do() {
    let document: AccessDocument = serde_json::from_str(
        r#"{"rule": [{"path": "/x", "organization": ["A"], "common_name": {"glob": "c*"}}],
            "test": [{"path": "/x", "subject": "CN=cc,O=A", "expect": "allow"}]}"#,
    )
    .unwrap();
    assert!(document.build(&Fixed).is_ok());
    let error = serde_json::from_str::<AccessDocument>(r#"{"rule": [{"pth": "/x"}]}"#).unwrap_err().to_string();
    assert!(error.contains("`path`") && error.contains("line 1"), "{error}");
}
