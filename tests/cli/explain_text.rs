//! What `client-cert explain` writes, word for word.

use rcgen::SanType;

use crate::program::{Ran, run};
use crate::support::pki::{ListShape, Shape, days};
use crate::world::{AT, Asked, USUAL, World, with};

fn explain(world: &World, config: &str, asked: &Asked, more: &[&str]) -> Ran {
    let config = world.write("client-cert.toml", config);
    let head = world.write("head", asked.head());
    let usual = ["explain", "--config", &config, "--peer", "10.1.0.4", "--head", &head, "--at", AT];
    run(usual.iter().chain(more))
}

/// The stages before validation, where a certificate of nginx has come with serial number 7.
fn arrived(asked: &Asked) -> String {
    let bytes = asked.lines[0].1.len();
    format!(
        r#"1 gateway
  ok      sender        gateway "nginx", by 10.1.0.0/24
                        wanted: a connection from gateway "nginx" at 10.1.0.0/24
                        (RFC 9440 section 4)

2 header
  ok      header        x-client-cert of {bytes} bytes
                        wanted: one line of x-client-cert, 65536 bytes at most
                        with all that belongs to it (RFC 9440 sections 2.2 to
                        2.4)

3 encoding
  ok      encoding      the certificate of "CN=data-exchange-svc01,O=Big Partner
                        Foo SA,C=CH", serial 07, without others, in PEM, escaped
                        or folded into one line
                        wanted: PEM, escaped or folded into one line, 10
                        certificates at most (RFC 7468, RFC 9440 section 2.1)

"#
    )
}

#[track_caller]
fn says(ran: &Ran, status: i32, expected: &str) {
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, ""), "{}", ran.stdout);
    assert_eq!(ran.status, status);
    ran.is_readable();
}

/// A step of each kind that lets a client pass.
#[test]
fn a_client_that_is_let_through_by_what_is_loosened() {
    let world = World::new();
    world.write("denied", "");
    let loosened = USUAL.replace("label = \"ours\"", "label = \"ours\"\nallow_missing_client_auth = true");
    let config = format!(
        r#"{loosened}
[validation]
max_lifetime_seconds = 691200000

[revocation]
mode = "crl"
deny_list = "denied"

[[revocation.ocsp]]
url = "http://ocsp.ca.test/"

[[revocation.fetched_crls]]
urls = "http://crl.ca.test/issuing.crl"

[revocation.policy.ours]
allow_no_source = true
"#
    );
    let name = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let shape = Shape::partner().serial(&[7]).purposes(&[]).alternative_name(name("a.test"));
    let asked = world.leaf(&shape.alternative_name(name("b.test"))).path("/restricted");
    let arrived = arrived(&asked);
    let expected = format!(
        r#"GET /restricted from 10.1.0.4, judged at 2026-03-01T12:00:00Z

{arrived}4 validation
  ok      path          "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH" <
                        "CN=Test Intermediate" < anchor "ours", valid until
                        2046-02-24T12:00:00Z
                        wanted: a path, valid at 2026-03-01T12:00:00Z, of at
                        most 7 authorities, to one of the anchors "ours" (RFC
                        5280 section 6)
  allowed purpose       no extended key usage, allowed by
                        allow_missing_client_auth
                        wanted: clientAuth among the client's purposes (RFC 5280
                        section 4.2.1.12)
  ok      key-usage     digitalSignature
                        wanted: digitalSignature for clients, keyCertSign for
                        authorities (RFC 5280 section 4.2.1.3)
  ok      key           P-256 < P-256 < P-256
                        wanted: RSA of 2048 to 8192 bits, P-256, P-384, P-521 or
                        Ed25519, within the key policy (RFC 5280 section
                        4.1.2.7)
  ok      lifetime      7330 days
                        wanted: a validity period of at most 8000 days (RFC 5280
                        section 4.1.2.5)
  off     policies      not configured
  off     issuer        not configured
  off     pin           not configured

5 revocation
  ok      deny-list     deny-list of 0 entries
                        wanted: no certificate of the path on the deny-list
  grace   crl           none: no source covers the certificate, and
                        allow_no_source is set
                        wanted: a current list of the issuer, and no certificate
                        of the path on it (RFC 5280 section 6.3)
                        offline, not asked: http://crl.ca.test/issuing.crl
  skipped ocsp          the mode asks the other source alone
                        wanted: a current answer that says good (RFC 6960)

6 identity
  ok      names         "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH" and 2
                        alternative names
                        wanted: names without a NUL inside (RFC 5280 sections
                        4.1.2.6 and 4.2.1.6)

7 authorization
  off     presence      not configured

ACCEPTED: CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH, under "ours"
"#
    );
    says(&explain(&world, &config, &asked, &["--offline"]), 0, &expected);
}

