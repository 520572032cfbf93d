//! Who changes things while everybody asks.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use tokio::time::{Duration, Instant};

use crate::chance::Chance;
use crate::control::{Control, Outcome};
use crate::facts::{Answer, Facts, Gamma, TURNED};
use crate::server::AUDIT;
use crate::traffic::Traffic;
use crate::world::World;

/// The operator of the service.
#[derive(Debug)]
pub(crate) struct Operator {
    world: World,
    control: Control,
    traffic: Traffic,
    facts: Facts,
    chance: Chance,
    /// What is still to be done of this round.
    round: Vec<Change>,
    done: BTreeMap<Change, u64>,
    next_change: Instant,
    /// Records of the audit that were read and thrown away.
    audit_records: u64,
}

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// Another anchor, or none, in place of one.
    Anchor,
    /// The OCSP answer in the file.
    Answer,
    /// The file of the audit is taken away, as logrotate does.
    AuditRotated,
    /// A configuration with a mistake, which must not be put in force.
    BrokenConfiguration,
    /// Half of a list, which must not be put in force.
    BrokenList,
    /// A deny-list by the handle, until the next reload.
    DeniedByHand,
    /// A deny-list in the file.
    DeniedInFile,
    /// The next revocation list.
    List,
    /// Nothing new, and everything read again.
    Reload,
}

impl Operator {
    pub(crate) fn new(world: World, control: Control, traffic: Traffic) -> Self {
        Self {
            world,
            control,
            traffic,
            facts: Facts::new(),
            chance: Chance::new(7),
            round: Vec::new(),
            done: BTreeMap::new(),
            next_change: Instant::now(),
            audit_records: 0,
        }
    }

    /// Does one of the changes, each once in a round, when its time has come.
    pub(crate) async fn change_something(&mut self) {
        if Instant::now() < self.next_change {
            return;
        }
        if self.round.is_empty() {
            self.round = self.chance.shuffled(ALL.len()).into_iter().map(|number| ALL[number]).collect();
        }
        let Some(change) = self.round.pop() else { return };
        self.bring_about(change).await;
        *self.done.entry(change).or_default() += 1;
        self.next_change = Instant::now() + PAUSE + Duration::from_millis(self.chance.next_u64() % 500);
    }

    async fn bring_about(&mut self, change: Change) {
        match change {
            Change::Anchor => self.turn_anchor().await,
            Change::Answer => self.turn_answer().await,
            Change::AuditRotated => self.rotate_audit(),
            Change::BrokenConfiguration => {
                self.world.break_configuration();
                refused(self.control.reload().await, "client-cert.toml");
                self.world.write_configuration(&self.facts);
                tokio::time::sleep(PAUSE).await;
                // By the same content as before, after a failure; what was done by hand is undone by it.
                self.reload(self.facts.clone()).await;
            }
            Change::BrokenList => {
                self.world.break_list();
                refused(self.control.reload_lists().await, "alpha.crl");
                tokio::time::sleep(PAUSE).await;
                refused(self.control.reload().await, "alpha.crl");
                self.world.write_list(&self.facts);
                tokio::time::sleep(PAUSE).await;
                self.control.reload_lists().await.unwrap();
            }
            Change::DeniedByHand => {
                let facts = Facts { denied_by_hand: self.some(), ..self.facts.clone() };
                self.world.write_denied_by_hand(&facts);
                let control = self.control;
                self.become_so(facts, control.deny_by_hand()).await;
            }
            Change::DeniedInFile => {
                let facts = Facts { denied_in_file: self.some(), ..self.facts.clone() };
                self.world.write_denied(&facts);
                self.reload(facts).await;
            }
            Change::List => {
                let facts = Facts { listed: self.some(), ..self.facts.clone() };
                self.world.write_list(&facts);
                let control = self.control;
                self.become_so(facts, control.reload_lists()).await;
            }
            Change::Reload => self.reload(self.facts.clone()).await,
        }
    }

