//! The fields of a certificate, in the order in which they stand there.

use std::time::SystemTime;

use x509_cert::der::Decode as _;
use x509_cert::time::Time;

use super::der::{Element, Elements, tag};
use super::distinguished_name::DistinguishedName;
use super::error::{CertificateError, Problem};
use super::extension::Extensions;
use super::fingerprint::Fingerprint;
use super::key_usage::bit_string;
use super::object_identifier::ObjectIdentifier;
use super::octets::Whole;
use super::public_key::PublicKey;
use super::serial_number::SerialNumber;
use super::signature_algorithm::SignatureAlgorithm;

/// What is read of a `Certificate` and its `TBSCertificate` (RFC 5280 section 4.1).
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) version: u8,
    pub(super) serial: SerialNumber,
    pub(super) signature_algorithm: SignatureAlgorithm,
    pub(super) issuer: DistinguishedName,
    pub(super) not_before: SystemTime,
    pub(super) not_after: SystemTime,
    pub(super) subject: DistinguishedName,
    pub(super) public_key: PublicKey,
    pub(super) public_key_fingerprint: Fingerprint,
    pub(super) extensions: Extensions,
}

impl Fields {
    pub(super) fn read(whole: &Whole) -> Result<Self, CertificateError> {
        let der = whole.der();
        if der.len() > MAX_CERTIFICATE_OCTETS {
            let problem = Problem::TooLarge { octets: der.len(), limit: MAX_CERTIFICATE_OCTETS };
            return Err(CertificateError::new(CERTIFICATE, problem));
        }
        let mut outer = Elements::inside(CERTIFICATE, tag::SEQUENCE, der)?;
        let tbs = outer.expect(CERTIFICATE, tag::SEQUENCE)?;
        let algorithm = outer.expect(SIGNATURE_ALGORITHM, tag::SEQUENCE)?;
        bit_string("signature", outer.expect("signature", tag::BIT_STRING)?)?;
        outer.finish(CERTIFICATE)?;
        Self::read_tbs(whole, tbs, algorithm)
    }

    fn read_tbs(whole: &Whole, tbs: Element<'_>, outer_algorithm: Element<'_>) -> Result<Self, CertificateError> {
        let mut elements = Elements::new(CERTIFICATE, tbs.content);
        let version = match elements.optional("version", tag::context_constructed(0))? {
            Some(explicit) => read_version(explicit)?,
            None => 1,
        };
        let serial = SerialNumber::from_element(whole, elements.expect("serial number", tag::INTEGER)?)?;
        let algorithm = elements.expect(SIGNATURE_ALGORITHM, tag::SEQUENCE)?;
        // RFC 5280 section 4.1.1.2: only the inner one is signed.
        if algorithm.encoded != outer_algorithm.encoded {
            return Err(CertificateError::new(SIGNATURE_ALGORITHM, Problem::SignatureAlgorithmsDiffer));
        }
        let issuer = DistinguishedName::from_element("issuer", whole, elements.expect("issuer", tag::SEQUENCE)?)?;
        let (not_before, not_after) = read_validity(elements.expect("validity", tag::SEQUENCE)?)?;
        let subject = DistinguishedName::from_element("subject", whole, elements.expect("subject", tag::SEQUENCE)?)?;
        let key_info = elements.expect("subject public key info", tag::SEQUENCE)?;
        Ok(Self {
            version,
            serial,
            signature_algorithm: read_algorithm(algorithm)?,
            issuer,
            not_before,
            not_after,
            subject,
            public_key: PublicKey::read(whole, key_info.encoded)?,
            public_key_fingerprint: Fingerprint::of(key_info.encoded),
            extensions: read_rest(whole, version, elements)?,
        })
    }
}

/// The optional fields at the end (RFC 5280 section 4.1.2.1: each needs a version).
fn read_rest(whole: &Whole, version: u8, mut elements: Elements<'_>) -> Result<Extensions, CertificateError> {
    for (field, number) in [("issuer unique identifier", 1), ("subject unique identifier", 2)] {
        if elements.optional(field, tag::context(number))?.is_some() && version == 1 {
            return Err(CertificateError::new(field, Problem::VersionTooLow { found: version, expected: 2 }));
        }
    }
    let extensions = match elements.optional("extensions", tag::context_constructed(3))? {
        Some(_) if version < 3 => {
            let problem = Problem::VersionTooLow { found: version, expected: 3 };
            return Err(CertificateError::new("extensions", problem));
        }
        Some(explicit) => Extensions::read(whole, explicit.content)?,
        None => Extensions::default(),
    };
    elements.finish(CERTIFICATE)?;
    Ok(extensions)
}

fn read_version(explicit: Element<'_>) -> Result<u8, CertificateError> {
    const FIELD: &str = "version";
    match Element::only(FIELD, tag::INTEGER, explicit.content)?.content {
        [number @ 0..=2] => Ok(number + 1),
        [found] => Err(CertificateError::new(FIELD, Problem::Version { found: *found })),
        _ => Err(CertificateError::new(FIELD, Problem::Integer)),
    }
}

fn read_algorithm(identifier: Element<'_>) -> Result<SignatureAlgorithm, CertificateError> {
    let mut elements = Elements::new(SIGNATURE_ALGORITHM, identifier.content);
    let oid = ObjectIdentifier::from_element(SIGNATURE_ALGORITHM, elements.any()?)?;
    if !elements.is_empty() {
        let _parameters = elements.any()?;
    }
    elements.finish(SIGNATURE_ALGORITHM)?;
    Ok(SignatureAlgorithm::new(oid))
}

fn read_validity(validity: Element<'_>) -> Result<(SystemTime, SystemTime), CertificateError> {
    let mut elements = Elements::new("validity", validity.content);
    let not_before = read_time("not before", elements.any()?)?;
    let not_after = read_time("not after", elements.any()?)?;
    elements.finish("validity")?;
    Ok((not_before, not_after))
}

pub(crate) fn read_time(field: &'static str, element: Element<'_>) -> Result<SystemTime, CertificateError> {
    Time::from_der(element.encoded)
        .map(|time| time.to_system_time())
        .map_err(|_| CertificateError::new(field, Problem::Date))
}

const CERTIFICATE: &str = "certificate";
const SIGNATURE_ALGORITHM: &str = "signature algorithm";
/// Octets of one certificate; the path validation has the same limit.
const MAX_CERTIFICATE_OCTETS: usize = 65_535;
