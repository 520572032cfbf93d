//! What must be readable, and what is then read.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::utc::Utc;

#[test]
fn every_certificate_that_is_merely_odd_is_read() {
    let files = all("read");
    assert!(files.len() > 80, "found {}", files.len());
    for (name, path) in files {
        let certificate = try_read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(certificate.der(), std::fs::read(path).unwrap());
        assert_eq!(certificate.certificate_der().as_ref(), certificate.der());
    }
}

#[test]
fn a_plain_certificate_reads_in_full() {
    let certificate = read("key-identifiers");
    assert_eq!(certificate.version(), 3);
    assert_eq!(certificate.serial().to_string(), "01");
    assert_eq!(certificate.serial().as_octets(), [1]);
    assert_eq!(certificate.subject().to_string(), "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    assert_eq!(certificate.issuer().to_string(), "CN=CARC I101L,O=Big Partner Foo SA,C=CH");
    assert_eq!(Utc(certificate.not_before()).to_string(), "2026-03-01T00:00:00Z");
    assert_eq!(Utc(certificate.not_after()).to_string(), "2028-02-29T23:59:59Z");
    assert_eq!(certificate.public_key().to_string(), "P-256");
    assert_eq!(certificate.public_key().algorithm().as_str(), "1.2.840.10045.2.1");
    assert_eq!(certificate.signature_algorithm().to_string(), "ecdsa-with-SHA512 (1.2.840.10045.4.3.4)");
    assert_eq!(certificate.subject_key_id().unwrap().to_string(), "00a1b2");
    assert_eq!(certificate.subject_key_id().unwrap().as_octets(), [0x00, 0xa1, 0xb2]);
    assert_eq!(certificate.authority_key_id().unwrap().to_string(), "ffee");
    assert!(!certificate.is_self_issued());
    assert!(certificate.alternative_names().is_empty());
    assert_eq!(certificate.purposes(), None);
    assert_eq!(certificate.key_usage(), None);
    assert_eq!(certificate.basic_constraints(), None);
    let oids: Vec<_> = certificate.extensions().iter().map(|extension| extension.oid.as_str()).collect();
    assert_eq!(oids, ["2.5.29.14", "2.5.29.35"]);
}

#[test]
fn the_singular_accessors_give_the_one_value() {
    let name = read("every-known-type").subject().clone();
    assert_eq!(name.country(), Some("v0"));
    assert_eq!(name.state(), Some("v1"));
    assert_eq!(name.locality(), Some("v2"));
    assert_eq!(name.organization(), Some("v3"));
    assert_eq!(name.organizational_unit(), Some("v4"));
    assert_eq!(name.common_name(), Some("v5"));
    assert_eq!(name.user_id(), Some("v6"));
    assert_eq!(name.domain_components().collect::<Vec<_>>(), ["v7"]);
    assert_eq!(name.email_address(), Some("v8"));
    assert_eq!(name.serial_number(), Some("v10"));
    assert_eq!(name.countries().collect::<Vec<_>>(), ["v0"]);
    assert_eq!(name.states().collect::<Vec<_>>(), ["v1"]);
    assert_eq!(name.localities().collect::<Vec<_>>(), ["v2"]);
    assert_eq!(name.organizations().collect::<Vec<_>>(), ["v3"]);
    assert_eq!(name.organizational_units().collect::<Vec<_>>(), ["v4"]);
    assert_eq!(name.common_names().collect::<Vec<_>>(), ["v5"]);
    assert_eq!(name.user_ids().collect::<Vec<_>>(), ["v6"]);
    assert_eq!(name.email_addresses().collect::<Vec<_>>(), ["v8"]);
    assert_eq!(name.serial_numbers().collect::<Vec<_>>(), ["v10"]);
    assert!(name.iter().all(|attribute| attribute.key().is_some()));
    let description = ObjectIdentifier::known("2.5.4.13");
    assert_eq!(name.attribute(&description).and_then(Attribute::text), Some("v13"));
}

#[test]
fn of_several_organizations_none_is_the_one() {
    for file in ["two-organizations", "two-organizations-in-one-rdn"] {
        let subject = read(file).subject().clone();
        assert_eq!(subject.organization(), None, "{file}");
        let mut organizations: Vec<_> = subject.organizations().collect();
        organizations.sort_unstable();
        assert_eq!(organizations, ["Big Partner Foo SA", "Evil Ltd"], "{file}");
        assert!(subject.attribute(&ObjectIdentifier::known("2.5.4.10")).is_none(), "{file}");
    }
}

#[test]
fn a_second_organization_counts_though_it_is_undecodable() {
    let subject = read("two-organizations-one-undecodable").subject().clone();
    assert_eq!(subject.organization(), None);
    assert_eq!(subject.organizations().collect::<Vec<_>>(), ["Big Partner Foo SA"]);
    let oid = ObjectIdentifier::known("2.5.4.10");
    let texts: Vec<_> = subject.attributes(&oid).map(Attribute::text).collect();
    assert_eq!(texts, [Some("Big Partner Foo SA"), None]);
}

#[test]
fn an_attribute_inside_the_text_of_another_is_no_attribute() {
    for file in ["cn-with-another-attribute", "cn-with-plus", "cn-with-line-breaks"] {
        let subject = read(file).subject().clone();
        assert_eq!(subject.organizations().count(), 1, "{file}");
        assert_eq!(subject.rdns().count(), 2, "{file}");
    }
}

#[test]
fn the_attributes_of_one_rdn_stay_together_in_the_order_of_the_certificate() {
    let subject = read("multi-valued-rdn-unsorted").subject().clone();
    let rdns: Vec<Vec<_>> = subject.rdns().map(|rdn| rdn.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rdns, [["O=Second", "CN=First"]]);
    assert_eq!(read("multi-valued-rdn").subject().rdns().map(<[_]>::len).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn an_empty_subject_is_empty() {
    let subject = read("empty-subject").subject().clone();
    assert!(subject.is_empty());
    assert_eq!(subject.to_string(), "");
    assert_eq!(subject.organization(), None);
    assert!(!read("cn-empty").subject().is_empty());
}

#[test]
fn undecodable_values_have_no_text_and_show_their_der() {
    let cases = [
        ("bmp-string-odd-length", "#1E03006100"),
        ("bmp-string-surrogates", "#1E04D83DDE00"),
        ("general-string", "#1B0B42696720506172746E6572"),
        ("printable-string-non-ascii", "#13065AFC72696368"),
        ("teletex-string-undecodable", "#1404611B2862"),
        ("universal-string-beyond-unicode", "#1C0400110000"),
        ("universal-string-odd-length", "#1C03000061"),
        ("utf8-string-malformed", "#0C065AFC72696368"),
        ("utf8-string-overlong", "#0C02C0AF"),
        ("value-is-a-sequence", "#30030C0161"),
        ("value-is-an-integer", "#020105"),
    ];
    for (file, shown) in cases {
        let subject = read(file).subject().clone();
        assert_eq!(subject.common_name(), None, "{file}");
        assert_eq!(subject.common_names().count(), 0, "{file}");
        assert_eq!(subject.to_string(), format!("CN={shown},O=Big Partner Foo SA"), "{file}");
    }
}

#[test]
fn the_string_types_of_names_are_decoded() {
    let cases = [
        ("bmp-string", "Zürich 東京"),
        ("universal-string", "Zürich 😀"),
        ("teletex-string-latin-1", "Zürich"),
        ("cn-non-ascii", "Zürich 東京 😀"),
        ("printable-string-with-at", "*_a@b&c"),
        ("numeric-string", "0 12"),
        ("visible-string", "a~b"),
        ("cn-empty", ""),
        ("cn-one-blank", " "),
    ];
    for (file, text) in cases {
        assert_eq!(read(file).subject().common_name(), Some(text), "{file}");
    }
}

#[test]
fn texts_are_escaped_as_rfc_4514_asks_and_beyond_ascii() {
    let cases = [
        ("cn-with-another-attribute", "evil\\,O=Big Partner Foo SA"),
        ("cn-with-plus", "a\\+O=Big Partner Foo SA"),
        ("cn-with-specials", "\\\"\\,\\+\\;\\<\\>\\\\=#/'"),
        ("cn-with-leading-hash", "\\#0403"),
        ("cn-with-leading-blank", "\\  a"),
        ("cn-with-trailing-blank", "a \\ "),
        ("cn-with-inner-blanks", "a  b"),
        ("cn-one-blank", "\\ "),
        ("cn-two-blanks", "\\ \\ "),
        ("cn-empty", ""),
        ("cn-with-nul", "good.example\\00.evil.example"),
        ("cn-with-line-breaks", "a\\0D\\0AO=Big Partner Foo SA\\09\\7F"),
        ("cn-with-terminal-escapes", "a\\1B[31m\\C2\\9B\\E2\\80\\AE"),
        ("cn-non-ascii", "Z\\C3\\BCrich \\E6\\9D\\B1\\E4\\BA\\AC \\F0\\9F\\98\\80"),
        ("bmp-string-leading-blank", "\\ #a\\ "),
    ];
    for (file, shown) in cases {
        assert_eq!(read(file).subject().to_string(), format!("CN={shown},O=Big Partner Foo SA"), "{file}");
    }
}

#[test]
fn several_attributes_and_unknown_types_are_shown_last_first() {
    let cases = [
        ("two-organizations", "CN=a,O=Evil Ltd,O=Big Partner Foo SA"),
        ("two-organizations-in-one-rdn", "CN=a,O=Big Partner Foo SA+O=Evil Ltd"),
        ("multi-valued-rdn", "UID=js+CN=J. Smith+OU=Sales,C=CH"),
        ("unknown-attribute-type", "CN=a,1.3.6.1.4.1.32473.1=#0C0548656C6C6F"),
        ("joint-arc-above-39", "CN=a,2.999.3=#0C0548656C6C6F"),
    ];
    for (file, shown) in cases {
        assert_eq!(read(file).subject().to_string(), shown, "{file}");
    }
}

#[test]
fn names_are_shown_in_printable_ascii_only() {
    for (name, path) in all("read") {
        let certificate = try_read(&path).unwrap();
        let mut shown = vec![certificate.subject().to_string(), format!("{certificate:?}")];
        shown.extend(certificate.alternative_names().iter().map(ToString::to_string));
        for text in shown {
            assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')), "{name}: {text:?}");
        }
    }
}

#[test]
fn every_kind_of_alternative_name_is_typed() {
    let shown: Vec<_> = read("san-every-kind").alternative_names().iter().map(ToString::to_string).collect();
    let expected = [
        "dns:a.example",
        "dns:*.b.example",
        "email:a@example.com",
        "uri:spiffe://example.org/svc",
        "ip:192.0.2.1",
        "ip:2001:db8::1",
        "dir:CN=d,O=Big\\, Partner",
        "upn:user@example.com",
        "other:1.3.6.1.4.1.32473.2=#160178",
        "rid:1.3.6.1.4.1.32473.3",
    ];
    assert_eq!(shown, expected);
    let kinds: Vec<_> = read("san-x400-and-edi").alternative_names().iter().map(AlternativeName::kind).collect();
    assert_eq!(kinds, ["x400", "edi"]);
}

#[test]
fn a_principal_name_of_another_string_type_is_not_a_principal_name() {
    let certificate = read("san-upn-of-another-string-type");
    let [AlternativeName::OtherName { type_id, value_der }] = certificate.alternative_names() else {
        panic!("found {:?}", certificate.alternative_names());
    };
    assert_eq!(type_id.as_str(), "1.3.6.1.4.1.311.20.2.3");
    assert_eq!(value_der.first(), Some(&0x16));
}

#[test]
fn usages_and_constraints_are_read() {
    let ca = read("ca-with-path-length");
    assert!(ca.basic_constraints().unwrap().is_ca());
    assert_eq!(ca.basic_constraints().unwrap().path_len(), Some(0));
    assert_eq!(ca.key_usage().unwrap().to_string(), "keyCertSign, cRLSign");
    let leaf = read("explicit-false");
    assert!(!leaf.basic_constraints().unwrap().is_ca());
    assert!(leaf.key_usage().unwrap().digital_signature());
    let purposes = read("purposes");
    assert_eq!(purposes.purposes().unwrap()[..3], [Purpose::CLIENT_AUTH, Purpose::SERVER_AUTH, Purpose::ANY]);
    let shown: Vec<_> = purposes.purposes().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(shown[0], "clientAuth (1.3.6.1.5.5.7.3.2)");
    assert_eq!(shown[3], "1.2.3.4");
}

#[test]
fn unknown_critical_extensions_are_kept_for_others_to_judge() {
    let certificate = read("unknown-critical-extension");
    let [extension] = certificate.extensions() else {
        panic!("expected one extension");
    };
    assert!(extension.is_critical);
    assert_eq!(extension.oid.as_str(), "1.3.6.1.4.1.32473.4");
    assert_eq!(&*extension.value, b"anything");
    assert!(!read("key-identifiers").extensions()[0].is_critical);
}

#[test]
fn kinds_of_keys_are_told_apart() {
    let rsa = read("rsa-2048");
    assert_eq!(rsa.public_key().to_string(), "RSA 2048");
    assert_eq!(rsa.public_key().rsa().unwrap().modulus_bits(), 2048);
    assert_eq!(rsa.public_key().rsa().unwrap().exponent(), Some(65537));
    assert_eq!(read("ed25519").public_key().to_string(), "Ed25519");
    assert_eq!(read("openssl-p521").public_key().to_string(), "P-521");
    assert_eq!(read("openssl-p521").public_key().curve().unwrap().as_str(), "1.3.132.0.35");
    let unnamed = read("ec-unnamed-curve");
    assert_eq!(unnamed.public_key().to_string(), "EC");
    assert_eq!(unnamed.public_key().curve(), None);
    assert_eq!(unnamed.public_key().rsa(), None);
}

#[test]
fn versions_and_the_end_of_the_calendar_are_read() {
    assert_eq!(read("version-1").version(), 1);
    assert_eq!(read("version-2-with-unique-ids").version(), 2);
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    assert_eq!(read("generalized-time").not_after(), last);
}

#[test]
fn a_certificate_with_issuer_and_subject_alike_is_self_issued() {
    assert!(read("self-issued").is_self_issued());
    assert!(read("openssl-plain").is_self_issued());
    assert!(!read("two-organizations").is_self_issued());
}

#[test]
fn an_authority_that_is_named_without_key_identifier_has_none() {
    assert_eq!(read("authority-without-key-identifier").authority_key_id(), None);
    assert_eq!(read("authority-without-key-identifier").names_issuer_by_key_alone(), Some(false));
}

#[test]
fn debug_output_is_short_and_holds_no_der() {
    let certificate = read("cn-long");
    let shown = format!("{certificate:?}");
    let expected = format!(
        "Certificate {{ subject: CN={}, serial: 01, fingerprint: {}, .. }}",
        "x".repeat(253),
        certificate.fingerprint()
    );
    assert_eq!(shown, expected);
}
