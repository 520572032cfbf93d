//! What stages after reading ask a certificate for.

use super::extension::Extension;
use super::key_identifier::KeyIdentifier;
use super::name_constraints::ConstrainedNames;
use super::*;
use crate::der_writer::element;

#[test]
fn an_authority_key_identifier_is_told_from_one_that_names_the_issuer_too() {
    let key = [0x80, 0x01, 0x07];
    let serial_number = [0x82, 0x01, 0x01];
    let cases = [
        (key.to_vec(), true),
        ([key, serial_number].concat(), false),
        (serial_number.to_vec(), false),
        (vec![], false),
    ];
    for (content, expected) in cases {
        let value = [&[0x30, u8::try_from(content.len()).unwrap()][..], &content].concat();
        assert_eq!(KeyIdentifier::is_by_key_alone(&value), expected, "{value:02x?}");
    }
    assert_eq!(read("ed25519").names_issuer_by_key_alone(), None);
}

#[test]
fn text_is_one_string_of_utf8_or_of_ascii() {
    for tag in [0x0c, 0x13, 0x16, 0x1a] {
        assert_eq!(Certificate::text_of(&[tag, 0x02, b'o', b'k']), Some("ok"), "{tag:02x}");
        assert_eq!(Certificate::text_of(&[tag, 0x01, b'o', b'k']), None, "{tag:02x}");
        let accented = [tag, 0x02, 0xc3, 0xa9];
        assert_eq!(Certificate::text_of(&accented), (tag == 0x0c).then_some("\u{e9}"), "{tag:02x}");
        assert_eq!(Certificate::text_of(&[tag, 0x01, 0xff]), None, "{tag:02x}");
    }
    assert_eq!(Certificate::text_of(&[0x04, 0x02, b'o', b'k']), None);
}

#[test]
fn a_certificate_counts_in_memory_as_it_takes() {
    for (name, path) in all("read") {
        let mut kept = None;
        let measured = allocation_counter::measure(|| kept = Some(Box::new(try_read(&path).unwrap())));
        let measured = usize::try_from(measured.bytes_current).unwrap();
        assert_eq!(kept.unwrap().bytes(), measured, "{name}");
    }
}

#[test]
fn each_kind_of_constrained_name_is_told_from_the_others() {
    let kinds = |choice: u8, list: u8| {
        let names = constrained_names(&[(list, &[0x30, 0x02, choice, 0x00])]).unwrap();
        [names.other_names(), names.emails(), names.directory_names(), names.uris()]
    };
    for list in [0xa0, 0xa1] {
        assert_eq!(kinds(0xa0, list), [true, false, false, false]);
        assert_eq!(kinds(0x81, list), [false, true, false, false]);
        assert_eq!(kinds(0xa4, list), [false, false, true, false]);
        assert_eq!(kinds(0x86, list), [false, false, false, true]);
        assert_eq!(kinds(0x82, list), [false; 4]);
    }
}

#[test]
fn each_list_of_name_constraints_may_have_4096_subtrees() {
    let subtrees = |count: usize| [0x30_u8, 0x02, 0x86, 0x00].repeat(count);
    let (most, one_more) = (subtrees(4096), subtrees(4097));
    assert!(constrained_names(&[(0xa0, &most), (0xa1, &most)]).unwrap().uris());
    for lists in [[(0xa0, &one_more[..]), (0xa1, &most[..])], [(0xa0, &most[..]), (0xa1, &one_more[..])]] {
        let too_many = Problem::TooMany { limit: 4096 };
        assert_eq!(constrained_names(&lists), Err(CertificateError::new("name constraints", too_many)));
    }
}

/// Reads the extension with these lists of subtrees, each with its tag.
fn constrained_names(lists: &[(u8, &[u8])]) -> Result<ConstrainedNames, CertificateError> {
    let lists: Vec<u8> = lists.iter().flat_map(|(list, subtrees)| element(*list, subtrees)).collect();
    let whole = Whole::new(element(0x30, &lists).into());
    let value = whole.part("test", whole.der()).unwrap();
    ConstrainedNames::read(&Extension { oid: ObjectIdentifier::known("2.5.29.30"), is_critical: true, value })
}

fn public_key(encoded: Vec<u8>) -> PublicKey {
    let whole = Whole::new(encoded.into());
    PublicKey::read(&whole, whole.der()).unwrap()
}

#[test]
fn an_object_identifier_beside_another_algorithm_is_no_curve() {
    let ed25519 = [0x06, 0x03, 0x2b, 0x65, 0x70];
    let p256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let key = [0x03, 0x02, 0x00, 0x07];
    let encoded = [&[0x30, 0x15, 0x30, 0x0f][..], &ed25519, &p256, &key].concat();
    assert_eq!(public_key(encoded).curve(), None);
}

#[test]
fn no_key_that_is_longer_than_a_point_is_kept_as_one() {
    let of_length = |length: u8| {
        let key = [&[0x03, 0x81, length + 1, 0x00][..], &vec![7; length.into()]].concat();
        let content = [&[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70][..], &key].concat();
        let encoded = [&[0x30, 0x81, u8::try_from(content.len()).unwrap()][..], &content].concat();
        public_key(encoded)
    };
    assert_ne!(of_length(133), of_length(132), "both fit");
    assert_eq!(of_length(134), of_length(135), "neither fits");
}
