use std::time::{Duration, SystemTime};

use crate::reason::Reason;

/// What is wrong with a certificate of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValidationProblem {
    /// The signature on it uses an algorithm that is not accepted.
    AlgorithmUnsupported {
        /// The algorithm of the signature.
        signature: String,
    },
    /// It is the certificate of an authority.
    CaCertificate,
    /// The clock shows a time before 1970.
    ClockUnusable {
        /// The time shown.
        now: SystemTime,
    },
    /// It has a critical extension that cannot be honoured.
    CriticalExtensionUnsupported {
        /// The object identifier, where it could be found.
        extension: Option<String>,
    },
    /// It is past its end.
    Expired {
        /// The last second of its validity.
        not_after: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// Its issuer's name is that of a known authority in another spelling.
    IssuerNameSpelling {
        /// The issuer it names.
        issuer: String,
    },
    /// No authority of its path is among those allowed.
    IssuerNotAllowed {
        /// The anchor of the path.
        anchor: String,
    },
    /// It issued a certificate without being an authority.
    IssuerNotCa,
    /// Nobody is known who issued it.
    IssuerUnknown {
        /// The issuer it names.
        issuer: String,
        /// The key identifier of that issuer, in hex, where it gives one.
        key_id: Option<String>,
        /// It names itself as its issuer.
        self_issued: bool,
    },
    /// Its key is on the list of keys known to be compromised.
    KeyDistrusted,
    /// Its key is of a kind or size that is not accepted.
    KeyUnacceptable {
        /// The kind and size of the key.
        key: String,
        /// What is expected.
        wanted: &'static str,
    },
    /// Its key may not be used for what it is used for.
    KeyUsageUnsuitable {
        /// The usages it has.
        found: String,
        /// The usage that is missing.
        wanted: &'static str,
    },
    /// It is valid for longer than allowed.
    LifetimeTooLong {
        /// From its first to its last second.
        lifetime: Duration,
        /// The limit.
        limit: Duration,
    },
    /// A field of it has a form that validation does not read.
    Malformed,
    /// It constrains names of a kind that cannot be evaluated, and such a name stands below it.
    NameConstraintUnsupported {
        /// The kind of names.
        kind: &'static str,
    },
    /// A name below it is outside of its constraints.
    NameConstraintViolated,
    /// It is not for client authentication.
    NotForClientUse {
        /// The purposes it names; `None` without the extension.
        purposes: Option<Vec<String>>,
    },
    /// It is not among the pinned certificates, which are required beside a path.
    NotPinned,
    /// It is before its beginning.
    NotYetValid {
        /// The first second of its validity.
        not_before: SystemTime,
        /// The time of the check.
        now: SystemTime,
    },
    /// More authorities stand below it than it allows, or more than any path may have.
    PathLengthExceeded {
        /// How many it allows; `None` where the limit of the path building was met.
        allowed: Option<u32>,
    },
    /// The search for its path took more work than is allowed.
    PathTooComplex,
    /// More authorities stand above it than the layer is set to allow.
    PathTooDeep {
        /// How many there are, the anchor included.
        authorities: usize,
        /// The limit.
        limit: usize,
    },
    /// It does not have the policies that are required.
    PolicyMissing {
        /// The policies that are required.
        wanted: Vec<String>,
        /// Those that hold along the whole path.
        found: Vec<String>,
    },
    /// It breaks a rule of the strict profile.
    ProfileViolated {
        /// The rule.
        rule: &'static str,
    },
    /// The signature on it was made by another key than that of the issuer it names.
    SignatureInvalid {
        /// The issuer it names.
        issuer: String,
    },
    /// Its SPIFFE ID is malformed, or stands beside what an X509-SVID must not have.
    SpiffeIdInvalid {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No anchors are known for the trust domain of its SPIFFE ID.
    TrustDomainUnknown {
        /// The trust domain.
        trust_domain: String,
    },
    /// It ends before it begins.
    ValidityInvalid,
    /// It is not of version 3.
    VersionUnsupported {
        /// Its version.
        version: u8,
    },
}

impl ValidationProblem {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::AlgorithmUnsupported { .. } => Reason::AlgorithmUnsupported,
            Self::CaCertificate => Reason::CaCertificate,
            Self::ClockUnusable { .. } => Reason::ClockUnusable,
            Self::CriticalExtensionUnsupported { extension: Some(oid) } if is_policy_extension(oid) => {
                Reason::PolicyExtensionCritical
            }
            Self::CriticalExtensionUnsupported { .. } => Reason::CriticalExtensionUnsupported,
            Self::Expired { .. } => Reason::Expired,
            Self::IssuerNameSpelling { .. } => Reason::IssuerNameSpelling,
            Self::IssuerNotAllowed { .. } => Reason::IssuerNotAllowed,
            Self::IssuerNotCa => Reason::IssuerNotCa,
            Self::IssuerUnknown { .. } => Reason::IssuerUnknown,
            Self::KeyDistrusted => Reason::KeyDistrusted,
            Self::KeyUnacceptable { .. } => Reason::KeyUnacceptable,
            Self::KeyUsageUnsuitable { .. } => Reason::KeyUsageUnsuitable,
            Self::LifetimeTooLong { .. } => Reason::LifetimeTooLong,
            Self::Malformed => Reason::CertificateUnsupported,
            Self::NameConstraintUnsupported { .. } => Reason::NameConstraintUnsupported,
            Self::NameConstraintViolated => Reason::NameConstraintViolated,
            Self::NotForClientUse { .. } => Reason::NotForClientUse,
            Self::NotPinned => Reason::NotPinned,
            Self::NotYetValid { .. } => Reason::NotYetValid,
            Self::PathLengthExceeded { .. } => Reason::PathLengthExceeded,
            Self::PathTooComplex => Reason::PathTooComplex,
            Self::PathTooDeep { .. } => Reason::PathTooDeep,
            Self::PolicyMissing { .. } => Reason::PolicyMissing,
            Self::ProfileViolated { .. } => Reason::ProfileViolated,
            Self::SignatureInvalid { .. } => Reason::SignatureInvalid,
            Self::SpiffeIdInvalid { .. } => Reason::SpiffeIdInvalid,
            Self::TrustDomainUnknown { .. } => Reason::TrustDomainUnknown,
            Self::ValidityInvalid => Reason::ValidityInvalid,
            Self::VersionUnsupported { .. } => Reason::VersionUnsupported,
        }
    }
}

/// Certificate policies, policy mappings, policy constraints, inhibit anyPolicy (RFC 5280 section 4.2.1).
pub(super) fn is_policy_extension(dotted: &str) -> bool {
    POLICY_EXTENSIONS.contains(&dotted)
}

const POLICY_EXTENSIONS: [&str; 4] = ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"];
