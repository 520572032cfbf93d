use std::time::{Duration, SystemTime};

use super::error::Place;
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
    /// Its SPIFFE ID cannot be read.
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

    /// What the operator can do about it, or ask the authority for.
    pub(super) fn mend(&self, place: Place) -> &'static str {
        match self {
            Self::AlgorithmUnsupported { .. } => {
                "have it issued with SHA-256 or stronger and RSA, ECDSA on a NIST curve or Ed25519; with the feature ring \
                 alone, P-521 and ecdsa-with-SHA512 need the feature aws-lc-rs"
            }
            Self::CaCertificate => {
                "have a certificate issued to the client that is no authority; a self-signed one can be pinned with \
                 PinnedCertificates and its allow_ca_certificate()"
            }
            Self::ClockUnusable { .. } => "set the clock of this machine",
            Self::CriticalExtensionUnsupported { extension: Some(oid) } if is_policy_extension(oid) => {
                "make the authority that has the extension a trust anchor, where it counts as known; a client certificate \
                 needs the extension not critical"
            }
            Self::CriticalExtensionUnsupported { .. } => {
                "have the certificate issued without it, or with it not critical"
            }
            Self::Expired { .. } | Self::NotYetValid { .. } if place == Place::Anchor => {
                "configure the renewed certificate of the trust anchor, and check the clock of this machine"
            }
            Self::Expired { .. } => "renew the certificate, and check the clock of this machine",
            Self::IssuerNameSpelling { .. } => {
                "names are compared octet for octet: configure the issuing authority itself as trust anchor in the \
                 spelling that its clients' certificates have, or have them issued with the authority's own"
            }
            Self::IssuerNotAllowed { .. } => {
                "if clients of this authority are meant to pass, name it in only_issued_by; otherwise this refusal is right"
            }
            Self::IssuerNotCa => {
                "nobody but an authority (basic constraints with cA) can issue; this is no client's fault \
                                  to mend unless the authority's certificate is wrong"
            }
            Self::IssuerUnknown { self_issued: true, .. } => {
                "if it is a root, add it to the anchors; if it is a partner's own, pin it with PinnedCertificates"
            }
            Self::IssuerUnknown { .. } => {
                "add the certificate of that issuer to the intermediates, or, if it is to be trusted itself, to the anchors"
            }
            Self::KeyDistrusted => "replace the key everywhere; it is public",
            Self::KeyUnacceptable { .. } if place == Place::EndEntity => {
                "have a new certificate issued for a key of an accepted kind; RSA sizes that are no multiple of 8 can be \
                 accepted with allow_uneven_rsa_size()"
            }
            Self::KeyUnacceptable { .. } => {
                "the authority needs a new key; RSA sizes that are no multiple of 8 can be accepted with \
                 allow_uneven_rsa_size()"
            }
            Self::KeyUsageUnsuitable { .. } if place == Place::EndEntity => {
                "have the certificate issued with digitalSignature, or accept it with allow_missing_digital_signature() on \
                 the anchors"
            }
            Self::KeyUsageUnsuitable { .. } => "have the authority's certificate issued with keyCertSign",
            Self::LifetimeTooLong { .. } => "have the certificate issued for a shorter time, or raise max_lifetime",
            Self::Malformed => "have the certificate issued in the profile of RFC 5280",
            Self::NameConstraintUnsupported { .. } => {
                "make the issuing authority below the constraint the trust anchor, so that the constraint stands above it"
            }
            Self::NameConstraintViolated => "have the certificate issued with names within the constraints",
            Self::NotForClientUse { purposes: None } if place == Place::EndEntity => {
                "have the certificate issued with the purpose clientAuth, or accept it with allow_missing_client_auth() on \
                 the anchors"
            }
            Self::NotForClientUse { .. } if place == Place::EndEntity => {
                "have the certificate issued with the purpose clientAuth; anyExtendedKeyUsage alone can be accepted with \
                 allow_any_purpose() on the anchors"
            }
            Self::NotForClientUse { .. } => "the authority may not issue for clients: use one that may",
            Self::NotPinned => "add its fingerprint to the pins of only_pinned, if the client is meant to pass",
            Self::NotYetValid { .. } => {
                "wait, or check the clocks of the authority and of this machine; clock_skew allows for small differences"
            }
            Self::PathLengthExceeded { .. } => {
                "shorten the path: configure an authority nearer to the client as anchor"
            }
            Self::PathTooComplex => "send fewer certificates that share names",
            Self::PathTooDeep { .. } => "raise max_depth, or configure an authority nearer to the client as anchor",
            Self::PolicyMissing { .. } => "have the certificate, and those of its authorities, issued with the policy",
            Self::ProfileViolated { .. } => {
                "have the certificate issued in that profile, or do not ask for strict_profile()"
            }
            Self::SignatureInvalid { .. } => {
                "another authority of the same name made the signature: add that authority's own certificate"
            }
            Self::SpiffeIdInvalid { .. } => "issue an X509-SVID with exactly one URI, a SPIFFE ID",
            Self::TrustDomainUnknown { .. } => "add the bundle of that trust domain with for_trust_domain",
            Self::ValidityInvalid => "have the certificate issued with dates in order",
            Self::VersionUnsupported { .. } if place == Place::Anchor => {
                "use the authority's certificate of version 3, or accept it with allow_v1_anchor()"
            }
            Self::VersionUnsupported { .. } => "have the certificate issued in version 3",
        }
    }
}

/// Certificate policies, policy mappings, policy constraints, inhibit anyPolicy (RFC 5280 section 4.2.1).
pub(super) fn is_policy_extension(dotted: &str) -> bool {
    POLICY_EXTENSIONS.contains(&dotted)
}

const POLICY_EXTENSIONS: [&str; 4] = ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"];
