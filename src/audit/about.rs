use std::sync::Arc;

use super::Note;
use crate::certificate::Certificate;
use crate::gateway::GatewayPeer;
use crate::identity::ClientIdentity;

/// What a decision is about, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub(crate) subject: Subject<'a>,
    pub(crate) gateway: Option<&'a str>,
    pub(crate) peer: Option<GatewayPeer>,
    /// What was noted of the request, where there is an audit.
    #[cfg_attr(not(feature = "audit"), expect(dead_code, reason = "there is none without the feature"))]
    pub(crate) note: Option<&'a Arc<Note>>,
}

/// Whom a decision is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    Nobody,
    Certificate(&'a Arc<Certificate>),
    Client(&'a ClientIdentity),
}

impl<'a> About<'a> {
    pub(crate) fn certificate(&self) -> Option<&'a Certificate> {
        match self.subject {
            Subject::Nobody => None,
            Subject::Certificate(certificate) => Some(certificate),
            Subject::Client(identity) => Some(identity.certificate()),
        }
    }
}
