//! The serialised shape.

use serde_json::json;

use super::*;

#[test]
fn a_certificate_serialises_to_texts_and_structure() {
    let certificate = read("key-identifiers");
    let name = |common_name: &str| {
        json!({
            "text": format!("CN={common_name},O=Big Partner Foo SA,C=CH"),
            "rdns": [
                [{"oid": "2.5.4.6", "key": "C", "text": "CH"}],
                [{"oid": "2.5.4.10", "key": "O", "text": "Big Partner Foo SA"}],
                [{"oid": "2.5.4.3", "key": "CN", "text": common_name}],
            ],
        })
    };
    let expected = json!({
        "version": 3,
        "serial": "01",
        "signature_algorithm": {"name": "ecdsa-with-SHA512", "oid": "1.2.840.10045.4.3.4"},
        "issuer": name("CARC I101L"),
        "not_before": "2026-03-01T00:00:00Z",
        "not_after": "2028-02-29T23:59:59Z",
        "subject": name("data-exchange-svc01"),
        "public_key": {"name": "P-256", "oid": "1.2.840.10045.2.1"},
        "alternative_names": [],
        "purposes": null,
        "key_usage": null,
        "basic_constraints": null,
        "subject_key_id": "00a1b2",
        "authority_key_id": "ffee",
        "fingerprint": certificate.fingerprint().to_string(),
        "public_key_fingerprint": certificate.public_key_fingerprint().to_string(),
    });
    assert_eq!(serde_json::to_value(&certificate).unwrap(), expected);
}

#[test]
fn alternative_names_serialise_by_kind_without_escapes() {
    let names = serde_json::to_value(read("san-every-kind").alternative_names()).unwrap();
    assert_eq!(names[0], json!({"kind": "dns", "value": "a.example"}));
    assert_eq!(names[5], json!({"kind": "ip", "value": "2001:db8::1"}));
    assert_eq!(names[6]["value"]["text"], "CN=d,O=Big\\, Partner");
    assert_eq!(names[8], json!({"kind": "other", "type_id": "1.3.6.1.4.1.32473.2", "value_der": "160178"}));
    assert_eq!(names[9], json!({"kind": "rid", "value": "1.3.6.1.4.1.32473.3"}));
}

#[test]
fn values_without_text_serialise_as_der() {
    let subject = serde_json::to_value(read("value-is-an-integer").subject()).unwrap();
    assert_eq!(subject["rdns"][1][0], json!({"oid": "2.5.4.3", "key": "CN", "text": null, "value_der": "020105"}));
}

#[test]
fn usages_serialise_by_name() {
    let ca = serde_json::to_value(read("ca-with-path-length")).unwrap();
    assert_eq!(ca["key_usage"], json!(["keyCertSign", "cRLSign"]));
    assert_eq!(ca["basic_constraints"], json!({"is_ca": true, "path_len": 0}));
    let purposes = serde_json::to_value(read("purposes").purposes()).unwrap();
    assert_eq!(purposes[0], json!({"name": "clientAuth", "oid": "1.3.6.1.5.5.7.3.2"}));
    assert_eq!(purposes[3], json!({"name": null, "oid": "1.2.3.4"}));
}
