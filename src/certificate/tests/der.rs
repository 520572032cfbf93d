//! The reader below every field: tags and lengths at their limits.

use rustls_pki_types::CertificateDer;

use crate::certificate::der::{Elements, tag};
use crate::certificate::error::{CertificateError, Problem};
use crate::certificate::{Certificate, DistinguishedName};
use crate::der_writer::{element, object_identifier};

const FIELD: &str = "field";

fn first(bytes: &[u8]) -> Result<Vec<u8>, CertificateError> {
    Elements::new(FIELD, bytes).any().map(|element| element.content.to_vec())
}

fn refused(problem: Problem) -> Result<Vec<u8>, CertificateError> {
    Err(CertificateError::new(FIELD, problem))
}

fn with_length(length_octets: &[u8], content_length: usize) -> Vec<u8> {
    [&[0x04], length_octets, &vec![7; content_length]].concat()
}

#[test]
fn lengths_are_read_in_every_form_that_a_certificate_needs() {
    let cases: [(&[u8], usize); 7] = [
        (&[0], 0),
        (&[0x7f], 0x7f),
        (&[0x81, 0x80], 0x80),
        (&[0x81, 0xff], 0xff),
        (&[0x82, 0x01, 0x00], 0x100),
        (&[0x82, 0x12, 0x34], 0x1234),
        (&[0x83, 0x01, 0x00, 0x02], 0x1_0002),
    ];
    for (octets, length) in cases {
        assert_eq!(first(&with_length(octets, length)).unwrap().len(), length, "{octets:02x?}");
    }
}

#[test]
fn lengths_that_are_not_der_or_too_long_are_refused() {
    let cases: [&[u8]; 8] = [
        &[0x80],
        &[0x81, 0x00],
        &[0x81, 0x7f],
        &[0x82, 0x00, 0x80],
        &[0x83, 0x00, 0x01, 0x00],
        &[0x85, 0x01, 0x00, 0x00, 0x00, 0x00],
        &[0x84, 0x00, 0x00, 0x00, 0x01],
        &[0xff],
    ];
    for octets in cases {
        assert_eq!(first(&with_length(octets, 0x200)), refused(Problem::Length), "{octets:02x?}");
    }
}

#[test]
fn tags_of_several_octets_are_refused() {
    for tag in [0x1f, 0x3f, 0x5f, 0x9f, 0xbf, 0xff] {
        assert_eq!(first(&[tag, 0x01, 0x00]), refused(Problem::HighTagNumber), "{tag:02x}");
    }
    for tag in [0x00, 0x1e, 0x20, 0x9e, 0xa0] {
        assert_eq!(first(&[tag, 0x01, 0x09]).unwrap(), [9], "{tag:02x}");
    }
}

#[test]
fn an_element_that_ends_early_is_refused() {
    let four_length_octets = &[0x04, 0x84, 0x01, 0x00, 0x00, 0x00, 7];
    for bytes in
        [&[][..], &[0x04], &[0x04, 0x01], &[0x04, 0x02, 7], &[0x04, 0x82, 0x01], &[0x04, 0x81], four_length_octets]
    {
        assert_eq!(first(bytes), refused(Problem::Truncated), "{bytes:02x?}");
    }
}

#[test]
fn context_tags_are_those_of_x_690() {
    assert_eq!([tag::context(0), tag::context(8)], [0x80, 0x88]);
    assert_eq!([tag::context_constructed(0), tag::context_constructed(3)], [0xa0, 0xa3]);
}

#[test]
fn the_size_limit_is_the_last_size_that_is_read() {
    let of_size = |octets: usize| Certificate::from_der(CertificateDer::from(vec![0; octets])).map(|_| ());
    let too_large = Problem::TooLarge { octets: 65_536, limit: 65_535 };
    assert_eq!(of_size(65_536), Err(CertificateError::new("certificate", too_large)));
    let no_sequence = Problem::UnexpectedTag { found: 0, expected: 0x30 };
    assert_eq!(of_size(65_535), Err(CertificateError::new("certificate", no_sequence)));
}

#[test]
fn a_name_has_so_many_parts_and_a_part_so_many_attributes() {
    let attribute = |octet: u8| {
        let value = element(0x0c, &[octet]);
        element(tag::SEQUENCE, &[object_identifier("2.5.4.10"), value].concat())
    };
    let part = |attributes: u8| {
        element(tag::SET, &(0..attributes).flat_map(|octet| attribute(b'0' + octet)).collect::<Vec<_>>())
    };
    let read = |parts: &[Vec<u8>]| {
        let name = DistinguishedName::from_encoded(FIELD, &element(tag::SEQUENCE, &parts.concat()));
        name.map(|name| name.iter().count())
    };
    let too_many = |limit| Err(CertificateError::new(FIELD, Problem::TooMany { limit }));
    assert_eq!(read(&vec![part(1); 64]), Ok(64));
    assert_eq!(read(&vec![part(1); 65]), too_many(64));
    assert_eq!(read(&[part(32), part(1)]), Ok(33));
    assert_eq!(read(&[part(33)]), too_many(32));
    assert_eq!(read(&[part(1), vec![tag::SET, 0]]), Err(CertificateError::new(FIELD, Problem::Empty)));
}
