//! What stands in the package that is published.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// Files of the root, each by its name.
const ROOT: &[&str] = &[
    ".cargo_vcs_info.json",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
];

/// Folders, and the kinds of files that are wanted from them.
const FOLDERS: &[(&str, &[&str])] = &[
    ("benches", &["rs"]),
    ("docs", &["json", "md", "yml"]),
    ("examples", &["bicep", "md", "rs", "toml"]),
    ("src", &["css", "rs", "txt"]),
    ("tests/fixtures/fuzz", &[""]),
    ("tests", &["der", "json", "md", "pem", "py", "rs", "toml", "txt"]),
];

/// Names that Windows keeps for devices, whatever follows the dot.
const RESERVED_ON_WINDOWS: &[&str] = &["aux", "con", "nul", "prn"];

fn packaged() -> Vec<String> {
    let output = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["package", "--list", "--locked", "--allow-dirty", "--quiet"])
        .current_dir(crate::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed: Vec<_> =
        String::from_utf8(output.stdout).unwrap().lines().map(|path| path.replace('\\', "/")).collect();
    assert!(listed.len() > 100, "{listed:?}");
    listed
}

fn is_wanted(path: &str) -> bool {
    let extension = Path::new(path).extension().map_or("", |extension| extension.to_str().unwrap());
    let folder = FOLDERS.iter().find(|(folder, _)| Path::new(path).starts_with(folder));
    folder.map_or(ROOT.contains(&path), |(_, extensions)| extensions.contains(&extension))
}

#[test]
fn nothing_is_published_that_is_not_wanted() {
    let unwanted: Vec<_> = packaged().into_iter().filter(|path| !is_wanted(path)).collect();
    assert!(unwanted.is_empty(), "exclude it in Cargo.toml, or want it in {}\n{}", file!(), unwanted.join("\n"));
}

#[test]
fn everything_is_published_that_the_code_includes() {
    let listed = packaged();
    for wanted in ROOT.iter().filter(|name| **name != ".cargo_vcs_info.json") {
        assert!(listed.iter().any(|path| path == wanted), "{wanted} is missing");
    }
    let is_code = |path: &&String| path.starts_with("src/") && Path::new(path).extension() == Some("rs".as_ref());
    for path in listed.iter().filter(is_code) {
        let source = fs::read_to_string(crate::root().join(path)).unwrap();
        let macros = ["include_bytes!(\"", "include_str!(\""];
        for included in macros.iter().flat_map(|name| source.split(name).skip(1)) {
            let relative = included.split_once("\")").unwrap().0;
            let target = crate::root().join(path).parent().unwrap().join(relative).canonicalize().unwrap();
            let name = target.strip_prefix(crate::root().canonicalize().unwrap()).unwrap();
            assert!(listed.iter().any(|path| Path::new(path) == name), "{path} includes {}", name.display());
        }
    }
}

#[test]
fn every_file_can_be_unpacked_everywhere() {
    let listed = packaged();
    let folded: BTreeSet<_> = listed.iter().map(|path| path.to_lowercase()).collect();
    assert_eq!(folded.len(), listed.len(), "two names differ by case alone");
    for path in &listed {
        for part in path.split('/') {
            let stem = part.split('.').next().unwrap().to_lowercase();
            assert!(!RESERVED_ON_WINDOWS.contains(&stem.as_str()), "{path} is no name on Windows");
        }
    }
}
