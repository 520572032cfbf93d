//! Lists that no authority of ours can be made to sign, octet by octet.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::parse::{ParsedList, Version};
use super::scope::Scope;
use crate::certificate::der::tag;
use crate::certificate::{CertificateError, Problem};
use crate::der_writer::{element, object_identifier};
use crate::error::RevocationListProblem;
use crate::revocation::status::RevocationReason;

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

fn utc_time(text: &str) -> Vec<u8> {
    element(0x17, text.as_bytes())
}

fn extension(oid: &str, criticality: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&object_identifier(oid), criticality, &element(tag::OCTET_STRING, value)])
}

const CRITICAL: &[u8] = &[tag::BOOLEAN, 1, 0xff];

/// An entry for the serial number 7, revoked at the beginning of March 2026.
fn entry(extensions: &[&[u8]]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { sequence(extensions) };
    sequence(&[&[tag::INTEGER, 1, 7], &utc_time("260301120000Z"), &extensions])
}

/// The parts of a list, each as it is encoded; nothing where a part is left out.
struct Parts {
    version: Vec<u8>,
    outer_algorithm: Vec<u8>,
    next_update: Vec<u8>,
    entries: Vec<u8>,
    extensions: Vec<u8>,
}

impl Parts {
    fn new() -> Self {
        Self {
            version: vec![tag::INTEGER, 1, 1],
            outer_algorithm: algorithm("1.2.840.10045.4.3.2"),
            next_update: utc_time("260308120000Z"),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    fn entry(extensions: &[&[u8]]) -> Self {
        Self { entries: sequence(&[&entry(extensions)]), ..Self::new() }
    }

    fn extension(extension: &[u8]) -> Self {
        let extensions = element(tag::context_constructed(0), &sequence(&[extension]));
        Self { extensions, ..Self::new() }
    }

    fn encode(&self) -> Vec<u8> {
        let name = sequence(&[&object_identifier("2.5.4.3"), &element(tag::UTF8_STRING, b"Issuer")]);
        let name = sequence(&[&element(tag::SET, &name)]);
        let signed = sequence(&[
            &self.version,
            &algorithm("1.2.840.10045.4.3.2"),
            &name,
            &utc_time("260301120000Z"),
            &self.next_update,
            &self.entries,
            &self.extensions,
        ]);
        sequence(&[&signed, &self.outer_algorithm, &element(tag::BIT_STRING, &[0, 1, 2, 3])])
    }

    fn problem(&self) -> RevocationListProblem {
        ParsedList::read(&self.encode()).unwrap_err()
    }
}

fn algorithm(oid: &str) -> Vec<u8> {
    sequence(&[&object_identifier(oid)])
}

fn unreadable(field: &'static str, problem: Problem) -> String {
    RevocationListProblem::Unreadable(CertificateError::new(field, problem)).to_string()
}

fn march(day: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_772_366_400 + (day - 1) * 24 * 60 * 60)
}

#[test]
fn a_list_is_of_version_2_or_has_no_extensions() {
    let number = extension("2.5.29.20", &[], &[tag::INTEGER, 1, 9]);
    for (version, expected) in [(&[][..], Version::One), (&[tag::INTEGER, 1, 1], Version::Two)] {
        let encoded = Parts { version: version.to_vec(), ..Parts::new() }.encode();
        let list = ParsedList::read(&encoded).unwrap();
        assert_eq!((list.version, list.number.is_none()), (expected, true));
        assert_eq!((list.this_update, list.next_update), (march(1), march(8)));
    }
    let encoded = Parts::extension(&number).encode();
    assert_eq!(ParsedList::read(&encoded).unwrap().number.unwrap().to_string(), "0x09");
    let first = Parts { version: Vec::new(), ..Parts::extension(&number) };
    let too_low = Problem::VersionTooLow { found: 1, expected: 2 };
    assert_eq!(first.problem().to_string(), unreadable("extensions", too_low));
    for found in [0, 2, 3] {
        let parts = Parts { version: vec![tag::INTEGER, 1, found], ..Parts::new() };
        assert_eq!(parts.problem().to_string(), unreadable("version", Problem::Version { found }));
    }
}

#[test]
fn a_list_without_an_end_or_with_another_algorithm_inside_is_refused() {
    let endless = Parts { next_update: Vec::new(), ..Parts::new() };
    assert!(matches!(endless.problem(), RevocationListProblem::NextUpdateMissing));
    let generalized = Parts { next_update: element(0x18, b"20260308120000Z"), ..Parts::new() };
    assert_eq!(ParsedList::read(&generalized.encode()).unwrap().next_update, march(8));
    let differing = Parts { outer_algorithm: algorithm("1.2.840.10045.4.3.3"), ..Parts::new() };
    let expected = unreadable("signature algorithm", Problem::SignatureAlgorithmsDiffer);
    assert_eq!(differing.problem().to_string(), expected);
}

#[test]
fn numbers_are_compared_by_value_and_none_is_negative() {
    let number = |octets: &[u8]| {
        let value = element(tag::INTEGER, octets);
        let encoded = Parts::extension(&extension("2.5.29.20", &[], &value)).encode();
        ParsedList::read(&encoded).map(|list| list.number.unwrap())
    };
    let ascending: Vec<_> = [&[0][..], &[1], &[0x7f], &[0, 0x80], &[0, 0xff], &[1, 0], &[0, 0x80, 0]]
        .map(|octets| number(octets).unwrap())
        .into();
    assert!(ascending.is_sorted_by(|left, right| left < right), "{ascending:?}");
    let shown: Vec<_> = ascending.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["0x00", "0x01", "0x7f", "0x80", "0xff", "0x0100", "0x8000"]);
    for negative in [&[0x80][..], &[0xff, 0x7f]] {
        assert_eq!(number(negative).unwrap_err().to_string(), unreadable("crl number", Problem::Integer));
    }
}

