//! The layer beside `openssl verify` and Python's `cryptography`: who accepts what, and why we differ.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::layer;
use crate::support::pki::{self, NOW_UNIX_SECONDS};
use crate::support::programs;
use crate::support::scratch::Scratch;
use crate::variants::{self, Variant};

/// Which of two validators accepts, where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    WeAccept,
    WeRefuse,
}

#[test]
fn two_defects_are_refused_where_one_of_them_is() {
    let variants = variants::all();
    let mut alone = BTreeMap::new();
    for variant in variants.iter().filter(|variant| variant.defects.len() == 1) {
        alone.insert(variant.defects[0], accepts(variant));
    }
    for variant in &variants {
        let expected = variant.defects.iter().all(|defect| alone[defect]);
        assert_eq!(accepts(variant), expected, "{}", variant.name);
    }
}

#[test]
fn every_difference_from_openssl_has_a_reason() {
    let variants = variants::all();
    let Some(verdicts) = openssl(&variants) else { return };
    compare("openssl", &variants, &verdicts);
}

#[test]
fn every_difference_from_python_cryptography_has_a_reason() {
    let variants = variants::all();
    let Some(verdicts) = python(&variants) else { return };
    compare("python-cryptography", &variants, &verdicts);
}

fn compare(validator: &str, variants: &[Variant], verdicts: &[String]) {
    assert_eq!(variants.len(), verdicts.len());
    let reasons = reasons(validator);
    let mut needed = BTreeSet::new();
    let mut unexplained = Vec::new();
    for (variant, theirs) in variants.iter().zip(verdicts) {
        let ours = accepts(variant);
        let difference = match (ours, theirs == "accepted") {
            (true, false) => Difference::WeAccept,
            (false, true) => Difference::WeRefuse,
            _ => continue,
        };
        let explained: Vec<_> = variant
            .defects
            .iter()
            .map(|defect| (*defect, difference))
            .filter(|key| reasons.contains_key(key))
            .collect();
        if explained.is_empty() {
            unexplained.push(format!("{}: {difference:?}; {validator}: {theirs}", variant.name));
        }
        needed.extend(explained);
    }
    eprintln!("{validator}: {} variants", variants.len());
    for unused in reasons.keys().filter(|key| !needed.contains(*key)) {
        unexplained.push(format!("{unused:?} has a reason, but there is no difference"));
    }
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
}

fn accepts(variant: &Variant) -> bool {
    let builder = layer::anchors([variant.anchor.as_slice()]).map(|anchors| layer::builder(anchors, pki::now()));
    layer::send(builder, variant.chain.iter().map(Vec::as_slice)).0.is_accepted()
}

fn openssl(variants: &[Variant]) -> Option<Vec<String>> {
    let program = programs::require("openssl")?;
    let scratch = Scratch::new("differential");
    let verdict = |variant: &Variant| {
        let file = |name: &str, ders: &[Vec<u8>]| {
            scratch.write(name, ders.iter().map(|der| pki::pem(der)).collect::<String>())
        };
        let (leaf, above) = variant.chain.split_first().unwrap();
        let output = Command::new(&program)
            .args(["verify", "-purpose", "sslclient", "-x509_strict", "-attime", &NOW_UNIX_SECONDS.to_string()])
            .args(["-CAfile".as_ref(), file("anchor.pem", std::slice::from_ref(&variant.anchor)).as_os_str()])
            .args(["-untrusted".as_ref(), file("untrusted.pem", above).as_os_str()])
            .arg(file("leaf.pem", std::slice::from_ref(leaf)))
            .output()
            .unwrap();
        if output.status.success() {
            return "accepted".to_owned();
        }
        String::from_utf8_lossy(&output.stderr).replace('\n', " ")
    };
    Some(variants.iter().map(verdict).collect())
}

fn python(variants: &[Variant]) -> Option<Vec<String>> {
    let import = "from cryptography.x509.verification import PolicyBuilder as P; P.build_client_verifier";
    let program = programs::require("python3")?;
    if !Command::new(&program).args(["-c", import]).output().unwrap().status.success() {
        programs::missing("python3 has no cryptography with a client verifier");
        return None;
    }
    let request = |variant: &Variant| {
        let chain: Vec<_> = variant.chain.iter().map(|der| STANDARD.encode(der)).collect();
        json!({ "now": NOW_UNIX_SECONDS, "anchor": STANDARD.encode(&variant.anchor), "chain": chain })
    };
    let requests = variants.iter().map(request).collect::<Value>().to_string();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/pyca.py");
    let mut child = Command::new(&program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(requests.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The reasons for differences from one validator, by defect.
fn reasons(validator: &str) -> BTreeMap<(&'static str, Difference), String> {
    let exceptions: Value = serde_json::from_str(include_str!("differential-exceptions.json")).unwrap();
    let known: BTreeSet<_> = variants::all().iter().flat_map(|variant| variant.defects.clone()).collect();
    let of_validator = exceptions.as_array().unwrap().iter().filter(|exception| exception["validator"] == validator);
    of_validator
        .map(|exception| {
            let defect = known.get(exception["defect"].as_str().unwrap()).unwrap();
            let difference = match exception["we"].as_str().unwrap() {
                "accept" => Difference::WeAccept,
                "refuse" => Difference::WeRefuse,
                other => panic!("{other}"),
            };
            let reason = exception["reason"].as_str().unwrap().to_owned();
            assert!(!reason.is_empty(), "{exception}");
            ((*defect, difference), reason)
        })
        .collect()
}
