//! `client-cert inspect`.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose, SanType};
use serde_json::Value;
use tower_client_cert::gateway_facts::GatewayFacts;

use crate::program::{Ran, run, run_with_input};
use crate::support::pki::{Access, ForeignKey, Minted, Pki, Shape, days, escaped_pem, pem};
use crate::support::products::{cases, fixtures};
use crate::support::scratch::Scratch;
use crate::support::wire::filled_in;

/// The time of the PKI.
const AT: &str = "2026-03-01T12:00:00Z";

fn inspect(value: &str) -> Ran {
    run(["inspect", value, "--at", AT])
}

fn inspect_json(value: &str) -> Value {
    run(["inspect", "--json", "--at", AT, value]).json()
}

fn reasons(json: &Value) -> Vec<&str> {
    let trips = json["certificates"][0]["trips"].as_array().unwrap();
    trips.iter().map(|trip| trip["reason"].as_str().unwrap()).collect()
}

#[test]
fn every_field_of_a_certificate_is_shown() {
    let pki = Pki::new();
    let leaf = pki.issue(
        &Shape::partner()
            .serial(&[0x12, 0x34])
            .alternative_name(SanType::DnsName("data.partner.test".try_into().unwrap()))
            .information_access(&[(Access::Ocsp, "http://ocsp.ca.test/"), (Access::CaIssuers, "http://ca.test/ca.cer")])
            .distribution_point("http://ca.test/ca.crl"),
    );
    let ran = inspect(&leaf.escaped_pem());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    ran.is_readable();
    for line in [
        "PEM, escaped or folded into one line (Encoding::Pem",
        "azure-application-gateway, nginx",
        "  subject       CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH",
        "  issuer        CN=Test Intermediate",
        "  serial        1234",
        "  valid         2026-01-30T12:00:00Z to 2046-02-24T12:00:00Z, 7300 days left",
        "  name          dns:data.partner.test",
        "  purposes      clientAuth (1.3.6.1.5.5.7.3.2)",
        "  key usage     digitalSignature",
        "  key           P-256",
        "  signed with   ecdsa-with-SHA256",
        "  sha-256       ",
        "  key sha-256   ",
        "  issuer key    ",
        "  ocsp          http://ocsp.ca.test/",
        "  crl           http://ca.test/ca.crl",
        "  issuer at     http://ca.test/ca.cer",
    ] {
        assert!(ran.stdout.contains(line), "{line} is not in\n{}", ran.stdout);
    }

    let json = inspect_json(&leaf.escaped_pem());
    let certificate = &json["certificates"][0];
    assert_eq!(json["encoding"], "Pem");
    assert_eq!(certificate["certificate"]["serial"], "1234");
    assert_eq!(certificate["certificate"]["subject"]["text"], "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!(certificate["ocsp"][0], "http://ocsp.ca.test/");
    assert_eq!(certificate["crls"][0], "http://ca.test/ca.crl");
    assert_eq!(certificate["ca_issuers"][0], "http://ca.test/ca.cer");
    assert_eq!(reasons(&json), [""; 0]);
}

#[test]
fn a_key_that_only_an_option_would_let_pass_is_shown_as_one_that_trips() {
    let leaf = Pki::new().issue(&Shape::partner().foreign_key(ForeignKey::rsa(2052, 1, &[1, 0, 1])));
    assert_eq!(reasons(&inspect_json(&leaf.escaped_pem())), ["key-unacceptable"]);
}

/// Every line that a product sends, as it sends it, alone as a value and as the whole head of a request.
#[test]
fn the_fixtures_of_every_product_are_read_unchanged() {
    let pki = Pki::new();
    let leaf = pki.good();
    for facts in GatewayFacts::ALL {
        let text = fs::read_to_string(fixtures().join(format!("{}.txt", facts.product))).unwrap();
        for (expected, lines) in cases(&text) {
            let lines: Vec<_> = lines.iter().map(|line| filled_in(line, &pki, &leaf)).collect();
            let head = format!("GET /restricted HTTP/1.1\r\nHost: x\r\n{}\r\n\r\n", lines.join("\r\n"));
            let ran = run_with_input(["inspect", "--json", "--at", AT], head.as_bytes());
            if expected != "Big Partner Foo SA" {
                assert!((0..=2).contains(&ran.status) && ran.stderr.lines().count() <= 1, "{expected}: {ran:?}");
                continue;
            }
            assert_eq!(ran.stderr, "", "{}: {lines:?}", facts.product);
            let json = ran.json();
            let headers = json["headers"].as_array().unwrap();
            let is_leaf = |header: &&Value| subject(header).contains("Big Partner Foo SA");
            let found = headers.iter().find(is_leaf).unwrap_or_else(|| panic!("{}: {json:#}", facts.product));
            let products = found["inspection"]["products"].as_array().unwrap();
            assert!(products.contains(&Value::from(facts.product)), "{}: {products:?} {lines:?}", facts.product);

            let named = |line: &&String| line.to_lowercase().starts_with(found["name"].as_str().unwrap());
            let (_, value) = lines.iter().find(named).unwrap().split_once(':').unwrap();
            let alone = inspect_json(value);
            assert!(alone["certificates"][0]["certificate"]["subject"]["text"].is_string(), "{}", facts.product);
        }
    }
}

fn subject(header: &Value) -> &str {
    header["inspection"]["certificates"][0]["certificate"]["subject"]["text"].as_str().unwrap_or_default()
}

/// Seeds of the fuzz targets, odd certificates, names: some hold certificates and some hold only what looks so.
#[test]
fn every_other_fixture_is_read_or_refused_in_one_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut read = 0;
    for folder in ["fuzz", "odd", "names/read"] {
        for path in files_below(&root.join(folder)) {
            let ran = run(["inspect", "--at", AT, "--file", path.to_str().unwrap()]);
            let is_pem = path.extension().is_some_and(|extension| extension == "pem" || extension == "der");
            match ran.status {
                0 | 1 => read += 1,
                _ => ran.is_trouble(""),
            }
            ran.is_readable();
            assert!(ran.status < 2 || !is_pem, "{}: {ran:?}", path.display());
        }
    }
    assert!(read > 80, "{read}");
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn what_defaults_would_refuse_is_told_with_its_reason_and_how_to_mend_it() {
    let pki = Pki::new();
    let cases: [(Minted, &str, &str); 9] = [
        (pki.issue(&Shape::partner().valid(days(-60), days(-30))), "expired", "renew"),
        (pki.issue(&Shape::partner().valid(days(1), days(30))), "not-yet-valid", "wait"),
        (pki.issue(&Shape::partner().purposes(&[])), "not-for-client-use", "allow_missing_client_auth"),
        (
            pki.issue(&Shape::partner().purposes(&[ExtendedKeyUsagePurpose::Any])),
            "not-for-client-use",
            "allow_any_purpose",
        ),
        (pki.issue(&Shape::server("www.partner.test")), "not-for-client-use", "clientAuth"),
        (
            pki.issue(&Shape::partner().usages(&[KeyUsagePurpose::KeyAgreement])),
            "key-usage-unsuitable",
            "allow_missing_digital_signature",
        ),
        (pki.issue(&Shape::partner().made_authority()), "ca-certificate", "no authority"),
        (
            pki.issue(&Shape::partner().critical_extension(&[1, 2, 3, 4], &[5, 0])),
            "critical-extension-unsupported",
            "without it",
        ),
        (pki.issue(&Shape::client("alice\0.evil.test")), "name-unusable", "without that character"),
    ];
    for (leaf, reason, mend) in cases {
        let ran = inspect(&leaf.escaped_pem());
        assert_eq!(ran.status, 1, "{reason}: {ran:?}");
        ran.is_readable();
        assert!(ran.stdout.contains(&format!("- {reason}: ")), "{reason}: {}", ran.stdout);
        let one_line = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains(mend), "{reason}: {}", ran.stdout);
        assert_eq!(reasons(&inspect_json(&leaf.escaped_pem())), [reason]);
    }
}

