use std::fmt;

use crate::certificate::{AlternativeName, Certificate, Fingerprint, ObjectIdentifier};
use crate::escape::Escaped;

/// One property by which a gateway's own certificate is known.
///
/// Texts are compared octet for octet and by kind: there are no wildcards, nothing is folded, and a DNS name in the
/// subject is no DNS name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayCertificateName(Name);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Dns(Box<str>),
    Uri(Box<str>),
    Subject(ObjectIdentifier, Box<str>),
    PublicKey(Fingerprint),
}

impl GatewayCertificateName {
    /// A subject alternative name of the kind DNS name.
    #[must_use]
    pub fn dns(name: impl AsRef<str>) -> Self {
        Self(Name::Dns(name.as_ref().into()))
    }

    /// A subject alternative name of the kind URI, such as a SPIFFE ID.
    #[must_use]
    pub fn uri(uri: impl AsRef<str>) -> Self {
        Self(Name::Uri(uri.as_ref().into()))
    }

    /// The one common name of the subject.
    #[must_use]
    pub fn common_name(name: impl AsRef<str>) -> Self {
        Self::subject_attribute(ObjectIdentifier::known(COMMON_NAME), name)
    }

    /// The one attribute of this type in the subject.
    #[must_use]
    pub fn subject_attribute(kind: ObjectIdentifier, value: impl AsRef<str>) -> Self {
        Self(Name::Subject(kind, value.as_ref().into()))
    }

    /// The SHA-256 of the public key (`SubjectPublicKeyInfo`).
    #[must_use]
    pub fn public_key(fingerprint: Fingerprint) -> Self {
        Self(Name::PublicKey(fingerprint))
    }

    pub(super) fn is_in(&self, certificate: &Certificate) -> bool {
        let has = |wanted: &dyn Fn(&AlternativeName) -> bool| certificate.alternative_names().iter().any(wanted);
        match &self.0 {
            Name::Dns(name) => has(&|found| matches!(found, AlternativeName::Dns(found) if **found == **name)),
            Name::Uri(uri) => has(&|found| matches!(found, AlternativeName::Uri(found) if **found == **uri)),
            Name::Subject(kind, value) => {
                let only = certificate.subject().attribute(kind);
                only.and_then(|attribute| attribute.text()).is_some_and(|text| *text == **value)
            }
            Name::PublicKey(fingerprint) => certificate.public_key_fingerprint() == fingerprint,
        }
    }
}

impl fmt::Display for GatewayCertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Name::Dns(name) => write!(f, "dns \"{}\"", Escaped(name)),
            Name::Uri(uri) => write!(f, "uri \"{}\"", Escaped(uri)),
            Name::Subject(kind, value) => write!(f, "subject {kind} \"{}\"", Escaped(value)),
            Name::PublicKey(fingerprint) => write!(f, "public key {fingerprint}"),
        }
    }
}

/// id-at-commonName, X.520.
const COMMON_NAME: &str = "2.5.4.3";