#[test]
fn an_entry_revokes_whatever_its_reason_is() {
    let reason = |code| extension("2.5.29.21", &[], &[tag::ENUMERATED, 1, code]);
    let critical = extension("2.5.29.21", CRITICAL, &[tag::ENUMERATED, 1, 4]);
    let spelled = extension("2.5.29.21", &[tag::BOOLEAN, 1, 0], &[tag::ENUMERATED, 1, 4]);
    let other = extension("1.2.3.4", &[], &[5, 0]);
    for (extensions, expected) in [
        (vec![], None),
        (vec![reason(1)], Some(RevocationReason::KeyCompromise)),
        (vec![critical], Some(RevocationReason::Superseded)),
        (vec![spelled], Some(RevocationReason::Superseded)),
        (vec![reason(7)], None),
        (vec![other.clone()], None),
        (vec![other.clone(), reason(6)], Some(RevocationReason::CertificateHold)),
        (vec![reason(6), other], Some(RevocationReason::CertificateHold)),
    ] {
        let extensions: Vec<_> = extensions.iter().map(Vec::as_slice).collect();
        let encoded = Parts::entry(&extensions).encode();
        let list = ParsedList::read(&encoded).unwrap();
        let found = list.serials.find(&[7]).unwrap();
        assert_eq!((found.at, found.reason, list.serials.len()), (march(1), expected, 1));
        assert_eq!(list.serials.find(&[8]), None);
    }
}

#[test]
fn an_entry_that_may_mean_something_else_refuses_the_whole_list() {
    let unknown = extension("1.2.3.4", CRITICAL, &[5, 0]);
    let problem = Parts::entry(&[&unknown]).problem();
    assert!(
        matches!(&problem, RevocationListProblem::CriticalExtensionUnsupported { extension } if extension == "1.2.3.4"),
        "{problem}"
    );
    for criticality in [CRITICAL, &[]] {
        let of_another_issuer = extension("2.5.29.29", criticality, &[tag::SEQUENCE, 0]);
        assert!(matches!(Parts::entry(&[&of_another_issuer]).problem(), RevocationListProblem::Indirect));
    }
    let odd = extension("1.2.3.4", &[tag::BOOLEAN, 1, 1], &[5, 0]);
    assert_eq!(Parts::entry(&[&odd]).problem().to_string(), unreadable("entry extensions", Problem::Boolean));
    let longer = sequence(&[&object_identifier("1.2.3.4"), &element(tag::OCTET_STRING, &[5, 0]), &[5, 0]]);
    let trailing = unreadable("entry extensions", Problem::TrailingBytes { count: 2 });
    assert_eq!(Parts::entry(&[&longer]).problem().to_string(), trailing);
}

#[test]
fn what_a_list_is_for_is_read_flag_by_flag() {
    let read = |parts: &[&[u8]]| Scope::read(&sequence(parts));
    let set = |number: u8| vec![tag::context(number), 1, 0xff];
    let clear = |number: u8| vec![tag::context(number), 1, 0];
    let all = read(&[]).unwrap();
    assert_eq!(all, Scope::default());
    for number in [1, 2, 4, 5] {
        assert_eq!(read(&[&clear(number)]).unwrap(), all, "{number}");
    }
    let (clients, authorities) = (read(&[&set(1)]).unwrap(), read(&[&set(2)]).unwrap());
    assert!(clients != all && authorities != all && clients != authorities);
    assert_eq!(read(&[&set(1), &clear(2)]).unwrap(), clients);
    let nobody = unreadable("issuing distribution point", Problem::Empty);
    assert_eq!(read(&[&set(1), &set(2)]).unwrap_err().to_string(), nobody);
    assert!(matches!(read(&[&set(4)]), Err(RevocationListProblem::Indirect)));
    assert!(matches!(read(&[&set(5)]), Err(RevocationListProblem::ForAttributeCertificates)));
    assert!(matches!(read(&[&[tag::context(3), 2, 1, 0x80]]), Err(RevocationListProblem::ReasonsPartitioned)));
    let odd = unreadable("issuing distribution point", Problem::Boolean);
    assert_eq!(read(&[&[tag::context(1), 1, 1]]).unwrap_err().to_string(), odd);
}

#[test]
fn a_distribution_point_has_its_full_name_and_at_most_a_hundred_of_them() {
    let read = |choice: &[u8]| Scope::read(&sequence(&[&element(tag::context_constructed(0), choice)]));
    let names = |count: usize| {
        let name = element(tag::context(6), b"http://crl.example/a");
        element(tag::context_constructed(0), &name.repeat(count))
    };
    assert_ne!(read(&names(1)).unwrap(), Scope::default());
    assert_ne!(read(&names(1)).unwrap(), read(&names(2)).unwrap());
    assert!(read(&names(100)).is_ok());
    let too_many = unreadable("issuing distribution point", Problem::TooMany { limit: 100 });
    assert_eq!(read(&names(101)).unwrap_err().to_string(), too_many);
    let relative = element(tag::context_constructed(1), &[]);
    assert!(matches!(read(&relative), Err(RevocationListProblem::RelativeDistributionPoint)));
    let other = unreadable("issuing distribution point", Problem::UnknownChoice { found: 0xa2 });
    assert_eq!(read(&element(tag::context_constructed(2), &[])).unwrap_err().to_string(), other);
}
