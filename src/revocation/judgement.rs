//! Puts together what lists and responders say of each certificate in scope.

use std::time::SystemTime;

use super::crl::Question;
use super::members::{Member, Members};
use super::ocsp::Consulted;
use super::open::OpenQuestion;
use super::policy::{RevocationMode, RevocationPolicy, Ruling};
use super::record::Record;
use super::sources::Sources;
use super::status::{CertificateStatus, Standing};
use super::{RevocationError, RevocationOptions, RevocationScope, refused};
use crate::evidence::{Check, Outcome};
use crate::validation::ValidatedPath;

/// One path under judgement.
pub(super) struct Judgement<'a> {
    sources: &'a Sources,
    policy: RevocationPolicy,
    mode: RevocationMode,
    now: SystemTime,
    crl: Record,
    ocsp: Record,
    /// The label of the anchor.
    label: Option<&'a str>,
    open: Vec<OpenQuestion>,
    /// The first refusal that an answer could change.
    unanswered: Option<Box<RevocationError>>,
}

/// What came of a judgement.
#[derive(Debug)]
pub(super) struct Judged {
    /// By what is known now.
    pub(super) outcome: Result<Passed, Box<RevocationError>>,
    /// What a server could be asked before, and would have to be for another outcome.
    pub(super) open: Vec<OpenQuestion>,
}

/// What was looked at to let a path pass.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) crl: Outcome,
    pub(super) ocsp: Outcome,
}

impl Passed {
    pub(super) fn not_configured() -> Self {
        Self { crl: Outcome::NotConfigured, ocsp: Outcome::NotConfigured }
    }
}

impl Judged {
    fn settled(outcome: Result<Passed, Box<RevocationError>>) -> Self {
        Self { outcome, open: Vec::new() }
    }
}

impl<'a> Judgement<'a> {
    /// Asks of each certificate in scope whether it is known to be good.
    pub(super) fn of(
        path: &'a ValidatedPath,
        sources: &'a Sources,
        options: &RevocationOptions,
        now: SystemTime,
    ) -> Judged {
        let Some(mode) = sources.mode(options) else {
            return Judged::settled(Ok(Passed::not_configured()));
        };
        let Some(anchor) = path.anchor() else {
            let skipped = || Outcome::Skipped { why: "the certificate itself is pinned".into() };
            let outcome = |is_there| if is_there { skipped() } else { Outcome::NotConfigured };
            let passed = Passed { crl: outcome(sources.lists.is_some()), ocsp: outcome(sources.ocsp.is_some()) };
            return Judged::settled(Ok(passed));
        };
        let policy = options.policy_of(anchor);
        let in_scope = match options.scope {
            RevocationScope::EndEntity => 1,
            RevocationScope::WholePath => path.intermediates.len() + 1,
        };
        let (crl, ocsp) = (Record::new(now), Record::new(now));
        let mut judgement =
            Self { sources, policy, mode, now, crl, ocsp, label: anchor.label(), open: Vec::new(), unanswered: None };
        for member in Members::of(path).take(in_scope) {
            if let Err(error) = judgement.judge(&member) {
                return Judged::settled(Err(error));
            }
        }
        let open = std::mem::take(&mut judgement.open);
        let unanswered = judgement.unanswered.take();
        Judged { outcome: unanswered.map_or_else(|| Ok(judgement.passed()), Err), open }
    }

    fn judge(&mut self, member: &Member<'_>) -> Result<(), Box<RevocationError>> {
        match self.mode {
            RevocationMode::Both => {
                let (list, list_open) = self.list_status(member);
                self.settle_or_wait(member, &[list], [list_open, None])?;
                let (answer, open) = self.answer_status(member);
                self.settle_or_wait(member, &[answer], [open, None])
            }
            RevocationMode::Crl => {
                let (list, open) = self.list_status(member);
                self.settle_or_wait(member, &[list], [open, None])
            }
            RevocationMode::CrlFirst => {
                let (list, list_open) = self.list_status(member);
                if list.standing == Standing::Good {
                    return self.settle(member, &[list]);
                }
                let (answer, open) = self.answer_status(member);
                self.settle_or_wait(member, &[list, answer], [list_open, open])
            }
            RevocationMode::Ocsp => {
                let (answer, open) = self.answer_status(member);
                self.settle_or_wait(member, &[answer], [open, None])
            }
            RevocationMode::OcspFirst => {
                let (answer, open) = self.answer_status(member);
                if answer.standing == Standing::Good {
                    return self.settle(member, &[answer]);
                }
                let (list, list_open) = self.list_status(member);
                self.settle_or_wait(member, &[answer, list], [open, list_open])
            }
        }
    }