#[test]
fn a_client_that_is_refused_and_what_was_not_reached() {
    let world = World::new();
    world.write("list.crl", world.pki.intermediate.sign_list(&ListShape::new()));
    let config = with("[revocation]\ncrls = \"list.crl\"");
    let asked = world.leaf(&Shape::partner().serial(&[7]).valid(days(-60), days(-30)));
    let arrived = arrived(&asked);
    let expected = format!(
        r#"GET / from 10.1.0.4, judged at 2026-03-01T12:00:00Z

{arrived}4 validation
  FAILED  path          client certificate "CN=data-exchange-svc01,O=Big Partner
                        Foo SA,C=CH" expired at 2026-01-30T12:00:00Z, now
                        2026-03-01T12:00:00Z
                        wanted: a path, valid at 2026-03-01T12:00:00Z, of at
                        most 7 authorities, to one of the anchors "ours" (RFC
                        5280 section 6)
  -       purpose       clientAuth among the client's purposes
  -       key-usage     digitalSignature for clients, keyCertSign for
                        authorities
  -       key           RSA of 2048 to 8192 bits, P-256, P-384, P-521 or
                        Ed25519, within the key policy
  off     lifetime      not configured
  off     policies      not configured
  off     issuer        not configured
  off     pin           not configured

5 revocation
  off     deny-list     not configured
  -       crl           a current list of the issuer, and no certificate of the
                        path on it
  off     ocsp          not configured

6 identity
  -       names         names without a NUL inside

7 authorization
  off     presence      not configured

REFUSED: expired (answered with 403)
  ended at      validation, path
  wanted        a path, valid at 2026-03-01T12:00:00Z, of at most 7 authorities,
                to one of the anchors "ours"
  found         client certificate "CN=data-exchange-svc01,O=Big Partner Foo
                SA,C=CH" expired at 2026-01-30T12:00:00Z, now
                2026-03-01T12:00:00Z
  standard      RFC 5280 section 6
  mend          renew the certificate, and check the clock of this machine; it
                expired 30 days ago
"#
    );
    says(&explain(&world, &config, &asked, &[]), 1, &expected);
}

#[test]
fn a_client_that_must_show_a_certificate_and_has_none() {
    let world = World::new();
    let config = with("[requests]\nrequired = true\nexcept = [\"/healthz\"]");
    let ran = explain(&world, &config, &Asked::new(&[]), &[]);
    let (_, after) = ran.stdout.split_once("\n2 header\n").unwrap();
    let (header, after) = after.split_once("\n3 encoding\n").unwrap();
    assert_eq!(
        header,
        r"  NONE    header        no x-client-cert
                        wanted: one line of x-client-cert, 65536 bytes at most
                        with all that belongs to it (RFC 9440 sections 2.2 to
                        2.4)
"
    );
    let (_, end) = after.split_once("\n7 authorization\n").unwrap();
    assert_eq!(
        end,
        r"  FAILED  presence      an anonymous request
                        wanted: a client, but for the paths /healthz (RFC 9110
                        section 15.5.2)

REFUSED: certificate-missing (answered with 401)
  ended at      header, header
  wanted        one line of x-client-cert, 65536 bytes at most with all that
                belongs to it
  found         no x-client-cert
  standard      RFC 9440 sections 2.2 to 2.4
  mend          if the client has a certificate, see that the gateway asks for
                it and sets x-client-cert on this route
"
    );
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
}
