//! Every leaf of the JSON Schema: set to something else than the default, it shows in the effective policy.
//!
//! Fields of rules and of their tests are proven in `rule_leaves`.

use std::collections::BTreeSet;

use tower_client_cert::ClientCertConfig;

use crate::support::pki::{AnswerShape, ListShape};
use crate::world::{CLIENT, USUAL, World};

/// A leaf, and how it is set.
enum Set {
    /// Lines in the table of the gateway.
    Gateway(&'static str),
    /// Lines in the table of the anchors.
    Anchors(&'static str),
    /// Tables after everything else.
    After(&'static str),
}
use Set::{After, Anchors, Gateway};

/// Tables whose fields are proven in `rule_leaves`.
pub(crate) const OF_RULES: [&str; 3] = ["RuleTable", "SpelledText", "TestTable"];

const PIN: &str = "certificates = [\"abababababababababababababababababababababababababababababababab\"]\n";

#[rustfmt::skip]
const CASES: &[(&str, Set)] = &[
    ("AdviceTable.acknowledged", After("[advice]\nacknowledged = \"range-wide\"\n")),
    ("AdviceTable.strict", After("[advice]\nstrict = \"range-wide\"\n")),
    ("AnchorsTable.allow_any_purpose", Anchors("allow_any_purpose = true")),
    ("AnchorsTable.allow_missing_client_auth", Anchors("allow_missing_client_auth = true")),
    ("AnchorsTable.allow_missing_digital_signature", Anchors("allow_missing_digital_signature = true")),
    ("AnchorsTable.allow_uneven_rsa_size", Anchors("allow_uneven_rsa_size = true")),
    ("AnchorsTable.allow_v1_anchor", Anchors("allow_v1_anchor = true")),
    ("AnchorsTable.comment", Anchors("comment = \"a ticket\"")),
    ("AnchorsTable.directory", After("[[anchors]]\ndirectory = \"more\"\n")),
    ("AnchorsTable.file", After("[[anchors]]\nfile = \"foreign.pem\"\n")),
    ("AnchorsTable.label", After("[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"theirs\"\n")),
    ("AnchorsTable.pem", After("[[anchors]]\npem = '''\nFOREIGN'''\n")),
    ("AnchorsTable.strict_profile", Anchors("strict_profile = true")),
    ("AnchorsTable.trust_domain", Anchors("trust_domain = \"example.org\"")),
    ("AnswerTable.grpc", After("[answers.revoked]\ngrpc = \"UNAVAILABLE\"\n")),
    ("AnswerTable.status", After("[answers.revoked]\nstatus = 400\n")),
    ("AttributeTable.attribute", After("[validation]\nonly_issued_by_subject = [[{ attribute = \"O\", value = \"A\" }]]\n")),
    ("AttributeTable.value", After("[validation]\nonly_issued_by_subject = [[{ attribute = \"O\", value = \"B\" }]]\n")),
    ("CertificatesTable.directory", After("[[intermediates]]\ndirectory = \"more\"\n")),
    ("CertificatesTable.file", After("[[intermediates]]\nfile = \"foreign.pem\"\n")),
    ("CertificatesTable.pem", After("[[intermediates]]\npem = '''\nFOREIGN'''\n")),
    ("CrlTable.allow_missing_number", After("[revocation]\ncrls = { path = \"a.crl\", allow_missing_number = true }\n")),
    ("CrlTable.env", After("[revocation]\ncrls = { env = \"CRL_PLACE\" }\n")),
    ("CrlTable.path", After("[revocation]\ncrls = { path = \"a.crl\" }\n")),
    ("FetchedCrlsTable.allow_distribution_points", After("POINTS")),
    ("FetchedCrlsTable.wait_milliseconds", After("POINTSwait_milliseconds = 7\n")),
    ("FetchedCrlsTable.allow_missing_number", After("FETCHEDallow_missing_number = true\n")),
    ("FetchedCrlsTable.interval_seconds", After("FETCHEDinterval_seconds = 60\n")),
    ("FetchedCrlsTable.max_octets", After("FETCHEDmax_octets = 1000\n")),
    ("FetchedCrlsTable.time_limit_seconds", After("FETCHEDtime_limit_seconds = 7\n")),
    ("FetchedCrlsTable.urls", After("FETCHED")),
    ("GatewayCertificateTable.allow_any_issued", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], allow_any_issued = true }]")),
    ("GatewayCertificateTable.anchors", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], dns = \"a\" }]")),
    ("GatewayCertificateTable.dns", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], dns = \"b\" }]")),
    ("GatewayCertificateTable.public_key", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], public_key = \"abababababababababababababababababababababababababababababababab\" }]")),
    ("GatewayCertificateTable.subject_attributes", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], subject_attributes = { CN = \"edge\" } }]")),
    ("GatewayCertificateTable.uri", Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], uri = \"spiffe://a/b\" }]")),
    ("GatewayTable.absent_values", Gateway("absent_values = \"none\"")),
    ("GatewayTable.addresses", Gateway("or = [{ addresses = \"10.9.0.0/24\" }]")),
    ("GatewayTable.allow_any_address", Gateway("allow_any_address = true")),
    ("GatewayTable.client_authorities", Gateway("client_authorities = \"foreign.pem\"")),
    ("GatewayTable.encoding", Gateway("encoding = \"rfc9440\"")),
    ("GatewayTable.header", Gateway("header = \"x-edge-cert\"")),
    ("GatewayTable.kind", After("[[gateway]]\nkind = \"apache\"\naddresses = \"10.8.0.0/24\"\n")),
    ("GatewayTable.name", Gateway("name = \"edge\"")),
    ("GatewayTable.ocsp_answer_header", Gateway("ocsp_answer_header = \"x-ocsp\"")),
    ("HeaderTable.encoding", Gateway("chain_header = { name = \"x-chain\", encoding = \"pem\" }")),
    ("HeaderTable.name", Gateway("numbered_chain_headers = { name = \"x-chain-\", encoding = \"pem\" }")),
    ("HttpTable.allow_targets", After("FETCHEDhttp = { allow_targets = \"10.20.0.0/24\" }\n")),
    ("HttpTable.connect_timeout_milliseconds", After("FETCHED[revocation.http]\nconnect_timeout_milliseconds = 7\n")),
    ("HttpTable.https_roots", After("FETCHED[revocation.http]\nhttps_roots = [{ file = \"foreign.pem\" }]\n")),
    ("HttpTable.max_running", After("RESPONDER[revocation.http]\nmax_running = 7\n")),
    ("HttpTable.max_waiting", After("RESPONDER[revocation.http]\nmax_waiting = 7\n")),
    ("LimitsTable.max_certificates", After("[limits]\nmax_certificates = 3\n")),
    ("LimitsTable.max_header_bytes", After("[limits]\nmax_header_bytes = 4096\n")),
    ("LimitsTable.max_concurrent_validations", After("[limits]\nmax_concurrent_validations = 3\n")),
    ("LimitsTable.max_waiting_validations", After("[limits]\nmax_waiting_validations = 100\n")),
    ("MemoryTable.max_remembered_bytes", After("[memory]\nmax_remembered_bytes = 1000000\n")),
    ("MemoryTable.max_remembered_clients", After("[memory]\nmax_remembered_clients = 100\n")),
    ("MemoryTable.max_verdict_age_seconds", After("[memory]\nmax_verdict_age_seconds = 10\n")),
    ("MemoryTable.remember_nothing", After("[memory]\nremember_nothing = true\n")),
    ("OcspAnswersTable.path", After("[revocation]\nocsp_answers = { path = \"answer.der\" }\n")),
    ("OcspAnswersTable.signed_by", After("[revocation]\nocsp_answers = { path = \"answer.der\", signed_by = \"intermediate.pem\" }\n")),
    ("PinnedBesideTable.certificates", After("[validation.only_pinned]\nPIN")),
    ("PinnedBesideTable.public_keys", After("[validation.only_pinned]\npublic_keys = []\n")),
    ("PinnedTable.allow_ca_certificate", After("[[pinned]]\nPINallow_ca_certificate = true\n")),
    ("PinnedTable.allow_expired", After("[[pinned]]\nPINallow_expired = true\n")),
    ("PinnedTable.certificates", After("[[pinned]]\nPIN")),
    ("PinnedTable.label", After("[[pinned]]\nPINlabel = \"foo\"\n")),
    ("PinnedTable.public_keys", After("[[pinned]]\npublic_keys = \"abababababababababababababababababababababababababababababababab\"\n")),
    ("PoliciesTable.all", After("[[validation.required_policies]]\nall = \"1.2.3\"\n")),
    ("PoliciesTable.any", After("[[validation.required_policies]]\nany = \"1.2.3\"\n")),
    ("RequestsTable.except", After("[requests]\nrequired = true\nexcept = \"/healthz\"\n")),
    ("RequestsTable.re_emit_rfc9440", After("[requests]\nre_emit_rfc9440 = true\n")),
    ("RequestsTable.refuse_untrusted_header", After("[requests]\nrefuse_untrusted_header = true\n")),
    ("RequestsTable.required", After("[requests]\nrequired = true\n")),
    ("RequestsTable.warn_before_expiry_seconds", After("[requests]\nwarn_before_expiry_seconds = 60\n")),
    ("ResponderTable.cert_id_hash", After("RESPONDERcert_id_hash = \"sha256\"\n")),
    ("ResponderTable.issuer", After("RESPONDERissuer = \"ours\"\n")),
    ("ResponderTable.issuer_subject", After("RESPONDERissuer_subject = [{ attribute = \"O\", value = \"A\" }]\n")),
    ("ResponderTable.method", After("RESPONDERmethod = \"get\"\n")),
    ("ResponderTable.nonce", After("RESPONDERnonce = \"require\"\n")),
    ("ResponderTable.signed_by", After("RESPONDERsigned_by = \"foreign.pem\"\n")),
    ("ResponderTable.url", After("RESPONDER")),
    ("RevocationPolicyTable.allow_no_source", After("[revocation.policy.ours]\nallow_no_source = true\n")),
    ("RevocationPolicyTable.allow_stale", After("[revocation.policy.ours]\nallow_stale = true\n")),
    ("RevocationPolicyTable.allow_stale_for_seconds", After("[revocation.policy.ours]\nallow_stale_for_seconds = 60\n")),
    ("RevocationPolicyTable.allow_unavailable", After("[revocation.policy.ours]\nallow_unavailable = true\n")),
    ("RevocationTable.allow_aia_responders", After("[revocation]\nallow_aia_responders = \"ocsp.example\"\n")),
    ("RevocationTable.crls", After("[revocation]\ncrls = \"a.crl\"\n")),
    ("RevocationTable.deny_list", After("[revocation]\ndeny_list = \"denied\"\n")),
    ("RevocationTable.max_ocsp_age_seconds", After("[revocation]\nOCSPmax_ocsp_age_seconds = 60\n")),
    ("RevocationTable.max_ocsp_age_without_next_update_seconds", After("[revocation]\nOCSPmax_ocsp_age_without_next_update_seconds = 6\n")),
    ("RevocationTable.max_ocsp_certificates", After("[revocation]\nOCSPmax_ocsp_certificates = 6\n")),
    ("RevocationTable.mode", After("[revocation]\ncrls = \"a.crl\"\nmode = \"crl\"\n")),
    ("RevocationTable.ocsp_answers", After("[revocation]\nOCSP")),
    ("RevocationTable.ocsp_refresh_interval_seconds", After("RESPONDER[revocation]\nocsp_refresh_interval_seconds = 7\n")),
    ("RevocationTable.ocsp_wait_milliseconds", After("RESPONDER[revocation]\nocsp_wait_milliseconds = 7\n")),
    ("RevocationTable.scope", After("[revocation]\nscope = \"whole-path\"\n")),
    ("SecretHeaderTable.name", Gateway("secret_headers = [{ name = \"x-a\", secret = { file = \"secret\" } }]")),
    ("SecretHeaderTable.secret", Gateway("secret_headers = [{ name = \"x-b\", secret = [{ file = \"secret\" }, { file = \"other.secret\" }] }]")),
    ("SecretTable.env", Gateway("secret_headers = [{ name = \"x-c\", secret = { env = \"CARGO_PKG_DESCRIPTION\" } }]")),
    ("SecretTable.file", Gateway("secret_headers = [{ name = \"x-d\", secret = { file = \"secret\" } }]")),
    ("StatusHeaderTable.format", Gateway("status_header = { name = \"x-verify\", format = \"boolean\" }")),
    ("StatusHeaderTable.name", Gateway("status_header = { name = \"x-verified\", format = \"verdict\" }")),
    ("StoreTable.directory", After("FETCHED[revocation.store]\ndirectory = \"kept\"\n")),
    ("StoreTable.max_entries", After("FETCHEDstore = { directory = \"kept\", max_entries = 7 }\n")),
    ("StoreTable.max_octets", After("FETCHEDstore = { directory = \"kept\", max_octets = 7000 }\n")),
    ("UnixSocketTable.allow_anyone_with_access", Gateway("unix_socket = { allow_anyone_with_access = true }")),
    ("UnixSocketTable.uids", Gateway("unix_socket = { uids = [33] }")),
    ("ValidationTable.clock_skew_seconds", After("[validation]\nclock_skew_seconds = 1\n")),
    ("ValidationTable.max_depth", After("[validation]\nmax_depth = 3\n")),
    ("ValidationTable.max_lifetime_seconds", After("[validation]\nmax_lifetime_seconds = 60\n")),
    ("ValidationTable.min_rsa_bits", After("[validation]\nmin_rsa_bits = 3072\n")),
    ("ValidationTable.only_issued_by", After("[validation]\nonly_issued_by = \"ours\"\n")),
    ("ValidationTable.without_keys", After("[validation]\nwithout_keys = \"rsa\"\n")),
    ("VariableTable.env", Gateway("client_authorities = { env = \"PEM_PLACE\" }")),
    ("WayTable.addresses", Gateway("or = [{ addresses = \"10.7.0.0/24\" }]")),
    ("WayTable.allow_any_address", Gateway("or = [{ allow_any_address = true }]")),
    ("XfccTable.first_of", Gateway("encoding = \"xfcc\"\nxfcc_element = { first_of = 2 }")),
    ("XfccTable.from_right", Gateway("encoding = \"xfcc\"\nxfcc_element = { from_right = 2, of = 3 }")),
    ("XfccTable.last_of", Gateway("encoding = \"xfcc\"\nxfcc_element = { last_of = 2 }")),
    ("XfccTable.of", Gateway("encoding = \"xfcc\"\nxfcc_element = { from_right = 1, of = 2 }")),
    ("XfccTable.only", Gateway("encoding = \"xfcc\"\nxfcc_element = { only = true }")),
];

