//! The conditions, by name.

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::address_ranges::AddressRanges;
use super::evidence_condition::EvidenceCondition;
use super::pin::Pin;
use super::serial_pattern::SerialPattern;
use super::spiffe_pattern::SpiffePattern;
use super::{Condition, DistinguishedNamePattern, DnsPattern, Rule, TextPattern, Values, Whose};
use crate::certificate::{Certificate, Fingerprint, ObjectIdentifier, Purpose};
use crate::error::ConfigError;
use crate::evidence::Check;
use crate::gateway::IntoAddressRange;
use crate::validation::IssuedBy;

/// Attributes of names.
impl Rule {
    /// The organization (O) of the subject.
    #[must_use]
    pub fn organization(pattern: impl Into<TextPattern>) -> Self {
        Self::subject_attribute(ObjectIdentifier::known("2.5.4.10"), pattern)
    }

    /// The organizational unit (OU) of the subject.
    #[must_use]
    pub fn organizational_unit(pattern: impl Into<TextPattern>) -> Self {
        Self::subject_attribute(ObjectIdentifier::known("2.5.4.11"), pattern)
    }

    /// The common name (CN) of the subject. It is never a host name: see [`dns`](Self::dns).
    #[must_use]
    pub fn common_name(pattern: impl Into<TextPattern>) -> Self {
        Self::subject_attribute(ObjectIdentifier::known("2.5.4.3"), pattern)
    }

    /// An attribute of the subject, by its type.
    #[must_use]
    pub fn subject_attribute(oid: ObjectIdentifier, pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::Attribute { of: Whose::Subject, oid, pattern: pattern.into() })
    }

    /// An attribute of the issuer's name, by its type. A name alone proves nothing of who issued a certificate: see
    /// [`issued_by`](Self::issued_by).
    #[must_use]
    pub fn issuer_attribute(oid: ObjectIdentifier, pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::Attribute { of: Whose::Issuer, oid, pattern: pattern.into() })
    }

    /// The whole subject.
    #[must_use]
    pub fn subject(name: DistinguishedNamePattern) -> Self {
        Self::is(Condition::Name { of: Whose::Subject, name })
    }

    /// The whole name of the issuer. A name alone proves nothing of who issued a certificate: see
    /// [`issued_by`](Self::issued_by).
    #[must_use]
    pub fn issuer(name: DistinguishedNamePattern) -> Self {
        Self::is(Condition::Name { of: Whose::Issuer, name })
    }
}

/// Subject alternative names, each by its kind: the same text of another kind is another name.
impl Rule {
    /// The DNS name.
    #[must_use]
    pub fn dns(pattern: DnsPattern) -> Self {
        Self::is(Condition::Dns(pattern))
    }

    /// The URI.
    #[must_use]
    pub fn uri(pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::Uri(pattern.into()))
    }

    /// The e-mail address among the alternative names, not the one in the subject.
    #[must_use]
    pub fn email(pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::Email(pattern.into()))
    }

    /// The user principal name.
    #[must_use]
    pub fn user_principal_name(pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::UserPrincipalName(pattern.into()))
    }

    /// The directory name.
    #[must_use]
    pub fn directory_name(name: DistinguishedNamePattern) -> Self {
        Self::is(Condition::DirectoryName { name, values: Values::One })
    }

    /// One of the directory names.
    #[must_use]
    pub fn any_directory_name(name: DistinguishedNamePattern) -> Self {
        Self::is(Condition::DirectoryName { name, values: Values::Any })
    }

    /// The one IP address in the certificate is in one of these ranges.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn ip<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        let ranges = AddressRanges::new(ranges)?;
        Ok(Self::is(Condition::Ip { ranges, values: Values::One }))
    }

    /// One of the IP addresses in the certificate is in one of these ranges.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn any_ip<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        let ranges = AddressRanges::new(ranges)?;
        Ok(Self::is(Condition::Ip { ranges, values: Values::Any }))
    }

    /// The SPIFFE ID, which must be the only URI of the certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is no SPIFFE ID.
    pub fn spiffe_id(id: impl AsRef<str>) -> Result<Self, ConfigError> {
        SpiffePattern::exact(id.as_ref()).map(Condition::SpiffeId).map(Self::is)
    }

    /// The SPIFFE ID is this one or lies below it, by whole segments. A trust domain alone stands for all of it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is no SPIFFE ID.
    pub fn spiffe_id_below(id: impl AsRef<str>) -> Result<Self, ConfigError> {
        SpiffePattern::below(id.as_ref()).map(Condition::SpiffeId).map(Self::is)
    }
}

/// Certificates, keys and authorities.
impl Rule {
    /// This very certificate.
    #[must_use]
    pub fn certificate(fingerprint: Fingerprint) -> Self {
        Self::is(Condition::Certificate(Pin::new(fingerprint, None)))
    }

