//! Who sends, and how it forwards.

use tower_client_cert::{AdviceCode, GatewayCertificate, GatewayPeer};

use super::Set::{Gateway, Swap};
use super::looks::Look::{Advice, Asks, Builds, Shows};
use super::looks::Sent;
use super::stage::{Stage, base64, sha256};
use super::{Scene, Set, scene};
use crate::scene::{GATEWAY, request, request_from};

const ISSUED: &str = "accepted under ours";
const EDGE: Set = Gateway("certificate = [{ anchors = [{ file = \"foreign.pem\" }], dns = \"edge.internal\" }]");
const SECRET: Set = Gateway("secret_headers = [{ name = \"x-a\", secret = { file = \"secret\" } }]");
const CHAIN: Set = Gateway("chain_header = { name = \"x-chain\", encoding = \"pem\" }");
const ALONE: Set = Swap("[[intermediates]]\nfile = \"intermediate.pem\"\n", "");

pub(super) fn scenes() -> Vec<Scene> {
    let mut scenes = senders();
    scenes.extend(factors());
    scenes.extend(forwarding());
    scenes.extend(elements());
    scenes
}

fn senders() -> Vec<Scene> {
    vec![
        scene(
            "GatewayTable.addresses",
            Swap("10.1.0.0/24", "10.9.0.0/24"),
            Asks(|stage| stage.partner_from("10.9.0.1")),
            ["anonymous", ISSUED],
        ),
        scene(
            "GatewayTable.allow_any_address",
            Swap("addresses = [\"10.1.0.0/24\"]", "allow_any_address = true"),
            Asks(|stage| stage.partner_from("192.0.2.1")),
            ["anonymous", ISSUED],
        ),
        scene(
            "GatewayTable.kind",
            Swap("kind = \"nginx\"", "kind = \"rfc9440\""),
            Asks(|stage| request(&[("client-cert", &format!(":{}:", base64(stage.world.partner.der())))])),
            ["anonymous", ISSUED],
        ),
        scene(
            "GatewayTable.name",
            Gateway("name = \"edge\""),
            Shows(Stage::partner, |asked| asked.identity().unwrap().gateway().to_owned()),
            ["nginx", "edge"],
        ),
        scene(
            "GatewayTable.client_authorities",
            Gateway("client_authorities = \"foreign.pem\""),
            Advice(AdviceCode::GatewayAuthoritiesDiffer),
            ["quiet", "told"],
        ),
        scene(
            "VariableTable.env",
            Gateway("client_authorities = { env = \"CARGO_PKG_NAME\" }"),
            Builds,
            ["builds", "does not build"],
        ),
        scene(
            "WayTable.addresses",
            Gateway("or = [{ addresses = \"10.7.0.0/24\" }]"),
            Asks(|stage| stage.partner_from("10.7.0.1")),
            ["anonymous", ISSUED],
        ),
        scene(
            "WayTable.allow_any_address",
            Gateway(
                "or = [{ allow_any_address = true, secret_headers = [{ name = \"x-a\", secret = { file = \"secret\" } }] }]",
            ),
            Asks(|stage| {
                let value = stage.world.partner.escaped_pem();
                request_from("192.0.2.1", &[("x-client-cert", &value), ("x-a", "0123456789abcdef-secret")])
            }),
            ["anonymous", ISSUED],
        ),
    ]
}

/// Factors beside the address.
fn factors() -> Vec<Scene> {
    let edge =
        |leaf, to| scene(leaf, Swap("dns = \"edge.internal\"", to), Asks(over_edge), [ISSUED, "anonymous"]).given(EDGE);
    vec![
        scene(
            "UnixSocketTable.uids",
            Gateway("unix_socket = { uids = [33] }"),
            Asks(over_socket),
            ["anonymous", ISSUED],
        ),
        scene(
            "UnixSocketTable.allow_anyone_with_access",
            Gateway("unix_socket = { allow_anyone_with_access = true }"),
            Asks(over_socket),
            ["anonymous", ISSUED],
        ),
        scene("SecretHeaderTable.name", Swap("\"x-a\"", "\"x-b\""), Asks(with_secret), [ISSUED, "anonymous"])
            .given(SECRET),
        scene(
            "SecretHeaderTable.secret",
            Swap("secret = { file = \"secret\" }", "secret = [{ file = \"other.secret\" }, { file = \"secret\" }]"),
            Asks(with_other_secret),
            ["anonymous", ISSUED],
        )
        .given(SECRET),
        scene(
            "SecretTable.env",
            Swap("file = \"secret\"", "env = \"CARGO_PKG_DESCRIPTION\""),
            Asks(with_secret),
            [ISSUED, "anonymous"],
        )
        .given(SECRET),
        scene(
            "SecretTable.file",
            Swap("file = \"secret\"", "file = \"other.secret\""),
            Asks(with_other_secret),
            ["anonymous", ISSUED],
        )
        .given(SECRET),
        edge("GatewayCertificateTable.dns", "dns = \"core.internal\""),
        edge("GatewayCertificateTable.uri", "uri = \"spiffe://edge/02\""),
        edge("GatewayCertificateTable.subject_attributes", "subject_attributes = { CN = \"edge-02\" }"),
        edge("GatewayCertificateTable.public_key", "public_key = \"FOREIGNER_SPKI\""),
        scene(
            "GatewayCertificateTable.allow_any_issued",
            Swap("dns = \"edge.internal\"", "allow_any_issued = true"),
            Asks(|stage| over(stage, &stage.world.foreigner)),
            ["anonymous", ISSUED],
        )
        .given(EDGE),
    ]
}

