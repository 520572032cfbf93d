use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::evidence::Check;

/// What is known of one certificate, by which source, and as of when.
///
/// There is no default and no boolean: whoever asks must say what becomes of each standing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a status that is not looked at is a check that was not done"]
pub(crate) struct CertificateStatus {
    pub(crate) standing: Standing,
    /// The kind of source that was asked.
    pub(crate) check: Check,
    /// What said so; `None` without a source.
    pub(crate) source: Option<Arc<str>>,
    pub(crate) checked_at: SystemTime,
    pub(crate) this_update: Option<SystemTime>,
    pub(crate) next_update: Option<SystemTime>,
    /// Why a responder gave no answer.
    pub(crate) detail: Option<Arc<str>>,
}

impl CertificateStatus {
    /// Nothing covers the certificate.
    pub(super) fn no_source(check: Check, checked_at: SystemTime) -> Self {
        let standing = Standing::NoSource;
        Self { standing, check, source: None, checked_at, this_update: None, next_update: None, detail: None }
    }
}

/// How it stands with one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A current source says that it is not revoked.
    Good,
    /// No source covers the certificate.
    NoSource,
    /// A source says that it is revoked.
    Revoked { at: SystemTime, reason: Option<RevocationReason> },
    /// A source said that it was not revoked, and is past its next update.
    Stale,
    /// A responder was asked, and gave no answer that could be used.
    Unavailable,
    /// A responder says that it does not know the certificate.
    Unknown,
}

/// Why a certificate was revoked (`CRLReason`, RFC 5280 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// Without a particular reason.
    Unspecified,
    /// The private key is known or suspected to have been compromised.
    KeyCompromise,
    /// The authority's private key is known or suspected to have been compromised.
    CaCompromise,
    /// The name or other contents have changed.
    AffiliationChanged,
    /// It was replaced.
    Superseded,
    /// It is no longer needed.
    CessationOfOperation,
    /// It is suspended. Refused like any other.
    CertificateHold,
    /// It was suspended and released again; has its place only in delta lists, and is refused like any other.
    RemoveFromCrl,
    /// A privilege in it was withdrawn.
    PrivilegeWithdrawn,
    /// The attribute authority's key is known or suspected to have been compromised.
    AaCompromise,
}

impl RevocationReason {
    /// Returns the number of the reason in the standard.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::RemoveFromCrl => 8,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    /// A code that the standard does not know is no reason, and the certificate is revoked all the same.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Returns the name of the reason in the standard.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const ALL: [RevocationReason; 10] = [
    RevocationReason::Unspecified,
    RevocationReason::KeyCompromise,
    RevocationReason::CaCompromise,
    RevocationReason::AffiliationChanged,
    RevocationReason::Superseded,
    RevocationReason::CessationOfOperation,
    RevocationReason::CertificateHold,
    RevocationReason::RemoveFromCrl,
    RevocationReason::PrivilegeWithdrawn,
    RevocationReason::AaCompromise,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_standard_is_read_and_no_other() {
        for code in 0..=u8::MAX {
            let reason = RevocationReason::from_code(code);
            assert_eq!(reason.is_some(), matches!(code, 0..=6 | 8..=10), "{code}");
            assert!(reason.is_none_or(|reason| reason.code() == code));
        }
    }
}
