//! Of several entries, each counts: none is passed over because of another.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use rcgen::SanType;
use tower_client_cert::{ClientCertLayer, GatewayCertificate, GatewayPeer, Reason};

use crate::scene::{GATEWAY, ask, request, request_from, with_certificate};
use crate::support::pki::{AnswerShape, ListShape, Minted, Shape};
use crate::world::{CLIENT, USUAL, World};

fn world() -> World {
    let world = World::new();
    world.directory.write("secret", "0123456789abcdef-secret");
    world.directory.write("other.secret", "fedcba9876543210-secret");
    world
}

/// The usual document with lines in the table of its gateway.
fn with_gateway(lines: &str) -> String {
    USUAL.replacen("kind = \"nginx\"\n", &format!("kind = \"nginx\"\n{lines}\n"), 1)
}

fn partner(world: &World, peer: &str, lines: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let value = world.partner.escaped_pem();
    request_from(peer, &[&[("x-client-cert", value.as_str())][..], lines].concat())
}

async fn is_known(layer: &ClientCertLayer, request: Request<Full<Bytes>>) -> bool {
    ask(layer, request).await.identity().is_some()
}

fn over(mut request: Request<Full<Bytes>>, gateway: &Minted) -> Request<Full<Bytes>> {
    request.extensions_mut().insert(GatewayCertificate::new([gateway.der()]));
    request
}

const SECRET: (&str, &str) = ("x-a", "0123456789abcdef-secret");
const OTHER: (&str, &str) = ("x-b", "fedcba9876543210-secret");

#[tokio::test]
async fn another_way_demands_its_own_factors() {
    let world = world();
    let layer = world.build(&with_gateway(
        "or = [{ addresses = \"10.7.0.0/24\", secret_headers = [{ name = \"x-a\", secret = { file = \"secret\" } }, \
         { name = \"x-b\", secret = { file = \"other.secret\" } }] }, \
         { addresses = \"10.8.0.0/24\", certificate = [{ anchors = [{ file = \"foreign.pem\" }], allow_any_issued = true }] }]",
    ));
    for lines in [&[][..], &[SECRET], &[OTHER]] {
        assert!(!is_known(&layer, partner(&world, "10.7.0.1", lines)).await, "{lines:?}");
    }
    assert!(is_known(&layer, partner(&world, "10.7.0.1", &[SECRET, OTHER])).await);
    assert!(!is_known(&layer, partner(&world, "10.8.0.1", &[])).await);
    assert!(is_known(&layer, over(partner(&world, "10.8.0.1", &[]), &world.foreigner)).await);
    assert!(is_known(&layer, partner(&world, GATEWAY, &[])).await, "the first way is as it was");
}

#[tokio::test]
async fn another_way_may_be_a_socket_whose_users_are_named() {
    let world = world();
    let layer = world.build(&with_gateway("or = [{ unix_socket = { uids = [33] } }]"));
    let through = |peer: GatewayPeer| {
        let mut request = partner(&world, GATEWAY, &[]);
        request.extensions_mut().insert(peer);
        request
    };
    for (uid, is_trusted) in [(Some(33), true), (Some(34), false), (None, false)] {
        assert_eq!(is_known(&layer, through(GatewayPeer::unix(uid))).await, is_trusted, "{uid:?}");
    }
    assert!(is_known(&layer, partner(&world, GATEWAY, &[])).await, "the first way is as it was");
}

#[tokio::test]
async fn every_secret_and_every_certificate_is_demanded() {
    let world = world();
    let secrets = world.build(&with_gateway(
        "secret_headers = [{ name = \"x-a\", secret = { file = \"secret\" } }, \
         { name = \"x-b\", secret = { file = \"other.secret\" } }]",
    ));
    assert!(!is_known(&secrets, partner(&world, GATEWAY, &[SECRET])).await);
    assert!(is_known(&secrets, partner(&world, GATEWAY, &[SECRET, OTHER])).await);

    let named = |names: &[&str]| {
        let name = |name: &&str| SanType::DnsName((*name).try_into().unwrap());
        let shape = names.iter().map(name).fold(Shape::client("edge"), Shape::alternative_name);
        world.foreign_root.issue(&shape)
    };
    let certificates = world.build(&with_gateway(
        "certificate = [{ anchors = [{ file = \"foreign.pem\" }], dns = \"a.internal\" }, \
         { anchors = [{ file = \"foreign.pem\" }], dns = \"b.internal\" }]",
    ));
    for (names, is_proven) in [(&["a.internal"][..], false), (&["a.internal", "b.internal"][..], true)] {
        let asked = over(partner(&world, GATEWAY, &[]), &named(names));
        assert_eq!(is_known(&certificates, asked).await, is_proven, "{names:?}");
    }
}

