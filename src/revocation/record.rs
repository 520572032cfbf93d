//! What is written down of stage 5.

use std::sync::Arc;
use std::time::SystemTime;

use super::status::CertificateStatus;
use crate::evidence::{Check, Evidence, Outcome};

/// The record of stage 5 for one path.
#[derive(Clone, Debug)]
pub(crate) struct RevocationRecord {
    pub(super) deny_list: Outcome,
    pub(super) crl: Outcome,
    pub(super) ocsp: Outcome,
}

/// The evidence of one source for a whole path: the oldest dates, and the first thing that was tolerated.
pub(super) struct Record {
    sources: Vec<Arc<str>>,
    has_entries: bool,
    tolerated: Option<&'static str>,
    checked_at: SystemTime,
    this_update: Option<SystemTime>,
    next_update: Option<SystemTime>,
}

impl RevocationRecord {
    /// Writes the checks of this stage, whether they were configured, in the order of the evidence.
    ///
    /// `checked_at` is the time at which it was found that the lists in force are still those that were asked, and that
    /// none of their dates has come since: nobody could be told anything else then.
    pub(crate) fn write(&self, checked_at: SystemTime, evidence: &mut Evidence) {
        evidence.add(Check::DenyList, self.deny_list.clone().checked_again(checked_at));
        evidence.add(Check::Crl, self.crl.clone().checked_again(checked_at));
        evidence.add(Check::Ocsp, self.ocsp.clone());
    }

    /// The checks that did not pass, and that a policy tolerated.
    pub(crate) fn tolerated(&self) -> impl Iterator<Item = &Outcome> {
        [&self.crl, &self.ocsp].into_iter().filter(|outcome| matches!(outcome, Outcome::Tolerated { .. }))
    }
}

#[cfg(feature = "metrics")]
impl RevocationRecord {
    /// When the oldest of the OCSP answers was issued by which the path passed.
    pub(crate) fn answered_at(&self) -> Option<SystemTime> {
        match &self.ocsp {
            Outcome::Passed { this_update, .. } => *this_update,
            _ => None,
        }
    }
}

impl Record {
    pub(super) fn new(checked_at: SystemTime) -> Self {
        Self {
            sources: Vec::new(),
            has_entries: false,
            tolerated: None,
            checked_at,
            this_update: None,
            next_update: None,
        }
    }

    pub(super) fn add(&mut self, status: &CertificateStatus, tolerated: Option<&'static str>) {
        let earlier = |known: Option<SystemTime>, new: Option<SystemTime>| match (known, new) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        self.has_entries = true;
        self.this_update = earlier(self.this_update, status.this_update);
        self.next_update = earlier(self.next_update, status.next_update);
        self.tolerated = self.tolerated.or(tolerated);
        self.sources.extend(status.source.clone().filter(|source| !self.sources.contains(source)));
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has_entries
    }

    pub(super) fn outcome(self) -> Outcome {
        let source: Arc<str> = match self.sources.as_slice() {
            [] => "none".into(),
            [only] => Arc::clone(only),
            several => several.join("; ").into(),
        };
        let Self { checked_at, this_update, next_update, .. } = self;
        match self.tolerated {
            None => Outcome::Passed { source, checked_at, this_update, next_update },
            Some(why) => Outcome::Tolerated { why: why.into(), source, checked_at, this_update, next_update },
        }
    }
}
