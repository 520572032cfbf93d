//! A configuration and a request for every reason there is: where the line ends, how to mend it, and that the layer says
//! the same.

use rcgen::{ExtendedKeyUsagePurpose, GeneralSubtree, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType};
use tower_client_cert::Reason;

use crate::layer::{self, Answer};
use crate::program::{Ran, run};
use crate::support::pki::{AnswerShape, ForeignKey, ListShape, Shape, Status, days, escaped_pem, pem};
use crate::world::{AT, Asked, SECRET_ONE, SECRET_TWO, USUAL, World, with, with_gateway};

/// One planted mistake.
struct Planted {
    config: String,
    asked: Asked,
    /// The check that the line ends at.
    check: &'static str,
    /// A part of how to mend it.
    mend: &'static str,
}

#[expect(clippy::unnecessary_wraps, reason = "it is what one row of the tables evaluates to")]
fn planted(config: impl Into<String>, asked: Asked, check: &'static str, mend: &'static str) -> Option<Planted> {
    Some(Planted { config: config.into(), asked, check, mend })
}

#[tokio::test]
async fn every_planted_mistake_is_explained_as_the_layer_judges_it() {
    let mut explained = 0;
    for reason in Reason::ALL {
        let world = World::new();
        let Some(planted) = planted_for(*reason, &world) else { continue };
        let config = world.directory.write("client-cert.toml", &planted.config);
        let Answer::Refused(judged, status) = layer::ask(&config, &planted.asked).await else {
            panic!("{reason}: the layer refuses nothing");
        };
        assert_eq!(judged, *reason);

        let ran = explain(&world, &planted.asked, &["--json"]);
        assert_eq!((ran.status, ran.stderr.as_str()), (1, ""), "{reason}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["verdict"], "refused", "{reason}");
        assert_eq!(json["reason"], reason.code(), "{reason}");
        assert_eq!(json["status"], status, "{reason}");
        assert_eq!(json["ended_at"], planted.check, "{reason}");

        let text = explain(&world, &planted.asked, &[]);
        text.is_readable();
        assert_eq!(text.status, 1, "{reason}");
        assert!(text.stdout.contains(&format!("REFUSED: {reason} (answered with {status})")), "{}", text.stdout);
        let (_, end) = text.stdout.split_once("ended at").unwrap();
        let end = end.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, mend) = end.split_once("mend ").unwrap_or_else(|| panic!("{reason}: {end}"));
        assert!(mend.contains(planted.mend), "{reason}: {mend}");
        explained += 1;
    }
    assert!(explained >= 50, "{explained}");
}

#[test]
fn every_reason_that_a_configuration_can_lead_to_has_been_planted() {
    let without: Vec<_> = Reason::ALL.iter().filter(|reason| planted_for(**reason, &World::new()).is_none()).collect();
    // Many requests at a time lead to the first; code alone to those of authorizers, tokens and the audit, and to the last
    // two; the clock would have to show a time before 1970.
    assert_eq!(
        without,
        [
            &Reason::ValidationBusy,
            &Reason::AuthorizerUnavailable,
            &Reason::TokenNotBound,
            &Reason::AuditUnavailable,
            &Reason::ClockUnusable,
            &Reason::LayerMissing,
            &Reason::LayerNested
        ]
    );
}

fn explain(world: &World, asked: &Asked, more: &[&str]) -> Ran {
    let config = world.directory.path().join("client-cert.toml");
    let head = world.write("head", asked.head());
    let usual = ["explain", "--config", config.to_str().unwrap(), "--peer", asked.peer, "--head", &head, "--at", AT];
    run(usual.iter().chain(more))
}

fn planted_for(reason: Reason, world: &World) -> Option<Planted> {
    gateway(reason, world)
        .or_else(|| header(reason, world))
        .or_else(|| encoding(reason, world))
        .or_else(|| certificate(reason, world))
        .or_else(|| path(reason, world))
        .or_else(|| revocation(reason, world))
        .or_else(|| request(reason, world))
}

fn gateway(reason: Reason, world: &World) -> Option<Planted> {
    let refusing = |config: String| format!("{config}\n[requests]\nrefuse_untrusted_header = true\n");
    let secret = |name: &str, file: &str| {
        format!("secret_headers = [{{ name = \"{name}\", secret = {{ file = \"{file}\" }} }}]")
    };
    let one = || with_gateway(&secret("x-one", "secret-one"));
    match reason {
        Reason::SenderAmbiguous => {
            let two = USUAL.replacen(
                "kind = \"nginx\"",
                &format!("kind = \"nginx\"\nname = \"two\"\n{}", secret("x-two", "secret-two")),
                1,
            );
            let (two, _) = two.split_once("[[anchors]]").unwrap();
            let both = world.good().line("x-one", SECRET_ONE).line("x-two", SECRET_TWO);
            planted(refusing(format!("{}{two}", one())), both, "sender", "a proof of its own")
        }
        Reason::SenderUnproven => planted(refusing(one()), world.good(), "sender", "replace the header by the secret"),
        Reason::UntrustedPeer => {
            planted(refusing(USUAL.to_owned()), world.good().from("10.1.7.9"), "sender", "10.1.7.0/24")
        }
        _ => None,
    }
}

