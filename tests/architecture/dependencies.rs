//! What cargo says of the crates that this one is built with.

use std::env;
use std::process::Command;

use serde_json::Value;

fn packages() -> Vec<Value> {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(crate::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 100, "{} packages", packages.len());
    packages
}

/// `1.88` and `1.88.0` are the same.
fn version(text: &str) -> Vec<u32> {
    let mut numbers: Vec<_> = text.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

#[test]
fn no_crate_of_the_lock_file_asks_for_a_newer_rust_than_this_one() {
    let announced = version(env!("CARGO_PKG_RUST_VERSION"));
    let newer: Vec<_> = packages()
        .iter()
        .filter_map(|package| {
            let wanted = package["rust_version"].as_str()?;
            (version(wanted) > announced)
                .then(|| format!("{} {} needs Rust {wanted}", package["name"], package["version"]))
        })
        .collect();
    assert!(newer.is_empty(), "this crate announces {}\n{}", env!("CARGO_PKG_RUST_VERSION"), newer.join("\n"));
}
