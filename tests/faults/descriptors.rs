//! A process that has no file descriptor left.

use std::env;
use std::fs::File;
use std::process::Command;

use crate::scene::{ask, with_certificate};
use crate::support::pki::Shape;
use crate::world::{USUAL, World};

const CHILD: &str = "TOWER_CLIENT_CERT_WITHOUT_DESCRIPTORS";

#[test]
fn without_descriptors_requests_are_answered_and_reloads_fail_until_there_are_some() {
    let child = Command::new("sh")
        .args(["-c", "ulimit -n 48; exec \"$0\" --exact descriptors::without_descriptors --ignored --nocapture"])
        .arg(env::current_exe().unwrap())
        .env(CHILD, "1")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
    assert!(output.contains("1 passed"), "{output}");
}

/// Runs in a process of its own, which may open few files.
#[tokio::test]
#[ignore = "runs in a process of its own, by the test above"]
async fn without_descriptors() {
    assert!(env::var_os(CHILD).is_some(), "the limit is not set");
    let world = World::new();
    let layer = world.build(USUAL);
    let handle = layer.handle();
    let new = world.intermediate.issue(&Shape::partner().serial(&[0x0c, 0x01]));
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());

    let mut opened = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        opened.push(file);
        assert!(opened.len() < 1000, "there is no limit");
    }
    for _ in 0..3 {
        let error = handle.reload().unwrap_err().to_string();
        assert!(error.contains("client-cert.toml"), "{error}");
        // Known and new clients, and those who are nobody's.
        assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
        assert!(ask(&layer, with_certificate(&world.foreigner)).await.identity().is_none());
    }
    assert!(ask(&layer, with_certificate(&new)).await.identity().is_some());
    assert_eq!(handle.counts().failed_reloads(), 3);

    drop(opened);
    handle.reload().unwrap();
    assert_eq!(handle.reload_failure(), None);
    assert!(ask(&layer, with_certificate(&world.partner)).await.identity().is_some());
}
