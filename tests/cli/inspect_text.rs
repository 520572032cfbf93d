//! What `client-cert inspect` writes, word for word, and what it knows of products and lines.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tower_client_cert::Inspection;

use crate::program::{Ran, run, run_with_input};
use crate::support::pki::{Minted, Pki, Shape, days, now, seconds};
use crate::support::scratch::Scratch;
use crate::support::wire::filled_in;
use crate::world::AT;

fn of_head(head: &str) -> Ran {
    run_with_input(["inspect", "--at", AT], head.as_bytes())
}

fn sha256(octets: &[u8]) -> String {
    Sha256::digest(octets).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The fields of the certificate that depend on its keys, as the report has them.
fn fingerprints(minted: &Minted) -> String {
    let (certificate, key) = (sha256(minted.der()), sha256(&minted.public_key_der()));
    let inspection = Inspection::of_file(minted.der(), now()).unwrap();
    let key_id = inspection.certificates()[0].read().unwrap().subject_key_id().map(ToString::to_string);
    let key_id = key_id.map(|key_id| format!("  key id        {key_id}\n")).unwrap_or_default();
    format!("  sha-256       {certificate}\n  key sha-256   {key}\n{key_id}")
}

#[test]
fn a_head_with_a_certificate_and_its_authority_a_line_of_nobody_and_one_that_cannot_be_read() {
    let authority = Shape::authority("Old Root").serial(&[1]).valid(days(-60), days(-30)).without_key_identifiers();
    let root = authority.path_length(3).self_signed();
    let leaf = root.issue(&Shape::partner().serial(&[7]).without_key_identifiers());
    let value = leaf.escaped_pem() + &root.escaped_pem();
    let head = format!(
        "POST /restricted HTTP/1.1\r\nHost: x\r\nX-Client-Cert: {value}\r\nX-Client-Cert-Chain-0: (null)\r\n\
         Client-Cert: %%%\r\n\r\n"
    );
    let expected = format!(
        r#"POST /restricted

x-client-cert:
PEM, escaped or folded into one line (Encoding::Pem, which Encoding::Auto picks
  too)
written so by azure-application-gateway, nginx, kong, envoy-peer-cert

Certificate 1 of 2, {} bytes, taken for the client's; nothing is verified
  subject       CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH
  issuer        CN=Old Root
  serial        07
  valid         2026-01-30T12:00:00Z to 2046-02-24T12:00:00Z, 7300 days left
  purposes      clientAuth (1.3.6.1.5.5.7.3.2)
  key usage     digitalSignature
  key           P-256
  signed with   ecdsa-with-SHA256 (1.2.840.10045.4.3.2)
{}
Certificate 2 of 2, {} bytes, taken for a candidate of its path; nothing is
  verified
  subject       CN=Old Root
  issuer        CN=Old Root
  serial        01
  valid         2025-12-31T12:00:00Z to 2026-01-30T12:00:00Z, ended 30 days ago
  purposes      none stated
  key usage     keyCertSign, cRLSign
  authority     yes, with at most 3 authorities below it
  key           P-256
  signed with   ecdsa-with-SHA256 (1.2.840.10045.4.3.2)
{}It would be refused by default, whatever the anchors, for:
- expired: intermediate 1 "CN=Old Root" expired at 2026-01-30T12:00:00Z, now
  2026-03-01T12:00:00Z
  mend: renew the certificate, and check the clock of this machine

x-client-cert-chain-0:
no certificate, as apache say it

client-cert:
cannot be read: header value is the name of a variable (3 bytes) that the
  gateway did not replace, expected its value
mend: mend the variable's name in the gateway's configuration, or give its text
  as absent_value if that is how it says that there is no certificate
"#,
        leaf.der().len(),
        fingerprints(&leaf),
        root.der().len(),
        fingerprints(&root)
    );
    let ran = of_head(&head);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected.as_str(), ""), "{}", ran.stdout);
    assert_eq!(ran.status, 1);
}

#[test]
fn a_head_is_as_bad_as_the_certificates_in_it() {
    let pki = Pki::new();
    let line = |leaf: &Minted| format!("X-Client-Cert: {}\n", leaf.escaped_pem());
    assert_eq!(of_head(&line(&pki.good())).status, 0);
    assert_eq!(of_head(&line(&pki.issue(&Shape::partner().valid(days(-60), days(-30))))).status, 1);
}

