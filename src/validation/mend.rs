//! How to mend what is wrong, as text for operators.

use super::error::Place;
use super::problem::{ValidationProblem, is_policy_extension};

impl ValidationProblem {
    /// What mends it for a pinned certificate, where that is something else.
    pub(super) fn mend_of_pin(&self) -> Option<&'static str> {
        Some(match self {
            Self::CaCertificate => {
                "pin a certificate that is no authority's, or accept this one with allow_ca_certificate() on the pins"
            }
            Self::Expired { .. } => {
                "renew the certificate and pin the new one, or accept this one with allow_expired() on the pins"
            }
            Self::KeyUnacceptable { .. } => "have a certificate issued for a key of an accepted kind, and pin that one",
            Self::KeyUsageUnsuitable { .. } => {
                "have a certificate issued with digitalSignature or without key usage, and pin that one"
            }
            Self::NotForClientUse { .. } => {
                "have a certificate issued with the purpose clientAuth or without purposes, and pin that one"
            }
            _ => return None,
        })
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
                "nobody but an authority (basic constraints with cA) can issue; this is no client's fault to mend unless \
                 the authority's certificate is wrong"
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
            Self::SpiffeIdInvalid { .. } => {
                "issue an X509-SVID with exactly one URI, a SPIFFE ID, and without keyCertSign and cRLSign"
            }
            Self::TrustDomainUnknown { .. } => "add the bundle of that trust domain with for_trust_domain",
            Self::ValidityInvalid => "have the certificate issued with dates in order",
            Self::VersionUnsupported { .. } if place == Place::Anchor => {
                "use the authority's certificate of version 3, or accept it with allow_v1_anchor()"
            }
            Self::VersionUnsupported { .. } => "have the certificate issued in version 3",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const INTERMEDIATE: Place = Place::Intermediate { number: 1 };

    /// Problem, place, and what the text for it says.
    #[track_caller]
    fn says(problem: &ValidationProblem, place: Place, expected: &str) {
        let mend = problem.mend(place);
        assert!(mend.contains(expected), "{problem:?} {place:?}: {mend}");
    }

    #[test]
    fn what_is_mended_differently_at_another_place_says_so() {
        let now = SystemTime::UNIX_EPOCH;
        let expired = ValidationProblem::Expired { not_after: now, now };
        says(&expired, Place::Anchor, "of the trust anchor");
        says(&expired, INTERMEDIATE, "renew the certificate");
        says(&expired, Place::EndEntity, "renew the certificate");
        let early = ValidationProblem::NotYetValid { not_before: now, now };
        says(&early, Place::Anchor, "of the trust anchor");
        says(&early, Place::EndEntity, "clock_skew");
        let key = ValidationProblem::KeyUnacceptable { key: String::new(), wanted: "" };
        says(&key, Place::EndEntity, "have a new certificate issued");
        says(&key, Place::Anchor, "the authority needs a new key");
        let usage = ValidationProblem::KeyUsageUnsuitable { found: String::new(), wanted: "" };
        says(&usage, Place::EndEntity, "allow_missing_digital_signature()");
        says(&usage, INTERMEDIATE, "keyCertSign");
        let version = ValidationProblem::VersionUnsupported { version: 1 };
        says(&version, Place::Anchor, "allow_v1_anchor()");
        says(&version, Place::EndEntity, "issued in version 3");
    }

    #[test]
    fn no_purpose_another_purpose_and_an_authority_s_are_mended_each_in_its_way() {
        let none = ValidationProblem::NotForClientUse { purposes: None };
        let other = ValidationProblem::NotForClientUse { purposes: Some(Vec::new()) };
        says(&none, Place::EndEntity, "allow_missing_client_auth()");
        says(&other, Place::EndEntity, "allow_any_purpose()");
        says(&none, INTERMEDIATE, "the authority may not issue for clients");
        says(&other, INTERMEDIATE, "the authority may not issue for clients");
    }

    #[test]
    fn an_extension_on_policies_is_mended_by_another_anchor_and_no_other_extension_is() {
        let critical = |oid: &str| ValidationProblem::CriticalExtensionUnsupported { extension: Some(oid.to_owned()) };
        says(&critical("2.5.29.36"), INTERMEDIATE, "a trust anchor, where it counts as known");
        says(&critical("1.2.3"), INTERMEDIATE, "with it not critical");
        says(
            &ValidationProblem::CriticalExtensionUnsupported { extension: None },
            INTERMEDIATE,
            "with it not critical",
        );
    }
}
