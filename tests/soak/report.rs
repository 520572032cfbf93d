//! What is told while it runs, and the judgement in the end.

use std::fmt::Write as _;
use std::fs;

use tokio::time::{Duration, Instant};

use crate::control::Condition;
use crate::memory::{Memory, Sample, Verdict, anonymous_bytes};
use crate::operator::Operator;
use crate::panics;
use crate::server::Server;
use crate::traffic::Traffic;

/// The report of a run.
#[derive(Debug)]
pub(crate) struct Report {
    process: u32,
    began: Instant,
    duration: Duration,
    memory: Memory,
    lines_told: u32,
    scrapes: u32,
}

impl Report {
    pub(crate) fn new(process: u32, duration: Duration) -> Self {
        Self { process, began: Instant::now(), duration, memory: Memory::default(), lines_told: 0, scrapes: 0 }
    }

    /// Waits for a while, looks at the memory, reads the metrics, tells a line every minute; says whether there is time
    /// left, or, where the machine is slow, a change that was not made yet.
    pub(crate) async fn goes_on(&mut self, traffic: &Traffic, operator: &Operator, server: &Server) -> bool {
        tokio::time::sleep(LOOK_EVERY).await;
        let at = self.began.elapsed();
        if self.memory.last().is_none_or(|last| last.at + SAMPLE_EVERY <= at) {
            let requests = traffic.tally().requests();
            self.memory.add(Sample { at, requests, anonymous_bytes: anonymous_bytes(self.process) });
        }
        // Between two, the recorder keeps what was measured.
        if at >= SCRAPE_EVERY * self.scrapes {
            assert_ne!(server.control().scrape().await, 0, "the page of metrics is empty");
            self.scrapes += 1;
        }
        if at >= LINE_EVERY * self.lines_told {
            self.tell_line(traffic, &server.control().condition().await);
        }
        at < self.duration || (at < self.duration * MAX_TIMES && !operator.left_out().is_empty())
    }

    fn tell_line(&mut self, traffic: &Traffic, condition: &Condition) {
        if self.lines_told == 0 {
            eprintln!("| Minute | Requests | Memory MiB | Load | Wrong | Differences | During changes |");
            eprintln!("|---|---|---|---|---|---|---|");
        }
        let Some(sample) = self.memory.last() else { return };
        let (minute, tenths) = (self.lines_told, sample.anonymous_bytes * 10 / MEBIBYTE);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        eprintln!(
            "| {minute} | {} | {}.{} | {} | {} | {} | {} |",
            sample.requests,
            tenths / 10,
            tenths % 10,
            load.split(' ').next().unwrap_or_default(),
            traffic.tally().wrong_verdicts(),
            condition.differences,
            condition.during_changes,
        );
        self.lines_told += 1;
    }

    /// Tells everything, and fails where something was wrong, or was not asked.
    pub(crate) fn judge(&self, traffic: &Traffic, operator: &mut Operator, condition: &Condition) {
        let tally = traffic.tally();
        let mut kinds = String::from("\n| By | Client | Requests | Outcomes |\n|---|---|---|---|\n");
        for ((by, client), counts) in tally.kinds() {
            let outcomes: Vec<_> =
                counts.outcomes.iter().map(|(outcome, count)| format!("{outcome} {count}")).collect();
            writeln!(kinds, "| {by} | {client} | {} | {} |", counts.requests, outcomes.join(", ")).unwrap();
        }
        let records = operator.audit_records();
        let memory = self.memory.judge();
        eprintln!("{kinds}");
        eprintln!("{} requests, {} new certificates", tally.requests(), traffic.newcomers());
        eprintln!("changes: {:?}", operator.done());
        eprintln!("{condition:?}");
        eprintln!("{} wrong verdicts, {} requests without one", tally.wrong_verdicts(), tally.without_answer());
        eprintln!("audit: {records} records; memory {memory}");

        assert_eq!((tally.wrong_verdicts(), condition.differences), (0, 0), "wrong verdicts and differences");
        assert_eq!((panics::counted(), condition.panics), (0, 0), "panics here and in the service");
        assert!(operator.left_out().is_empty(), "never done: {:?}", operator.left_out());
        assert_ne!(traffic.newcomers(), 0);
        assert!(condition.compared >= tally.requests() - tally.without_answer(), "some requests were not compared");
        assert!(is_rare(tally.without_answer(), tally.requests()), "too many requests have no verdict");
        assert_eq!(condition.overtaken, 0, "more than one change during one request, which cannot be");
        assert_ne!((condition.held_asked, condition.held_ended), (0, 0), "no identity was held");
        assert_eq!((condition.audit_lost, condition.is_audit_written), (0, true), "the audit has lost records");
        assert_eq!(records, condition.recorded, "records of the audit");
        assert!(!matches!(memory, Verdict::Grows(_)), "memory {memory}");
    }
}

/// One in a thousand, or a few of a short run.
fn is_rare(some: u64, of_all: u64) -> bool {
    some <= of_all / 1000 + 3
}

const LOOK_EVERY: Duration = Duration::from_millis(50);
const SAMPLE_EVERY: Duration = Duration::from_secs(1);
/// As Prometheus does by default.
const SCRAPE_EVERY: Duration = Duration::from_secs(15);
const LINE_EVERY: Duration = Duration::from_secs(60);
/// How many times as long it may take until every change was made.
const MAX_TIMES: u32 = 4;
const MEBIBYTE: u64 = 1024 * 1024;