    async fn turn_anchor(&mut self) {
        let others = [Gamma::First, Gamma::Neither, Gamma::Second].into_iter().filter(|one| *one != self.facts.gamma);
        let gamma = others.collect::<Vec<_>>()[self.chance.below(2)];
        let facts = Facts { gamma, ..self.facts.clone() };
        self.world.write_configuration(&facts);
        self.reload(facts).await;
    }

    /// No answer, a good one, one that revokes, and then another client without an answer.
    async fn turn_answer(&mut self) {
        let answer = match self.facts.answer {
            Answer::None => Answer::Good,
            Answer::Good => Answer::Revoked,
            Answer::Revoked => Answer::None,
        };
        let facts = Facts { answer, ..self.facts.clone() };
        if answer == Answer::None {
            self.world.next_answered();
            self.facts = facts;
            self.traffic.keep_asking(&Arc::clone(&self.world.answered));
            return;
        }
        self.world.write_answer(&facts);
        let control = self.control;
        self.become_so(facts, control.reload_answers()).await;
    }

    /// Takes the file away; what is written of a line at that moment still goes into it, so that it is read the next
    /// time.
    fn rotate_audit(&mut self) {
        self.read_taken_audit();
        let path = self.world.directory.path();
        fs::rename(path.join(AUDIT), path.join(TAKEN_AUDIT)).unwrap();
    }

    fn read_taken_audit(&mut self) {
        let taken = self.world.directory.path().join(TAKEN_AUDIT);
        if let Ok(lines) = fs::read_to_string(&taken) {
            self.audit_records += records(&lines);
            fs::remove_file(taken).unwrap();
        }
    }

    /// The records of all files together, when everything has ended.
    pub(crate) fn audit_records(&mut self) -> u64 {
        self.read_taken_audit();
        self.audit_records + records(&self.world.directory.read(AUDIT))
    }

    /// Reads everything again, which also takes back what was done by hand.
    async fn reload(&mut self, facts: Facts) {
        let control = self.control;
        self.become_so(Facts { denied_by_hand: [false; TURNED], ..facts }, control.reload()).await;
    }

    /// Says what will be expected, brings it about, and says that it is done.
    async fn become_so(&mut self, facts: Facts, change: impl Future<Output = Outcome>) {
        for (client, subject) in self.world.subjects() {
            client.standing().become_soon(facts.expected(subject));
        }
        change.await.unwrap();
        for (client, _) in self.world.subjects() {
            client.standing().settle();
        }
        self.facts = facts;
    }

    fn some(&mut self) -> [bool; TURNED] {
        [(); TURNED].map(|()| self.chance.below(2) == 0)
    }

    /// How often each change was brought about.
    pub(crate) fn done(&self) -> &BTreeMap<Change, u64> {
        &self.done
    }

    /// What was never done.
    pub(crate) fn left_out(&self) -> Vec<Change> {
        ALL.into_iter().filter(|change| !self.done.contains_key(change)).collect()
    }
}

/// Every line of JSON; the last one must be whole.
fn records(lines: &str) -> u64 {
    assert!(lines.is_empty() || lines.ends_with('\n'), "the last record is not whole");
    u64::try_from(lines.lines().count()).unwrap()
}

fn refused(outcome: Outcome, file: &str) {
    let error = outcome.expect_err("what is broken must not be put in force");
    assert!(error.contains(file), "{error}");
}

const ALL: [Change; 9] = [
    Change::Anchor,
    Change::Answer,
    Change::AuditRotated,
    Change::BrokenConfiguration,
    Change::BrokenList,
    Change::DeniedByHand,
    Change::DeniedInFile,
    Change::List,
    Change::Reload,
];

/// The least time between two changes.
const PAUSE: Duration = Duration::from_millis(700);

const TAKEN_AUDIT: &str = "audit.1";
