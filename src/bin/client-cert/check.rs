//! `client-cert check`.

use std::time::{Duration, SystemTime};

use serde::Serialize;
use tower_client_cert::{Advice, Expiry, ExpiryKind, Readiness};

use super::Status;
use super::arguments::Check;
use super::at::{self, At};
use super::network::{Networked, Reach};
use super::output::{Output, Tone};
use super::trouble::Trouble;

pub(crate) fn run(arguments: &Check, output: &mut Output) -> Result<Status, Trouble> {
    let networked = Networked::build(&arguments.config, At(arguments.at), Reach::Nobody)?;
    let layer = &networked.layer;
    let not_asked = networked.asked().into_iter().map(|question| question.address).collect();
    let report = Report { not_asked, ..Report::of(&layer.handle().readiness(), layer.advice(), arguments.within) };
    if arguments.json {
        output.json(&report)?;
    } else {
        report.show(arguments, output)?;
    }
    Ok(if report.problems.is_empty() { Status::Accepted } else { Status::Refused })
}

/// What there is to tell of a configuration that can be used.
#[derive(Serialize)]
struct Report {
    checked_at: String,
    problems: Vec<Problem>,
    advice: Vec<Advice>,
    expiries: Vec<Ends>,
    /// Where lists would be fetched from.
    not_asked: Vec<String>,
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Ends {
    name: String,
    at: String,
    ended: bool,
    /// Whole days from now, negative for what has ended.
    days: i64,
}

impl Report {
    fn of(readiness: &Readiness, advice: Vec<Advice>, within_days: u32) -> Self {
        let now = readiness.checked_at();
        let expiries = readiness.expiries();
        let mut problems: Vec<_> = readiness
            .problems()
            .iter()
            .map(|problem| Problem { code: problem.code(), detail: problem.to_string() })
            .collect();
        let soon = now.checked_add(Duration::from_secs(u64::from(within_days) * SECONDS_PER_DAY)).unwrap_or(now);
        for expiry in expiries.iter().filter(|expiry| expiry.kind() == ExpiryKind::Authority && expiry.at() <= soon) {
            let (code, verb) = if expiry.at() < now { ("ended", "ended") } else { ("ends-soon", "ends") };
            problems.push(Problem { code, detail: format!("{} {verb} at {}", expiry.name(), at::text(expiry.at())) });
        }
        let ends = |expiry: &Expiry| Ends {
            name: expiry.name().to_owned(),
            at: at::text(expiry.at()),
            ended: expiry.at() < now,
            days: days_between(now, expiry.at()),
        };
        Self {
            checked_at: at::text(now),
            problems,
            advice,
            expiries: expiries.iter().map(ends).collect(),
            not_asked: Vec::new(),
        }
    }

    fn show(&self, arguments: &Check, output: &mut Output) -> Result<(), Trouble> {
        let name = arguments.config.display();
        output.say(Tone::Good, &format!("{name} can be used, and the tests of its rules pass"))?;
        output.blank()?;
        output.say(Tone::Heading, &format!("What ends when, as of {}", self.checked_at))?;
        for ends in &self.expiries {
            let days = ends.days.unsigned_abs();
            let in_days = if ends.ended { format!("{days} days ago") } else { format!("in {days} days") };
            output.field(&in_days, &format!("{}, {}", ends.at, ends.name))?;
        }
        if !self.not_asked.is_empty() {
            output.blank()?;
            output.say(Tone::Heading, "Not looked at: a check asks nobody (explain does)")?;
            for address in &self.not_asked {
                output.say(Tone::Quiet, &format!("- {address}"))?;
            }
        }
        if !self.advice.is_empty() {
            output.blank()?;
            output.say(Tone::Heading, "What works and is probably not meant")?;
            for advice in &self.advice {
                output.say(Tone::Heading, &format!("- {}: {}", advice.code(), advice.text()))?;
            }
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        output.blank()?;
        output.say(Tone::Bad, "To be mended")?;
        for problem in &self.problems {
            output.say(Tone::Bad, &format!("- {}: {}", problem.code, problem.detail))?;
        }
        Ok(())
    }
}

fn days_between(now: SystemTime, then: SystemTime) -> i64 {
    let days = |span: Duration| i64::try_from(span.as_secs() / SECONDS_PER_DAY).unwrap_or(i64::MAX);
    match (then.duration_since(now), now.duration_since(then)) {
        (Ok(left), _) => days(left),
        (Err(_), Ok(gone)) => -days(gone),
        (Err(_), Err(_)) => 0,
    }
}

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;
