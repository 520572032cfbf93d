//! Signature algorithms.

use std::fmt;

use super::object_identifier::ObjectIdentifier;

/// The algorithm that a certificate was signed with.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SignatureAlgorithm(ObjectIdentifier);

impl SignatureAlgorithm {
    pub(super) const fn new(oid: ObjectIdentifier) -> Self {
        Self(oid)
    }

    /// Returns the algorithm's object identifier.
    #[must_use]
    pub const fn oid(&self) -> &ObjectIdentifier {
        &self.0
    }

    /// Returns the algorithm's name, such as `ecdsa-with-SHA512`, if this crate knows it.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        NAMES.iter().find(|(dotted, _)| self.0 == **dotted).map(|(_, name)| *name)
    }
}

/// Shows name and object identifier, such as `ecdsa-with-SHA512 (1.2.840.10045.4.3.4)`, or the latter alone.
impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Debug for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureAlgorithm({self})")
    }
}

const NAMES: [(&str, &str); 18] = [
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];
