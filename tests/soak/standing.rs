//! What must come of a client's requests, at each time.

use std::fmt;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

/// What must come of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Accepted,
    /// With the code of the reason.
    Refused(&'static str),
}

/// What is expected of a client from when on.
#[derive(Debug)]
pub(crate) enum Standing {
    /// Changed by the operator.
    Changed(Mutex<Changes>),
    /// By the dates of its certificate: the first and the last second, since 1970.
    Dated(u64, u64),
}

/// Every expectation since the beginning.
#[derive(Debug)]
pub(crate) struct Changes {
    all: Vec<Expected>,
    /// The last of those that are in force by all means; a later one is being brought about.
    settled: usize,
}

/// Where a request began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    settled: usize,
    second: u64,
}

impl Standing {
    pub(crate) fn always(expected: Expected) -> Self {
        Self::Changed(Mutex::new(Changes { all: vec![expected], settled: 0 }))
    }

    pub(crate) fn begin(&self) -> Begun {
        let settled = match self {
            Self::Changed(changes) => changes.lock().unwrap().settled,
            Self::Dated(..) => 0,
        };
        Begun { settled, second: seconds_since_1970() }
    }

    /// What may have come of a request that begun then and has ended now: more than one thing only where something
    /// changed in between.
    pub(crate) fn since(&self, begun: Begun) -> Vec<Expected> {
        match self {
            Self::Changed(changes) => changes.lock().unwrap().all[begun.settled..].to_vec(),
            Self::Dated(first, last) => {
                let mut expected: Vec<_> =
                    (begun.second..=seconds_since_1970()).map(|second| dated(*first, *last, second)).collect();
                expected.dedup();
                expected
            }
        }
    }

    /// Says what will be expected as soon as what is being done is done.
    pub(crate) fn become_soon(&self, expected: Expected) {
        let Self::Changed(changes) = self else { panic!("dates are not changed") };
        changes.lock().unwrap().all.push(expected);
    }

    /// Says that it is done.
    pub(crate) fn settle(&self) {
        let Self::Changed(changes) = self else { panic!("dates are not changed") };
        let mut changes = changes.lock().unwrap();
        changes.settled = changes.all.len() - 1;
    }
}

fn dated(first: u64, last: u64, second: u64) -> Expected {
    if second < first {
        Expected::Refused("not-yet-valid")
    } else if second > last {
        Expected::Refused("expired")
    } else {
        Expected::Accepted
    }
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Refused(reason) => reason,
        })
    }
}

#[test]
fn while_something_changes_before_and_after_may_come_and_then_after_alone() {
    let standing = Standing::always(Expected::Accepted);
    let begun = standing.begin();
    standing.become_soon(Expected::Refused("revoked"));
    assert_eq!(standing.since(begun), [Expected::Accepted, Expected::Refused("revoked")]);
    assert_eq!(standing.since(standing.begin()), [Expected::Accepted, Expected::Refused("revoked")]);
    standing.settle();
    assert_eq!(standing.since(begun), [Expected::Accepted, Expected::Refused("revoked")]);
    assert_eq!(standing.since(standing.begin()), [Expected::Refused("revoked")]);
}

#[test]
fn a_certificate_is_valid_in_its_first_and_its_last_second_and_not_beside_them() {
    let by_second = [9, 10, 20, 21].map(|second| dated(10, 20, second).to_string());
    assert_eq!(by_second, ["not-yet-valid", "accepted", "accepted", "expired"]);
}
