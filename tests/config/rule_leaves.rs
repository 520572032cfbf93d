//! Every field of a rule, of how a text is spelled out, and of a test: with it another verdict than without.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::{AccessDocument, ClientCertConfig};

use crate::scene::{ask, with_certificate};
use crate::support::clock::Moved;
use crate::support::pki::{ListShape, Minted, Shape};
use crate::world::{CLIENT, USUAL, World};

/// A field, two rules, two tests, and what becomes of the request of the first by the first, and of the second by the second.
struct Row {
    leaf: &'static str,
    rules: [&'static str; 2],
    tests: [&'static str; 2],
    verdicts: [&'static str; 2],
}

const ANY: &str = "any_client = true";
const TEMPLATE: &str = "template = \"/of/{x}\"\npath = \"/of/B\"";

/// A field that keeps a client out who would be let in.
const fn narrows(leaf: &'static str, rule: &'static str, test: &'static str) -> Row {
    Row { leaf, rules: [ANY, rule], tests: [test; 2], verdicts: ["allow", "deny"] }
}

/// A field that lets a client in whom another value of it, or another field, keeps out.
const fn widens(leaf: &'static str, without: &'static str, rule: &'static str, test: &'static str) -> Row {
    Row { leaf, rules: [without, rule], tests: [test; 2], verdicts: ["deny", "allow"] }
}

/// A field of a test, by which its request is let in.
const fn tests(leaf: &'static str, rule: &'static str, test: &'static str) -> Row {
    Row { leaf, rules: [rule; 2], tests: ["", test], verdicts: ["deny", "allow"] }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    narrows("RuleTable.all", "all = [{ organization = \"A\" }, { common_name = \"b\" }]", "subject = \"O=A\""),
    widens("RuleTable.any", "organization = \"A\"", "any = [{ organization = \"A\" }, { organization = \"B\" }]", "subject = \"O=B\""),
    widens("RuleTable.any_client", "organization = \"A\"", ANY, "subject = \"O=B\""),
    narrows("RuleTable.any_directory_name", "any_directory_name = \"O=A\"", "directory_name = \"O=B\""),
    widens("RuleTable.any_dns", "dns = \"a.test\"", "any_dns = \"a.test\"", "dns = [\"a.test\", \"b.test\"]"),
    widens("RuleTable.any_ip", "ip = \"10.0.0.0/8\"", "any_ip = \"10.0.0.0/8\"", "ip = [\"10.0.0.1\", \"11.0.0.1\"]"),
    widens("RuleTable.certificate", "certificate = \"PARTNER_SPKI\"", "certificate = \"PARTNER_SHA256\"", "certificate = '''\nPARTNER_PEM'''"),
    narrows("RuleTable.client_address", "client_address = \"10.0.0.0/8\"", "headers = { x-forwarded-for = \"11.0.0.1\" }"),
    narrows("RuleTable.common_name", "common_name = \"a\"", "subject = \"CN=b\""),
    narrows("RuleTable.directory_name", "directory_name = \"O=A\"", "directory_name = \"O=B\""),
    narrows("RuleTable.dns", "dns = \"a.test\"", "dns = \"b.test\""),
    narrows("RuleTable.email", "email = \"a@a.test\"", "email = \"b@a.test\""),
    widens("RuleTable.extension_text", "extension_text = { \"1.2.3.4\" = \"silver\" }", "extension_text = { \"1.2.3.4\" = \"gold\" }", "certificate = '''\nPARTNER_PEM'''"),
    narrows("RuleTable.gateway", "gateway = \"edge\"", "gateway = \"core\""),
    widens("RuleTable.grpc", "grpc = \"a.B/C\"\nany_client = true", "grpc = \"a.B/D\"\nany_client = true", "method = \"POST\"\npath = \"/a.B/D\""),
    narrows("RuleTable.ip", "ip = \"10.0.0.0/8\"", "ip = \"11.0.0.1\""),
    narrows("RuleTable.issued_by", "issued_by = \"ours\"", "issued_by = \"theirs\""),
    narrows("RuleTable.issuer", "issuer = \"CN=a\"", "issuer = \"CN=b\""),
    narrows("RuleTable.issuer_attributes", "issuer_attributes = { O = \"A\" }", "issuer = \"O=B\""),
    narrows("RuleTable.methods", "any_client = true\nmethods = \"POST\"", "method = \"GET\""),
    widens("RuleTable.mode", "organization = \"A\"", "organization = \"A\"\nmode = \"shadow\"", "subject = \"O=B\""),
    narrows("RuleTable.none", "none = [{ organization = \"B\" }]", "subject = \"O=B\""),
    narrows("RuleTable.not", "not = { organization = \"B\" }", "subject = \"O=B\""),
    narrows("RuleTable.organization", "organization = \"A\"", "subject = \"O=B\""),
    narrows("RuleTable.organizational_unit", "organizational_unit = \"A\"", "subject = \"OU=B\""),
    widens("RuleTable.path", "path = \"/y\"\nany_client = true", "path = \"/x\"\nany_client = true", "path = \"/x\""),
    narrows("RuleTable.policy", "policy = \"1.2.3\"", "policy = \"1.2.4\""),
    widens("RuleTable.proxies_before_gateway", "client_address = \"10.0.0.0/8\"", "client_address = \"10.0.0.0/8\"\nproxies_before_gateway = 1", "headers = { x-forwarded-for = \"10.0.0.1, 11.0.0.1\" }"),
    widens("RuleTable.public", ANY, "public = true", "anonymous = true"),
    widens("RuleTable.public_key", "public_key = \"PARTNER_SHA256\"", "public_key = \"PARTNER_SPKI\"", "certificate = '''\nPARTNER_PEM'''"),
    narrows("RuleTable.purpose", "purpose = \"serverAuth\"", "purpose = \"1.3.6.1.5.5.7.3.2\""),
    narrows("RuleTable.remaining_lifetime_seconds", "remaining_lifetime_seconds = 2592001", ""),
    narrows("RuleTable.spiffe_id", "spiffe_id = \"spiffe://a/b\"", "uri = \"spiffe://a/c\""),
    widens("RuleTable.spiffe_id_below", "spiffe_id = \"spiffe://a/b\"", "spiffe_id_below = \"spiffe://a/b\"", "uri = \"spiffe://a/b/c\""),
    narrows("RuleTable.subject", "subject = \"CN=b,O=A\"", "subject = \"O=A\""),
    narrows("RuleTable.subject_attributes", "subject_attributes = { L = \"Bern\" }", "subject = \"L=Basel\""),
    widens("RuleTable.template", "template = \"/of/{y}\"\nany_client = true", "template = \"/of/{x}\"\nany_client = true", TEMPLATE),
    narrows("RuleTable.total_lifetime_seconds", "total_lifetime_seconds = 2678399", ""),
    narrows("RuleTable.uri", "uri = \"urn:a\"", "uri = \"urn:b\""),
    narrows("RuleTable.user_principal_name", "user_principal_name = \"a@a.test\"", "user_principal_name = \"b@a.test\""),
    widens("SpelledText.any_value", "organization = { equals = \"A\" }", "organization = { equals = \"A\", any_value = true }", "subject = \"O=A,O=B\""),
    widens("SpelledText.equals", "organization = { equals = \"A\" }", "organization = { equals = \"B\" }", "subject = \"O=B\""),
    widens("SpelledText.fold_spaces", "organization = { equals = \"A B\" }", "organization = { equals = \"A B\", fold_spaces = true }", "subject = \"O=A  B\""),
    widens("SpelledText.glob", "organization = \"B*k\"", "organization = { glob = \"B*k\" }", "subject = \"O=Bank\""),
    widens("SpelledText.header", "organization = \"x-org\"", "organization = { header = \"x-org\" }", "subject = \"O=B\"\nheaders = { x-org = \"B\" }"),
    widens("SpelledText.ignore_case", "organization = { equals = \"b\" }", "organization = { equals = \"b\", ignore_case = true }", "subject = \"O=B\""),
    widens("SpelledText.path_parameter", "template = \"/of/{x}\"\norganization = \"x\"", "template = \"/of/{x}\"\norganization = { path_parameter = \"x\" }", "subject = \"O=B\"\ntemplate = \"/of/{x}\"\npath = \"/of/B\""),
    widens("SpelledText.prefix", "organization = \"Ba\"", "organization = { prefix = \"Ba\" }", "subject = \"O=Bank\""),
    widens("SpelledText.regex", "organization = \"B.nk\"", "organization = { regex = \"B.nk\" }", "subject = \"O=Bank\""),
    widens("SpelledText.suffix", "organization = \"nk\"", "organization = { suffix = \"nk\" }", "subject = \"O=Bank\""),
    widens("SpelledText.user", "common_name = \"user\"", "common_name = { user = true }", "subject = \"CN=b\"\nuser = \"b\""),
    Row { leaf: "TestTable.anonymous", rules: [ANY; 2], tests: ["", "anonymous = true"], verdicts: ["allow", "deny"] },
    tests("TestTable.certificate", "certificate = \"PARTNER_SHA256\"", "certificate = '''\nPARTNER_PEM'''"),
    tests("TestTable.directory_name", "directory_name = \"O=A\"", "directory_name = \"O=A\""),
    tests("TestTable.dns", "dns = \"a.test\"", "dns = \"a.test\""),
    tests("TestTable.email", "email = \"a@a.test\"", "email = \"a@a.test\""),
    tests("TestTable.gateway", "gateway = \"edge\"", "gateway = \"edge\""),
    tests("TestTable.headers", "client_address = \"10.0.0.0/8\"", "headers = { x-forwarded-for = \"10.0.0.1\" }"),
    tests("TestTable.ip", "ip = \"10.0.0.0/8\"", "ip = \"10.0.0.1\""),
    tests("TestTable.issued_by", "issued_by = \"ours\"", "issued_by = \"ours\""),
    tests("TestTable.issuer", "issuer = \"CN=a\"", "issuer = \"CN=a\""),
    tests("TestTable.method", "any_client = true\nmethods = \"POST\"", "method = \"POST\""),
    tests("TestTable.path", "path = \"/y\"\nany_client = true", "path = \"/y\""),
    tests("TestTable.policy", "policy = \"1.2.3\"", "policy = \"1.2.3\""),
    tests("TestTable.purpose", "purpose = \"serverAuth\"", "purpose = \"1.3.6.1.5.5.7.3.1\""),
    tests("TestTable.subject", "organization = \"A\"", "subject = \"O=A\""),
    tests("TestTable.template", "template = \"/of/{x}\"\nany_client = true", TEMPLATE),
    tests("TestTable.uri", "uri = \"urn:a\"", "uri = \"urn:a\""),
    tests("TestTable.user", "common_name = { user = true }", "subject = \"CN=b\"\nuser = \"b\""),
    tests("TestTable.user_principal_name", "user_principal_name = \"a@a.test\"", "user_principal_name = \"a@a.test\""),
];

/// What no test of a document can show, as the layer has it: a rule without the field and with it, what the file has beside, and
/// whether the partner is let in by each.
#[rustfmt::skip]
const OF_THE_LAYER: &[(&str, [&str; 2], &str, [bool; 2])] = &[
    ("RuleTable.revocation_checked_within_seconds", [ANY, "revocation_checked_within_seconds = 60"], "", [true, false]),
    ("RuleTable.revocation_issued_within_seconds", [ANY, "revocation_issued_within_seconds = 60"], "", [true, false]),
    ("RuleTable.revocation_not_by_grace", [ANY, "revocation_not_by_grace = true"], "[revocation]\ncrls = \"root.crl\"\n[revocation.policy.ours]\nallow_no_source = true\n", [true, false]),
    ("RuleTable.serial", ["serial = \"0a1c\"\nserial_issuer = \"sha256:ISSUER\"", "serial = \"0a1b\"\nserial_issuer = \"sha256:ISSUER\""], "", [false, true]),
    ("RuleTable.serial_issuer", ["serial = \"0a1b\"\nserial_issuer = \"ours\"", "serial = \"0a1b\"\nserial_issuer = \"sha256:ISSUER\""], "", [false, true]),
];

/// Fields that are told and decide nothing, with where they are proven.
const ELSEWHERE: &[(&str, &str)] = &[
    ("RuleTable.name", "rules::the_policy_shows_who_may_by_each_line_and_what_a_line_gives_up"),
    ("TestTable.expect", "every test here"),
    ("TestTable.name", "loading::rules_whose_tests_fail_build_no_layer"),
];

#[test]
fn every_field_of_rules_and_their_tests_has_a_row_and_no_other() {
    let schema: serde_json::Value = serde_json::from_str(&ClientCertConfig::json_schema()).unwrap();
    let fields_of = |table: &&str| {
        let fields = schema["$defs"][*table]["properties"].as_object().unwrap().keys();
        fields.map(|field| format!("{table}.{field}")).collect::<Vec<_>>()
    };
    let fields: BTreeSet<_> = crate::leaves::OF_RULES.iter().flat_map(fields_of).collect();
    let known = ROWS.iter().map(|row| row.leaf).chain(OF_THE_LAYER.iter().map(|(leaf, ..)| *leaf));
    let known: BTreeSet<_> = known.chain(ELSEWHERE.iter().map(|(leaf, _)| *leaf)).map(str::to_owned).collect();
    assert_eq!(fields, known);
}

#[test]
fn every_field_of_rules_and_their_tests_changes_a_verdict() {
    let world = World::new();
    let gold = Shape::partner().extension(&[1, 2, 3, 4], b"\x0c\x04gold");
    let partner = world.intermediate.issue(&gold);
    let mut otherwise = Vec::new();
    for Row { leaf, rules, tests, verdicts } in ROWS {
        let found = [0, 1].map(|index| verdict(rules[index], tests[index], &partner));
        if found != *verdicts {
            otherwise.push(format!("{leaf}: expected {verdicts:?}, found {found:?}"));
        }
    }
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
}

fn verdict(rule: &str, test: &str, partner: &Minted) -> &'static str {
    let is_placed = |fields: &str| ["path = ", "template = ", "grpc = "].iter().any(|field| fields.contains(field));
    let placed = |fields: &str| if is_placed(fields) { fields.to_owned() } else { format!("path = \"/x\"\n{fields}") };
    let toml = format!("[[rule]]\n{}\n[[test]]\n{}\nexpect = \"allow\"\n", placed(rule), placed(test))
        .replace("PARTNER_PEM", &partner.pem())
        .replace("PARTNER_SHA256", &sha256(partner.der()))
        .replace("PARTNER_SPKI", &sha256(&partner.public_key_der()));
    let document = AccessDocument::from_toml(&toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    let failures = document.run_tests(&Moved::default()).unwrap_or_else(|error| panic!("{error}\n{toml}"));
    if failures.is_empty() { "allow" } else { "deny" }
}

#[tokio::test]
async fn every_field_that_needs_the_whole_line_changes_its_verdict() {
    let world = World::new();
    world.directory.write("root.crl", world.foreign_root.sign_list(&ListShape::new()));
    let partner = world.intermediate.issue(&Shape::partner().serial(CLIENT));
    let anchors = format!("{USUAL}[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"theirs\"\n");
    for (leaf, rules, beside, is_let_in) in OF_THE_LAYER {
        for (rule, expected) in rules.iter().zip(is_let_in) {
            let rule = rule.replace("ISSUER", &sha256(world.intermediate.der()));
            let layer = world.build(&format!("{anchors}{beside}[[rule]]\npath = \"/\"\n{rule}\n"));
            let asked = ask(&layer, with_certificate(&partner)).await;
            assert_eq!(asked.identity().is_some(), *expected, "{leaf}: {rule}");
        }
    }
}

fn sha256(octets: &[u8]) -> String {
    Fingerprint::new(Sha256::digest(octets).into()).to_string()
}
