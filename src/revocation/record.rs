use std::sync::Arc;
use std::time::SystemTime;

use super::status::CertificateStatus;
use crate::evidence::Outcome;

/// The evidence of one source for a whole path: the oldest dates, and the first thing that was tolerated.
pub(super) struct Record {
    sources: Vec<Arc<str>>,
    tolerated: Option<&'static str>,
    checked_at: SystemTime,
    this_update: Option<SystemTime>,
    next_update: Option<SystemTime>,
}

impl Record {
    pub(super) fn new(checked_at: SystemTime) -> Self {
        Self { sources: Vec::new(), tolerated: None, checked_at, this_update: None, next_update: None }
    }

    pub(super) fn add(&mut self, status: &CertificateStatus, tolerated: Option<&'static str>) {
        let earlier = |known: Option<SystemTime>, new: Option<SystemTime>| match (known, new) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        self.this_update = earlier(self.this_update, status.this_update);
        self.next_update = earlier(self.next_update, status.next_update);
        self.tolerated = self.tolerated.or(tolerated);
        self.sources.extend(status.source.clone().filter(|source| !self.sources.contains(source)));
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
