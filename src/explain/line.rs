use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderMap;

use super::step::{Step, StepOutcome};
use super::{hints, words};
use crate::authenticator::{Authenticator, Finding, UntrustedHeader};
use crate::authorization::Absence;
use crate::certificate::Certificate;
use crate::encoding::ForwardedChain;
use crate::evidence::{Check, Evidence};
use crate::gateway::{GatewayConnection, Presented, TakenSecrets, TrustedPeer, UntrustedPeer};
use crate::header::{RawCertificate, TakenHeaders};
use crate::identity::{ClientIdentity, KnownClient};
use crate::rejection::Rejection;
use crate::revocation::UnrevokedChain;
use crate::snapshot::{Snapshot, TrustedGateway};
use crate::validation::{ValidatedChain, ValidatedPath};

/// What the line told of one request.
pub(crate) struct Told {
    pub(super) steps: Vec<Step>,
    pub(super) outcome: Result<Finding, Rejection>,
    pub(super) at: SystemTime,
}

impl Told {
    /// The client, where the line came to one.
    pub(crate) fn identity(&self) -> Option<&ClientIdentity> {
        self.outcome.as_ref().ok().and_then(Finding::identity)
    }
}

/// Walks the stages. As from the layer, secrets and certificate headers leave the request.
pub(crate) fn tell(authenticator: &Authenticator, connection: &GatewayConnection, headers: &mut HeaderMap) -> Told {
    let snapshot = authenticator.snapshot.load();
    let at = authenticator.clock.now();
    let mut teller = Teller { authenticator, snapshot: &snapshot, steps: words::steps(authenticator, &snapshot), at };
    let outcome = teller.walk(connection, headers);
    Told { steps: teller.steps, outcome, at }
}

struct Teller<'a> {
    authenticator: &'a Authenticator,
    snapshot: &'a Snapshot,
    steps: Vec<Step>,
    at: SystemTime,
}

