//! Files that cannot be used, and what is said of each.

use crate::world::{USUAL, World};

/// A document, and what is said of it after `file client-cert.toml`.
pub(crate) struct Wrong {
    text: String,
    said: &'static str,
}

/// The usual document with something after it.
pub(crate) fn after(text: &str, said: &'static str) -> Wrong {
    Wrong { text: format!("{USUAL}{text}\n"), said }
}

/// The usual document with a piece of it replaced.
pub(crate) fn replaced(piece: &str, by: &str, said: &'static str) -> Wrong {
    assert!(USUAL.contains(piece));
    Wrong { text: USUAL.replacen(piece, by, 1), said }
}

#[track_caller]
pub(crate) fn all_are_told(world: &World, cases: Vec<Wrong>) {
    let mut failures = Vec::new();
    for Wrong { text, said } in cases {
        let found = world.wrong(&text);
        let expected = format!("file client-cert.toml{said}");
        if found != expected {
            failures.push(format!("{text}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let world = World::new();
    all_are_told(
        &world,
        vec![
            after("[limits", ", line 12, column 8: unclosed table, expected `]`"),
            after("[limits]\nmax_header_bytes = 1\nmax_header_bytes = 2", ", line 14, column 1: duplicate key"),
            after(
                "[limits]\nmax_header_bytes = ",
                ", line 13, column 20: string values must be quoted, expected literal string",
            ),
        ],
    );
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    let world = World::new();
    all_are_told(
        &world,
        vec![
            replaced(
                "[[anchors]]",
                "[[anchor]]",
                ", line 6, column 3, anchor: unknown field `anchor`, the nearest is `anchors`",
            ),
            replaced(
                "addresses",
                "adresses",
                ", line 4, column 1, gateway[0].adresses: unknown field `adresses`, the nearest is `addresses`",
            ),
            after(
                "[validation]\nmax_dept = 2",
                ", line 13, column 1, validation.max_dept: unknown field `max_dept`, the nearest is `max_depth`",
            ),
            after(
                "[limits]\nzzz = 1",
                ", line 13, column 1, limits.zzz: unknown field `zzz`, expected one of max_header_bytes, max_certificates, max_concurrent_validations, max_waiting_validations",
            ),
            replaced(
                "\"nginx\"",
                "\"ngnix\"",
                ", line 3, column 8, gateway[0].kind: unknown word `ngnix`, the nearest is `nginx`",
            ),
            after(
                "[revocation]\nscope = \"path\"",
                ", line 13, column 9, revocation.scope: unknown word `path`, expected one of end-entity, whole-path",
            ),
            after(
                "[answers.revokd]\nstatus = 400",
                ", line 12, column 10, answers.revokd: unknown reason code `revokd`, the nearest is `revoked`",
            ),
        ],
    );
}

#[test]
fn a_value_of_another_kind_is_told() {
    let world = World::new();
    all_are_told(
        &world,
        vec![
            after(
                "[requests]\nrequired = \"yes\"",
                ", line 13, column 12, requests.required: invalid type: string \"yes\", expected a boolean",
            ),
            after(
                "[limits]\nmax_header_bytes = -1",
                ", line 13, column 20, limits.max_header_bytes: invalid value: integer `-1`, expected usize",
            ),
            replaced(
                "\"ours\"",
                "7",
                ", line 8, column 9, anchors[0].label: invalid type: integer `7`, expected a string",
            ),
            after(
                "[answers.revoked]\nstatus = 70000",
                ", line 13, column 10, answers.revoked.status: invalid value: integer `70000`, expected u16",
            ),
            replaced(
                "[\"10.1.0.0/24\"]",
                "7",
                ", line 4, column 13, gateway[0].addresses: invalid type: integer `7`, expected a string",
            ),
            replaced(
                "[\"10.1.0.0/24\"]",
                "2026-01-01",
                ", line 4, column 13, gateway[0].addresses: invalid type: map, expected a string",
            ),
            after(
                "[revocation]\ndeny_list = 7",
                ", line 13, column 13, revocation.deny_list: invalid type: integer `7`, expected a text or a table",
            ),
        ],
    );
}

#[test]
fn a_value_that_cannot_be_used_is_told() {
    let world = World::new();
    all_are_told(
        &world,
        vec![
            replaced(
                "10.1.0.0/24",
                "10.1.0.5/24",
                ", line 4, column 14, gateway[0].addresses[0]: address range \"10.1.0.5/24\" has bits set beyond its prefix: write 10.1.0.0/24, or a single address without a prefix",
            ),
            replaced(
                "10.1.0.0/24",
                "0.0.0.0/0",
                ", line 4, column 14, gateway[0].addresses[0]: address range \"0.0.0.0/0\" covers every address: name the gateway's own range, or say allow_any_address() if that is meant",
            ),
            replaced("root.pem", "rot.pem", ", line 7, column 1, anchors[0].file: cannot read rot.pem"),
            after(
                "[validation]\nclock_skew_seconds = 3600",
                ", line 13, column 1, validation.clock_skew_seconds: clock skew of 3600 s: set the clocks, expected at most 300 s",
            ),
            after(
                "[validation]\nmin_rsa_bits = 1024",
                ", line 13, column 1, validation.min_rsa_bits: RSA keys of 1024 bits as the least: expected from 2048 to 8192",
            ),
            after(
                "[validation]\nmax_depth = 0",
                ", line 13, column 1, validation.max_depth: limit max_depth is 0, which would refuse every certificate",
            ),
            after(
                "[limits]\nmax_certificates = 0",
                ", line 13, column 1, limits.max_certificates: limit max_certificates is 0, which would refuse every certificate",
            ),
            after(
                "[requests]\nexcept = \"/healthz\"",
                ", line 13, column 1, requests.except: paths are excepted from a requirement that is not set: call required() too",
            ),
            after(
                "[requests]\nrequired = true\nexcept = [\"/a\", \"b\"]",
                ", line 14, column 17, requests.except[1]: excepted path \"b\" can match no request: it must begin with / and have no query or fragment",
            ),
            after(
                "[answers.revoked]\nstatus = 200",
                ", line 13, column 1, answers.revoked.status: status 200 is no refusal: use one from 400 to 599",
            ),
            after(
                "[validation]\nonly_issued_by = \"theirs\"",
                ", line 13, column 1, validation.only_issued_by: no trust anchor is labelled \"theirs\"; the labels are: \"ours\"",
            ),
            after(
                "[revocation.policy.theirs]\nallow_stale = true",
                ", line 12, column 20, revocation.policy.theirs: no trust anchor is labelled \"theirs\"; the labels are: \"ours\"",
            ),
            after(
                "[revocation]\ndeny_list = { env = \"NOBODY_SETS_THIS\" }",
                ", line 13, column 15, revocation.deny_list.env: environment variable NOBODY_SETS_THIS is not set, or not text",
            ),
            after(
                "[[rule]]\npath = \"/a\"\nmode = \"shadwo\"\nany_client = true",
                ", line 12, column 1, rule[0]: pattern \"shadwo\" is no mode, expected \"enforced\" or \"shadow\"",
            ),
            after(
                "[[test]]\npath = \"/a\"",
                ", line 12, column 1, test[0]: pattern \"test\" has no expect, expected \"allow\" or \"deny\"",
            ),
        ],
    );
}

#[test]
fn a_contradiction_is_told() {
    let world = World::new();
    all_are_told(
        &world,
        vec![
            Wrong {
                text: USUAL.replace("[[gateway]]\nkind = \"nginx\"\naddresses = [\"10.1.0.0/24\"]\n", ""),
                said: ", gateway: is not there: without a gateway, nobody could send a certificate",
            },
            replaced(
                "kind = \"nginx\"",
                "",
                ", line 2, column 1, gateway[0]: has no kind, expected a product such as \"nginx\", or \"custom\"",
            ),
            replaced(
                "\"nginx\"",
                "\"envoy\"",
                ", line 2, column 1, gateway[0]: has no xfcc_element: say which element is the client's, of how many",
            ),
            replaced(
                "\"nginx\"",
                "\"nginx\"\nxfcc_element = { only = true }",
                ", line 4, column 1, gateway[0].xfcc_element: has no use here: this gateway does not send x-forwarded-client-cert",
            ),
            replaced(
                "file = \"root.pem\"",
                "file = \"root.pem\"\npem = \"\"",
                ", line 6, column 1, anchors[0]: has none or several of file, directory and pem, expected exactly one",
            ),
            after(
                "[[gateway]]\nkind = \"nginx\"",
                ", line 2, column 3, gateway: two gateways are named \"nginx\": tell them apart with named()",
            ),
            after(
                "[revocation]\ncrls = []",
                ", line 13, column 1, revocation.crls: is empty: leave it out, or name a file or directory",
            ),
            replaced(
                "\"nginx\"",
                "\"nginx\"\nsecret_headers = [{ name = \"x-a\", secret = { env = \"PATH\", file = \"root.pem\" } }]",
                ", line 4, column 35, gateway[0].secret_headers[0].secret[0]: has none or both of env and file, expected exactly one",
            ),
            replaced(
                "\"nginx\"",
                "\"nginx\"\nstatus_header = { name = \"x-a\" }",
                ", line 4, column 1, gateway[0].status_header: lacks name or format, expected both",
            ),
            after(
                "[[validation.required_policies]]\nall = []",
                ", line 12, column 1, validation.required_policies[0]: has none or both of all and any, or an empty all, expected exactly one",
            ),
            after(
                "[memory]\nremember_nothing = true\nmax_remembered_clients = 5",
                ", line 12, column 2, memory: has remember_nothing beside limits, expected one of both",
            ),
            after(
                "[revocation]\nocsp_answers = []",
                ", line 13, column 1, revocation.ocsp_answers: is empty: leave it out, or name a file or directory",
            ),
            replaced(
                "\"nginx\"",
                "\"envoy\"\nencoding = \"pem\"\nxfcc_element = { only = true }",
                ", line 5, column 1, gateway[0].xfcc_element: has no use here: the encoding is another than xfcc",
            ),
            after(
                "[revocation.policy.ours]\nallow_stale = true\nallow_stale_for_seconds = 1",
                ", line 12, column 20, revocation.policy.ours: has allow_stale beside allow_stale_for_seconds, expected one of both",
            ),
            after(
                "[[pinned]]\nlabel = \"x\"",
                ", line 12, column 1, pinned[0]: names nothing, expected certificates or public_keys",
            ),
            after(
                "[[validation.required_policies]]",
                ", line 12, column 1, validation.required_policies[0]: has none or both of all and any, or an empty all, expected exactly one",
            ),
        ],
    );
}

#[test]
fn what_stands_in_place_of_a_secret_is_not_repeated() {
    let world = World::new();
    for secret in
        ["\"31337\"", "31337", "-31337", "31337.5", "true", "[31337, 31337]", "[[31337]]", "31337-01-01", "{ 31337"]
    {
        let text = USUAL.replacen(
            "\"nginx\"",
            &format!("\"nginx\"\nsecret_headers = [{{ name = \"x-a\", secret = {secret} }}]"),
            1,
        );
        let told = world.wrong(&text);
        assert!(
            told.contains("line 4, column ") && !told.contains("31337") && !told.contains("true"),
            "{secret}: {told}"
        );
    }
}

#[test]
fn a_list_has_so_many_values() {
    let world = World::new();
    let excepting = |paths: usize| {
        let paths: Vec<_> = (0..paths).map(|number| format!("\"/{number}\"")).collect();
        format!("{USUAL}[requests]\nrequired = true\nexcept = [{}]\n", paths.join(","))
    };
    world.build(&excepting(10_000));
    let told = "file client-cert.toml, line 14, column 10, requests.except: more than 10000 values in one list";
    assert_eq!(world.wrong(&excepting(10_001)), told);
}
