use std::time::SystemTime;

use http::HeaderMap;

use super::step::{Step, StepOutcome};
use super::{hints, words};
use crate::authenticator::{Authenticator, Finding, InForce, Observer, Rejected};
use crate::authorization::Absence;
use crate::certificate::Certificate;
use crate::encoding::ForwardedChain;
use crate::evidence::{Check, Evidence};
use crate::gateway::{GatewayConnection, TrustedPeer, UntrustedPeer};
use crate::header::TakenHeaders;
use crate::identity::ClientIdentity;
use crate::rejection::Rejection;
use crate::snapshot::TrustedGateway;
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

/// Lets the authenticator follow the line, and writes down what it finds. As from the layer, secrets and certificate
/// headers leave the request.
pub(crate) fn tell(authenticator: &Authenticator, connection: &GatewayConnection, headers: &mut HeaderMap) -> Told {
    let (snapshot, sources) = (authenticator.snapshot.load(), authenticator.revocation.sources());
    let in_force = InForce { snapshot: &snapshot, sources: &sources, now: authenticator.clock.now() };
    let mut teller = Teller::new(authenticator, in_force);
    let outcome = authenticator.retrace(connection, headers, in_force, &mut teller);
    teller.told(outcome)
}

/// As [`tell`], and asks whoever has to be asked.
pub(crate) async fn tell_and_ask(
    authenticator: &Authenticator,
    connection: &GatewayConnection,
    headers: &mut HeaderMap,
) -> Told {
    let (snapshot, sources) = (authenticator.snapshot.load(), authenticator.revocation.sources());
    let in_force = InForce { snapshot: &snapshot, sources: &sources, now: authenticator.clock.now() };
    let mut teller = Teller::new(authenticator, in_force);
    let outcome = authenticator.retrace_and_ask(connection, headers, in_force, &mut teller).await;
    teller.told(outcome)
}

/// Writes the steps.
struct Teller<'a> {
    authenticator: &'a Authenticator,
    in_force: InForce<'a>,
    steps: Vec<Step>,
    /// The place of the gateway that sent the request.
    gateway: Option<usize>,
    /// What was found under the names of its headers.
    found_header: String,
}

impl<'a> Teller<'a> {
    fn new(authenticator: &'a Authenticator, in_force: InForce<'a>) -> Self {
        let steps = words::steps(authenticator, in_force);
        Self { authenticator, in_force, steps, gateway: None, found_header: String::new() }
    }

    fn told(mut self, outcome: Result<Finding, Rejected>) -> Told {
        match &outcome {
            Ok(Finding::Client(identity)) => self.client(identity),
            Ok(Finding::Anonymous(Absence::NotPresented { .. })) => self.absent(),
            Ok(Finding::Anonymous(Absence::NotFromGateway { peer, header_removed })) => {
                let removed = if *header_removed { "; its certificate header is removed unread" } else { "" };
                let hint = self.hint_for_peer(peer);
                self.end(Check::Sender.name(), StepOutcome::Failed, format!("{peer}{removed}"), hint);
            }
            Err(rejected) => self.rejected(&rejected.rejection),
        }
        let Self { steps, in_force, .. } = self;
        Told { steps, outcome: outcome.map_err(|rejected| rejected.rejection), at: in_force.now }
    }

    fn client(&mut self, identity: &ClientIdentity) {
        self.evidence(identity.evidence(), identity.certificate());
        self.found_path(&identity.path().proven().path);
        self.end(words::NAMES, StepOutcome::Passed, words::found_names(identity), None);
    }

    fn absent(&mut self) {
        let header = self.member().map(|member| member.gateway.forwarding().leaf().name.clone());
        let header = header.as_ref().map_or("the header", |name| name.as_str());
        let mend = format!(
            "if the client has a certificate, see that the gateway asks for it and sets {header} on this route"
        );
        let found = std::mem::take(&mut self.found_header);
        self.end(Check::Header.name(), StepOutcome::Absent, found, Some(mend));
    }

    fn rejected(&mut self, rejection: &Rejection) {
        let (check, hint) = match rejection {
            Rejection::Gateway(peer) => {
                let found = format!("{peer}; its certificate header is removed unread");
                let hint = self.hint_for_peer(peer);
                return self.end(Check::Sender.name(), StepOutcome::Failed, found, hint);
            }
            Rejection::Header(_) => (Check::Header.name(), None),
            // An explanation is let in everywhere, so `Busy` is none of its words.
            Rejection::Encoding(_) | Rejection::Busy(_) => {
                self.header_passed();
                (Check::Encoding.name(), None)
            }
            Rejection::Validation(error) => {
                let hint = self.member().and_then(|member| hints::for_path(error, &member.trust));
                (words::check_of(error.problem()).name(), hint)
            }
            Rejection::Revocation(error) => {
                if error.check() != Check::DenyList && self.in_force.sources.has_deny_list() {
                    self.passed(Check::DenyList, "not on it".to_owned());
                }
                (error.check().name(), None)
            }
            // What comes after the line is not told here.
            Rejection::Identity(_) | Rejection::Authorization(_) | Rejection::Setup(_) => (words::NAMES, None),
        };
        let mend = match (rejection.mend(), hint) {
            (Some(mend), Some(hint)) => Some(format!("{mend}; {hint}")),
            (mend, hint) => mend.map(str::to_owned).or(hint),
        };
        self.end(check, StepOutcome::Failed, rejection.to_string(), mend);
    }

    fn hint_for_peer(&self, peer: &UntrustedPeer) -> Option<String> {
        hints::for_peer(peer, self.in_force.snapshot).or_else(|| peer.mend().map(str::to_owned))
    }

    /// The gateway that sent the request, where one did.
    fn member(&self) -> Option<&'a TrustedGateway> {
        self.in_force.snapshot.gateways.get(self.gateway?)
    }

    fn header_passed(&mut self) {
        let found = std::mem::take(&mut self.found_header);
        self.passed(Check::Header, found);
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

impl Observer for Teller<'_> {
    fn gateway_trusted(&mut self, member: &TrustedGateway, peer: &TrustedPeer, headers: &TakenHeaders) {
        let TrustedGateway { gateway, trust, place } = member;
        let Authenticator { limits, validation, .. } = self.authenticator;
        let forwarding = gateway.forwarding();
        self.gateway = Some(*place);
        self.found_header = words::found_header(forwarding, headers);
        self.passed(Check::Sender, format!("gateway \"{}\", by {}", words::name_of(gateway), peer.proof()));
        self.wanted(Check::Header, words::wanted_header(forwarding, limits.header_bytes));
        self.wanted(Check::Encoding, words::wanted_encoding(forwarding, limits.certificates));
        self.wanted(Check::Path, words::wanted_path(trust, validation, self.in_force.now));
    }

    fn decoded(&mut self, chain: &ForwardedChain) {
        self.header_passed();
        self.passed(Check::Encoding, words::found_certificates(chain));
    }

    fn validated(&mut self, chain: &ValidatedChain) {
        let first = chain.first();
        let mut evidence = Evidence::default();
        first.record.write(&first.path, &mut evidence);
        self.evidence(&evidence, &first.path.end_entity);
        self.found_path(&first.path);
    }
}