#[tokio::test]
async fn every_header_with_the_same_certificate_must_agree() {
    let world = world();
    let layer = world.build(&with_gateway(
        "other_leaf_headers = [{ name = \"x-again\", encoding = \"pem\" }, { name = \"x-more\", encoding = \"pem\" }]",
    ));
    let (ours, theirs) = (world.partner.escaped_pem(), world.foreigner.escaped_pem());
    let asked = |more: &str| partner(&world, GATEWAY, &[("x-again", &ours), ("x-more", more)]);
    assert!(is_known(&layer, asked(&ours)).await);
    assert_eq!(ask(&layer, asked(&theirs)).await.reason(), Some(Reason::LeafHeadersDiffer));
}

#[tokio::test]
async fn numbered_headers_of_the_chain_are_read() {
    let world = world();
    let text = with_gateway("numbered_chain_headers = { name = \"x-chain-\", encoding = \"pem\" }");
    let layer = world.build(&text.replace("[[intermediates]]\nfile = \"intermediate.pem\"\n", ""));
    assert!(!is_known(&layer, partner(&world, GATEWAY, &[])).await);
    let issuer = world.intermediate.escaped_pem();
    assert!(is_known(&layer, partner(&world, GATEWAY, &[("x-chain-0", &issuer)])).await);
}

#[tokio::test]
async fn every_list_and_every_answer_is_read() {
    let world = world();
    world.directory.write("root.crl", world.foreign_root.sign_list(&ListShape::new()));
    world.write_list("revoked.crl", &ListShape::new().revoke(CLIENT));
    let signed = |shape: AnswerShape| shape.signed(&world.intermediate, &world.intermediate);
    world.directory.write("others.der", signed(AnswerShape::good(&[0x0a, 0x1c])));
    world.directory.write("revoked.der", signed(AnswerShape::revoked(CLIENT)));
    let foreign = format!("{USUAL}[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"theirs\"\n");
    for sources in ["crls = [\"root.crl\", \"revoked.crl\"]", "ocsp_answers = [\"others.der\", \"revoked.der\"]"] {
        let layer = world.build(&format!("{foreign}[revocation]\n{sources}\n"));
        let asked = ask(&layer, with_certificate(&world.partner)).await;
        assert_eq!(asked.reason(), Some(Reason::Revoked), "{sources}");
    }
}

#[tokio::test]
async fn the_policy_of_every_label_is_taken() {
    let world = world();
    world.directory.write("foreign.crl", world.foreign_root.sign_list(&ListShape::new()));
    for label in ["a", "z"] {
        let anchors = USUAL.replace("\"ours\"", &format!("\"{label}\""));
        let text = format!(
            "{anchors}[[anchors]]\nfile = \"foreign.pem\"\nlabel = \"m\"\n[revocation]\ncrls = \"foreign.crl\"\n\
             [revocation.policy.m]\nallow_no_source = true\n"
        );
        let only_theirs = world.build(&text);
        let reason = ask(&only_theirs, with_certificate(&world.partner)).await.reason();
        assert_eq!(reason, Some(Reason::RevocationNoSource), "{label}");
        let both = world.build(&format!("{text}[revocation.policy.{label}]\nallow_no_source = true\n"));
        assert!(is_known(&both, with_certificate(&world.partner)).await, "{label}");
    }
}

#[tokio::test]
async fn every_kind_of_key_that_is_left_out_is_refused() {
    let world = world();
    let layer = world.build(&format!("{USUAL}[validation]\nwithout_keys = [\"rsa\", \"p256\"]\n"));
    assert_eq!(ask(&layer, with_certificate(&world.partner)).await.reason(), Some(Reason::KeyUnacceptable));
    assert!(ask(&layer, request(&[])).await.is_anonymous());
}

#[tokio::test]
async fn every_required_policy_stands_in_the_policy_in_force() {
    let world = world();
    let text = "[[validation.required_policies]]\nall = \"1.2.3\"\n[[validation.required_policies]]\nany = [\"1.2.4\", \"1.2.5\"]\n";
    let page = world.build(&format!("{USUAL}{text}")).handle().policy().to_string();
    for policy in ["1.2.3", "1.2.4", "1.2.5"] {
        assert!(page.contains(policy), "{policy}: {page}");
    }
}

#[cfg(all(feature = "http-client", feature = "ocsp"))]
#[tokio::test]
async fn every_responder_and_every_target_stands_in_the_policy_in_force() {
    let world = world();
    let text = "[[revocation.ocsp]]\nurl = \"http://one.example/\"\nissuer = \"ours\"\n\
                [[revocation.ocsp]]\nurl = \"http://two.example/\"\n\
                [[revocation.fetched_crls]]\nurls = \"http://crl.example/\"\nhttp = { allow_targets = \"10.20.0.7/32\" }\n\
                [revocation.http]\nallow_targets = [\"10.20.0.5/32\", \"10.20.0.6/32\"]\n";
    let page = world.build(&format!("{USUAL}{text}")).handle().policy().to_string();
    for value in ["http://one.example/", "http://two.example/", "10.20.0.5/32", "10.20.0.6/32", "10.20.0.7/32"] {
        assert!(page.contains(value), "{value}: {page}");
    }
}
