//! The JSON Schema, as it is committed.

use std::fs;
use std::path::Path;

use tower_client_cert::{AccessDocument, ClientCertConfig, SystemClock};

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/client-cert.schema.json");
    let made = ClientCertConfig::json_schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "run this test with UPDATE_SCHEMA=1 and commit {}", path.display());
}

#[test]
fn nothing_in_the_schema_may_be_null() {
    assert!(!ClientCertConfig::json_schema().contains("null"));
}

/// What stands for every path without a rule has none itself; the reader refuses these keys.
#[test]
fn the_rule_for_all_other_paths_has_no_place() {
    let schema: serde_json::Value = serde_json::from_str(&ClientCertConfig::json_schema()).unwrap();
    let otherwise = &schema["properties"]["otherwise"];
    let forbidden: Vec<_> =
        otherwise["not"]["anyOf"].as_array().unwrap().iter().map(|key| &key["required"][0]).collect();
    let keys = ["grpc = \"a.B/C\"", "methods = [\"GET\"]", "mode = \"shadow\"", "path = \"/a\"", "template = \"/{a}\""];
    for key in keys {
        let name = key.split(' ').next().unwrap();
        assert!(forbidden.iter().any(|forbidden| *forbidden == name), "{name}");
        let document = AccessDocument::from_toml(&format!("[otherwise]\norganization = \"A\"\n{key}\n")).unwrap();
        let told = document.build(&SystemClock).unwrap_err().to_string();
        assert!(told.contains("path, template, grpc, methods or mode"), "{key}: {told}");
    }
    assert_eq!(forbidden.len(), keys.len());
}