impl Teller<'_> {
    fn walk(&mut self, connection: &GatewayConnection, headers: &mut HeaderMap) -> Result<Finding, Rejection> {
        let Self { authenticator, snapshot, at, .. } = *self;
        let gateways = &snapshot.gateways;
        let secrets = TakenSecrets::take(headers, gateways.iter().flat_map(|known| known.gateway.secret_names()));
        let taken = TakenHeaders::take(headers, &snapshot.header_names.iter());

        let presented = Presented { connection, secrets: &secrets, options: &authenticator.validation, now: at };
        let (trusted, member) = match TrustedPeer::judge(&presented, gateways) {
            Ok(proven) => proven,
            Err(untrusted) => return self.not_from_gateway(untrusted, &taken),
        };
        let TrustedGateway { gateway, trust, .. } = member;
        self.passed(Check::Sender, format!("gateway \"{}\", by {}", words::name_of(gateway), trusted.proof()));

        let forwarding = gateway.forwarding();
        self.wanted(Check::Header, words::wanted_header(forwarding, authenticator.limits.header_bytes));
        self.wanted(Check::Encoding, words::wanted_encoding(forwarding, authenticator.limits.certificates));
        let found_header = words::found_header(forwarding, &taken);
        let raw = RawCertificate::find(trusted, forwarding, taken, authenticator.limits.header_bytes)
            .map_err(|error| self.failed(Check::Header, error))?;
        let Some(raw) = raw else {
            self.absent(found_header, forwarding.leaf().name.as_str());
            return Ok(Finding::Anonymous(Absence::NotPresented { gateway: Some(gateway.shared_name()) }));
        };
        self.passed(Check::Header, found_header);

        let chain = ForwardedChain::decode(&raw, authenticator.limits.certificates)
            .map_err(|error| self.failed(Check::Encoding, error))?;
        let end_entity = Arc::clone(&chain.end_entity);
        self.passed(Check::Encoding, words::found_certificates(&end_entity, chain.candidates.len()));

        self.wanted(Check::Path, words::wanted_path(trust, &authenticator.validation, at));
        let sources = authenticator.revocation.sources();
        let validated = ValidatedChain::validate(chain, trust, &authenticator.validation, None, sources.breadth(), at)
            .map_err(|error| {
                let hint = hints::for_path(&error, trust);
                self.failed_with(words::check_of(error.problem()), error.into(), hint)
            })?;
        let first = validated.first();
        let mut evidence = Evidence::default();
        first.record.write(&first.path, &mut evidence);
        self.evidence(&evidence, &end_entity);
        self.found_path(&first.path);
        let unrevoked =
            UnrevokedChain::conclude(&validated, &authenticator.revocation, &sources, at).map_err(|error| {
                let check = error.check();
                if check != Check::DenyList && sources.has_deny_list() {
                    self.passed(Check::DenyList, "not on it".to_owned());
                }
                self.failed(check, error)
            })?;
        let path = Arc::clone(&unrevoked.proven);
        let client = KnownClient::of(unrevoked, Arc::clone(&authenticator.clock)).map_err(|error| {
            let rejection = Rejection::from(error);
            self.end(words::NAMES, StepOutcome::Failed, rejection.to_string(), rejection.mend().map(str::to_owned));
            rejection
        })?;
        let identity = ClientIdentity::of(Arc::new(client), raw.peer, at);
        self.evidence(identity.evidence(), &end_entity);
        self.found_path(&path.path);
        let names = words::found_names(&identity);
        self.end(words::NAMES, StepOutcome::Passed, names, None);
        Ok(Finding::Client(identity))
    }

    fn not_from_gateway(&mut self, peer: UntrustedPeer, taken: &TakenHeaders) -> Result<Finding, Rejection> {
        let header_removed = taken.is_present();
        let removed = if header_removed { "; its certificate header is removed unread" } else { "" };
        let hint = hints::for_peer(&peer, self.snapshot).or_else(|| peer.mend().map(str::to_owned));
        self.end(Check::Sender.name(), StepOutcome::Failed, format!("{peer}{removed}"), hint);
        if header_removed && self.authenticator.untrusted_header == UntrustedHeader::Refuse {
            return Err(peer.into());
        }
        Ok(Finding::Anonymous(Absence::NotFromGateway { peer, header_removed }))
    }

    fn absent(&mut self, found: String, header: &str) {
        let mend = format!(
            "if the client has a certificate, see that the gateway asks for it and sets {header} on this route"
        );
        self.end(Check::Header.name(), StepOutcome::Absent, found, Some(mend));
    }

    fn evidence(&mut self, evidence: &Evidence, end_entity: &Certificate) {
        for entry in evidence.entries() {
            if matches!(entry.check, Check::Sender | Check::Header | Check::Encoding) {
                continue;
            }
            let (outcome, found) = words::of_outcome(entry, end_entity);
            self.end(entry.check.name(), outcome, found, None);
        }
    }

    fn passed(&mut self, check: Check, found: String) {
        self.end(check.name(), StepOutcome::Passed, found, None);
    }

    fn failed(&mut self, check: Check, error: impl Into<Rejection>) -> Rejection {
        self.failed_with(check, error.into(), None)
    }

    fn failed_with(&mut self, check: Check, rejection: Rejection, hint: Option<String>) -> Rejection {
        let mend = match (rejection.mend(), hint) {
            (Some(mend), Some(hint)) => Some(format!("{mend}; {hint}")),
            (Some(mend), None) => Some(mend.to_owned()),
            (None, hint) => hint,
        };
        self.end(check.name(), StepOutcome::Failed, rejection.to_string(), mend);
        rejection
    }

    fn end(&mut self, check: &str, outcome: StepOutcome, found: String, mend: Option<String>) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.check == check) {
            step.outcome = outcome;
            step.found = found;
            step.mend = mend;
        }
    }

    fn found_path(&mut self, path: &ValidatedPath) {
        for (check, found) in [(Check::Path, words::found_path(path)), (Check::Key, words::found_keys(path))] {
            if let Some(step) = self.steps.iter_mut().find(|step| step.check == check.name()) {
                step.found = found;
            }
        }
    }

    fn wanted(&mut self, check: Check, wanted: String) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.check == check.name()) {
            step.wanted = wanted;
        }
    }
}
