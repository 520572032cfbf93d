//! One parsed X.509 certificate: names, times, key, usages and fingerprints, read once and strictly.
//!
//! **What it decides**: nothing about trust. It tells what stands in a certificate, or that the certificate cannot be
//! read.
//!
//! **What it trusts**: no octet of the input; every length and count has a limit.
//!
//! **What it refuses**: whatever is not DER in the fields it shows: trailing bytes, integers and lengths not in their
//! shortest form, an IP address that has neither 4 nor 16 octets, empty lists, extensions that occur twice or in a
//! certificate below version 3, dates that are not in the form of the standard. An unreadable string in a name is no
//! reason to refuse: it is kept as bytes and equal to nothing.
//!
//! **Which standard**: RFC 5280 sections 4.1 and 4.2, X.690 (DER) sections 8, 10 and 11, RFC 4514 for the text of names.
//!
//! A certificate comes from a verified identity, never from bytes; its fields are then for reading:
//!
//! ```
//! use tower_client_cert::certificate::{AlternativeName, Certificate};
//!
//! fn partner(certificate: &Certificate) -> Option<&str> {
//!     let is_known_host = certificate
//!         .alternative_names()
//!         .iter()
//!         .any(|name| matches!(name, AlternativeName::Dns(name) if name == "data-exchange.example"));
//!     certificate.subject().organization().filter(|_| is_known_host)
//! }
//! ```

mod alternative_name;
mod attribute;
mod basic_constraints;
pub(crate) mod der;
mod distinguished_name;
mod error;
mod extension;
mod familiar;
mod fingerprint;
mod hex;
mod in_memory;
mod key_identifier;
mod key_usage;
#[cfg(feature = "cli")]
mod locations;
mod name_constraints;
mod object_identifier;
mod octets;
mod policies;
mod public_key;
mod purpose;
mod rfc4514;
mod serial_number;
#[cfg(feature = "serde")]
mod serialize;
mod signature_algorithm;
mod signed_parts;
mod tbs;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;

pub use alternative_name::AlternativeName;
pub use attribute::Attribute;
pub use basic_constraints::BasicConstraints;
pub(crate) use basic_constraints::boolean;
pub use distinguished_name::DistinguishedName;
pub use error::CertificateError;
pub(crate) use error::Problem;
pub(crate) use extension::Extension;
pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub(crate) use hex::digit_value;
pub use key_identifier::KeyIdentifier;
pub use key_usage::KeyUsage;
#[cfg(feature = "cli")]
pub(crate) use locations::Locations;
pub(crate) use name_constraints::ConstrainedNames;
pub use object_identifier::{ObjectIdentifier, ParseObjectIdentifierError};
use octets::Whole;
pub(crate) use policies::Policies;
pub use public_key::{PublicKey, RsaPublicKey};
pub use purpose::Purpose;
pub use serial_number::SerialNumber;
pub(crate) use serial_number::{MAX_SERIAL_OCTETS, serial_octets};
pub use signature_algorithm::SignatureAlgorithm;
pub(crate) use signed_parts::SignedParts;
pub(crate) use tbs::read_time;

/// One X.509 certificate with its fields.
#[derive(Clone)]
pub struct Certificate {
    whole: Whole,
    fields: tbs::Fields,
    fingerprint: Fingerprint,
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for the first field that cannot be read.
    pub(crate) fn from_der(der: CertificateDer<'static>) -> Result<Self, CertificateError> {
        let fingerprint = Fingerprint::of(&der);
        let whole = Whole::new(der);
        Ok(Self { fields: tbs::Fields::read(&whole)?, whole, fingerprint })
    }

