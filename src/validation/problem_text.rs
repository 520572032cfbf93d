//! What is wrong, as text for operators.

use std::fmt;

use super::problem::ValidationProblem;
use crate::escape::Escaped;
use crate::utc::Utc;

impl fmt::Display for ValidationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlgorithmUnsupported { signature } => {
                write!(f, "is signed with {}, or by a key of its issuer, that is not accepted", Escaped(signature))
            }
            Self::CaCertificate => f.write_str("is the certificate of an authority, expected one of a client"),
            Self::ClockUnusable { now } => write!(f, "cannot be judged: the clock shows {}", Utc(*now)),
            Self::CriticalExtensionUnsupported { extension: Some(extension) } => {
                write!(f, "has the critical extension {}, which cannot be honoured", Escaped(extension))
            }
            Self::CriticalExtensionUnsupported { extension: None } => {
                f.write_str("has a critical extension that cannot be honoured")
            }
            Self::Expired { not_after, now } => write!(f, "expired at {}, now {}", Utc(*not_after), Utc(*now)),
            Self::IssuerNameSpelling { issuer } => write!(
                f,
                "was issued by \"{}\", which is the name of a known authority in another case, spacing or string type",
                Escaped(issuer)
            ),
            Self::IssuerNotAllowed { anchor } => {
                write!(f, "has a path to \"{}\", but no authority on it is among those allowed", Escaped(anchor))
            }
            Self::IssuerNotCa => f.write_str("issued a certificate, but is not the certificate of an authority"),
            Self::IssuerUnknown { self_issued: true, .. } => f.write_str("is self-issued and no trust anchor"),
            Self::IssuerUnknown { issuer, key_id, .. } => {
                write!(f, "was issued by \"{}\"", Escaped(issuer))?;
                if let Some(key_id) = key_id {
                    write!(f, " with key id {}", Escaped(key_id))?;
                }
                f.write_str(", which is neither a trust anchor nor a known intermediate")
            }
            Self::KeyDistrusted => f.write_str("has a key, or an issuer with a key, that is known to be compromised"),
            Self::KeyUnacceptable { key, wanted } => {
                write!(f, "has the key {}, expected {wanted}", Escaped(key))
            }
            Self::KeyUsageUnsuitable { found, wanted } => write!(f, "has the key usage {found}, expected {wanted}"),
            Self::LifetimeTooLong { lifetime, limit } => {
                write!(f, "is valid for {} s, expected at most {} s", lifetime.as_secs(), limit.as_secs())
            }
            Self::Malformed => f.write_str("has a field in a form that path validation does not read"),
            Self::NameConstraintUnsupported { kind } => {
                write!(f, "has a {kind} that an authority above it constrains, which cannot be evaluated")
            }
            Self::NameConstraintViolated => {
                f.write_str("has a name outside the constraints of an authority above it, or these cannot be read")
            }
            Self::NotForClientUse { purposes: None } => f.write_str("names no extended key usage, expected clientAuth"),
            Self::NotForClientUse { purposes: Some(purposes) } => {
                write!(f, "is for {}, expected clientAuth", Escaped(&purposes.join(", ")))
            }
            Self::NotPinned => f.write_str("has a path to a trust anchor, but is not among the pinned certificates"),
            Self::NotYetValid { not_before, now } => {
                write!(f, "is not valid before {}, now {}", Utc(*not_before), Utc(*now))
            }
            Self::PathLengthExceeded { allowed: Some(allowed) } => {
                write!(f, "allows {allowed} authorities below it, found more")
            }
            Self::PathLengthExceeded { allowed: None } => {
                write!(f, "needs a path of more than {} intermediates", super::MAX_INTERMEDIATES)
            }
            Self::PathTooComplex => f.write_str("needs more work to find its path than is allowed"),
            Self::PathTooDeep { authorities, limit } => {
                write!(f, "has {authorities} authorities above it, the anchor included, expected at most {limit}")
            }
            Self::PolicyMissing { wanted, found } => {
                write!(f, "has the policies {}, expected {}", listed(found), listed(wanted))
            }
            Self::ProfileViolated { rule } => write!(f, "breaks the strict profile: {rule}"),
            Self::SignatureInvalid { issuer } => write!(
                f,
                "does not verify: its signature was made by another key than that of \"{}\" as it is known here",
                Escaped(issuer)
            ),
            Self::SpiffeIdInvalid { problem } => write!(f, "has no valid SPIFFE ID: {problem}"),
            Self::TrustDomainUnknown { trust_domain } => {
                write!(f, "is of the trust domain \"{}\", for which no anchors are known", Escaped(trust_domain))
            }
            Self::ValidityInvalid => f.write_str("ends before it begins"),
            Self::VersionUnsupported { version } => write!(f, "is of version {version}, expected 3"),
        }
    }
}

fn listed(policies: &[String]) -> String {
    if policies.is_empty() { "none".to_owned() } else { policies.join(", ") }
}
