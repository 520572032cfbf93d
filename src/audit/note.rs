use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderName, Method, Request};

use super::record::Client;
use super::replay::Replay;
use super::{About, Audit, AuditDecision, AuditLost, AuditRecord, Paths, RequestIds, Requests, Subject};
use crate::rejection::Rejection;

/// What is noted of a request before anything is taken out of it.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(super) at: SystemTime,
    pub(super) method: Method,
    pub(super) path: Option<String>,
    pub(super) ids: RequestIds,
    pub(super) replay: Option<Replay>,
}

impl Audit {
    pub(crate) fn note<'n, B>(
        &self,
        request: &Request<B>,
        names: impl Iterator<Item = &'n HeaderName>,
        at: SystemTime,
    ) -> Arc<Note> {
        let path = request.uri().path();
        Arc::new(Note {
            at,
            method: request.method().clone(),
            path: (self.paths == Paths::Kept).then(|| path.to_owned()),
            ids: RequestIds::of(request.extensions(), request.headers()),
            replay: (self.requests == Requests::Recorded).then(|| Replay::of(request.headers(), names)),
        })
    }

    /// Records a request that the layer lets pass. Where that is required, nothing is let pass while the sink is in
    /// trouble; the refusals are still offered to it.
    pub(crate) fn passed(&self, about: About<'_>) -> Result<(), AuditLost> {
        if let Some(trouble) = self.is_required().then(|| self.trouble()).flatten() {
            return Err(AuditLost::new(trouble));
        }
        let decision = match about.subject {
            Subject::Client(_) => AuditDecision::Accepted,
            Subject::Nobody | Subject::Certificate(_) => AuditDecision::Anonymous,
        };
        self.record(decision, about).map_or(Ok(()), |record| self.offer(record))
    }

    /// Records a request that is refused.
    pub(crate) fn refused(
        &self,
        rejection: &Rejection,
        reference: &Arc<str>,
        about: About<'_>,
    ) -> Result<(), AuditLost> {
        self.told(AuditDecision::Refused, rejection, Some(Arc::clone(reference)), about)
    }

    /// Records a request that passes, and that a rule in shadow mode would refuse.
    pub(crate) fn would_refuse(&self, rejection: &Rejection, about: About<'_>) -> Result<(), AuditLost> {
        self.told(AuditDecision::WouldRefuse, rejection, None, about)
    }

    fn told(
        &self,
        decision: AuditDecision,
        rejection: &Rejection,
        reference: Option<Arc<str>>,
        about: About<'_>,
    ) -> Result<(), AuditLost> {
        let Some(record) = self.record(decision, about) else { return Ok(()) };
        let detail = self.pseudonyms.is_none().then(|| rejection.to_string());
        self.offer(AuditRecord { reason: Some(rejection.reason()), detail, reference, ..record })
    }

    fn record(&self, decision: AuditDecision, about: About<'_>) -> Option<AuditRecord> {
        let client = match about.subject {
            Subject::Nobody => Client::Nobody,
            Subject::Certificate(certificate) => Client::Refused(Arc::clone(certificate)),
            Subject::Client(identity) => Client::Identified(identity.clone()),
        };
        Some(AuditRecord {
            decision,
            reason: None,
            detail: None,
            reference: None,
            gateway: about.gateway.map(Box::from),
            peer: about.peer,
            note: Arc::clone(about.note?),
            client,
            pseudonyms: self.pseudonyms.clone(),
        })
    }
}