#[test]
fn a_head_may_begin_with_a_request_line_an_address_or_nothing_in_particular() {
    let line = format!("X-Client-Cert: {}", Pki::new().good().escaped_pem());
    for (head, first) in [
        (format!("{line}\n"), "GET /"),
        (format!("\n{line}\n"), "GET /"),
        (format!("\r\nPOST /a HTTP/1.1\r\n{line}\r\n"), "POST /a"),
        (format!("POST /a?b HTTP/1.1\r\n{line}\r\n\r\nno header line"), "POST /a?b"),
        (format!("10.1.0.4\n{line}\n"), "GET / from 10.1.0.4"),
        (format!("* Connected\n{line}\n"), "GET /"),
        (format!("> PUT /a HTTP/2\n> {line}\n> \n> no header line\n"), "PUT /a"),
    ] {
        let ran = of_head(&head);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{head}: {ran:?}");
        assert_eq!(ran.stdout.lines().next(), Some(first), "{head}");
        assert_eq!(ran.stdout.matches("Certificate 1 of 1").count(), 1, "{head}: {}", ran.stdout);
    }
}

#[test]
fn a_certificate_is_in_date_in_its_first_and_its_last_second() {
    let pki = Pki::new();
    for (from, until, standing) in [
        (seconds(0), days(2), "2 days left"),
        (seconds(1), days(2), "begins in 0 days"),
        (seconds(86_400), days(2), "begins in 1 days"),
        (days(-2), seconds(0), "0 days left"),
        (days(-2), seconds(-1), "ended 0 days ago"),
        (days(-2), seconds(-86_400), "ended 1 days ago"),
    ] {
        let ran = run(["inspect", "--at", AT, &pki.issue(&Shape::partner().valid(from, until)).escaped_pem()]);
        let valid = ran.stdout.lines().find(|line| line.starts_with("  valid ")).unwrap();
        assert!(valid.ends_with(&format!("Z, {standing}")), "{standing}: {valid}");
        assert_eq!(ran.status, i32::from(!standing.ends_with("left")), "{standing}");
    }
}

#[test]
fn a_file_of_4_mib_is_read() {
    let pem = Pki::new().good().pem();
    let scratch = Scratch::new("inspect");
    let file = scratch.write("padded.pem", pem.clone() + &"x".repeat(4 * 1024 * 1024 - pem.len()));
    let ran = run(["inspect", "--at", AT, "--file", file.to_str().unwrap()]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

/// A product is named where it sends as many certificates so, and under this name.
#[test]
fn the_products_that_send_several_certificates_are_told_apart_from_those_that_send_one() {
    let pki = Pki::new();
    let two = filled_in("{leaf pem-escaped}{intermediate pem-escaped}", &pki, &pki.good());
    let list = filled_in("{leaf der-base64},{intermediate der-base64}", &pki, &pki.good());
    let sequences = filled_in("{intermediate byte-sequence}, {root byte-sequence}", &pki, &pki.good());
    for (given, value, products) in [
        ("", &two, json!(["aws-alb-passthrough"])),
        ("X-Client-Cert: ", &two, json!(["azure-application-gateway", "nginx", "kong", "envoy-peer-cert"])),
        ("", &list, json!(["traefik"])),
        ("X-Own: ", &list, json!([])),
        ("", &sequences, json!([])),
        ("Client-Cert-Chain: ", &sequences, json!(["google-cloud-lb", "rfc9440"])),
        ("X-Own: ", &sequences, json!([])),
    ] {
        let json = run(["inspect", "--json", "--at", AT, &format!("{given}{value}")]).json();
        let inspection = if given.is_empty() { &json } else { &json["headers"][0]["inspection"] };
        assert_eq!(inspection["products"], products, "{given}: {json:#}");
    }
}

#[test]
fn only_lists_of_byte_sequences_and_the_chain_of_rfc_9440_may_stand_on_several_lines() {
    let pki = Pki::new();
    let one = filled_in("{intermediate byte-sequence}", &pki, &pki.good());
    let two = filled_in("{intermediate byte-sequence}, {root byte-sequence}", &pki, &pki.good());
    let commas = filled_in("{intermediate der-base64},{root der-base64}", &pki, &pki.good());
    for (name, value, is_repeated) in [
        ("client-cert-chain", &one, false),
        ("client-cert-chain", &two, false),
        ("x-own", &two, false),
        ("x-own", &one, true),
        ("x-own", &commas, true),
        ("client-cert", &one, true),
    ] {
        let mut head = String::new();
        for _ in 0..2 {
            writeln!(head, "{name}: {value}").unwrap();
        }
        let json = run_with_input(["inspect", "--json", "--at", AT], head.as_bytes()).json();
        let reasons: Vec<_> = json["trips"].as_array().unwrap().iter().map(|trip| &trip["reason"]).collect();
        let expected: &[Value] = if is_repeated { &["header-repeated".into()] } else { &[] };
        assert_eq!(reasons, expected.iter().collect::<Vec<_>>(), "{name}: {json:#}");
    }
}
