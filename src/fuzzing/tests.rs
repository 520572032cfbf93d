//! Replays the seeds, and the inputs that fuzzing found, through the bodies of the fuzz targets.

use std::fs;
use std::path::{Path, PathBuf};

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

/// What must hold for an input.
type Invariants = fn(&[u8]);

/// Every other target, by its name.
const OTHERS: &[(&str, Invariants)] = &[
    #[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
    ("access_document", super::access_document),
    ("certificate", super::certificate),
    #[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
    ("configuration", super::configuration),
    ("crl", super::crl),
    ("distinguished_name", super::distinguished_name),
    #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
    ("layer", super::layer),
    ("name_pattern", super::name_pattern),
    ("ocsp_answer", super::ocsp_answer),
    #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
    ("remembered", super::remembered),
];

#[test]
fn every_input_of_an_encoding_keeps_what_must_hold() {
    for (target, encoding) in ENCODINGS {
        for input in inputs(target) {
            match *target {
                "xfcc_json" => super::xfcc_json(&input),
                "xfcc_text" => super::xfcc_text(&input),
                _ => super::encoding(&input, *encoding),
            }
        }
    }
}

#[test]
fn every_input_of_every_other_target_keeps_what_must_hold() {
    for (target, keeps_what_must_hold) in OTHERS {
        for input in inputs(target) {
            keeps_what_must_hold(&input);
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
fn every_certificate_among_the_fixtures_keeps_what_must_hold() {
    for folder in ["tests/fixtures/names/read", "tests/fixtures/names/refused"] {
        for der in contents(&root().join(folder)) {
            super::certificate(&der);
        }
    }
}

/// Only in the repository: the package comes without the targets.
#[cfg(all(feature = "config", any(feature = "aws-lc-rs", feature = "ring")))]
#[test]
fn every_target_is_replayed() {
    let Ok(files) = fs::read_dir(root().join("fuzz/fuzz_targets")) else { return };
    let mut targets: Vec<_> = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned()).collect();
    targets.sort();
    let others = OTHERS.iter().map(|(target, _)| *target);
    let mut replayed: Vec<_> = ENCODINGS.iter().map(|(target, _)| *target).chain(others).collect();
    replayed.sort_unstable();
    assert_eq!(targets, replayed);
}

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
#[test]
fn the_client_is_seen_behind_every_gateway_and_from_nowhere_else() {
    let clients: Vec<_> = seeds("layer").iter().filter_map(|seed| super::layer::client(seed)).collect();
    for gateway in &super::world::World::shared().gateways {
        assert!(clients.iter().any(|client| client.gateway() == gateway.name()), "{}", gateway.name());
    }
}

/// What the layer accepts of all inputs, `openssl verify` accepts at the same time for the same use.
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
#[test]
fn what_is_accepted_openssl_accepts_too() {
    use std::collections::BTreeSet;
    use std::io::Write as _;
    use std::process::Command;
    use std::time::UNIX_EPOCH;

    use crate::clock::Clock as _;

    let accepted: BTreeSet<Vec<u8>> = inputs("layer")
        .iter()
        .filter_map(|input| super::layer::client(input)?.certificate().der().to_vec().into())
        .collect();
    assert!(!accepted.is_empty(), "nothing is accepted");
    if Command::new("openssl").arg("version").output().is_err() {
        assert_ne!(std::env::var("REQUIRE_GATEWAYS").as_deref(), Ok("1"), "openssl is missing");
        // Not by `eprintln!`, which the harness keeps to itself as long as the test passes.
        return std::io::stderr().write_all(b"skipped: there is no openssl\n").unwrap();
    }
    let now = super::world::InForce.now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    for der in accepted {
        let file = std::env::temp_dir().join(format!("tower-client-cert-accepted-{}.der", std::process::id()));
        fs::write(&file, der).unwrap();
        let verified = Command::new("openssl")
            .args(["verify", "-x509_strict", "-purpose", "sslclient", "-attime", &now, "-CAfile"])
            .arg(root().join("tests/fixtures/odd/root.pem"))
            .arg(&file)
            .output()
            .unwrap();
        fs::remove_file(&file).unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }
}

/// The seeds, and in the repository what fuzzing has found beyond them.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let found = root().join("fuzz/corpora").join(target);
    seeds(target).into_iter().chain(found.is_dir().then(|| contents(&found)).into_iter().flatten()).collect()
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    contents(&root().join("tests/fixtures/fuzz").join(target))
}

fn contents(folder: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let contents: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!contents.is_empty(), "{} is empty", folder.display());
    contents
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
