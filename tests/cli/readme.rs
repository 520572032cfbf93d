//! What the README shows is what the program says.

use std::fs;
use std::path::Path;

use crate::program::run;
use crate::support::scratch::Scratch;
use crate::world::AT;

/// As in the README, which does not say that the time is given.
const CONFIG: &str = r#"
[[gateway]]
kind = "apache"
addresses = ["10.1.0.0/24"]

[[anchors]]
file = "partner-ca.pem"
label = "partner"
"#;

#[test]
fn the_run_in_the_readme_is_a_real_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let odd = |name: &str| fs::read_to_string(root.join("tests/fixtures/odd").join(name)).unwrap();
    let directory = Scratch::new("readme");
    directory.write("partner-ca.pem", odd("pss-root-sha256.pem"));
    let config = directory.write("client-cert.toml", CONFIG);
    let line = odd("good.pem").replace('\n', " ");
    let head = directory.write("request.txt", format!("GET /restricted HTTP/1.1\nX-Client-Cert: {line}\n"));

    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, from_command) = readme.split_once("$ client-cert explain ").unwrap();
    let (block, _) = from_command.split_once("\n```").unwrap();
    let (command, shown) = block.split_once('\n').unwrap();
    let (arguments, count) = command.split_once(" | tail -n ").unwrap();
    let arguments = arguments.split(' ').map(|argument| match argument {
        "client-cert.toml" => config.to_str().unwrap(),
        "request.txt" => head.to_str().unwrap(),
        other => other,
    });
    let ran = run(["explain", "--at", AT].into_iter().chain(arguments));
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{ran:?}");
    let lines: Vec<_> = ran.stdout.lines().collect();
    let last = &lines[lines.len() - count.parse::<usize>().unwrap()..];
    assert_eq!(shown, last.join("\n"), "the README should show:\n{}", last.join("\n"));
}
