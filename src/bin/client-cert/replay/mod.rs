//! `client-cert replay`.

mod judge;
mod progress;
mod record;
mod tally;
mod verdict;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::path::Path;

use self::judge::Judge;
use self::progress::Progress;
use self::record::{Entry, Record};
use self::tally::Tally;
use self::verdict::Change;
use super::Status;
use super::arguments::Replay;
use super::input;
use super::output::Output;
use super::trouble::Trouble;

pub(crate) fn run(arguments: &Replay, output: &mut Output) -> Result<Status, Trouble> {
    let judge = Judge::new(&arguments.config)?;
    let against = arguments.against.as_deref().map(Judge::new).transpose()?;
    let mut recording = Recording::open(arguments.recording.as_deref())?;
    let mut tally = Tally::default();
    while let Some(record) = recording.next()? {
        let at = arguments.at.or(record.time);
        let verdict = judge.judge(&record, at);
        match &against {
            None => {
                output.json_line(&verdict.of_line(recording.line))?;
                tally.add(&verdict);
            }
            Some(against) => {
                let change = Change { line: recording.line, config: verdict, against: against.judge(&record, at) };
                if change.is_one() {
                    output.json_line(&change.of(&record))?;
                }
                tally.add_change(&change);
            }
        }
        recording.progress.advance(recording.line, recording.octets);
    }
    output.finish()?;
    recording.progress.end();
    tally.tell(arguments.against.is_some());
    if recording.lost > 0 {
        let _ = writeln!(io::stderr(), "missing: {} requests that the audit has no record of", recording.lost);
    }
    let not_asked = judge.not_asked().max(against.as_ref().map_or(0, Judge::not_asked));
    if not_asked > 0 {
        let addresses = if not_asked == 1 { "address" } else { "addresses" };
        let _ = writeln!(
            io::stderr(),
            "offline: {not_asked} {addresses} not asked; what would come from there counts as not to be had"
        );
    }
    Ok(if tally.has_changes() { Status::Refused } else { Status::Accepted })
}

/// Lines of recorded requests, one at a time.
struct Recording {
    reader: Box<dyn BufRead>,
    name: String,
    /// The number of the line that was read last, from 1.
    line: u64,
    /// What has been read so far, in bytes.
    octets: u64,
    /// Requests of which it says that they are missing.
    lost: u64,
    buffer: Vec<u8>,
    progress: Progress,
}

impl Recording {
    fn open(path: Option<&Path>) -> Result<Self, Trouble> {
        let (reader, name, length): (Box<dyn BufRead>, _, _) = match path.and_then(input::file_of) {
            Some(path) => {
                let failed = |source| Trouble::File { path: path.to_owned(), source };
                let file = File::open(path).map_err(failed)?;
                let metadata = file.metadata().map_err(failed)?;
                if metadata.is_dir() {
                    return Err(failed(io::ErrorKind::IsADirectory.into()));
                }
                (Box::new(BufReader::new(file)), path.display().to_string(), Some(metadata.len()))
            }
            None => (Box::new(io::stdin().lock()), "standard input".to_owned(), None),
        };
        Ok(Self { reader, name, line: 0, octets: 0, lost: 0, buffer: Vec::new(), progress: Progress::new(length) })
    }

    /// The request of the next line that has one.
    fn next(&mut self) -> Result<Option<Box<Record>>, Trouble> {
        loop {
            self.buffer.clear();
            self.line += 1;
            let trouble = |problem: String| Trouble::input(format!("line {} of {}: {problem}", self.line, self.name));
            let mut limited = self.reader.by_ref().take(MAX_LINE_BYTES + 1);
            let read = limited.read_until(b'\n', &mut self.buffer).map_err(|error| trouble(error.to_string()))?;
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            if read > MAX_LINE_BYTES {
                return Err(trouble(format!("it is longer than {MAX_LINE_BYTES} bytes")));
            }
            if read == 0 {
                return Ok(None);
            }
            self.octets += read;
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            match Entry::read(&self.buffer).map_err(trouble)? {
                Entry::Lost(lost) => self.lost = self.lost.saturating_add(lost),
                Entry::Request(record) => return Ok(Some(record)),
            }
        }
    }
}

/// Much more than a request of 64 KiB takes as JSON.
const MAX_LINE_BYTES: u64 = 1024 * 1024;
