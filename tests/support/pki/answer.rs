//! OCSP answers, signed by minted certificates.

use rcgen::SigningKey as _;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

use super::shape::element;
use super::{Minted, days};

/// An OCSP answer to be: good, issued yesterday, the next one due in a week, its signer named by key and beside it.
#[derive(Clone, Debug)]
pub(crate) struct AnswerShape {
    /// The serial numbers and what is said of each, with the dates from then to then.
    pub(crate) singles: Vec<Single>,
    pub(crate) produced_at: OffsetDateTime,
    pub(crate) naming: Naming,
    /// The content of the whole extension's `extnValue`.
    pub(crate) nonce: Option<Vec<u8>>,
    /// A critical extension that nobody knows, of the whole answer.
    pub(crate) critical: bool,
    /// Certificates beside the answer, in place of the signer's.
    pub(crate) certificates: Option<Vec<Vec<u8>>>,
}

/// The status of one certificate.
#[derive(Clone, Debug)]
pub(crate) struct Single {
    pub(crate) serial: Vec<u8>,
    pub(crate) status: Status,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    pub(crate) hash: Hash,
    pub(crate) critical: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Good,
    /// Ten days ago, with the code of a reason.
    Revoked(Option<u8>),
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    Key,
    Name,
}

impl AnswerShape {
    pub(crate) fn new(serial: &[u8], status: Status) -> Self {
        Self {
            singles: vec![Single::new(serial, status)],
            produced_at: days(-1),
            naming: Naming::Key,
            nonce: None,
            critical: false,
            certificates: None,
        }
    }

    pub(crate) fn good(serial: &[u8]) -> Self {
        Self::new(serial, Status::Good)
    }

    pub(crate) fn revoked(serial: &[u8]) -> Self {
        Self::new(serial, Status::Revoked(Some(1)))
    }

    /// Issued and produced then, the next one due then.
    pub(crate) fn issued(mut self, this_update: OffsetDateTime, next_update: Option<OffsetDateTime>) -> Self {
        self.produced_at = this_update;
        for single in &mut self.singles {
            (single.this_update, single.next_update) = (this_update, next_update);
        }
        self
    }

    pub(crate) fn named(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }

    pub(crate) fn hashed(mut self, hash: Hash) -> Self {
        self.singles.iter_mut().for_each(|single| single.hash = hash);
        self
    }

    pub(crate) fn nonce(mut self, nonce: &[u8]) -> Self {
        self.nonce = Some(element(0x04, nonce));
        self
    }

    pub(crate) fn and(mut self, single: Single) -> Self {
        self.singles.push(single);
        self
    }

    /// The DER of the whole `OCSPResponse`.
    pub(crate) fn signed(&self, issuer: &Minted, signer: &Minted) -> Vec<u8> {
        let data = self.data(issuer, signer);
        let signature = signer.key_pair().sign(&data).unwrap();
        let certificates = match &self.certificates {
            Some(certificates) => certificates.concat(),
            None if signer.der() == issuer.der() => Vec::new(),
            None => signer.der().to_vec(),
        };
        let certificates =
            if certificates.is_empty() { Vec::new() } else { element(0xa0, &element(0x30, &certificates)) };
        let basic = sequence(&[&data, ECDSA_WITH_SHA256, &element(0x03, &[&[0], &*signature].concat()), &certificates]);
        let bytes = sequence(&[&element(0x06, BASIC), &element(0x04, &basic)]);
        sequence(&[&[0x0a, 1, 0], &element(0xa0, &bytes)])
    }

    fn data(&self, issuer: &Minted, signer: &Minted) -> Vec<u8> {
        let (name, key_hash) = certificate_parts(signer.der());
        let responder = match self.naming {
            Naming::Key => element(0xa2, &element(0x04, &key_hash)),
            Naming::Name => element(0xa1, &name),
        };
        let singles: Vec<u8> = self.singles.iter().flat_map(|single| single.encode(issuer)).collect();
        let mut extensions = Vec::new();
        if let Some(nonce) = &self.nonce {
            extensions.extend(sequence(&[&element(0x06, NONCE), &element(0x04, nonce)]));
        }
        if self.critical {
            extensions.extend(unknown_critical_extension());
        }
        let extensions = if extensions.is_empty() { Vec::new() } else { element(0xa1, &element(0x30, &extensions)) };
        sequence(&[&responder, &generalized(self.produced_at), &element(0x30, &singles), &extensions])
    }
}

impl Single {
    pub(crate) fn new(serial: &[u8], status: Status) -> Self {
        Self {
            serial: serial.to_vec(),
            status,
            this_update: days(-1),
            next_update: Some(days(6)),
            hash: Hash::Sha1,
            critical: false,
        }
    }

    fn encode(&self, issuer: &Minted) -> Vec<u8> {
        let status = match self.status {
            Status::Good => vec![0x80, 0],
            Status::Revoked(reason) => {
                let reason = reason.map(|code| element(0xa0, &[0x0a, 1, code])).unwrap_or_default();
                element(0xa1, &[generalized(days(-10)), reason].concat())
            }
            Status::Unknown => vec![0x82, 0],
        };
        let next_update = self.next_update.map(|time| element(0xa0, &generalized(time))).unwrap_or_default();
        let extensions =
            if self.critical { element(0xa1, &element(0x30, &unknown_critical_extension())) } else { Vec::new() };
        sequence(&[
            &cert_id(issuer, &self.serial, self.hash),
            &status,
            &generalized(self.this_update),
            &next_update,
            &extensions,
        ])
    }
}

/// An answer with an error status and nothing else.
pub(crate) fn error_answer(status: u8) -> Vec<u8> {
    sequence(&[&[0x0a, 1, status]])
}

fn unknown_critical_extension() -> Vec<u8> {
    sequence(&[&element(0x06, &[0x2a, 0x03, 0x04]), &[0x01, 1, 0xff], &element(0x04, &[5, 0])])
}

fn generalized(time: OffsetDateTime) -> Vec<u8> {
    let time = time.to_offset(time::UtcOffset::UTC);
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    element(0x18, text.as_bytes())
}

/// The subject as encoded, and the SHA-1 of the key.
fn certificate_parts(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let certificate = Certificate::from_der(der).unwrap();
    let tbs = certificate.tbs_certificate();
    let key = tbs.subject_public_key_info().subject_public_key.raw_bytes();
    (tbs.subject().to_der().unwrap(), Sha1::digest(key).to_vec())
}

/// A `CertID`.
fn cert_id(issuer: &Minted, serial: &[u8], hash: Hash) -> Vec<u8> {
    let certificate = Certificate::from_der(issuer.der()).unwrap();
    let tbs = certificate.tbs_certificate();
    let name = tbs.subject().to_der().unwrap();
    let key = tbs.subject_public_key_info().subject_public_key.raw_bytes();
    let (algorithm, hashes) = match hash {
        Hash::Sha1 => (&SHA1[..], [&name, key].map(|octets| Sha1::digest(octets).to_vec())),
        Hash::Sha256 => (&SHA256[..], [&name, key].map(|octets| Sha256::digest(octets).to_vec())),
    };
    let [name, key] = hashes.map(|hash| element(0x04, &hash));
    sequence(&[&sequence(&[&element(0x06, algorithm), &[5, 0]]), &name, &key, &element(0x02, serial)])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
const NONCE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
/// 1.3.14.3.2.26.
const SHA1: [u8; 5] = [0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 2.16.840.1.101.3.4.2.1.
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