fn header(reason: Reason, world: &World) -> Option<Planted> {
    let good = || escaped_pem(world.pki.good().der());
    match reason {
        Reason::GatewayReportedFailure => planted(
            with_gateway("status_header = { name = \"x-verify\", format = \"verdict\" }"),
            world.good().line("x-verify", "FAILED:expired"),
            "header",
            "the gateway's log",
        ),
        Reason::HeaderMerged => {
            planted(USUAL, Asked::header(&format!("{0},{0}", good())), "header", "replace the header, not append")
        }
        Reason::HeaderNamedByConnection => {
            planted(USUAL, world.good().line("connection", "close, x-client-cert"), "header", "Connection header")
        }
        Reason::HeaderRepeated => {
            planted(USUAL, world.good().line("x-client-cert", &good()), "header", "replace the header, not append")
        }
        Reason::HeaderTooLarge => {
            planted(with("[limits]\nmax_header_bytes = 100"), world.good(), "header", "raise max_header_bytes")
        }
        Reason::LeafMissing => planted(
            with_gateway("chain_header = { name = \"x-chain\", encoding = \"pem\" }"),
            Asked::new(&[("x-chain", &good())]),
            "header",
            "by the same rule, on every route",
        ),
        _ => None,
    }
}

fn encoding(reason: Reason, world: &World) -> Option<Planted> {
    let good = escaped_pem(world.pki.good().der());
    let encoded = |encoding: &str, value: &str| {
        let config = with_gateway(&format!("encoding = \"{encoding}\""));
        planted(config, Asked::header(value), "encoding", "client-cert inspect")
    };
    let xfcc = |value: &str, mend| {
        let config = with_gateway("encoding = \"xfcc\"\nxfcc_element = { only = true }");
        planted(config, Asked::header(value), "encoding", mend)
    };
    match reason {
        Reason::Base64Malformed => encoded("pem", &good.replacen("MII", "M_I", 1)),
        Reason::ByteSequenceMalformed => encoded("rfc9440", ":MIIB"),
        Reason::CertificateMalformed => {
            let five_octets = [0x30, 0x07, 0x87, 0x05, 10, 1, 0, 4, 9];
            planted(
                USUAL,
                world.leaf(&Shape::partner().extension(&[2, 5, 29, 17], &five_octets)),
                "encoding",
                "RFC 5280",
            )
        }
        Reason::DerMalformed => {
            let trailing = [world.pki.good().der(), &[0]].concat();
            planted(USUAL, Asked::header(&escaped_pem(&trailing)), "encoding", "what cuts the header")
        }
        Reason::EncodingUnrecognized => encoded("auto", "Hash=00;Cert=x"),
        Reason::HexMalformed => encoded("der-hex", "3082x"),
        Reason::LeafHeadersDiffer => planted(
            with_gateway("other_leaf_headers = [{ name = \"x-other\", encoding = \"pem\" }]"),
            world.good().line("x-other", &good),
            "encoding",
            "both headers by the same rule",
        ),
        Reason::PemMalformed => encoded("pem", &good.replace("END%20CERTIFICATE", "END%20CERTIFICATION")),
        Reason::PercentEncodingMalformed => encoded("pem", &good.replacen("%0A", "%0Z", 1)),
        Reason::PlaceholderUnexpanded => {
            planted(USUAL, Asked::header("{var_client_certificate}"), "encoding", "the variable's name")
        }
        Reason::TooManyCertificates => planted(
            with("[limits]\nmax_certificates = 1"),
            Asked::with(&[&world.pki.good(), &world.pki.intermediate]),
            "encoding",
            "raise max_certificates",
        ),
        Reason::XfccContradictory => {
            xfcc(&format!("Hash={};Cert=\"{good}\"", "00".repeat(32)), "replace the header (SANITIZE_SET)")
        }
        Reason::XfccElementAmbiguous => xfcc("Hash=00,Hash=00", "which element is the client's"),
        Reason::XfccMalformed => xfcc(&good, "client-cert inspect"),
        _ => None,
    }
}

