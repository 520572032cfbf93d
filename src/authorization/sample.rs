//! Certificates made up of fields, for trying rules on. Nobody signed them, and nothing validates them.

use std::net::IpAddr;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

use crate::certificate::der::tag::{BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE, SET, UTF8_STRING};
use crate::certificate::{Certificate, CertificateError, ObjectIdentifier};
use crate::der_writer::{element, object_identifier as oid};
use crate::utc::Utc;

/// The fields of a certificate to be tried.
#[derive(Clone, Debug)]
pub(crate) struct SampleCertificate {
    pub(crate) serial: Vec<u8>,
    pub(crate) issuer: Vec<Rdn>,
    pub(crate) subject: Vec<Rdn>,
    pub(crate) alternative_names: Vec<SampleName>,
    pub(crate) purposes: Vec<ObjectIdentifier>,
    pub(crate) policies: Vec<ObjectIdentifier>,
    /// Other extensions, with the DER of their value.
    pub(crate) extensions: Vec<(ObjectIdentifier, Vec<u8>)>,
    pub(crate) not_before: SystemTime,
    pub(crate) not_after: SystemTime,
}

/// Attributes of one relative distinguished name: type, tag of the string type, content.
pub(crate) type Rdn = Vec<(ObjectIdentifier, u8, Vec<u8>)>;

/// One alternative name.
#[derive(Clone, Debug)]
pub(crate) enum SampleName {
    Directory(Vec<Rdn>),
    Dns(String),
    Email(String),
    Ip(IpAddr),
    Uri(String),
    UserPrincipalName { tag: u8, content: Vec<u8> },
}

impl SampleCertificate {
    pub(crate) fn new(not_before: SystemTime, not_after: SystemTime) -> Self {
        Self {
            serial: vec![1],
            issuer: vec![text_rdn("2.5.4.3", "Sample Authority")],
            subject: Vec::new(),
            alternative_names: Vec::new(),
            purposes: Vec::new(),
            policies: Vec::new(),
            extensions: Vec::new(),
            not_before,
            not_after,
        }
    }

    /// Writes the certificate and reads it as every other.
    pub(crate) fn read(&self) -> Result<Certificate, CertificateError> {
        let algorithm = element(SEQUENCE, &oid("1.2.840.10045.4.3.2"));
        let validity = [time(self.not_before), time(self.not_after)].concat();
        let tbs = [
            element(0xa0, &element(INTEGER, &[2])),
            element(INTEGER, &self.serial),
            algorithm.clone(),
            name(&self.issuer),
            element(SEQUENCE, &validity),
            name(&self.subject),
            public_key(),
            element(0xa3, &element(SEQUENCE, &self.all_extensions())),
        ]
        .concat();
        let certificate = [element(SEQUENCE, &tbs), algorithm, element(BIT_STRING, &[0, 0])].concat();
        Certificate::from_der(CertificateDer::from(element(SEQUENCE, &certificate)))
    }

    fn all_extensions(&self) -> Vec<u8> {
        let mut extensions = vec![extension("2.5.29.19", &element(SEQUENCE, &[]))];
        if !self.alternative_names.is_empty() {
            let names: Vec<_> = self.alternative_names.iter().flat_map(SampleName::encoded).collect();
            extensions.push(extension("2.5.29.17", &element(SEQUENCE, &names)));
        }
        if !self.purposes.is_empty() {
            let purposes: Vec<_> = self.purposes.iter().flat_map(|purpose| oid(purpose.as_str())).collect();
            extensions.push(extension("2.5.29.37", &element(SEQUENCE, &purposes)));
        }
        if !self.policies.is_empty() {
            let policy = |policy: &ObjectIdentifier| element(SEQUENCE, &oid(policy.as_str()));
            let policies: Vec<_> = self.policies.iter().flat_map(policy).collect();
            extensions.push(extension("2.5.29.32", &element(SEQUENCE, &policies)));
        }
        extensions.extend(self.extensions.iter().map(|(oid, value)| extension(oid.as_str(), value)));
        extensions.concat()
    }
}

impl SampleName {
    fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Directory(rdns) => element(0xa4, &name(rdns)),
            Self::Dns(text) => element(0x82, text.as_bytes()),
            Self::Email(text) => element(0x81, text.as_bytes()),
            Self::Ip(IpAddr::V4(address)) => element(0x87, &address.octets()),
            Self::Ip(IpAddr::V6(address)) => element(0x87, &address.octets()),
            Self::Uri(text) => element(0x86, text.as_bytes()),
            Self::UserPrincipalName { tag, content } => {
                let value = element(0xa0, &element(*tag, content));
                element(0xa0, &[oid("1.3.6.1.4.1.311.20.2.3"), value].concat())
            }
        }
    }
}

/// One attribute as UTF-8.
pub(crate) fn text_rdn(dotted: &'static str, text: &str) -> Rdn {
    vec![(ObjectIdentifier::known(dotted), UTF8_STRING, text.as_bytes().to_vec())]
}

fn name(rdns: &[Rdn]) -> Vec<u8> {
    let attribute = |(kind, tag, content): &(ObjectIdentifier, u8, Vec<u8>)| {
        element(SEQUENCE, &[oid(kind.as_str()), element(*tag, content)].concat())
    };
    let rdn = |rdn: &Rdn| element(SET, &rdn.iter().flat_map(attribute).collect::<Vec<_>>());
    element(SEQUENCE, &rdns.iter().flat_map(rdn).collect::<Vec<_>>())
}

fn extension(dotted: &str, value: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[oid(dotted), element(OCTET_STRING, value)].concat())
}

/// `2026-03-01T00:00:00Z` as `GeneralizedTime`.
fn time(time: SystemTime) -> Vec<u8> {
    let digits: String = Utc(time).to_string().chars().filter(char::is_ascii_digit).collect();
    element(GENERALIZED_TIME, format!("{digits}Z").as_bytes())
}

/// A key that nobody uses: the base point of P-256.
fn public_key() -> Vec<u8> {
    let algorithm = element(SEQUENCE, &[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")].concat());
    element(SEQUENCE, &[algorithm, element(BIT_STRING, &BASE_POINT)].concat())
}

const GENERALIZED_TIME: u8 = 0x18;

/// SEC 2 section 2.4.2, uncompressed, behind the number of unused bits.
const BASE_POINT: [u8; 66] = [
    0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77,
    0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2,
    0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
    0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];
