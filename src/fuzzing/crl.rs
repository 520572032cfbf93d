//! A certificate revocation list.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::{holds, is_one_line};
use crate::certificate::Certificate;
use crate::error::RevocationListProblem;
use crate::revocation::ProbedList;
use crate::validation::DEFAULT_ALGORITHMS;

/// Reads a list, and asks whether an authority that has signed none would be believed to have signed it.
///
/// # Panics
///
/// When anything that must hold does not.
pub fn crl(der: &[u8]) {
    let issuer = CertificateDer::from_pem_slice(ISSUER).ok().and_then(|der| Certificate::from_der(der).ok());
    assert!(issuer.is_some(), "the fixture is no certificate");
    let Some(issuer) = issuer.map(Arc::new) else { return };
    let now = UNIX_EPOCH + Duration::from_secs(NOW_UNIX_SECONDS);
    let probed = match ProbedList::read(der, SERIAL, &issuer, DEFAULT_ALGORITHMS, now) {
        Ok(probed) => probed,
        Err(problem) => return refused(&problem),
    };
    assert!(holds(der, probed.signed), "signed octets that do not stand in the list");
    assert!(holds(der, probed.issuer.der()), "an issuer that does not stand in the list");
    assert!(is_one_line(&probed.issuer.to_string()), "not one line: {}", probed.issuer);
    assert!(probed.entries * MIN_ENTRY_OCTETS <= der.len(), "{} entries in {} octets", probed.entries, der.len());
    assert!(probed.heap_octets <= MAX_FIXED_OCTETS + der.len() * MAX_KEPT_PER_OCTET, "{} octets", probed.heap_octets);
    assert!(!probed.revokes || holds(der, SERIAL), "a serial number is revoked that does not stand in the list");
    assert!(probed.verified.is_err(), "a list is believed that nobody signed");
    if let Err(problem) = &probed.verified {
        refused(problem);
    }
}

fn refused(problem: &RevocationListProblem) {
    let text = problem.to_string();
    assert!(is_one_line(&text), "not one line: {text:?}");
}

const ISSUER: &[u8] = include_bytes!("../../tests/fixtures/odd/root.pem");
/// The serial number of the certificate that is asked about.
const SERIAL: &[u8] = &[0x11, 0x22, 0x33];
/// 2026-03-01T12:00:00Z.
const NOW_UNIX_SECONDS: u64 = 1_772_366_400;
/// A sequence with a number of one octet and a date.
const MIN_ENTRY_OCTETS: usize = 2 + 3 + 15;
/// Memory of an empty list, and of one by octet that it was read from.
const MAX_FIXED_OCTETS: usize = 8192;
const MAX_KEPT_PER_OCTET: usize = 4;