    /// Waits for an answer or list that was never asked for, and for one that failed to come before if nothing else lets the
    /// client pass.
    fn settle_or_wait(
        &mut self,
        member: &Member<'_>,
        statuses: &[CertificateStatus],
        open: [Option<OpenQuestion>; 2],
    ) -> Result<(), Box<RevocationError>> {
        let settled = self.settle(member, statuses);
        let before = self.open.len();
        self.open.extend(open.into_iter().flatten().filter(|open| settled.is_err() || !open.is_repeated()));
        if self.open.len() == before {
            return settled;
        }
        self.unanswered = self.unanswered.take().or(settled.err());
        Ok(())
    }

    /// Takes the first status that is good, else the first that the policy tolerates. A source that does not cover the
    /// certificate has no say where another one does.
    fn settle(&mut self, member: &Member<'_>, statuses: &[CertificateStatus]) -> Result<(), Box<RevocationError>> {
        let objects =
            |status: &CertificateStatus| matches!(status.standing, Standing::Revoked { .. } | Standing::Unknown);
        if let Some(status) = statuses.iter().find(|status| objects(status)) {
            return Err(refused(member.place, member.certificate, status));
        }
        let has_say = |status: &CertificateStatus| status.standing != Standing::NoSource;
        let any_has_say = statuses.iter().any(has_say);
        let rulings = || {
            let asked = statuses.iter().filter(move |status| !any_has_say || has_say(status));
            asked.map(|status| (status, self.policy.rule(status, self.now)))
        };
        let passes = rulings().find(|(_, ruling)| *ruling == Ruling::Passes);
        let tolerated = || rulings().find(|(_, ruling)| matches!(ruling, Ruling::Tolerated(_)));
        if let Some((status, ruling)) = passes.or_else(tolerated) {
            let why = match ruling {
                Ruling::Tolerated(why) => Some(why),
                Ruling::Passes | Ruling::Refused => None,
            };
            let record = if status.check == Check::Ocsp { &mut self.ocsp } else { &mut self.crl };
            record.add(status, why);
            return Ok(());
        }
        let last = statuses.iter().rfind(|status| has_say(status)).or_else(|| statuses.last());
        let missing = CertificateStatus::no_source(Check::Crl, self.now);
        Err(refused(member.place, member.certificate, last.unwrap_or(&missing)))
    }

    fn list_status(&self, member: &Member<'_>) -> (CertificateStatus, Option<OpenQuestion>) {
        match &self.sources.lists {
            Some(lists) => lists.consult(&member.question(), self.now),
            None => (CertificateStatus::no_source(Check::Crl, self.now), None),
        }
    }

    /// An answer that a revoked certificate signed does not count as good.
    fn answer_status(&self, member: &Member<'_>) -> (CertificateStatus, Option<OpenQuestion>) {
        let question = member.question();
        let consulted = self.sources.ocsp.as_ref().map(|ocsp| ocsp.consult(&question, self.label, self.now));
        let Some(Consulted { status, delegate, open }) = consulted else {
            return (CertificateStatus::no_source(Check::Ocsp, self.now), None);
        };
        let is_revoked = delegate
            .is_some_and(|delegate| self.sources.forbids(&Question { certificate: &delegate, ..question }, self.now));
        if is_revoked && matches!(status.standing, Standing::Good | Standing::Stale) {
            let detail = "gave one signed by a certificate that is revoked itself";
            let status = CertificateStatus { standing: Standing::Unavailable, detail: Some(detail.into()), ..status };
            return (status, None);
        }
        (status, open)
    }

    fn passed(self) -> Passed {
        let Self { sources, mode, crl, ocsp, .. } = self;
        let outcome = |record: Record, is_there: bool, is_asked: bool| match (record.is_empty(), is_there) {
            (false, _) => record.outcome(),
            (true, false) => Outcome::NotConfigured,
            (true, true) if is_asked => {
                Outcome::Skipped { why: "the other source is asked first, and was good".into() }
            }
            (true, true) => Outcome::Skipped { why: "the mode asks the other source alone".into() },
        };
        Passed {
            crl: outcome(crl, sources.lists.is_some(), mode.asks_lists()),
            ocsp: outcome(ocsp, sources.ocsp.is_some(), mode.asks_responders()),
        }
    }
}