/// Leaves that need what a test cannot set, with where they are proven instead.
#[rustfmt::skip]
const ELSEWHERE: &[(&str, &str)] = &[
    ("CrlTable.env", "sources.rs: the same look-up as of paths"),
    ("VariableTable.env", "loading::a_path_may_stand_in_the_environment"),
    ("AdviceTable.acknowledged", "advice::advice_is_logged_when_the_layer_is_built_but_for_what_was_acknowledged"),
    ("AdviceTable.strict", "advice::the_file_says_what_is_an_error_and_a_reload_keeps_to_it"),
    ("OcspAnswersTable.env", "sources.rs: the same look-up as of paths"),
];

/// Fields that hold no table of their own: `Table.field`.
pub(crate) fn leaves() -> BTreeSet<String> {
    let is_leaf = |field: &str| !field.contains("Table\"") || field.contains("\"type\":\"string\"");
    fields(is_leaf)
}

/// Fields of tables, but for those of rules, of which this holds.
pub(crate) fn fields(holds: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let schema: serde_json::Value = serde_json::from_str(&ClientCertConfig::json_schema()).unwrap();
    let mut found = BTreeSet::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let fields = definition["properties"].as_object().into_iter().flatten();
        let fields = fields.filter(|(_, field)| holds(&field.to_string()));
        found.extend(fields.map(|(field, _)| format!("{name}.{field}")));
    }
    found.retain(|leaf| !OF_RULES.iter().any(|table| leaf.starts_with(table)));
    found
}