    /// Returns the certificate as it was received.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        self.whole.der()
    }

    /// Returns the certificate as it was received, in the type that validation reads.
    pub(crate) fn certificate_der(&self) -> &CertificateDer<'static> {
        self.whole.der()
    }

    /// Returns the version: 1, 2 or 3.
    #[must_use]
    pub fn version(&self) -> u8 {
        self.fields.version
    }

    /// Returns the serial number.
    #[must_use]
    pub fn serial(&self) -> &SerialNumber {
        &self.fields.serial
    }

    /// Returns the algorithm that the certificate was signed with.
    #[must_use]
    pub fn signature_algorithm(&self) -> &SignatureAlgorithm {
        &self.fields.signature_algorithm
    }

    /// Returns the issuer's name, as the certificate states it.
    #[must_use]
    pub fn issuer(&self) -> &DistinguishedName {
        &self.fields.issuer
    }

    /// Returns the first second in which the certificate is valid.
    #[must_use]
    pub fn not_before(&self) -> SystemTime {
        self.fields.not_before
    }

    /// Returns the last second in which the certificate is valid.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.fields.not_after
    }

    /// Returns the subject's name.
    #[must_use]
    pub fn subject(&self) -> &DistinguishedName {
        &self.fields.subject
    }

    /// Returns the kind and size of the public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.fields.public_key
    }

    /// Returns the subject alternative names; empty without that extension.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.fields.extensions.alternative_names
    }

    /// Returns the purposes of the extended key usage extension; `None` without that extension.
    #[must_use]
    pub fn purposes(&self) -> Option<&[Purpose]> {
        self.fields.extensions.purposes.as_deref()
    }

    /// Returns the key usage; `None` without that extension.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.fields.extensions.key_usage
    }

    /// Returns the basic constraints; `None` without that extension.
    #[must_use]
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.fields.extensions.basic_constraints
    }

    /// Returns the CA's name for the key of this certificate.
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&KeyIdentifier> {
        self.fields.extensions.subject_key_id.as_ref()
    }

    /// Returns the CA's name for the key that signed this certificate.
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&KeyIdentifier> {
        self.fields.extensions.authority_key_id.as_ref()
    }

    /// Returns the SHA-256 of the whole certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// Returns the SHA-256 of the subject public key info, octet for octet as it stands in the certificate; it survives
    /// a renewal with the same key.
    #[must_use]
    pub fn public_key_fingerprint(&self) -> &Fingerprint {
        &self.fields.public_key_fingerprint
    }

    /// Tells whether subject and issuer are the same octets. Such a certificate need not be signed with its own key.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject().der() == self.issuer().der()
    }

    /// Returns the policies under which the certificate was issued; `None` without that extension. What a certificate
    /// claims counts only as far as the authorities above it allow.
    #[must_use]
    pub fn policies(&self) -> Option<&[ObjectIdentifier]> {
        self.fields.extensions.policies.as_deref()
    }

    /// Returns the value of an extension: the DER of the extension's own type.
    #[must_use]
    pub fn extension(&self, oid: &ObjectIdentifier) -> Option<&[u8]> {
        let found = self.fields.extensions.all.iter().find(|extension| extension.oid == *oid);
        found.map(|extension| &*extension.value)
    }

    /// The text of a value that is one DER string of UTF-8 or ASCII.
    pub(crate) fn text_of(der: &[u8]) -> Option<&str> {
        let mut elements = der::Elements::new("extension", der);
        let element = elements.any().ok().filter(|_| elements.is_empty())?;
        match element.tag {
            der::tag::UTF8_STRING => std::str::from_utf8(element.content).ok(),
            der::tag::PRINTABLE_STRING | der::tag::IA5_STRING | der::tag::VISIBLE_STRING => {
                attribute::ascii(element.content)
            }
            _ => None,
        }
    }

    /// All extensions in the certificate's order, each of which occurs once.
    pub(crate) fn extensions(&self) -> &[Extension] {
        &self.fields.extensions.all
    }

    /// The extension of this type, given as dotted text.
    pub(crate) fn find_extension(&self, dotted: &str) -> Option<&Extension> {
        self.extensions().iter().find(|extension| extension.oid == *dotted)
    }

    /// Whether the issuer's key is named by a key identifier, and the issuer in no other way; `None` without that
    /// extension.
    pub(crate) fn names_issuer_by_key_alone(&self) -> Option<bool> {
        self.find_extension(AUTHORITY_KEY_ID).map(|extension| KeyIdentifier::is_by_key_alone(&extension.value))
    }

    /// Where its authority says that status, lists and issuers are to be had.
    #[cfg(feature = "cli")]
    pub(crate) fn locations(&self) -> Result<Locations, CertificateError> {
        Locations::read(self.find_extension(AUTHORITY_INFORMATION_ACCESS), self.find_extension(CRL_DISTRIBUTION_POINTS))
    }

    /// The kinds of names that the name constraints of an authority speak of; none without that extension.
    pub(crate) fn constrained_names(&self) -> Result<ConstrainedNames, CertificateError> {
        self.find_extension(NAME_CONSTRAINTS).map_or_else(|| Ok(ConstrainedNames::default()), ConstrainedNames::read)
    }

    /// What all policy extensions say together.
    pub(crate) fn policy_extensions(&self) -> Result<Policies, CertificateError> {
        Policies::read(self.policies().unwrap_or_default(), self.extensions())
    }

    /// What was signed, how, and with which key it can be verified.
    pub(crate) fn signed_parts(&self) -> Result<SignedParts<'_>, CertificateError> {
        SignedParts::read(self.der())
    }

    /// Says which name of the subject, if any, holds a NUL character: other programs end the text there.
    pub(crate) fn name_with_nul(&self) -> Option<String> {
        if let Some(attribute) = self.subject().attribute_with_nul() {
            let key = attribute.key().unwrap_or(attribute.oid().as_str());
            return Some(format!("subject attribute {key}"));
        }
        let name = self.alternative_names().iter().find(|name| name.has_nul())?;
        Some(format!("subject alternative name of kind {}", name.kind()))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.subject().to_string();
        f.debug_struct("Certificate")
            .field("subject", &format_args!("{subject:.MAX_SUBJECT_CHARACTERS$}"))
            .field("serial", &format_args!("{}", self.serial()))
            .field("fingerprint", &format_args!("{}", self.fingerprint))
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "cli")]
const AUTHORITY_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
#[cfg(feature = "cli")]
const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const NAME_CONSTRAINTS: &str = "2.5.29.30";

/// Characters of a subject in `Debug` output.
const MAX_SUBJECT_CHARACTERS: usize = 256;