/// What is wrong with the client's certificate by itself.
fn certificate(reason: Reason, world: &World) -> Option<Planted> {
    let leaf = |shape: Shape, check, mend| planted(USUAL, world.leaf(&shape), check, mend);
    let odd = |name: &str, check, mend| {
        let read = |name: &str| {
            std::fs::read(format!("{}/tests/fixtures/odd/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap()
        };
        world.write("odd-root.pem", read("root"));
        let folded = String::from_utf8(read(name)).unwrap().replace('\n', " ");
        planted(USUAL.replace("\"root.pem\"", "\"odd-root.pem\""), Asked::header(folded.trim()), check, mend)
    };
    match reason {
        Reason::AlgorithmUnsupported => odd("signed-with-sha1", "path", "SHA-256 or stronger"),
        Reason::CaCertificate => leaf(Shape::partner().made_authority(), "path", "no authority"),
        Reason::CriticalExtensionUnsupported => {
            leaf(Shape::partner().critical_extension(&[1, 2, 3, 4], &[5, 0]), "path", "without it")
        }
        Reason::Expired => leaf(Shape::partner().valid(days(-60), days(-30)), "path", "it expired 30 days ago"),
        Reason::KeyDistrusted => {
            leaf(Shape::partner().foreign_key(ForeignKey::distrusted()), "path", "replace the key")
        }
        Reason::KeyUnacceptable => {
            let off_curve = ForeignKey::new(&PKCS_ECDSA_P256_SHA256, &[&[4][..], &[7; 64]].concat());
            leaf(Shape::partner().foreign_key(off_curve), "key", "a key of an accepted kind")
        }
        Reason::KeyUsageUnsuitable => leaf(
            Shape::partner().usages(&[KeyUsagePurpose::KeyEncipherment]),
            "key-usage",
            "allow_missing_digital_signature",
        ),
        Reason::NameUnusable => leaf(Shape::client("alice\0.evil.test"), "names", "without that character"),
        Reason::NotForClientUse => {
            leaf(Shape::partner().purposes(&[ExtendedKeyUsagePurpose::ServerAuth]), "purpose", "clientAuth")
        }
        Reason::NotYetValid => leaf(Shape::partner().valid(days(1), days(30)), "path", "it becomes valid in 24 hours"),
        Reason::PolicyExtensionCritical => {
            let any_policy = [0x30, 0x08, 0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x20, 0x00];
            leaf(Shape::partner().critical_extension(&[2, 5, 29, 32], &any_policy), "path", "a trust anchor")
        }
        Reason::ValidityInvalid => leaf(Shape::partner().valid(days(10), days(-10)), "path", "dates in order"),
        Reason::VersionUnsupported => odd("version-1", "path", "in version 3"),
        _ => None,
    }
}

/// What is wrong with the path, or with the configuration of its checks.
fn path(reason: Reason, world: &World) -> Option<Planted> {
    let usual_with =
        |table: &str, check, mend| planted(with(&format!("[validation]\n{table}")), world.good(), check, mend);
    let pki = &world.pki;
    let chain = |issuer: &crate::support::pki::Minted, shape: &Shape| Asked::with(&[&issuer.issue(shape), issuer]);
    let with_uri = |uri: &str| world.leaf(&Shape::partner().alternative_name(SanType::URI(uri.try_into().unwrap())));
    let in_domain = || USUAL.replace("label = \"ours\"", "trust_domain = \"example.org\"");
    let dangling = USUAL.split_once("[[intermediates]]").unwrap().0;
    match reason {
        Reason::CertificateUnsupported => planted(
            with("[validation]\nrequired_policies = [{ any = \"1.2.3.4\" }]"),
            world.leaf(&Shape::partner().extension(&[2, 5, 29, 54], &[5, 0])),
            "path",
            "RFC 5280",
        ),
        Reason::IssuerNameSpelling => {
            let spelled_otherwise = Shape::authority("TEST  intermediate").self_signed();
            planted(USUAL, Asked::with(&[&spelled_otherwise.issue(&Shape::partner())]), "path", "octet for octet")
        }
        Reason::IssuerNotAllowed => {
            let both = with(
                "[[anchors]]\nfile = \"other.pem\"\nlabel = \"others\"\n[validation]\nonly_issued_by = \"others\"",
            );
            planted(both, world.good(), "issuer", "only_issued_by")
        }
        Reason::IssuerNotCa => {
            let client = pki.issue(&Shape::client("no authority"));
            planted(USUAL, chain(&client, &Shape::partner()), "path", "an authority")
        }
        Reason::IssuerUnknown => planted(dangling, world.good(), "path", "to the intermediates"),
        Reason::LifetimeTooLong => usual_with("max_lifetime_seconds = 86400", "lifetime", "raise max_lifetime"),
        Reason::NameConstraintUnsupported => {
            let subtree = GeneralSubtree::DirectoryName(rcgen::DistinguishedName::new());
            let constrained = pki.root.issue(&Shape::authority("Constrained").permitted(subtree));
            planted(USUAL, chain(&constrained, &Shape::partner()), "path", "above it")
        }
        Reason::NameConstraintViolated => {
            let permitted = GeneralSubtree::DnsName("partner.test".to_owned());
            let constrained = pki.root.issue(&Shape::authority("Constrained").permitted(permitted));
            let other = SanType::DnsName("other.test".try_into().unwrap());
            planted(
                USUAL,
                chain(&constrained, &Shape::partner().alternative_name(other)),
                "path",
                "within the constraints",
            )
        }
        Reason::NotPinned => usual_with("only_pinned = { certificates = [] }", "pin", "the pins of only_pinned"),
        Reason::PathLengthExceeded => {
            let below = pki.intermediate.issue(&Shape::authority("One Too Many"));
            planted(USUAL, chain(&below, &Shape::partner()), "path", "shorten the path")
        }
        Reason::PathTooComplex => {
            let authorities: Vec<_> = (0..9).map(|_| Shape::authority("Test Root").self_signed()).collect();
            let bundle: String = authorities.iter().map(|authority| pem(authority.der())).collect();
            world.write("bundle.pem", bundle);
            let config = USUAL.replace("intermediate.pem", "bundle.pem");
            planted(config, Asked::with(&[&authorities[0].issue(&Shape::partner())]), "path", "fewer certificates")
        }
        Reason::PathTooDeep => usual_with("max_depth = 1", "path", "raise max_depth"),
        Reason::PolicyMissing => {
            usual_with("required_policies = [{ any = \"1.2.3.4\" }]", "policies", "issued with the policy")
        }
        Reason::ProfileViolated => {
            let strict = dangling.replace("root.pem", "intermediate.pem") + "strict_profile = true";
            let usages = [KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
            planted(strict, world.leaf(&Shape::partner().usages(&usages)), "path", "strict_profile()")
        }
        Reason::SignatureInvalid => {
            let broken = Asked::header(&escaped_pem(&pki.good().with_broken_signature()));
            planted(USUAL, broken, "path", "another authority of the same name")
        }
        Reason::SpiffeIdInvalid => planted(in_domain(), with_uri("spiffe://example.org"), "path", "exactly one URI"),
        Reason::TrustDomainUnknown => {
            planted(in_domain(), with_uri("spiffe://other.example/x"), "path", "the bundle of that trust domain")
        }
        _ => None,
    }
}

fn revocation(reason: Reason, world: &World) -> Option<Planted> {
    let serial = [0x4a];
    let client = || world.leaf(&Shape::partner().serial(&serial));
    let with_list = |list: Vec<u8>, mend| {
        world.write("list.crl", list);
        planted(with("[revocation]\ncrls = \"list.crl\""), client(), "crl", mend)
    };
    let of_intermediate = |list: ListShape, mend| with_list(world.pki.intermediate.sign_list(&list), mend);
    match reason {
        Reason::DenyListed => {
            let denied = world.pki.good();
            let fingerprint = <sha2::Sha256 as sha2::Digest>::digest(denied.der());
            let digits = fingerprint.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
            world.write("denied", format!("certificate {digits}\n"));
            planted(
                with("[revocation]\ndeny_list = \"denied\""),
                Asked::with(&[&denied]),
                "deny-list",
                "off the deny-list",
            )
        }
        Reason::RevocationNoSource => with_list(world.pki.root.sign_list(&ListShape::new()), "the list of the issuer"),
        Reason::RevocationUnavailable => {
            // The usual client does not connect to the machine itself.
            let responder = with("[[revocation.ocsp]]\nurl = \"http://127.0.0.1:9/\"");
            planted(responder, client(), "ocsp", "make the responder answer")
        }
        Reason::RevocationUnknown => {
            let issuer = &world.pki.intermediate;
            world.write("answer.ocsp", AnswerShape::new(&serial, Status::Unknown).signed(issuer, issuer));
            planted(with("[revocation]\nocsp_answers = \"answer.ocsp\""), client(), "ocsp", "does not know")
        }
        Reason::RevocationStale => of_intermediate(ListShape::new().issued(days(-9), days(-2)), "the next list"),
        Reason::Revoked => of_intermediate(ListShape::new().revoke(&serial), "a new certificate"),
        _ => None,
    }
}

fn request(reason: Reason, world: &World) -> Option<Planted> {
    let partner = "[[rule]]\npath = \"/restricted/**\"\norganization = \"Big Partner Foo SA\"\nissued_by = \"ours\"\n";
    match reason {
        Reason::CertificateMissing => {
            planted(with("[requests]\nrequired = true"), Asked::new(&[]), "header", "sets x-client-cert on this route")
        }
        Reason::PathNotNormal => {
            planted(with(partner), world.good().path("/x/../restricted/y"), "access-table", "in normal form")
        }
        Reason::RuleDenied => planted(
            with(partner),
            world.leaf(&Shape::client("stranger")).path("/restricted/file"),
            "access-table",
            "change the rule",
        ),
        _ => None,
    }
}