#[test]
fn every_leaf_of_the_schema_has_a_case() {
    let known: BTreeSet<String> =
        CASES.iter().map(|(leaf, _)| *leaf).chain(ELSEWHERE.iter().map(|(leaf, _)| *leaf)).map(str::to_owned).collect();
    let missing: Vec<_> = leaves().into_iter().filter(|leaf| !known.contains(leaf)).collect();
    assert!(missing.is_empty(), "without a case: {missing:?}");
}

impl Set {
    /// The usual document with it.
    fn applied(&self, foreign: &str) -> String {
        let text = match self {
            Gateway(lines) => USUAL.replacen("kind = \"nginx\"\n", &format!("kind = \"nginx\"\n{lines}\n"), 1),
            Anchors(lines) => USUAL.replacen("label = \"ours\"\n", &format!("label = \"ours\"\n{lines}\n"), 1),
            After(tables) => format!("{USUAL}{tables}"),
        };
        let text = text.replace("PIN", PIN).replace("FOREIGN", foreign);
        let text = text.replace("OCSP", "ocsp_answers = \"answer.der\"\n");
        let text = text.replace("RESPONDER", "[[revocation.ocsp]]\nurl = \"http://ocsp.example/\"\n");
        let points = "[[revocation.fetched_crls]]\nallow_distribution_points = \"crl.example\"\n";
        let text = text.replace("POINTS", points);
        text.replace("FETCHED", "[[revocation.fetched_crls]]\nurls = \"http://crl.example/\"\n")
    }
}

