//! Byte sequences of the HTTP working group's suite for structured fields, where it is at hand.

use std::io::{Write as _, stderr};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Encoding, decoded};
use crate::reason::Reason;

#[test]
fn byte_sequences_are_judged_as_by_the_suite_for_structured_fields() {
    let Ok(directory) = std::env::var("STRUCTURED_FIELD_TESTS_DIR") else {
        assert_ne!(std::env::var("REQUIRE_GATEWAYS").as_deref(), Ok("1"), "STRUCTURED_FIELD_TESTS_DIR is not set");
        // Not by `eprintln!`, which the harness keeps to itself as long as the test passes.
        return stderr().write_all(b"skipped: STRUCTURED_FIELD_TESTS_DIR is not set\n").unwrap();
    };
    let text = std::fs::read_to_string(Path::new(&directory).join("binary.json")).unwrap();
    let Value::Array(cases) = serde_json::from_str(&text).unwrap() else { panic!("the suite is a list of cases") };
    assert!(cases.len() >= 15, "the suite has {} cases", cases.len());

    let mut differences_met = 0;
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let value = case["raw"][0].as_str().unwrap();
        let verdict = verdict(value);
        if let Some((_, refused, _why)) = DIFFERENCES.iter().find(|(differing, ..)| *differing == name) {
            differences_met += 1;
            assert_ne!(case["must_fail"], true, "{name}: no difference to the suite any more");
            assert_eq!(verdict, Err(*refused), "{name}");
            continue;
        }
        if case["must_fail"] == true {
            assert!(matches!(verdict, Err(Reason::ByteSequenceMalformed | Reason::Base64Malformed)), "{name}");
        } else {
            assert_eq!(verdict, Ok(()), "{name}");
        }
    }
    assert_eq!(differences_met, DIFFERENCES.len(), "a known difference is no longer in the suite");
}

/// Whether the value is a byte sequence. The suite's bytes are no DER: to be refused for that alone is to be parsed, as
/// DER is looked at last; the same bytes inside a SEQUENCE must then be accepted.
fn verdict(value: &str) -> Result<(), Reason> {
    match decoded(value, Encoding::Rfc9440) {
        Ok(_) => Ok(()),
        Err(error) if error.reason() == Reason::DerMalformed => {
            let content = STANDARD.decode(value.trim_matches(':')).unwrap();
            let der = super::encoders::sequence(&content);
            assert_eq!(decoded(super::encoders::rfc9440(&der), Encoding::Rfc9440), Ok(vec![der]));
            Ok(())
        }
        Err(error) => Err(error.reason()),
    }
}

/// Where this crate refuses what the suite parses, or allows to be parsed: case, reason, why.
const DIFFERENCES: &[(&str, Reason, &str)] = &[
    (
        "bad padding",
        Reason::Base64Malformed,
        "allowed to fail; without required padding one certificate would have two spellings",
    ),
    ("empty binary", Reason::ByteSequenceMalformed, "no certificate is empty; absence is judged before decoding"),
    (
        "non-zero pad bits",
        Reason::Base64Malformed,
        "allowed to fail; with any trailing bits one certificate would have several spellings",
    ),
];
