//! Whether a process takes more and more memory.

use std::fmt;
use std::fs;
use std::time::Duration;

/// What a process took, over time.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    samples: Vec<Sample>,
}

/// What it took at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    /// Requests so far.
    pub(crate) requests: u64,
    /// Without the pages of files, such as the program's own text, which the system takes away and gives back.
    pub(crate) anonymous_bytes: u64,
}

/// What comes of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Flat(Growth),
    Grows(Growth),
    /// The run was too short for a judgement.
    NotJudged,
}

/// From the middle third of a run to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Growth {
    pub(crate) bytes: i64,
    pub(crate) bytes_per_thousand_requests: i64,
}

impl Memory {
    pub(crate) fn add(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    pub(crate) fn last(&self) -> Option<Sample> {
        self.samples.last().copied()
    }

    /// The first third is the time to warm up, in which memories fill; of the others, the means are compared, so that a
    /// reload at one moment or another counts for little.
    pub(crate) fn judge(&self) -> Verdict {
        let third = self.samples.len() / 3;
        if third == 0 || self.last().is_none_or(|sample| sample.at < MIN_TIME) {
            return Verdict::NotJudged;
        }
        let (middle, last) = (&self.samples[third..third * 2], &self.samples[third * 2..]);
        let growth_of = |number: fn(&Sample) -> u64| mean(last, number) - mean(middle, number);
        let bytes = growth_of(|sample| sample.anonymous_bytes);
        let requests = growth_of(|sample| sample.requests);
        let growth = Growth { bytes, bytes_per_thousand_requests: bytes * 1000 / requests };
        if growth.bytes_per_thousand_requests < MAX_BYTES_PER_THOUSAND_REQUESTS {
            Verdict::Flat(growth)
        } else {
            Verdict::Grows(growth)
        }
    }
}

/// The memory of a process that is resident and of no file, in bytes.
pub(crate) fn anonymous_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the service runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux says what is resident");
    line.trim().strip_suffix(" kB").expect("in kB").parse::<u64>().unwrap() * 1024
}

fn mean(samples: &[Sample], number: fn(&Sample) -> u64) -> i64 {
    let sum: u64 = samples.iter().map(number).sum();
    i64::try_from(sum / u64::try_from(samples.len()).unwrap()).unwrap()
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, growth) = match self {
            Self::Flat(growth) => ("flat", growth),
            Self::Grows(growth) => ("GROWS", growth),
            Self::NotJudged => return write!(f, "not judged: the run was shorter than {} s", MIN_TIME.as_secs()),
        };
        let Growth { bytes, bytes_per_thousand_requests } = growth;
        write!(f, "{word}: {bytes:+} bytes from the middle third to the last, ")?;
        write!(f, "{bytes_per_thousand_requests:+} for a thousand requests")
    }
}

/// 16 bytes each, the least that is lost where something is lost for each request: what is counted by reference has two
/// counters of 8 bytes.
const MAX_BYTES_PER_THOUSAND_REQUESTS: i64 = 16_000;

/// Verdicts live for a minute here; five of that, and as long again twice.
const MIN_TIME: Duration = Duration::from_secs(900);

#[cfg(test)]
mod tests {
    use super::*;

    /// A second for each sample, 200 requests in each, and what it takes after so many of them.
    fn judged(seconds: u64, anonymous_bytes: impl Fn(u64) -> u64) -> Verdict {
        let mut memory = Memory::default();
        for second in 0..=seconds {
            let requests = second * 200;
            memory.add(Sample {
                at: Duration::from_secs(second),
                requests,
                anonymous_bytes: anonymous_bytes(requests),
            });
        }
        memory.judge()
    }

    #[test]
    fn what_grows_with_each_request_grows() {
        assert!(matches!(judged(1800, |requests| 50_000_000 + requests * 24), Verdict::Grows(_)));
        assert!(matches!(judged(1800, |requests| 50_000_000 + requests * 15), Verdict::Flat(_)));
    }

    #[test]
    fn what_is_filled_at_first_and_moves_up_and_down_is_flat() {
        let moving = |requests: u64| 50_000_000 + requests.min(100_000) * 300 + requests % 7 * 100_000;
        assert!(matches!(judged(1800, moving), Verdict::Flat(_)));
        assert!(matches!(judged(1800, |requests| 80_000_000 - requests), Verdict::Flat(_)));
    }

    #[test]
    fn a_short_run_says_nothing() {
        assert_eq!(judged(899, |requests| requests * 1000), Verdict::NotJudged);
        assert_eq!(Memory::default().judge(), Verdict::NotJudged);
    }

    #[test]
    fn this_process_takes_memory() {
        assert!(anonymous_bytes(std::process::id()) > 100_000);
    }
}
