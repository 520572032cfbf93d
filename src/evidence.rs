//! What was checked, from what, and when.

use std::sync::Arc;
use std::time::SystemTime;

use crate::reason::Stage;

/// The record of every check behind an identity: one entry per check, in the order of the line.
///
/// Times are absolute; an age is computed when it is read. A check that was not done is in the record too.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    entries: Vec<Entry>,
}

/// One check of an [`Evidence`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// What was checked.
    pub check: Check,
    /// How it ended.
    pub outcome: Outcome,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The peer of the connection is a gateway.
    Sender,
    /// The request carried exactly one certificate header.
    Header,
    /// The value is one certificate, or a leaf with candidates for its path.
    Encoding,
    /// Signatures, dates, constraints and purpose along a path to a trust anchor.
    Path,
    /// The certificate is for clients (extended key usage).
    Purpose,
    /// Every key of the path may be used for what it is used for (key usage).
    KeyUsage,
    /// Every key of the path is of an accepted kind and size.
    Key,
    /// The certificate is not valid for longer than the limit.
    Lifetime,
    /// The required policies hold along the path.
    Policies,
    /// The issuer is one of those allowed.
    Issuer,
    /// The certificate or its key is pinned.
    Pin,
    /// The certificate is not on the deny-list.
    DenyList,
    /// Revocation lists (RFC 5280 section 5).
    Crl,
    /// Online certificate status (RFC 6960).
    Ocsp,
}

/// How a check ended. There is no entry for a check that failed: a request that fails one has no identity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done and it passed.
    Passed {
        /// What it was judged by: the address range, the name of the header, the encoding, the trust anchor, the list.
        source: Arc<str>,
        /// When it was done.
        checked_at: SystemTime,
        /// When the source was issued, where it says so.
        this_update: Option<SystemTime>,
        /// When the source goes stale, where it says so.
        next_update: Option<SystemTime>,
    },
    /// It was done, and passed only because the operator had loosened it.
    Allowed {
        /// The names of the options.
        options: Arc<str>,
        /// What it was judged by.
        source: Arc<str>,
        /// When it was done.
        checked_at: SystemTime,
    },
    /// It did not pass, and a policy for that case let the request go on.
    Tolerated {
        /// Which policy, and why it was needed.
        why: Arc<str>,
        /// What it was judged by; `none` where there was nothing.
        source: Arc<str>,
        /// When it was done.
        checked_at: SystemTime,
        /// When the source was issued, where it says so.
        this_update: Option<SystemTime>,
        /// When the source went stale, where it says so.
        next_update: Option<SystemTime>,
    },
    /// It is configured and was left out for this request.
    Skipped {
        /// Why.
        why: Arc<str>,
    },
    /// It is not configured.
    NotConfigured,
}

/// What has a record of checks.
pub(crate) trait Evidenced {
    /// The record.
    fn evidence(&self) -> &Evidence;
}

impl Evidenced for Evidence {
    fn evidence(&self) -> &Evidence {
        self
    }
}

impl Evidence {
    /// Every entry, in the order of the line.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How a check ended; `None` where it has no entry.
    #[must_use]
    pub fn outcome(&self, check: Check) -> Option<&Outcome> {
        self.entries.iter().find(|entry| entry.check == check).map(|entry| &entry.outcome)
    }

    /// Whether a check was done and passed, without or with an option that loosens it.
    #[must_use]
    pub fn passed(&self, check: Check) -> bool {
        matches!(self.outcome(check), Some(Outcome::Passed { .. } | Outcome::Allowed { .. }))
    }

    pub(crate) fn add(&mut self, check: Check, outcome: Outcome) {
        self.entries.push(Entry { check, outcome });
    }
}

impl Outcome {
    /// A check that passed by something without dates of its own.
    pub(crate) fn passed(source: Arc<str>, checked_at: SystemTime) -> Self {
        Self::Passed { source, checked_at, this_update: None, next_update: None }
    }

    /// The same outcome of the same check at another time.
    pub(crate) fn checked_again(mut self, at: SystemTime) -> Self {
        match &mut self {
            Self::Passed { checked_at, .. } | Self::Allowed { checked_at, .. } | Self::Tolerated { checked_at, .. } => {
                *checked_at = at;
            }
            Self::Skipped { .. } | Self::NotConfigured => {}
        }
        self
    }
}

impl Check {
    /// The check's name in logs and serialized evidence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Header => "header",
            Self::Encoding => "encoding",
            Self::Path => "path",
            Self::Purpose => "purpose",
            Self::KeyUsage => "key-usage",
            Self::Key => "key",
            Self::Lifetime => "lifetime",
            Self::Policies => "policies",
            Self::Issuer => "issuer",
            Self::Pin => "pin",
            Self::DenyList => "deny-list",
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
        }
    }

    /// The stage that does the check.
    #[must_use]
    pub const fn stage(self) -> Stage {
        match self {
            Self::Sender => Stage::Gateway,
            Self::Header => Stage::Header,
            Self::Encoding => Stage::Encoding,
            Self::Path
            | Self::Purpose
            | Self::KeyUsage
            | Self::Key
            | Self::Lifetime
            | Self::Policies
            | Self::Issuer
            | Self::Pin => Stage::Validation,
            Self::DenyList | Self::Crl | Self::Ocsp => Stage::Revocation,
        }
    }
}

#[cfg(feature = "serde")]
mod serialize {
    use serde::ser::{SerializeMap as _, SerializeSeq as _};
    use serde::{Serialize, Serializer};

    use super::{Entry, Evidence, Outcome};
    use crate::utc::Utc;

    impl Serialize for Evidence {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut entries = serializer.serialize_seq(Some(self.entries.len()))?;
            self.entries.iter().try_for_each(|entry| entries.serialize_element(entry))?;
            entries.end()
        }
    }

    impl Serialize for Entry {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut entry = serializer.serialize_map(None)?;
            entry.serialize_entry("check", self.check.name())?;
            match &self.outcome {
                Outcome::Passed { source, checked_at, this_update, next_update } => {
                    entry.serialize_entry("outcome", "passed")?;
                    entry.serialize_entry("source", source.as_ref())?;
                    entry.serialize_entry("checked_at", &Utc(*checked_at).to_string())?;
                    entry.serialize_entry("this_update", &this_update.map(|time| Utc(time).to_string()))?;
                    entry.serialize_entry("next_update", &next_update.map(|time| Utc(time).to_string()))?;
                }
                Outcome::Allowed { options, source, checked_at } => {
                    entry.serialize_entry("outcome", "allowed")?;
                    entry.serialize_entry("options", options.as_ref())?;
                    entry.serialize_entry("source", source.as_ref())?;
                    entry.serialize_entry("checked_at", &Utc(*checked_at).to_string())?;
                }
                Outcome::Tolerated { why, source, checked_at, this_update, next_update } => {
                    entry.serialize_entry("outcome", "tolerated")?;
                    entry.serialize_entry("why", why.as_ref())?;
                    entry.serialize_entry("source", source.as_ref())?;
                    entry.serialize_entry("checked_at", &Utc(*checked_at).to_string())?;
                    entry.serialize_entry("this_update", &this_update.map(|time| Utc(time).to_string()))?;
                    entry.serialize_entry("next_update", &next_update.map(|time| Utc(time).to_string()))?;
                }
                Outcome::Skipped { why } => {
                    entry.serialize_entry("outcome", "skipped")?;
                    entry.serialize_entry("why", why.as_ref())?;
                }
                Outcome::NotConfigured => entry.serialize_entry("outcome", "not configured")?,
            }
            entry.end()
        }
    }
}
