use std::time::{Duration, SystemTime};

use super::authority::TestAuthority;
use super::certificate::pem;
use super::der::{self, Criticality, element, explicit, extension, integer, known_oid, sequence, tag, time};
use crate::certificate::{Fingerprint, ObjectIdentifier};
use crate::revocation::{RevocationLists, RevocationReason};

/// A revocation list to be; made by [`TestAuthority::revocation_list`].
///
/// ```
/// use tower_client_cert::test_kit::{TestAuthority, TestClock};
///
/// let clock = TestClock::at_unix_seconds(1_772_366_400);
/// let authority = TestAuthority::with_clock("partner", &clock);
/// let stolen = authority.client("orders-svc").issue();
/// authority.revoke(&stolen);
/// let lists = authority.revocation_list().next_update_in(std::time::Duration::from_secs(3600)).sign();
/// # let _: tower_client_cert::RevocationLists = lists;
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is signed before sign()"]
pub struct TestRevocationList {
    issuer: TestAuthority,
    number: u64,
    revoked: Vec<Revoked>,
    this_update: SystemTime,
    next_update: SystemTime,
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Revoked {
    pub(super) serial: Vec<u8>,
    pub(super) at: SystemTime,
    pub(super) reason: RevocationReason,
}

impl TestRevocationList {
    pub(super) fn new(issuer: &TestAuthority, number: u64, revoked: Vec<Revoked>, now: SystemTime) -> Self {
        Self { issuer: issuer.clone(), number, revoked, this_update: now, next_update: now + WEEK }
    }

    /// When the next list is due, counted from when this one was issued.
    pub fn next_update_in(mut self, time: Duration) -> Self {
        self.next_update = self.this_update + time;
        self
    }

    /// When it was issued, so long ago; the next one is due as long after that as before.
    pub fn issued_ago(mut self, time: Duration) -> Self {
        self.this_update -= time;
        self.next_update -= time;
        self
    }

    /// The signed list, as the layer's builder and `replace_crls` take it.
    #[must_use]
    pub fn sign(&self) -> RevocationLists {
        RevocationLists::from_octets(self.to_der())
    }

    /// The signed list in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let key = &self.issuer.certificate().key;
        let tbs = sequence(&[
            integer(&[1]),
            key.signature_algorithm(),
            self.issuer.certificate().subject.clone(),
            time(self.this_update),
            time(self.next_update),
            self.entries(),
            explicit(0, &sequence(&[self.authority_key_id(), self.number()])),
        ]);
        let signature = key.sign(&tbs);
        sequence(&[tbs, key.signature_algorithm(), der::bit_string(&signature)])
    }

    /// The signed list as PEM, labelled `X509 CRL`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem("X509 CRL", &self.to_der())
    }

    /// RFC 5280 section 5.1.2.6: where nothing is revoked, the list is absent.
    fn entries(&self) -> Vec<u8> {
        let entries: Vec<_> = self.revoked.iter().map(Revoked::entry).collect();
        if entries.is_empty() { Vec::new() } else { sequence(&entries) }
    }

    fn authority_key_id(&self) -> Vec<u8> {
        let key_id = element(0x80, &key_identifier(&self.issuer.certificate().key.public_key()));
        extension(&ObjectIdentifier::known("2.5.29.35"), Criticality::NotCritical, &sequence(&[key_id]))
    }

    fn number(&self) -> Vec<u8> {
        let number = integer(&self.number.to_be_bytes());
        extension(&ObjectIdentifier::known("2.5.29.20"), Criticality::NotCritical, &number)
    }
}

impl Revoked {
    fn entry(&self) -> Vec<u8> {
        let mut parts = vec![integer(&self.serial), time(self.at)];
        // RFC 5280 section 5.3.1: "unspecified" is told by leaving the reason out.
        if self.reason != RevocationReason::Unspecified {
            let reason = element(tag::OCTET_STRING, &element(tag::ENUMERATED, &[self.reason.code()]));
            parts.push(sequence(&[sequence(&[known_oid("2.5.29.21"), reason])]));
        }
        sequence(&parts)
    }
}

/// RFC 7093 section 2 (1): the leftmost 160 bits of a SHA-256, here of the whole `SubjectPublicKeyInfo` (4).
pub(super) fn key_identifier(public_key: &[u8]) -> Vec<u8> {
    Fingerprint::of(public_key).as_octets().iter().copied().take(20).collect()
}

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
