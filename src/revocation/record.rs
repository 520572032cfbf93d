//! What is written down of stage 5.

use std::sync::Arc;
use std::time::SystemTime;

use super::status::CertificateStatus;
use crate::evidence::{Check, Evidence, Outcome};

/// The record of stage 5 for one path; nothing where no source is configured. It is kept for every client.
#[derive(Clone, Debug)]
pub(crate) struct RevocationRecord(Option<Box<Outcomes>>);

#[derive(Clone, Debug)]
struct Outcomes {
    deny_list: Outcome,
    crl: Outcome,
    ocsp: Outcome,
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
    pub(super) fn new(deny_list: Outcome, crl: Outcome, ocsp: Outcome) -> Self {
        let is_nothing = [&deny_list, &crl, &ocsp].into_iter().all(|outcome| *outcome == Outcome::NotConfigured);
        Self((!is_nothing).then(|| Box::new(Outcomes { deny_list, crl, ocsp })))
    }

    /// Writes the checks of this stage, whether they were configured, in the order of the evidence.
    ///
    /// `checked_at` is the time at which it was found that the lists in force are still those that were asked, and that
    /// none of their dates has come since: nobody could be told anything else then.
    pub(crate) fn write(&self, checked_at: SystemTime, evidence: &mut Evidence) {
        let outcome = |of: fn(&Outcomes) -> &Outcome| {
            self.0.as_deref().map_or(Outcome::NotConfigured, |outcomes| of(outcomes).clone())
        };
        evidence.add(Check::DenyList, outcome(|all| &all.deny_list).checked_again(checked_at));
        evidence.add(Check::Crl, outcome(|all| &all.crl).checked_again(checked_at));
        evidence.add(Check::Ocsp, outcome(|all| &all.ocsp));
    }

    /// The checks that did not pass, and that a policy tolerated.
    pub(crate) fn tolerated(&self) -> impl Iterator<Item = &Outcome> {
        let outcomes = self.0.iter().flat_map(|all| [&all.crl, &all.ocsp]);
        outcomes.filter(|outcome| matches!(outcome, Outcome::Tolerated { .. }))
    }
}

#[cfg(feature = "metrics")]
impl RevocationRecord {
    /// When the oldest of the OCSP answers was issued by which the path passed.
    pub(crate) fn answered_at(&self) -> Option<SystemTime> {
        match &self.0.as_ref()?.ocsp {
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
