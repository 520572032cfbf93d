//! The guide's documents and the example's can be used as they stand.

#[cfg(feature = "json-schema")]
use std::collections::BTreeSet;

use crate::support::pki::{AnswerShape, ListShape};
use crate::world::{CLIENT, World};

fn world() -> World {
    let world = World::new();
    world.directory.write("denied", "");
    world.directory.write("secret", "0123456789abcdef-secret");
    world.directory.write("other.secret", "fedcba9876543210-secret");
    world.write_list("a.crl", &ListShape::new());
    std::fs::create_dir(world.directory.path().join("answers")).unwrap();
    let answer = AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate);
    world.directory.write("answers/a.der", answer);
    world
}

/// The documents of the guide.
fn blocks() -> Vec<&'static str> {
    let guide = include_str!("../../docs/configuration.md");
    guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn every_document_of_the_guide_builds_a_layer() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 6);
    let world = world();
    for block in blocks {
        world.build(block);
    }
}

#[tokio::test]
async fn the_document_of_the_example_builds_a_layer_but_for_its_file_names() {
    let world = world();
    std::fs::create_dir(world.directory.path().join("crls")).unwrap();
    world.write_list("crls/a.crl", &ListShape::new());
    world.directory.write("edge.secret", "0123456789abcdef-secret");
    let text = EXAMPLE;
    let text = text.replace("issuer.pem", "intermediate.pem").replace("mesh.pem", "foreign.pem");
    let layer = world.build(&text);
    assert!(layer.handle().policy().entries().iter().filter(|entry| !entry.is_default()).count() > 20);
}

/// Every field that holds a table, wherever it stands.
#[cfg(feature = "json-schema")]
#[test]
fn every_table_of_the_schema_stands_in_the_example_or_the_guide() {
    fn keys(value: &toml::Value, found: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    found.insert(key.clone());
                    keys(value, found);
                }
            }
            toml::Value::Array(values) => values.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for document in blocks().into_iter().chain([EXAMPLE]) {
        keys(&toml::Value::Table(document.parse().unwrap()), &mut found);
    }
    let schema: serde_json::Value = serde_json::from_str(&tower_client_cert::ClientCertConfig::json_schema()).unwrap();
    let all = schema["properties"].as_object().unwrap().keys().cloned();
    let inner = crate::leaves::fields(|field| field.contains("Table\""));
    let inner = inner.iter().map(|field| field.split_once('.').unwrap().1.to_owned());
    let missing: Vec<_> = all.chain(inner).filter(|field| !found.contains(field)).collect();
    assert!(missing.is_empty(), "neither in the example nor in the guide: {missing:?}");
}

const EXAMPLE: &str = include_str!("../../examples/from_config/client-cert.toml");
