//! Certificates: as they were asked for, and as others read them.

use std::process::Command;
use std::time::{Duration, SystemTime};

use tower_client_cert::certificate::{AlternativeName, Purpose};
use tower_client_cert::test_kit::{TestAuthority, TestClock, TestIdentity, assert_not_refused, assert_refused};
use tower_client_cert::{ClientCertLayer, Clock as _, KeyKind, Reason};

use crate::support::programs;
use crate::support::scratch::Scratch;
use crate::{app, builder, nginx, request, send, text};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn every_field_that_was_asked_for_is_in_the_certificate() {
    let authority = TestAuthority::new("partner");
    let client = authority
        .client("orders-svc")
        .organization("Big Partner Foo SA")
        .organization("Another SA")
        .organizational_unit("Operations")
        .attribute("2.5.4.97", "NTRCH-123")
        .dns("orders.example")
        .email("orders@partner.example")
        .ip([192, 0, 2, 7])
        .uri("spiffe://partner.example/orders")
        .user_principal_name("orders@corp.example")
        .purposes([Purpose::SERVER_AUTH, Purpose::CLIENT_AUTH])
        .serial(&[0x80, 1])
        .crl_distribution_point("http://crl.example/partner.crl")
        .ocsp_url("http://ocsp.example")
        .extension("1.2.3.4", &[0x0c, 4, b'g', b'o', b'l', b'd'])
        .issue();
    let identity = TestIdentity::unverified(&client).identity().unwrap();

    let subject = "organizationIdentifier=NTRCH-123,OU=Operations,O=Another SA,O=Big Partner Foo SA,CN=orders-svc";
    assert_eq!(identity.subject().to_string(), subject);
    let kinds: Vec<_> = identity.alternative_names().iter().map(AlternativeName::kind).collect();
    assert_eq!(kinds, ["dns", "email", "ip", "uri", "upn"]);
    assert_eq!(identity.purposes(), [Purpose::SERVER_AUTH, Purpose::CLIENT_AUTH]);
    assert_eq!(identity.serial().as_octets(), [0, 0x80, 1]);
    assert_eq!(client.serial(), [0x80, 1]);
    assert_eq!(*identity.fingerprint(), client.fingerprint());
    assert_eq!(*identity.public_key_fingerprint(), client.public_key_fingerprint());
    assert_eq!(identity.certificate().extension(&"1.2.3.4".parse().unwrap()), Some(&b"\x0c\x04gold"[..]));
    assert!(identity.certificate().extension(&"2.5.29.31".parse().unwrap()).is_some());
    assert_eq!(identity.certificate().der(), client.der().as_ref());
}

#[tokio::test]
async fn clients_and_authorities_of_every_kind_of_key_are_accepted_under_the_strictest_profile() {
    for kind in [KeyKind::Ed25519, KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Rsa] {
        let root = TestAuthority::new("root");
        let issuing = root.authority("issuing").key(kind).issue_authority();
        let layer = ClientCertLayer::builder(nginx().gateway(), root.anchors().strict_profile());
        let app = app(layer.intermediates(issuing.as_intermediates()).build().unwrap());
        let answer = send(&app, nginx().forward(request(), &issuing.client("orders-svc").key(kind).issue())).await;
        assert_not_refused(&answer);
        assert_eq!(text(answer).await, "CN=orders-svc", "{kind:?}");
    }
}

#[tokio::test]
async fn what_was_made_wrong_is_refused_for_what_is_wrong() {
    let authority = TestAuthority::new("partner");
    let app = app(builder(&authority).build().unwrap());
    let client = || authority.client("orders-svc");
    for (made, reason) in [
        (client().valid_from_to_ago(60 * DAY, 30 * DAY).issue(), Reason::Expired),
        (client().valid(SystemTime::now() + DAY, SystemTime::now() + 2 * DAY).issue(), Reason::NotYetValid),
        (client().purposes([Purpose::SERVER_AUTH]).issue(), Reason::NotForClientUse),
        (client().purposes([]).issue(), Reason::NotForClientUse),
        (client().critical_extension("1.2.3.4", &[5, 0]).issue(), Reason::CriticalExtensionUnsupported),
        (authority.authority("sub").purposes([Purpose::CLIENT_AUTH]).issue(), Reason::CaCertificate),
        (TestAuthority::new("partner").client("orders-svc").issue(), Reason::SignatureInvalid),
        (TestAuthority::new("other").client("orders-svc").issue(), Reason::IssuerUnknown),
        (authority.intermediate("unknown to the service").client("orders-svc").issue(), Reason::IssuerUnknown),
    ] {
        assert_refused(&send(&app, nginx().forward(request(), &made)).await, reason);
    }
}

