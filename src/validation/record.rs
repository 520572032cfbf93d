//! What was asked of a path, kept small: its entries in the evidence are written when somebody reads them.

use std::sync::Arc;
use std::time::SystemTime;

use super::allowance::Allowance;
use super::{ValidatedPath, ValidationOptions};
use crate::evidence::{Check, Evidence, Outcome};

/// The record of stage 4 for one path.
#[derive(Clone, Debug)]
pub(crate) struct PathRecord {
    asked: Asked,
    /// The options without which the path would not have passed.
    pub(super) allowed: Box<[(Check, Allowance)]>,
    checked_at: SystemTime,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    OfPath(Configured),
    /// Of a pinned certificate, in place of a path.
    OfPin(Configured),
}

/// Which of the [`OPTIONAL`] checks are configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Configured([bool; OPTIONAL.len()]);

impl Configured {
    pub(super) fn by(options: &ValidationOptions) -> Self {
        Self([
            options.max_lifetime.is_some(),
            !options.required_policies.is_empty(),
            options.only_issued_by.is_some(),
            options.only_pinned.is_some(),
        ])
    }
}

impl PathRecord {
    pub(super) fn new(asked: Asked, allowed: Vec<(Check, Allowance)>, checked_at: SystemTime) -> Self {
        Self { asked, allowed: allowed.into(), checked_at }
    }

    /// When the path was validated.
    pub(crate) fn checked_at(&self) -> SystemTime {
        self.checked_at
    }

    /// Writes the checks of this stage, whether they were configured, in the order of the evidence.
    pub(crate) fn write(&self, path: &ValidatedPath, evidence: &mut Evidence) {
        match self.asked {
            Asked::OfPath(Configured(optional)) => {
                let always = ALWAYS.into_iter().map(|check| (check, true));
                self.write_all(path, always.chain(OPTIONAL.into_iter().zip(optional)), evidence);
            }
            // What a pin stands for: a path is neither there nor asked for.
            Asked::OfPin(Configured(optional)) => {
                let why: Arc<str> = "the certificate itself is pinned".into();
                let passed_over = std::iter::once((Check::Path, true)).chain(OPTIONAL.into_iter().zip(optional));
                for (check, is_configured) in passed_over.filter(|(check, _)| *check != Check::Pin) {
                    let skipped = || Outcome::Skipped { why: Arc::clone(&why) };
                    evidence.add(check, if is_configured { skipped() } else { Outcome::NotConfigured });
                }
                let done = [Check::Purpose, Check::KeyUsage, Check::Key, Check::Pin].map(|check| (check, true));
                self.write_all(path, done.into_iter(), evidence);
            }
        }
    }

    fn write_all(
        &self,
        path: &ValidatedPath,
        configured: impl Iterator<Item = (Check, bool)>,
        evidence: &mut Evidence,
    ) {
        let source = path.trusted_by_name();
        let checked_at = self.checked_at;
        for (check, is_configured) in configured {
            let allowed = self.allowed.iter().filter(|(allowed, _)| *allowed == check);
            let options: Vec<_> = allowed.map(|(_, allowance)| allowance.option()).collect();
            let outcome = match (is_configured, options.is_empty()) {
                (false, _) => Outcome::NotConfigured,
                (true, true) => Outcome::passed(Arc::clone(&source), checked_at),
                (true, false) => {
                    Outcome::Allowed { options: options.join(", ").into(), source: Arc::clone(&source), checked_at }
                }
            };
            evidence.add(check, outcome);
        }
    }
}

/// What is asked of every path.
const ALWAYS: [Check; 4] = [Check::Path, Check::Purpose, Check::KeyUsage, Check::Key];

/// What is asked of a path where it is configured.
const OPTIONAL: [Check; 4] = [Check::Lifetime, Check::Policies, Check::Issuer, Check::Pin];
