use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::Method;

use super::RequestIds;
use super::note::Note;
use super::pseudonyms::Pseudonyms;
use crate::certificate::Certificate;
use crate::gateway::GatewayPeer;
use crate::identity::ClientIdentity;
use crate::reason::Reason;

/// One decision. It is serialized in version 1 of the schema in `docs/audit.md`: keys are added, and never change their
/// meaning or go away without another version.
///
/// What the options of the [`Audit`](super::Audit) leave out can be had from neither the serialized form nor here.
#[derive(Clone)]
pub struct AuditRecord {
    pub(super) decision: AuditDecision,
    pub(super) reason: Option<Reason>,
    pub(super) detail: Option<String>,
    pub(super) reference: Option<Arc<str>>,
    pub(super) gateway: Option<Box<str>>,
    pub(super) peer: Option<GatewayPeer>,
    pub(super) note: Arc<Note>,
    pub(super) client: Client,
    pub(super) pseudonyms: Option<Arc<Pseudonyms>>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditDecision {
    /// The client's certificate passed every check. A rule may refuse the request yet.
    Accepted,
    /// The request passed without a certificate.
    Anonymous,
    /// The request was refused.
    Refused,
    /// The request passed, and a rule in shadow mode would have refused it.
    WouldRefuse,
}

#[derive(Clone, Debug)]
pub(super) enum Client {
    Nobody,
    Refused(Arc<Certificate>),
    Identified(ClientIdentity),
}

impl AuditRecord {
    /// When the request came in, by the layer's clock.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.note.at
    }

    /// What was decided.
    #[must_use]
    pub fn decision(&self) -> AuditDecision {
        self.decision
    }

    /// Why it was refused, or would be.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The reference id of the answer that refuses.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The name of the gateway that sent the request; `None` where it was no gateway.
    #[must_use]
    pub fn gateway(&self) -> Option<&str> {
        self.gateway.as_deref()
    }

    /// The method of the request.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.note.method
    }

    /// The path of the request, without its query; `None` where paths are left out.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.note.path.as_deref()
    }

    /// By what the request is found in other logs.
    #[must_use]
    pub fn ids(&self) -> &RequestIds {
        &self.note.ids
    }

    /// The client; `None` for a request that was not accepted, and where pseudonyms stand for clients.
    #[must_use]
    pub fn identity(&self) -> Option<&ClientIdentity> {
        match &self.client {
            Client::Identified(identity) if self.pseudonyms.is_none() => Some(identity),
            _ => None,
        }
    }

    /// What it takes in memory, in bytes and roughly; what it shares with others does not count. A refused certificate
    /// does: whoever made it chose how long it is, and nobody else may have it any more.
    pub(super) fn bytes(&self) -> usize {
        let note = &self.note;
        let texts = [&note.path, &self.detail].into_iter().flatten().map(String::len).sum::<usize>();
        let certificate = match &self.client {
            Client::Refused(certificate) => certificate.bytes(),
            Client::Identified(_) | Client::Nobody => 0,
        };
        OWN_BYTES + texts + certificate + note.replay.as_ref().map_or(0, super::replay::Replay::bytes)
    }
}

impl fmt::Debug for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut record = f.debug_struct("AuditRecord");
        record.field("decision", &self.decision).field("reason", &self.reason).field("detail", &self.detail);
        record.field("reference", &self.reference).field("gateway", &self.gateway).field("peer", &self.peer);
        record.field("note", &self.note);
        match (&self.pseudonyms, self.client.certificate()) {
            (Some(pseudonyms), Some(certificate)) => record.field("pseudonym", &pseudonyms.of(certificate)),
            _ => record.field("client", &self.client),
        };
        record.finish()
    }
}

impl Client {
    pub(super) fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Nobody => None,
            Self::Refused(certificate) => Some(certificate),
            Self::Identified(identity) => Some(identity.certificate()),
        }
    }
}

impl AuditDecision {
    /// The decision's name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Anonymous => "anonymous",
            Self::Refused => "refused",
            Self::WouldRefuse => "would-refuse",
        }
    }
}

/// A record and its note without their texts, in bytes.
const OWN_BYTES: usize = 640;

#[cfg(test)]
pub(super) mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use rustls_pki_types::CertificateDer;

    use super::*;
    use crate::audit::replay::Replay;

    /// Of somebody without a certificate who asked for a path.
    pub(in crate::audit) fn asked_for(path: Option<&str>) -> AuditRecord {
        let note = Note {
            at: SystemTime::UNIX_EPOCH,
            method: Method::GET,
            path: path.map(str::to_owned),
            ids: RequestIds::default(),
            replay: None,
        };
        AuditRecord {
            decision: AuditDecision::Anonymous,
            reason: None,
            detail: None,
            reference: None,
            gateway: None,
            peer: None,
            note: Arc::new(note),
            client: Client::Nobody,
            pseudonyms: None,
        }
    }

    #[test]
    fn a_record_is_counted_with_its_texts_the_certificate_that_it_alone_has_and_the_lines_it_repeats() {
        let own = asked_for(None).bytes();
        assert_eq!(own, 640);
        let asked = asked_for(Some("/orders"));
        assert_eq!(asked.bytes(), own + 7);
        let refused = AuditRecord { detail: Some("no certificate".to_owned()), ..asked };
        assert_eq!(refused.bytes(), own + 7 + 14);

        let key = KeyPair::generate().unwrap();
        let der = CertificateParams::default().self_signed(&key).unwrap().der().to_vec();
        let certificate = Arc::new(Certificate::from_der(CertificateDer::from(der)).unwrap());
        let of_certificate = certificate.bytes();
        assert!(of_certificate > 100);
        let refused = AuditRecord { client: Client::Refused(certificate), ..refused };
        assert_eq!(refused.bytes(), own + 7 + 14 + of_certificate);

        let names = ["connection", "x-client-cert", "x-client-cert"].map(http::HeaderName::from_static);
        let lines = names.into_iter().zip(["close".to_owned(), "a".repeat(100), "\u{ff}".to_owned()]);
        let note = Note { replay: Some(Replay { headers: lines.collect() }), ..Note::clone(&refused.note) };
        let repeated = AuditRecord { note: Arc::new(note), ..refused };
        assert_eq!(repeated.bytes(), own + 7 + 14 + of_certificate + (10 + 5) + (13 + 100) + (13 + 2));
    }
}
