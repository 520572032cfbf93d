//! Version 1 of the records' schema: `docs/audit.md`.

use serde::ser::{SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};

use super::AuditRecord;
use super::note::Note;
use super::pseudonyms::Pseudonyms;
use super::record::Client;
use crate::certificate::Certificate;
use crate::escape::Escaped;
use crate::evidence::{Evidence, Outcome};
use crate::identity::ClientIdentity;
use crate::utc::Utc;

impl Serialize for AuditRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let identity = match &self.client {
            Client::Identified(identity) => Some(identity),
            Client::Nobody | Client::Refused(_) => None,
        };
        let client = self.client.certificate().map(|certificate| AuditedClient {
            certificate,
            identity,
            pseudonyms: self.pseudonyms.as_deref(),
        });
        let evidence = identity.map(ClientIdentity::evidence);
        let mut record = serializer.serialize_struct("AuditRecord", 12)?;
        record.serialize_field("version", &VERSION)?;
        record.serialize_field("time", &Utc(self.at()).to_string())?;
        record.serialize_field("decision", self.decision.name())?;
        record.serialize_field("stage", &self.reason.map(|reason| reason.stage().name()))?;
        record.serialize_field("reason", &self.reason.map(crate::reason::Reason::code))?;
        record.serialize_field("detail", &self.detail)?;
        record.serialize_field("reference", &self.reference())?;
        record.serialize_field("gateway", &self.gateway())?;
        record.serialize_field("gateway_address", &self.peer.map(|peer| peer.to_string()))?;
        record.serialize_field("request", &AuditedRequest(&self.note))?;
        record.serialize_field("client", &client)?;
        match (&evidence, &self.pseudonyms) {
            (Some(evidence), Some(_)) => record.serialize_field("evidence", &WithoutTexts(evidence))?,
            (evidence, _) => record.serialize_field("evidence", evidence)?,
        }
        match &self.note.replay {
            Some(_) => record.serialize_field("replay", &AuditedReplay(self))?,
            None => record.skip_field("replay")?,
        }
        record.end()
    }
}

struct AuditedRequest<'a>(&'a Note);

impl Serialize for AuditedRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Note { method, path, ids, .. } = self.0;
        let mut request = serializer.serialize_struct("Request", 5)?;
        request.serialize_field("method", method.as_str())?;
        request.serialize_field("path", path)?;
        request.serialize_field("id", &ids.request())?;
        request.serialize_field("trace_id", &ids.trace())?;
        request.serialize_field("span_id", &ids.span())?;
        request.end()
    }
}

struct AuditedClient<'a> {
    certificate: &'a Certificate,
    identity: Option<&'a ClientIdentity>,
    pseudonyms: Option<&'a Pseudonyms>,
}

impl Serialize for AuditedClient<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let certificate = self.certificate;
        let anchor = self.identity.and_then(ClientIdentity::anchor_label);
        let mut client = serializer.serialize_struct("Client", 9)?;
        if let Some(pseudonyms) = self.pseudonyms {
            client.serialize_field("pseudonym", &pseudonyms.of(certificate))?;
        } else {
            let names: Vec<_> = certificate.alternative_names().iter().map(ToString::to_string).collect();
            client.serialize_field("subject", &Escaped(&certificate.subject().to_string()).to_string())?;
            client.serialize_field("alternative_names", &names)?;
            client.serialize_field("serial", &certificate.serial().to_string())?;
            client.serialize_field("sha256", &certificate.fingerprint().to_string())?;
            client.serialize_field("not_before", &Utc(certificate.not_before()).to_string())?;
        }
        client.serialize_field("issuer", &Escaped(&certificate.issuer().to_string()).to_string())?;
        client.serialize_field("not_after", &Utc(certificate.not_after()).to_string())?;
        client.serialize_field("anchor", &anchor)?;
        client.end()
    }
}

/// Checks and outcomes alone: a source may be a pin, and its label a name.
struct WithoutTexts<'a>(&'a Evidence);

impl Serialize for WithoutTexts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.0.entries();
        let mut sequence = serializer.serialize_seq(Some(entries.len()))?;
        for entry in entries {
            let outcome = match &entry.outcome {
                Outcome::Passed { .. } => "passed",
                Outcome::Allowed { .. } => "allowed",
                Outcome::Tolerated { .. } => "tolerated",
                Outcome::Skipped { .. } => "skipped",
                Outcome::NotConfigured => "not configured",
            };
            sequence.serialize_element(&CheckAndOutcome { check: entry.check.name(), outcome })?;
        }
        sequence.end()
    }
}

#[derive(Serialize)]
struct CheckAndOutcome {
    check: &'static str,
    outcome: &'static str,
}

struct AuditedReplay<'a>(&'a AuditRecord);

impl Serialize for AuditedReplay<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AuditRecord { note, peer, .. } = self.0;
        let lines: Vec<_> = note.replay.iter().flat_map(|replay| &replay.headers).collect();
        let headers: Vec<_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut replay = serializer.serialize_struct("Replay", 5)?;
        replay.serialize_field("time", &Utc(note.at).to_string())?;
        replay.serialize_field("peer", &peer.map(|peer| peer.to_string()))?;
        replay.serialize_field("method", note.method.as_str())?;
        replay.serialize_field("path", &note.path)?;
        replay.serialize_field("headers", &headers)?;
        replay.end()
    }
}

/// Version of the schema.
const VERSION: u32 = 1;
