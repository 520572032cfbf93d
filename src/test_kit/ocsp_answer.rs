use std::time::{Duration, SystemTime};

use super::authority::TestAuthority;
use super::certificate::TestCertificate;
use super::der::{self, Criticality, element, explicit, extension, integer, known_oid, sequence, tag};
use super::must;
use super::revocation_list::Revoked;
use crate::certificate::{Certificate, Fingerprint, ObjectIdentifier};
use crate::revocation::{OcspAnswers, RevocationReason};

/// An OCSP answer to be; made by [`TestAuthority::ocsp_answer`].
///
/// ```
/// use tower_client_cert::test_kit::TestAuthority;
///
/// let authority = TestAuthority::new("partner");
/// let client = authority.client("orders-svc").issue();
/// let answers = authority.ocsp_answer(&client).next_update_in(std::time::Duration::from_secs(3600)).sign();
/// # let _: tower_client_cert::OcspAnswers = answers;
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is signed before sign()"]
pub struct TestOcspAnswer {
    issuer: TestAuthority,
    delegate: Option<TestCertificate>,
    cert_id: Vec<u8>,
    status: Status,
    this_update: SystemTime,
    next_update: Option<SystemTime>,
    nonce: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
enum Status {
    Good,
    Revoked(Revoked),
    Unknown,
}

impl TestOcspAnswer {
    /// About the certificate that a `CertID` in DER names, by what the authority knows of its serial number.
    pub(super) fn new(issuer: &TestAuthority, cert_id: Vec<u8>, revoked: Option<Revoked>, now: SystemTime) -> Self {
        Self {
            issuer: issuer.clone(),
            delegate: None,
            cert_id,
            status: revoked.map_or(Status::Good, Status::Revoked),
            this_update: now,
            next_update: Some(now + DAY),
            nonce: None,
        }
    }

    /// Says that the responder does not know the certificate.
    pub fn unknown(mut self) -> Self {
        self.status = Status::Unknown;
        self
    }

    /// When the next answer is due, counted from when this one was issued. By default that is a day.
    pub fn next_update_in(mut self, time: Duration) -> Self {
        self.next_update = Some(self.this_update + time);
        self
    }

    /// Does not say when the next answer is due.
    pub fn without_next_update(mut self) -> Self {
        self.next_update = None;
        self
    }

    /// When it was issued, so long ago; the next one is due as long after that as before.
    pub fn issued_ago(mut self, time: Duration) -> Self {
        self.this_update -= time;
        self.next_update = self.next_update.map(|next_update| next_update - time);
        self
    }

    /// Signs with the key of this certificate, which comes along: a delegated responder's, if it is issued by the same
    /// authority for `OCSPSigning`, and nobody's otherwise.
    pub fn signed_by(mut self, responder: &TestCertificate) -> Self {
        self.delegate = Some(responder.clone());
        self
    }

    #[cfg(feature = "fetch")]
    pub(super) fn with_nonce(mut self, extension_value: Option<Vec<u8>>) -> Self {
        self.nonce = extension_value;
        self
    }

    /// The signed answer, as the layer's builder takes it.
    #[must_use]
    pub fn sign(&self) -> OcspAnswers {
        OcspAnswers::from_octets(self.to_der())
    }

    /// The signed answer in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let signer = self.delegate.as_ref().unwrap_or(self.issuer.certificate());
        let data = sequence(&[
            explicit(1, &signer.subject),
            der::generalized_time(self.this_update),
            sequence(&[self.single()]),
            self.extensions(),
        ]);
        let certificates = self.delegate.as_ref().map(|delegate| explicit(0, &sequence(&[delegate.der.to_vec()])));
        let basic = sequence(&[
            data.clone(),
            signer.key.signature_algorithm(),
            der::bit_string(&signer.key.sign(&data)),
            certificates.unwrap_or_default(),
        ]);
        let bytes = sequence(&[known_oid("1.3.6.1.5.5.7.48.1.1"), element(tag::OCTET_STRING, &basic)]);
        sequence(&[element(tag::ENUMERATED, &[0]), explicit(0, &bytes)])
    }

    fn single(&self) -> Vec<u8> {
        let status = match &self.status {
            Status::Good => element(0x80, &[]),
            Status::Revoked(revoked) => {
                let reason = match revoked.reason {
                    RevocationReason::Unspecified => Vec::new(),
                    reason => explicit(0, &element(tag::ENUMERATED, &[reason.code()])),
                };
                explicit(1, &[der::generalized_time(revoked.at), reason].concat())
            }
            Status::Unknown => element(0x82, &[]),
        };
        let next_update = self.next_update.map(|time| explicit(0, &der::generalized_time(time))).unwrap_or_default();
        sequence(&[self.cert_id.clone(), status, der::generalized_time(self.this_update), next_update])
    }

    fn extensions(&self) -> Vec<u8> {
        let Some(nonce) = &self.nonce else { return Vec::new() };
        explicit(1, &sequence(&[extension(&ObjectIdentifier::known(NONCE), Criticality::NotCritical, nonce)]))
    }
}

/// RFC 6960 section 4.1.1, by SHA-256.
pub(super) fn cert_id(issuer: &TestCertificate, serial: &[u8]) -> Vec<u8> {
    let certificate = must(Certificate::from_der(issuer.der.clone()), "the authority cannot be read");
    let parts = must(certificate.signed_parts(), "the authority cannot be read");
    let hash = |octets: &[u8]| element(tag::OCTET_STRING, Fingerprint::of(octets).as_octets());
    sequence(&[
        sequence(&[known_oid("2.16.840.1.101.3.4.2.1")]),
        hash(&issuer.subject),
        hash(parts.key),
        integer(serial),
    ])
}

/// id-pkix-ocsp-nonce.
pub(super) const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";
const DAY: Duration = Duration::from_secs(24 * 3600);