    /// This very certificate, given as PEM, so that lint can tell when it has expired.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is not PEM of exactly one certificate.
    pub fn certificate_pem(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let refuse = || ConfigError::Pattern {
            value: "pinned certificate".to_owned(),
            problem: "cannot be read, expected PEM of one certificate".to_owned(),
        };
        let mut blocks = CertificateDer::pem_slice_iter(pem.as_ref());
        let der = blocks.next().and_then(Result::ok).filter(|_| blocks.next().is_none()).ok_or_else(refuse)?;
        let certificate = Certificate::from_der(der).map_err(|_| refuse())?;
        let pin = Pin::new(*certificate.fingerprint(), Some(certificate.not_after()));
        Ok(Self::is(Condition::Certificate(pin)))
    }

    /// This public key (`SubjectPublicKeyInfo`), in any certificate that is valid.
    #[must_use]
    pub fn public_key(fingerprint: Fingerprint) -> Self {
        Self::is(Condition::PublicKey(fingerprint))
    }

    /// This serial number, directly from this authority: hexadecimal digits, with or without colons. A label names the
    /// authority only where the anchor itself issued the certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Pattern`] for what is no serial number above zero.
    pub fn serial(serial: impl AsRef<str>, issuer: impl Into<IssuedBy>) -> Result<Self, ConfigError> {
        SerialPattern::new(serial.as_ref(), issuer.into()).map(Condition::Serial).map(Self::is)
    }

    /// An authority in the validated path: an anchor by its label, or an anchor or intermediate by fingerprint.
    #[must_use]
    pub fn issued_by(authority: impl Into<IssuedBy>) -> Self {
        Self::is(Condition::IssuedBy(authority.into()))
    }

    /// The certificate names this purpose (extended key usage).
    #[must_use]
    pub fn purpose(purpose: Purpose) -> Self {
        Self::is(Condition::Purpose(purpose))
    }

    /// The certificate was issued under this policy, and every intermediate above allows it (RFC 5280 section 6.1.3).
    /// Any policy (2.5.29.32.0) in the client's certificate is none; below an authority that maps policies the rule does
    /// not hold.
    #[must_use]
    pub fn policy(oid: ObjectIdentifier) -> Self {
        Self::is(Condition::Policy(oid))
    }

    /// The value of an extension is this DER, octet for octet.
    #[must_use]
    pub fn extension_der(oid: ObjectIdentifier, der: impl AsRef<[u8]>) -> Self {
        Self::is(Condition::ExtensionDer { oid, der: der.as_ref().into() })
    }

    /// The value of an extension is one string of UTF-8 or ASCII, with this text.
    #[must_use]
    pub fn extension_text(oid: ObjectIdentifier, pattern: impl Into<TextPattern>) -> Self {
        Self::is(Condition::ExtensionText { oid, pattern: pattern.into() })
    }

    /// The path stays valid for at least this long.
    #[must_use]
    pub fn remaining_lifetime_at_least(at_least: Duration) -> Self {
        Self::is(Condition::RemainingLifetime { at_least })
    }

    /// The certificate was issued for at most this long.
    #[must_use]
    pub fn total_lifetime_at_most(at_most: Duration) -> Self {
        Self::is(Condition::TotalLifetime { at_most })
    }
}

/// The way by which the request came, and what was checked.
impl Rule {
    /// The name of the gateway that vouches for the client.
    #[must_use]
    pub fn gateway(name: impl AsRef<str>) -> Self {
        Self::is(Condition::Gateway(name.as_ref().into()))
    }

    /// The client's address is in one of these ranges.
    ///
    /// The address is an entry of `X-Forwarded-For` counted from the right: 0 is the one that the gateway itself
    /// appended, 1 the one before it where another proxy of yours stands in front of the gateway. What stands further
    /// left is chosen by the client. Where the entry is missing or no address, the rule does not hold.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn client_address<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
        proxies_before_gateway: usize,
    ) -> Result<Self, ConfigError> {
        let ranges = AddressRanges::new(ranges)?;
        Ok(Self::is(Condition::ClientAddress { ranges, proxies_before_gateway }))
    }

    /// The check was done, and passed without any option that loosens it.
    #[must_use]
    pub fn check_passed(check: Check) -> Self {
        Self::is(Condition::Evidence(EvidenceCondition::Passed(check)))
    }

    /// Revocation was checked, by list or by answer, no longer ago than this.
    #[must_use]
    pub fn revocation_checked_within(limit: Duration) -> Self {
        Self::is(Condition::Evidence(EvidenceCondition::RevocationCheckedWithin(limit)))
    }

    /// Revocation was checked by a list or an answer that was issued no longer ago than this.
    #[must_use]
    pub fn revocation_issued_within(limit: Duration) -> Self {
        Self::is(Condition::Evidence(EvidenceCondition::RevocationIssuedWithin(limit)))
    }

    /// Revocation was checked, and by nothing that is past its next update.
    #[must_use]
    pub fn revocation_not_by_grace() -> Self {
        Self::is(Condition::Evidence(EvidenceCondition::RevocationNotByGrace))
    }
}