fn forwarding() -> Vec<Scene> {
    vec![
        scene(
            "GatewayTable.header",
            Gateway("header = \"x-edge-cert\""),
            Asks(|stage| request(&[("x-edge-cert", &stage.world.partner.escaped_pem())])),
            ["anonymous", ISSUED],
        ),
        scene(
            "GatewayTable.encoding",
            Gateway("encoding = \"der-hex\""),
            Asks(|stage| {
                let hex: String =
                    stage.world.partner.der().iter().fold(String::new(), |hex, octet| format!("{hex}{octet:02x}"));
                request(&[("x-client-cert", &hex)])
            }),
            ["pem-malformed", ISSUED],
        ),
        scene(
            "GatewayTable.absent_values",
            Gateway("absent_values = \"nothing\""),
            Asks(|_| request(&[("x-client-cert", "nothing")])),
            ["pem-malformed", "anonymous"],
        ),
        scene(
            "GatewayTable.ocsp_answer_header",
            Gateway("ocsp_answer_header = \"x-ocsp\""),
            Asks(|stage| {
                stage.partner_and(
                    "x-ocsp",
                    &base64(&std::fs::read(stage.world.directory.path().join("revoked.der")).unwrap()),
                )
            }),
            [ISSUED, "revoked"],
        ),
        scene("HeaderTable.name", Swap("\"x-chain\"", "\"x-issuers\""), Asks(with_chain), [ISSUED, "issuer-unknown"])
            .given(ALONE)
            .given(CHAIN),
        scene(
            "HeaderTable.encoding",
            Swap("encoding = \"pem\"", "encoding = \"der-base64\""),
            Asks(with_chain),
            [ISSUED, "percent-encoding-malformed"],
        )
        .given(ALONE)
        .given(CHAIN),
        scene(
            "StatusHeaderTable.name",
            Swap("\"x-verified\"", "\"x-verify\""),
            Asks(|stage| stage.partner_and("x-verify", "FAILED:reason")),
            [ISSUED, "gateway-reported-failure"],
        )
        .given(Gateway("status_header = { name = \"x-verified\", format = \"verdict\" }")),
        scene(
            "StatusHeaderTable.format",
            Swap("\"openssl-code\"", "\"verdict\""),
            Asks(|stage| stage.partner_and("x-verify", "FAILED:reason")),
            [ISSUED, "gateway-reported-failure"],
        )
        .given(Gateway("status_header = { name = \"x-verify\", format = \"openssl-code\" }")),
    ]
}

/// Of the elements that a gateway sends, the one that is the client's: the partner's, or the foreigner's.
fn elements() -> Vec<Scene> {
    let given = |element: &'static str| Gateway(element);
    vec![
        scene(
            "XfccTable.only",
            Swap("first_of = 2", "only = true"),
            Asks(|stage| elements_of(stage, "p")),
            ["xfcc-element-ambiguous", ISSUED],
        )
        .given(given("encoding = \"xfcc\"\nxfcc_element = { first_of = 2 }")),
        scene(
            "XfccTable.first_of",
            Swap("last_of = 2", "first_of = 2"),
            Asks(|stage| elements_of(stage, "pf")),
            ["issuer-unknown", ISSUED],
        )
        .given(given("encoding = \"xfcc\"\nxfcc_element = { last_of = 2 }")),
        scene(
            "XfccTable.last_of",
            Swap("first_of = 2", "last_of = 2"),
            Asks(|stage| elements_of(stage, "fp")),
            ["issuer-unknown", ISSUED],
        )
        .given(given("encoding = \"xfcc\"\nxfcc_element = { first_of = 2 }")),
        scene(
            "XfccTable.from_right",
            Swap("from_right = 1", "from_right = 2"),
            Asks(|stage| elements_of(stage, "pf")),
            ["issuer-unknown", ISSUED],
        )
        .given(given("encoding = \"xfcc\"\nxfcc_element = { from_right = 1, of = 2 }")),
        scene(
            "XfccTable.of",
            Swap("of = 2", "of = 3"),
            Asks(|stage| elements_of(stage, "ffp")),
            ["xfcc-element-ambiguous", ISSUED],
        )
        .given(given("encoding = \"xfcc\"\nxfcc_element = { from_right = 1, of = 2 }")),
    ]
}

fn elements_of(stage: &Stage, names: &str) -> Sent {
    let element = |name| {
        let client = if name == 'p' { &stage.world.partner } else { &stage.world.foreigner };
        format!("Hash={};Cert=\"{}\"", sha256(client.der()), client.escaped_pem())
    };
    let value: Vec<_> = names.chars().map(element).collect();
    request(&[("x-client-cert", &value.join(","))])
}

fn with_chain(stage: &Stage) -> Sent {
    stage.partner_and("x-chain", &stage.world.intermediate.escaped_pem())
}

fn with_secret(stage: &Stage) -> Sent {
    stage.partner_and("x-a", "0123456789abcdef-secret")
}

fn with_other_secret(stage: &Stage) -> Sent {
    stage.partner_and("x-a", "fedcba9876543210-secret")
}

fn over_edge(stage: &Stage) -> Sent {
    over(stage, &stage.edge)
}

/// The partner's certificate over a connection of somebody with this certificate.
fn over(stage: &Stage, certificate: &crate::support::pki::Minted) -> Sent {
    let mut request = stage.partner_from(GATEWAY);
    request.extensions_mut().insert(GatewayCertificate::new([certificate.der()]));
    request
}

fn over_socket(stage: &Stage) -> Sent {
    let mut request = stage.partner();
    request.extensions_mut().insert(GatewayPeer::unix(Some(33)));
    request
}
