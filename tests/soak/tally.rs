//! What came of the requests, kind by kind.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::connection::Answer;
use crate::standing::Expected;

/// Everything that was asked so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    kinds: Mutex<BTreeMap<Kind, Counts>>,
    requests: AtomicU64,
    wrong: AtomicU64,
    unanswered: AtomicU64,
}

/// By which way, and what the client is.
pub(crate) type Kind = (&'static str, &'static str);

#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    /// By what came of them: `accepted`, or the reason.
    pub(crate) outcomes: BTreeMap<String, u64>,
}

impl Tally {
    /// Judges what came of a request: one of what is expected, and for the right client.
    pub(crate) fn note(&self, kind: Kind, answer: &Result<Answer, String>, expected: &[Expected], fingerprint: &str) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let found = match answer {
            Ok(Answer { reason: Some(reason), status: 200, body }) if reason == "none" => {
                if body != fingerprint {
                    self.wrong(kind, &format!("taken for {body:?}, and is {fingerprint:?}"));
                }
                "accepted"
            }
            Ok(Answer { reason: Some(reason), status: 400..=599, .. }) if reason != "none" => reason.as_str(),
            other => {
                self.unanswered(kind, other);
                "no answer of the service"
            }
        };
        let is_verdict = answer.as_ref().is_ok_and(|answer| answer.reason.is_some());
        if is_verdict && !expected.iter().any(|one| one.to_string() == found) {
            let expected: Vec<_> = expected.iter().map(Expected::to_string).collect();
            self.wrong(kind, &format!("{found}, expected {}", expected.join(" or ")));
        }
        let mut kinds = self.kinds.lock().unwrap();
        let counts = kinds.entry(kind).or_default();
        counts.requests += 1;
        *counts.outcomes.entry(found.to_owned()).or_default() += 1;
    }

    fn wrong(&self, kind: Kind, story: &str) {
        if self.wrong.fetch_add(1, Ordering::SeqCst) < MAX_STORIES {
            eprintln!("wrong: {}, {}: {story}", kind.0, kind.1);
        }
    }

    fn unanswered(&self, kind: Kind, answer: &Result<Answer, String>) {
        if self.unanswered.fetch_add(1, Ordering::SeqCst) < MAX_STORIES {
            eprintln!("no answer of the service: {}, {}: {answer:?}", kind.0, kind.1);
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Verdicts that were not as expected.
    pub(crate) fn wrong_verdicts(&self) -> u64 {
        self.wrong.load(Ordering::SeqCst)
    }

    /// Requests without a verdict, such as those that a gateway gave up.
    pub(crate) fn without_answer(&self) -> u64 {
        self.unanswered.load(Ordering::SeqCst)
    }

    pub(crate) fn kinds(&self) -> BTreeMap<Kind, Counts> {
        self.kinds.lock().unwrap().clone()
    }
}

/// Stories that are told of each kind; all are counted.
const MAX_STORIES: u64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_verdicts(reason: &str, status: u16, body: &str, expected: &[Expected]) -> u64 {
        let tally = Tally::default();
        let answer = Answer { status, reason: Some(reason.to_owned()), body: body.to_owned() };
        tally.note(("nginx", "good"), &Ok(answer), expected, "5f");
        tally.wrong_verdicts()
    }

    #[test]
    fn another_outcome_than_expected_is_wrong() {
        let (accepted, revoked) = (Expected::Accepted, Expected::Refused("revoked"));
        assert_eq!(wrong_verdicts("none", 200, "5f", &[accepted]), 0);
        assert_eq!(wrong_verdicts("none", 200, "5f", &[revoked]), 1);
        assert_eq!(wrong_verdicts("revoked", 403, "", &[accepted]), 1);
        assert_eq!(wrong_verdicts("expired", 403, "", &[accepted, revoked]), 1);
        assert_eq!(wrong_verdicts("revoked", 403, "", &[accepted, revoked]), 0);
    }

    #[test]
    fn to_be_taken_for_somebody_else_is_wrong() {
        assert_eq!(wrong_verdicts("none", 200, "77", &[Expected::Accepted]), 1);
        assert_eq!(wrong_verdicts("none", 200, "", &[Expected::Accepted]), 1);
    }

    #[test]
    fn what_the_service_did_not_answer_is_no_verdict() {
        let tally = Tally::default();
        let answer = Answer { status: 502, reason: None, body: String::new() };
        tally.note(("nginx", "good"), &Ok(answer), &[Expected::Accepted], "5f");
        tally.note(("nginx", "good"), &Err("closed".to_owned()), &[Expected::Accepted], "5f");
        assert_eq!((tally.requests(), tally.wrong_verdicts(), tally.without_answer()), (2, 0, 2));
    }

    #[test]
    fn an_answer_of_the_service_that_is_neither_one_nor_the_other_is_no_verdict_and_wrong() {
        assert_eq!(wrong_verdicts("none", 500, "x-client-cert reached the handler", &[Expected::Accepted]), 1);
    }
}
