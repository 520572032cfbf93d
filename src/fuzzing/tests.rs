//! Replays the seeds through the bodies of the fuzz targets.

use std::fs;
use std::path::Path;

use crate::encoding::{Encoding, XfccElement, decode_value};

const ENCODINGS: &[(&str, Encoding)] = &[
    ("auto", Encoding::Auto),
    ("der_base64", Encoding::DerBase64),
    ("der_base64_concatenated", Encoding::DerBase64Concatenated),
    ("der_base64_list", Encoding::DerBase64List),
    ("der_hex", Encoding::DerHex),
    ("pem", Encoding::Pem),
    ("pem_base64", Encoding::PemBase64),
    ("rfc9440", Encoding::Rfc9440),
    ("rfc9440_list", Encoding::Rfc9440List),
    ("xfcc_json", Encoding::Xfcc(XfccElement::Only)),
    ("xfcc_text", Encoding::Xfcc(XfccElement::Only)),
];

#[test]
fn every_seed_of_an_encoding_keeps_what_must_hold() {
    for (target, encoding) in ENCODINGS {
        for seed in seeds(target) {
            match *target {
                "xfcc_json" => super::xfcc_json(&seed),
                "xfcc_text" => super::xfcc_text(&seed),
                _ => super::encoding(&seed, *encoding),
            }
        }
    }
}

#[test]
fn every_encoding_has_a_seed_that_is_accepted_and_one_that_is_refused() {
    for (target, encoding) in ENCODINGS {
        let results: Vec<_> = seeds(target).iter().map(|seed| decode_value(seed, *encoding, 10).is_ok()).collect();
        assert!(results.contains(&true) && results.contains(&false), "{target}: {results:?}");
    }
}

#[test]
fn every_seed_of_a_certificate_keeps_what_must_hold() {
    for seed in seeds("certificate") {
        super::certificate(&seed);
    }
}

#[test]
fn every_seed_of_an_ocsp_answer_keeps_what_must_hold() {
    for seed in seeds("ocsp_answer") {
        super::ocsp_answer(&seed);
    }
}

#[test]
fn every_certificate_among_the_fixtures_keeps_what_must_hold() {
    for folder in ["tests/fixtures/names/read", "tests/fixtures/names/refused"] {
        for der in contents(folder) {
            super::certificate(&der);
        }
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
#[test]
fn every_seed_of_a_request_keeps_what_must_hold() {
    for seed in seeds("layer") {
        super::layer(&seed);
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
#[test]
fn the_client_is_seen_behind_every_gateway_and_from_nowhere_else() {
    let clients: Vec<_> = seeds("layer").iter().filter_map(|seed| super::layer::client(seed)).collect();
    for gateway in &super::world::World::shared().gateways {
        assert!(clients.iter().any(|client| client.gateway() == gateway.name()), "{}", gateway.name());
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    contents(&format!("tests/fixtures/fuzz/{target}"))
}

fn contents(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let contents: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!contents.is_empty(), "{} is empty", folder.display());
    contents
}
