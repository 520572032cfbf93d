//! The policy in force: every check, its value, whether that is the default, and what is given up by it.
//!
//! Each stage writes its own entries; the layer puts them together.

mod entry;
mod markdown;
#[cfg(feature = "serde")]
mod serialize;

use std::fmt;

use sha2::{Digest as _, Sha256};

pub(crate) use self::entry::EntryWriter;
pub use self::entry::PolicyEntry;
use crate::certificate::Fingerprint;

/// What a layer checks, as it is in force: read from the layer itself, however it was built.
///
/// ```no_run
/// # fn example(client_cert: tower_client_cert::ClientCertLayer) -> std::io::Result<()> {
/// let policy = client_cert.handle().policy();
/// for entry in policy.entries().iter().filter(|entry| entry.allows().is_some()) {
///     println!("{entry}");
/// }
/// std::fs::write("policy.md", policy.to_markdown())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectivePolicy {
    entries: Vec<PolicyEntry>,
}

impl EffectivePolicy {
    /// Every check, in the order of the line. The keys are those of the configuration file where it has one.
    #[must_use]
    pub fn entries(&self) -> &[PolicyEntry] {
        &self.entries
    }

    /// The entry with this key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&PolicyEntry> {
        self.entries.iter().find(|entry| entry.key() == key)
    }

    /// The SHA-256 of all entries. It changes when the policy does, and not with time: a page that was signed can be
    /// compared with what is in force.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut digest = Sha256::new();
        for entry in &self.entries {
            for text in [entry.key(), entry.value(), entry.allows().unwrap_or_default()] {
                digest.update(Sha256::digest(text));
            }
        }
        Fingerprint::new(digest.finalize().into())
    }

    /// A page in Markdown for whoever must approve it: first what loosens a check, then what differs from the defaults,
    /// then everything.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::page(self)
    }

    /// Begins an entry.
    pub(crate) fn add(
        &mut self,
        key: impl Into<String>,
        check: &'static str,
        value: impl fmt::Display,
    ) -> EntryWriter<'_> {
        self.entries.push(PolicyEntry::new(key.into(), check, value.to_string()));
        EntryWriter::of(self.entries.last_mut())
    }
}

/// One line per entry.
impl fmt::Display for EffectivePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

/// Values joined by commas; `none` where there is none.
pub(crate) fn listed<T: fmt::Display>(values: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

/// `yes` or `no`.
pub(crate) const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
