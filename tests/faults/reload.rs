//! A reload that fails at each file in each way: it says which, everything stays as it was, and the next one succeeds.

use std::fs;

use tower_client_cert::{ClientCertLayer, Reason};

use crate::scene::{ask, request};
use crate::support::pki::{AnswerShape, ListShape, Shape};
use crate::world::{CLIENT, World};

const FULL: &str = r#"
[[gateway]]
kind = "nginx"
addresses = ["10.1.0.0/24"]
secret_headers = [{ name = "x-gateway-secret", secret = [{ file = "gateway.secret" }] }]

[[anchors]]
file = "root.pem"
label = "ours"

[[intermediates]]
file = "intermediate.pem"

[revocation]
crls = "a.crl"
deny_list = "denied.txt"
ocsp_answers = "answer.der"
"#;

/// Every file that the document names.
const FILES: [&str; 7] =
    ["client-cert.toml", "root.pem", "intermediate.pem", "a.crl", "denied.txt", "answer.der", "gateway.secret"];

const SECRET: &str = "0123456789abcdef-of-the-gateway";

const REVOKED: &[u8] = &[0x0b, 0x01];

fn damages(whole: &[u8]) -> Vec<(&'static str, Option<Vec<u8>>)> {
    vec![
        ("missing", None),
        ("garbage", Some(b"\xff\xfe\0\x01 garbage".repeat(9))),
        ("cut", Some(whole[..whole.len() * 2 / 3].to_vec())),
        ("prefixed", Some([b"\0\0\0\0", whole].concat())),
    ]
}

async fn is_as_ever(layer: &ClientCertLayer, good: &str, revoked: &str, when: &str) {
    let lines = |certificate| request(&[("x-gateway-secret", SECRET), ("x-client-cert", certificate)]);
    let asked = ask(layer, lines(good)).await;
    assert!(asked.identity().is_some(), "{when}: {:?}", asked.refusal());
    assert_eq!(ask(layer, lines(revoked)).await.reason(), Some(Reason::Revoked), "{when}");
    let without_secret = ask(layer, request(&[("x-client-cert", good)])).await;
    assert!(without_secret.identity().is_none(), "{when}");
}

#[tokio::test]
async fn a_reload_that_fails_at_any_file_in_any_way_changes_nothing() {
    let world = World::new();
    let revoked = world.intermediate.issue(&Shape::partner().serial(REVOKED)).escaped_pem();
    let good = world.partner.escaped_pem();
    world.write_list("a.crl", &ListShape::new().revoke(REVOKED));
    world.directory.write("denied.txt", format!("certificate {}\n", "0".repeat(64)));
    world.directory.write("answer.der", AnswerShape::good(CLIENT).signed(&world.intermediate, &world.intermediate));
    world.directory.write("gateway.secret", SECRET);
    let layer = world.build(FULL);
    let handle = layer.handle();
    is_as_ever(&layer, &good, &revoked, "at first").await;

    for file in FILES {
        let path = world.directory.path().join(file);
        let whole = fs::read(&path).unwrap();
        for (damage, content) in damages(&whole) {
            let when = format!("{file} is {damage}");
            match content {
                Some(content) => fs::write(&path, content).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let failed = handle.reload();
            // A text that is cut or prefixed may still be one; then it is the file's word, and no failure.
            let may_be_read =
                matches!((file, damage), ("gateway.secret" | "denied.txt" | "client-cert.toml", "cut" | "prefixed"));
            if !may_be_read {
                let error = failed.expect_err(&when).to_string();
                assert!(error.contains(file), "{when}: {error}");
                assert_eq!(handle.reload_failure().as_deref(), Some(error.as_str()), "{when}");
                is_as_ever(&layer, &good, &revoked, &when).await;
            }
            fs::write(&path, &whole).unwrap();
            handle.reload().unwrap_or_else(|error| panic!("after {when}: {error}"));
            assert_eq!(handle.reload_failure(), None, "{when}");
            is_as_ever(&layer, &good, &revoked, &format!("after {when}")).await;
        }
    }
}
