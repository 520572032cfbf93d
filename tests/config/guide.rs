//! The guide's documents and the example's can be used as they stand.

use crate::support::pki::ListShape;
use crate::world::World;

fn world() -> World {
    let world = World::new();
    world.directory.write("denied", "");
    world.directory.write("secret", "0123456789abcdef-secret");
    world.directory.write("other.secret", "fedcba9876543210-secret");
    world.write_list("a.crl", &ListShape::new());
    world
}

#[tokio::test]
async fn every_document_of_the_guide_builds_a_layer() {
    let guide = include_str!("../../docs/configuration.md");
    let blocks: Vec<_> = guide.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
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
    let text = include_str!("../../examples/from_config/client-cert.toml");
    let text = text.replace("issuer.pem", "intermediate.pem").replace("mesh.pem", "foreign.pem");
    let layer = world.build(&text);
    assert!(layer.handle().policy().entries().iter().filter(|entry| !entry.is_default()).count() > 20);
}
