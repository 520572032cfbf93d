//! The tables of the guide are tables.

use tower_client_cert::{AccessDocument, SystemClock};

#[test]
fn every_table_of_the_guide_can_be_built_and_passes_its_tests() {
    let guide = include_str!("../../docs/rules.md");
    let tables: Vec<_> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(tables.len() > 10);
    for table in tables {
        let built = AccessDocument::from_toml(table).and_then(|document| document.build(&SystemClock));
        assert!(built.is_ok(), "{}\n{table}", built.unwrap_err());
    }
}

#[test]
fn the_example_can_be_built_and_passes_its_tests() {
    let example = AccessDocument::from_toml(include_str!("../../examples/access.toml")).unwrap();
    example.build(&SystemClock).unwrap();
}
