//! Every example is told of, and run.

use std::fs;

use crate::{page, root};

#[test]
fn every_example_is_in_the_index_and_run_by_ci() {
    let index = page(&root().join("examples/README.md"));
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let examples: Vec<_> =
        manifest.split("[[example]]\nname = \"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(examples.len() > 5);
    for example in &examples {
        assert!(index.text.contains(&format!("[{example}](")), "{example} is not in examples/README.md");
        assert!(
            ci.split_whitespace().any(|word| word.trim_end_matches(';') == *example),
            "{example} is not in .ci/run"
        );
    }
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs").unwrap_or(&name);
        let is_no_example = ["README.md", "access.toml"].contains(&name);
        assert!(is_no_example || examples.contains(&name), "{name} has no [[example]] in Cargo.toml");
    }
}
