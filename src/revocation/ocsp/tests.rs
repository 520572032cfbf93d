//! Answers that no responder of ours can be made to give, octet by octet.

use super::response::{MAX_ANSWER_OCTETS, Response, SingleStatus};
use crate::certificate::der::tag;
use crate::certificate::{CertificateError, Problem};
use crate::der_writer::{element, object_identifier};
use crate::error::OcspAnswerProblem;
use crate::revocation::status::RevocationReason;

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    element(tag::context_constructed(number), content)
}

fn time() -> Vec<u8> {
    element(0x18, b"20260301120000Z")
}

fn extension(oid: &str, criticality: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[&object_identifier(oid), criticality, &element(tag::OCTET_STRING, value)])
}

fn single(status: &[u8]) -> Vec<u8> {
    let octets = element(tag::OCTET_STRING, &[0; 20]);
    let algorithm = sequence(&[&object_identifier("1.3.14.3.2.26")]);
    let cert_id = sequence(&[&algorithm, &octets, &octets, &[tag::INTEGER, 1, 7]]);
    sequence(&[&cert_id, status, &time()])
}

const GOOD: &[u8] = &[0x80, 0];
const CRITICAL: &[u8] = &[tag::BOOLEAN, 1, 0xff];
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

/// The parts of an answer, each as it is encoded; nothing where a part is left out.
struct Parts {
    status: u8,
    response_type: &'static str,
    version: Vec<u8>,
    singles: Vec<Vec<u8>>,
    extensions: Vec<u8>,
    certificates: usize,
}

impl Parts {
    fn new() -> Self {
        Self {
            status: 0,
            response_type: "1.3.6.1.5.5.7.48.1.1",
            version: Vec::new(),
            singles: vec![single(GOOD)],
            extensions: Vec::new(),
            certificates: 0,
        }
    }

    fn extension(extension: &[u8]) -> Self {
        Self { extensions: explicit(1, &sequence(&[extension])), ..Self::new() }
    }

    fn status(status: &[u8]) -> Self {
        Self { singles: vec![single(status)], ..Self::new() }
    }

    fn encode(&self) -> Vec<u8> {
        let responder = explicit(2, &element(tag::OCTET_STRING, &[1; 20]));
        let singles = element(tag::SEQUENCE, &self.singles.concat());
        let data = sequence(&[&self.version, &responder, &time(), &singles, &self.extensions]);
        let certificates = match self.certificates {
            0 => Vec::new(),
            count => explicit(0, &element(tag::SEQUENCE, &sequence(&[]).repeat(count))),
        };
        let algorithm = sequence(&[&object_identifier("1.2.840.10045.4.3.2")]);
        let basic = sequence(&[&data, &algorithm, &element(tag::BIT_STRING, &[0, 1, 2]), &certificates]);
        let bytes = sequence(&[&object_identifier(self.response_type), &element(tag::OCTET_STRING, &basic)]);
        sequence(&[&[tag::ENUMERATED, 1, self.status], &explicit(0, &bytes)])
    }

    fn problem(&self) -> OcspAnswerProblem {
        Response::read(&self.encode()).unwrap_err()
    }
}

fn unreadable(field: &'static str, problem: Problem) -> OcspAnswerProblem {
    CertificateError::new(field, problem).into()
}

#[test]
fn an_answer_speaks_only_with_the_status_the_type_and_the_version_of_one_that_does() {
    assert!(Response::read(&Parts::new().encode()).is_ok());
    // Whatever stands beside an error status is not looked at.
    let failed = Parts { status: 3, ..Parts::new() };
    assert!(matches!(failed.problem(), OcspAnswerProblem::Status { .. }));
    let other = Parts { response_type: "1.3.6.1.5.5.7.48.1.9", ..Parts::new() };
    assert_eq!(other.problem(), OcspAnswerProblem::TypeUnsupported);
    let version = |number| Parts { version: explicit(0, &[tag::INTEGER, 1, number]), ..Parts::new() };
    assert!(Response::read(&version(0).encode()).is_ok());
    for found in [1, 2] {
        assert_eq!(version(found).problem(), unreadable("version", Problem::Version { found }));
    }
}