#[test]
fn what_is_der_and_no_certificate_trips() {
    let ran = run(["inspect", "--json", "--at", AT, "MAMCAQE="]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(reasons(&ran.json()), ["certificate-malformed"]);
}

#[test]
fn too_many_certificates_and_too_long_a_value_are_told() {
    let pki = Pki::new();
    let base64 = |leaf: &Minted| filled_in("{leaf der-base64}", &pki, leaf);
    let with_octets = |octets: usize| base64(&pki.issue(&Shape::partner().extension(&[1, 2, 3, 4], &vec![0; octets])));
    let one = base64(&pki.good());
    for (value, trips) in [
        ([one.as_str(); 10].join(","), Vec::new()),
        ([one.as_str(); 11].join(","), vec!["too-many-certificates"]),
        (with_octets(40 * 1024), Vec::new()),
        (with_octets(50 * 1024), vec!["header-too-large"]),
    ] {
        let ran = run_with_input(["inspect", "--json", "--at", AT], value.as_bytes());
        let json = ran.json();
        let found: Vec<_> = json["trips"].as_array().unwrap().iter().map(|trip| trip["reason"].clone()).collect();
        assert_eq!(found, trips, "{} bytes", value.len());
    }
}

#[test]
fn weak_keys_and_signatures_are_told() {
    let odd = |name: &str| format!("{}/tests/fixtures/odd/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    for (file, reason) in [
        ("rsa-1024-key", "key-unacceptable"),
        ("secp256k1-key", "key-unacceptable"),
        ("ed448-key", "key-unacceptable"),
        ("signed-with-sha1", "algorithm-unsupported"),
        ("version-1", "version-unsupported"),
    ] {
        let ran = run(["inspect", "--at", AT, "--json", "--file", &odd(file)]);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(reasons(&ran.json()).contains(&reason), "{file}: {}", ran.stdout);
    }
}

#[test]
fn a_file_may_hold_der_or_pem_with_text_around_it() {
    let pki = Pki::new();
    let scratch = Scratch::new("inspect");
    let der = scratch.write("leaf.der", pki.good().der());
    let with_text = format!("Bag Attributes\n    friendlyName: x\n{}{}", pki.good().pem(), pki.intermediate.pem());
    let bundle = scratch.write("bundle.pem", with_text.replace('\n', "\r\n"));
    for (path, certificates, form) in [(der, 1, "a file in DER"), (bundle, 2, "a file in PEM")] {
        let ran = run(["inspect", "--at", AT, "--json", "--file", path.to_str().unwrap()]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert_eq!(ran.json()["certificates"].as_array().unwrap().len(), certificates);
        assert_eq!(ran.json()["form"], form);
    }
}

#[test]
fn a_block_that_cannot_be_read_is_not_passed_over_for_the_next() {
    let pki = Pki::new();
    let (first, second) = (pki.good().pem(), pki.intermediate.pem());
    let begin = "-----BEGIN CERTIFICATE-----\n";
    let odd_letter = first.replacen(begin, &format!("{begin}!"), 1);
    let without_end = first.replacen("-----END CERTIFICATE-----\n", "", 1);
    for broken in [odd_letter, without_end] {
        let ran = run_with_input(["inspect", "--at", AT], format!("{broken}{second}").as_bytes());
        ran.is_trouble("PEM has a block that cannot be read at byte 0, expected lines of base64, and END CERTIFICATE");
        let place = second.len();
        let ran = run_with_input(["inspect", "--at", AT], format!("{second}{broken}").as_bytes());
        ran.is_trouble(&format!("a block that cannot be read at byte {place}"));
    }
}

#[test]
fn a_header_line_is_known_by_its_name() {
    let pki = Pki::new();
    let value = filled_in("{leaf der-base64}", &pki, &pki.good());
    let json = inspect_json(&format!("X-ARR-ClientCert: {value}"));
    assert_eq!(json["headers"][0]["products"], serde_json::json!(["azure-app-service", "iis-arr"]));
    let own = inspect_json(&format!("X-Our-Own: {value}"));
    assert_eq!(own["headers"][0]["products"], serde_json::json!([]));
    assert_eq!(own["headers"][0]["inspection"]["encoding"], "DerBase64");
}

#[test]
fn what_is_wrong_with_a_head_is_told() {
    let pki = Pki::new();
    let line = format!("X-Client-Cert: {}\n", pki.good().escaped_pem());
    let twice = run_with_input(["inspect", "--at", AT], format!("{line}{line}").as_bytes());
    assert_eq!(twice.status, 1);
    assert!(twice.stdout.contains("- header-repeated: x-client-cert on 2 lines"), "{}", twice.stdout);
    let longer = line.replace("X-Client-Cert", "X-Client-Cert-Old");
    let both = run_with_input(["inspect", "--at", AT], format!("{longer}{longer}{line}{line}{line}").as_bytes());
    for told in ["x-client-cert on 3 lines", "x-client-cert-old on 2 lines"] {
        assert_eq!(both.stdout.matches(&format!("- header-repeated: {told}")).count(), 1, "{}", both.stdout);
    }
    let named = run_with_input(["inspect", "--at", AT], format!("{line}Connection: close, x-client-cert\n").as_bytes());
    assert_eq!(named.status, 1);
    assert!(named.stdout.contains("- header-named-by-connection"), "{}", named.stdout);
    let traced = run_with_input(["inspect", "--at", AT], format!("> GET / HTTP/1.1\n> {line}").as_bytes());
    assert_eq!(traced.status, 0, "{traced:?}");
    let absent = run(["inspect", "X-Client-Cert-Chain-0: (null)"]);
    assert_eq!(absent.status, 0, "{absent:?}");
    assert!(absent.stdout.contains("no certificate, as apache say"), "{}", absent.stdout);
    let unreadable = run(["inspect", "X-Client-Cert: %%%"]);
    assert_eq!(unreadable.status, 1);
    assert!(unreadable.stdout.contains("cannot be read") && unreadable.stdout.contains("mend:"), "{unreadable:?}");
}

#[test]
fn hostile_names_reach_no_terminal() {
    let pki = Pki::new();
    let leaf = pki.issue(
        &Shape::client("\u{1b}]0;owned\u{7}\u{202e}gpj.exe\r\n")
            .organization(&"long ".repeat(60))
            .information_access(&[(Access::Ocsp, "http://x/\x1b[2J")]),
    );
    let ran = inspect(&leaf.escaped_pem());
    ran.is_readable();
    assert!(ran.stdout.contains("http://x/\\u{1b}[2J"), "{}", ran.stdout);
}

#[test]
fn bad_input_gets_one_line_and_the_status_2() {
    let scratch = Scratch::new("inspect");
    let long = scratch.write("long", vec![b'A'; 4 * 1024 * 1024 + 1]);
    let empty = scratch.write("empty", " \n");
    run(["inspect", "--file", "/no/such/file"]).is_trouble("/no/such/file cannot be read");
    run(["inspect", "--file", scratch.path().to_str().unwrap()]).is_trouble("cannot be read");
    run(["inspect", "--file", long.to_str().unwrap()]).is_trouble("is larger than 4194304 bytes");
    run(["inspect", "--file", empty.to_str().unwrap()]).is_trouble("nothing was handed in");
    run(["inspect"]).is_trouble("nothing was handed in");
    run(["inspect", "(null)"]).is_trouble("this is how apache says that there was none");
    run(["inspect", "hello world"]).is_trouble("expected ':' (RFC 9440)");
    run(["inspect", "{http.request.tls.client}"]).is_trouble("the name of a variable");
    run(["inspect", "Accept: */*"]).is_trouble("no header line holds a certificate");
    run(["inspect", "--at", "yesterday", "x"]).is_trouble("yesterday is no time such as 2026-03-01T12:00:00Z");
    run(["inspect", "--no-such-option"]).is_trouble("PEM has other text");
    run(["inspect", "value", "--file", "x"]).is_trouble("cannot be used with");
    run(["no-such-command"]).is_trouble("no-such-command");
    run_with_input(["inspect"], &[0x30, 0x80, 0, 0]).is_trouble("an indefinite length");
    let cut = b"-----BEGIN CERTIFICATE-----\nAAAA\n";
    run_with_input(["inspect"], cut).is_trouble("PEM has a block that cannot be read at byte 0, expected");
    run_with_input(["inspect"], b"\x1b[2J\xff\xfe").is_trouble("begins with");
    run_with_input(["inspect"], b"GET / HTTP/1.1\nno header\n").is_trouble("");
    run([""; 0]).is_trouble("requires a subcommand");
}

#[test]
fn help_goes_to_standard_output_in_80_columns() {
    for arguments in [vec!["--help"], vec!["inspect", "--help"], vec!["--version"]] {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        ran.is_readable();
    }
}

#[test]
fn a_pem_value_of_one_line_and_its_file_are_told_apart() {
    let pki = Pki::new();
    let der = pki.good();
    let folded = pem(der.der()).replace('\n', " ");
    assert_eq!(inspect_json(&folded)["products"], serde_json::json!(["apache"]));
    assert!(!inspect_json(&escaped_pem(der.der()))["products"].as_array().unwrap().contains(&"apache".into()));
    assert_eq!(inspect_json(&pem(der.der()))["encoding"], Value::Null);
}
