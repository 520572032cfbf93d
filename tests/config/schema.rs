//! The JSON Schema, as it is committed.

use std::fs;
use std::path::Path;

use tower_client_cert::ClientCertConfig;

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
