//! Every product's bytes as its documentation, its source or a capture shows them, with the origin in the fixture, read by
//! the constructor named after the product.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tower_client_cert::gateway_facts::GatewayFacts;

use crate::scenes::verdict;
use crate::service::Service;
use crate::support::http;
use crate::support::pki::{Minted, Pki, escaped_pem, pem};
use crate::support::products::{cases, fixtures, gateway_of};

#[tokio::test]
async fn every_product_is_read_as_its_fixture_says() {
    let pki = Pki::new();
    let leaf = pki.good();
    for facts in GatewayFacts::ALL {
        let gateway = gateway_of(facts.product).unwrap();
        assert_eq!(gateway.facts(), Some(*facts));
        let service = Service::start(gateway, &pki).await;
        let text = fs::read_to_string(fixtures().join(format!("{}.txt", facts.product))).unwrap();
        assert!(text.starts_with("# Origin: "), "{}", facts.product);
        let cases = cases(&text);
        assert!(cases.iter().any(|(expected, _)| *expected == "Big Partner Foo SA"), "{}", facts.product);
        assert!(cases.iter().any(|(expected, _)| *expected == "certificate-missing"), "{}", facts.product);
        for (expected, lines) in cases {
            let lines: Vec<_> = lines.iter().map(|line| filled_in(line, &pki, &leaf)).collect();
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let answer = http::send(service.address, &http::get("/restricted", &lines)).await;
            assert_eq!(verdict(&answer), expected, "{}: {lines:?}", facts.product);
        }
    }
}

#[test]
fn there_is_a_fixture_for_every_product_and_for_nothing_else() {
    let files: Vec<_> = fs::read_dir(fixtures()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.len(), GatewayFacts::ALL.len(), "{files:?}");
}

/// Replaces `{certificate form}` by the bytes; other braces stay.
fn filled_in(line: &str, pki: &Pki, leaf: &Minted) -> String {
    let mut filled = line.to_owned();
    let chain = |names: &str| -> Vec<u8> {
        let der = |name| match name {
            "leaf" => leaf.der(),
            "intermediate" => pki.intermediate.der(),
            "root" => pki.root.der(),
            other => panic!("no certificate is called {other}"),
        };
        names.split('+').flat_map(der).copied().collect()
    };
    for names in ["leaf", "intermediate", "root", "leaf+intermediate", "intermediate+root"] {
        for (form, write) in FORMS {
            let token = format!("{{{names} {form}}}");
            if filled.contains(&token) {
                filled = filled.replace(&token, &write(&chain(names)));
            }
        }
    }
    filled
}

type Form = (&'static str, fn(&[u8]) -> String);

const FORMS: &[Form] = &[
    ("byte-sequence", |der| format!(":{}:", STANDARD.encode(der))),
    ("der-base64", |der| STANDARD.encode(der)),
    ("der-base64-escaped", |der| STANDARD.encode(der).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")),
    ("hash", |der| Sha256::digest(der).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))),
    ("pem-escaped", escaped_pem),
    ("pem-escaped-alb", |der| escaped_pem(der).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")),
    ("pem-escaped-apache", |der| pem(der).replace(' ', "%20").replace('\n', "%0a")),
    ("pem-folded", |der| pem(der).replace('\n', " ")),
];