#[test]
fn only_so_many_statuses_and_certificates_are_read() {
    let singles = |count| Parts { singles: vec![single(GOOD); count], ..Parts::new() };
    assert_eq!(Response::read(&singles(256).encode()).unwrap().singles.len(), 256);
    assert_eq!(singles(257).problem(), unreadable("responses", Problem::TooMany { limit: 256 }));
    let certificates = |certificates| Parts { certificates, ..Parts::new() };
    assert_eq!(Response::read(&certificates(8).encode()).unwrap().certificates.len(), 8);
    assert_eq!(certificates(9).problem(), unreadable("certificates", Problem::TooMany { limit: 8 }));
    let too_large = OcspAnswerProblem::TooLarge { limit_octets: 65_536 };
    assert_ne!(Response::read(&vec![0x30; MAX_ANSWER_OCTETS]).unwrap_err(), too_large);
    assert_eq!(Response::read(&vec![0x30; MAX_ANSWER_OCTETS + 1]).unwrap_err(), too_large);
}

#[test]
fn a_status_is_one_of_three_and_nothing_else() {
    let read = |status: &[u8]| Response::read(&Parts::status(status).encode()).map(|answer| answer.singles[0].status);
    let revoked = |more: &[u8]| read(&explicit(1, &[&*time(), more].concat()));
    assert_eq!(read(GOOD), Ok(SingleStatus::Good));
    assert_eq!(read(&[0x82, 0]), Ok(SingleStatus::Unknown));
    for (found, status) in
        [(0x80, &[0x80, 1, 0][..]), (0x82, &[0x82, 1, 0]), (0x81, &[0x81, 0]), (0xa0, &[0xa0, 0]), (0x83, &[0x83, 0])]
    {
        assert_eq!(read(status), Err(unreadable("certificate status", Problem::UnknownChoice { found })));
    }
    let reason = |code| explicit(0, &[tag::ENUMERATED, 1, code]);
    for (more, expected) in [
        (Vec::new(), None),
        (reason(1), Some(RevocationReason::KeyCompromise)),
        (reason(6), Some(RevocationReason::CertificateHold)),
        // A reason that nobody knows lifts no revocation.
        (reason(7), None),
        (reason(0xff), None),
    ] {
        let found = revoked(&more).unwrap();
        assert!(matches!(found, SingleStatus::Revoked { reason, .. } if reason == expected), "{found:?}");
    }
    let trailing = unreadable("certificate status", Problem::TrailingBytes { count: 2 });
    assert_eq!(revoked(&[5, 0]), Err(trailing));
}

#[test]
fn of_extensions_a_nonce_alone_may_be_critical() {
    let nonce = |criticality: &[u8], value: &[u8]| {
        let encoded = Parts::extension(&extension(NONCE, criticality, value)).encode();
        Response::read(&encoded).unwrap().nonce.unwrap()
    };
    for criticality in [CRITICAL, &[]] {
        assert_eq!(*nonce(criticality, &[tag::OCTET_STRING, 2, 8, 9]), [8, 9]);
    }
    // Without the inner OCTET STRING.
    assert_eq!(*nonce(&[], &[8, 9]), [8, 9]);
    assert!(Response::read(&Parts::new().encode()).unwrap().nonce.is_none());
    assert!(Response::read(&Parts::extension(&extension("1.2.3.4", &[], &[5, 0])).encode()).is_ok());
    let problem = Parts::extension(&extension("1.2.3.4", CRITICAL, &[5, 0])).problem();
    assert_eq!(problem, OcspAnswerProblem::CriticalExtensionUnsupported { extension: "1.2.3.4".to_owned() });
}
