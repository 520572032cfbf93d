//! Extended key usage.

use std::fmt;

use super::der::{Elements, tag};
use super::error::{CertificateError, Problem};
use super::object_identifier::ObjectIdentifier;

/// One purpose of the extended key usage extension (RFC 5280 section 4.2.1.12).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Purpose(ObjectIdentifier);

impl Purpose {
    /// Any purpose (`anyExtendedKeyUsage`).
    pub const ANY: Self = Self(ObjectIdentifier::known("2.5.29.37.0"));
    /// A client in TLS (`id-kp-clientAuth`).
    pub const CLIENT_AUTH: Self = Self(ObjectIdentifier::known("1.3.6.1.5.5.7.3.2"));
    /// A signer of OCSP answers (`id-kp-OCSPSigning`).
    pub const OCSP_SIGNING: Self = Self(ObjectIdentifier::known("1.3.6.1.5.5.7.3.9"));
    /// A server in TLS (`id-kp-serverAuth`).
    pub const SERVER_AUTH: Self = Self(ObjectIdentifier::known("1.3.6.1.5.5.7.3.1"));

    /// Makes a purpose from its object identifier.
    #[must_use]
    pub const fn new(oid: ObjectIdentifier) -> Self {
        Self(oid)
    }

    /// Returns the purpose's object identifier.
    #[must_use]
    pub const fn oid(&self) -> &ObjectIdentifier {
        &self.0
    }

    /// Returns the purpose's name, such as `clientAuth`, if this crate knows it.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        NAMES.iter().find(|(dotted, _)| self.0 == **dotted).map(|(_, name)| *name)
    }

    /// Reads the value of an extended key usage extension.
    pub(super) fn read_all(value: &[u8]) -> Result<Box<[Self]>, CertificateError> {
        let mut elements = Elements::inside(FIELD, tag::SEQUENCE, value)?;
        let mut purposes = Vec::new();
        while !elements.is_empty() {
            if purposes.len() == MAX_PURPOSES {
                return Err(CertificateError::new(FIELD, Problem::TooMany { limit: MAX_PURPOSES }));
            }
            purposes.push(Self(ObjectIdentifier::from_element(FIELD, elements.any()?)?));
        }
        if purposes.is_empty() {
            return Err(CertificateError::new(FIELD, Problem::Empty));
        }
        Ok(purposes.into())
    }
}

/// Shows name and object identifier, such as `clientAuth (1.3.6.1.5.5.7.3.2)`, or the latter alone.
impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Purpose({self})")
    }
}

const NAMES: [(&str, &str); 10] = [
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
    ("1.3.6.1.5.5.7.3.8", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSPSigning"),
    ("1.3.6.1.4.1.311.10.3.4", "encryptedFileSystem"),
    ("1.3.6.1.4.1.311.20.2.2", "smartcardLogon"),
    ("1.3.6.1.5.2.3.4", "pkinitClientAuth"),
    ("2.5.29.37.0", "anyExtendedKeyUsage"),
];

const FIELD: &str = "extended key usage";
/// Purposes in one extension.
const MAX_PURPOSES: usize = 100;