#[tokio::test]
async fn certificates_expire_when_the_clock_says_so() {
    let clock = TestClock::at_unix_seconds(1_772_366_400);
    let authority = TestAuthority::with_clock("partner", &clock);
    let app = app(builder(&authority).clock(clock.clone()).build().unwrap());
    let client = authority.client("orders-svc").issue();
    let ask = async || send(&app, nginx().forward(request(), &client)).await;
    assert_not_refused(&ask().await);
    clock.advance(90 * DAY);
    assert_not_refused(&ask().await);
    clock.advance(Duration::from_secs(1));
    assert_refused(&ask().await, Reason::Expired);
    assert_not_refused(&send(&app, nginx().forward(request(), &authority.client("renewed").issue())).await);
}

#[test]
fn two_certificates_never_share_serial_or_key_unless_asked_to() {
    let authority = TestAuthority::new("partner");
    let first = authority.client("orders-svc").issue();
    let second = authority.client("orders-svc").issue();
    let renewed = authority.client("orders-svc").same_key_as(&first).issue();
    assert_ne!(first.public_key_fingerprint(), second.public_key_fingerprint());
    assert_eq!(first.public_key_fingerprint(), renewed.public_key_fingerprint());
    assert!(first.serial() != second.serial() && first.serial() != renewed.serial());
}

#[test]
fn a_clock_at_the_system_s_time_stands_there() {
    let clock = TestClock::at_system_time();
    let made = clock.now();
    assert!(SystemTime::now().duration_since(made).unwrap() < Duration::from_secs(60));
    assert_eq!(clock.now(), made);
}

#[test]
fn openssl_reads_and_verifies_what_the_kit_makes() {
    let Some(openssl) = programs::require("openssl") else { return };
    let root = TestAuthority::new("root");
    let issuing = root.authority("issuing").key(KeyKind::P384).path_length(0).issue_authority();
    let client = issuing.client("orders-svc").dns("orders.example").issue();
    issuing.revoke(&client);

    let scratch = Scratch::new("kit");
    let anchors = scratch.write("root.pem", root.certificate().pem());
    let above = scratch.write("issuing.pem", issuing.certificate().pem());
    let leaf = scratch.write("leaf.pem", client.pem());
    let key = scratch.write("key.pem", client.key_pem());
    let list = scratch.write("list.pem", issuing.revocation_list().to_pem());

    let run = |arguments: &[&std::ffi::OsStr]| Command::new(&openssl).args(arguments).output().unwrap();
    let path = |path: &std::path::Path| path.as_os_str().to_owned();
    let (anchors, above, leaf, key, list) = (path(&anchors), path(&above), path(&leaf), path(&key), path(&list));
    let o = |text: &'static str| std::ffi::OsStr::new(text);

    let verify =
        [o("verify"), o("-x509_strict"), o("-purpose"), o("sslclient"), o("-CAfile"), &anchors, o("-untrusted")];
    let verified = run(&[&verify[..], &[&above, &leaf]].concat());
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));

    let revoked = run(&[&verify[..], &[&above, o("-crl_check"), o("-CRLfile"), &list, &leaf]].concat());
    assert!(!revoked.status.success());
    assert!(String::from_utf8_lossy(&revoked.stderr).contains("certificate revoked"));

    let of_key = run(&[o("pkey"), o("-in"), &key, o("-pubout")]);
    let of_certificate = run(&[o("x509"), o("-in"), &leaf, o("-pubkey"), o("-noout")]);
    assert!(of_key.status.success());
    assert_eq!(of_key.stdout, of_certificate.stdout);
}