/// A world with every file that the cases name, and the certificate of the foreign root.
fn world() -> (World, String) {
    let world = World::new();
    std::fs::create_dir(world.directory.path().join("more")).unwrap();
    let foreign = std::fs::read_to_string(world.directory.path().join("foreign.pem")).unwrap();
    world.directory.write("more/foreign.pem", &foreign);
    world.directory.write("denied", "");
    world.directory.write("secret", "0123456789abcdef-secret");
    world.directory.write("other.secret", "fedcba9876543210-secret");
    world.write_list("a.crl", &ListShape::new());
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    world.directory.write("answer.der", answer);
    (world, foreign)
}

/// What is switched off by name is not switched on by being named.
#[tokio::test]
async fn no_option_that_is_false_is_taken_for_true() {
    let (world, foreign) = world();
    let mut tried = 0;
    for leaf in fields(|field| field.contains("\"type\":\"boolean\"")) {
        let (_, set) = CASES.iter().find(|(known, _)| *known == leaf).unwrap();
        let (_, field) = leaf.split_once('.').unwrap();
        let on = set.applied(&foreign);
        let off = on.replace(&format!("{field} = true"), &format!("{field} = false"));
        assert_ne!(on, off, "{leaf}");
        let on = world.build(&on).handle().policy();
        // Where nothing else is said, nothing is: an error.
        if let Ok(layer) = world.try_build(&off) {
            assert_ne!(layer.handle().policy().fingerprint(), on.fingerprint(), "{leaf}");
        }
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[tokio::test]
async fn every_leaf_changes_the_policy_in_force() {
    let (world, foreign) = world();
    let usual = world.build(USUAL).handle().policy();
    let mut seen = BTreeSet::new();
    for (leaf, set) in CASES.iter().filter(|(leaf, _)| ELSEWHERE.iter().all(|(other, _)| other != leaf)) {
        let text = set.applied(&foreign);
        let layer = world.try_build(&text).unwrap_or_else(|error| panic!("{leaf}: {error}\n{text}"));
        let policy = layer.handle().policy();
        let changed =
            policy.entries().iter().any(|entry| usual.entry(entry.key()) != Some(entry) && !entry.is_default());
        assert!(changed, "{leaf} does not show in the policy");
        seen.insert(policy.fingerprint().to_string());
    }
    // That a value shows is not enough: two leaves must not show as the same thing.
    assert!(seen.len() + SAME_BY_NATURE >= CASES.len() - ELSEWHERE.len(), "{} of {}", seen.len(), CASES.len());
}

/// Cases that come to the same policy by different spellings: a file, a directory, PEM, an environment variable.
const SAME_BY_NATURE: usize = 10;
