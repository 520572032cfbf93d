//! The queue in front of a file, and the thread behind it.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{AuditLost, AuditRecord};
use crate::utc::Utc;

/// What is to be written, and how the writing goes.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    limits: Limits,
    /// There is something to do.
    work: Condvar,
    /// Something was done.
    done: Condvar,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) records: usize,
}

#[derive(Debug, Default)]
struct State {
    records: VecDeque<AuditRecord>,
    /// Of the records, the one that is being written included.
    bytes: usize,
    is_writing: bool,
    gap: Option<Gap>,
    lost: u64,
    trouble: Option<String>,
    reopen: bool,
    life: Life,
}

/// How far the writer's life has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
    Running,
    Ending,
    Ended,
}

/// Records that were lost in a row.
#[derive(Clone, Copy, Debug)]
struct Gap {
    since: SystemTime,
    until: SystemTime,
    count: u64,
}

enum Work {
    Record(Box<AuditRecord>),
    Gap(Gap),
    End,
}

impl Queue {
    /// Opens the file and starts the thread that writes it.
    pub(super) fn start(path: &Path, limits: Limits) -> io::Result<Arc<Self>> {
        let lines = Lines::open(path)?;
        let queue = Arc::new(Self { state: Mutex::default(), limits, work: Condvar::new(), done: Condvar::new() });
        let writer = Arc::clone(&queue);
        thread::Builder::new().name("client-cert-audit".to_owned()).spawn(move || writer.write(lines))?;
        Ok(queue)
    }

    pub(super) fn add(&self, record: AuditRecord) -> Result<(), AuditLost> {
        let mut state = self.state();
        let bytes = record.bytes();
        if state.records.len() >= self.limits.records || state.bytes.saturating_add(bytes) > self.limits.bytes {
            let since = state.gap.map_or(record.at(), |gap| gap.since);
            let count = state.gap.map_or(0, |gap| gap.count).saturating_add(1);
            state.gap = Some(Gap { since, until: record.at(), count });
            state.lost = state.lost.saturating_add(1);
            return Err(AuditLost::new(state.trouble.as_deref().unwrap_or("the queue is full")));
        }
        state.bytes += bytes;
        state.records.push_back(record);
        drop(state);
        self.work.notify_one();
        Ok(())
    }

    pub(super) fn reopen(&self) {
        self.state().reopen = true;
        self.work.notify_one();
    }

    pub(super) fn flush(&self, timeout: Duration) -> bool {
        let waiting = |state: &mut State| !state.is_idle() && state.life != Life::Ended;
        let waited = self.done.wait_timeout_while(self.state(), timeout, waiting);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_idle()
    }

    pub(super) fn end(&self, timeout: Duration) {
        self.state().life = Life::Ending;
        self.work.notify_one();
        drop(self.done.wait_timeout_while(self.state(), timeout, |state| state.life != Life::Ended));
    }

    pub(super) fn lost(&self) -> u64 {
        self.state().lost
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, mut lines: Lines) {
        loop {
            let (work, reopen) = self.next();
            if reopen {
                lines.file = None;
            }
            let (line, bytes) = match work {
                Work::Record(record) => (line_of(&record), record.bytes()),
                Work::Gap(gap) => (gap.line(), 0),
                Work::End => break,
            };
            lines.begin(line);
            while let Err(error) = lines.write_on() {
                if self.wait_before_retry(error.to_string()) {
                    return self.ended();
                }
            }
            let mut state = self.state();
            state.bytes = state.bytes.saturating_sub(bytes);
            state.is_writing = false;
            state.trouble = None;
            drop(state);
            self.done.notify_all();
        }
        self.ended();
    }

    fn ended(&self) {
        self.state().life = Life::Ended;
        self.done.notify_all();
    }

    fn next(&self) -> (Work, bool) {
        let nothing = |state: &mut State| state.is_idle() && state.life == Life::Running;
        let waited = self.work.wait_while(self.state(), nothing);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let work = match state.records.pop_front() {
            Some(record) => Work::Record(Box::new(record)),
            None => state.gap.take().map_or(Work::End, Work::Gap),
        };
        state.is_writing = !matches!(work, Work::End);
        (work, std::mem::take(&mut state.reopen))
    }

    /// Waits, and says whether to give up because the program ends.
    fn wait_before_retry(&self, trouble: String) -> bool {
        let mut state = self.state();
        state.trouble = Some(trouble);
        let waited = self.work.wait_timeout_while(state, RETRY_INTERVAL, |state| state.life == Life::Running);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.life != Life::Running
    }
}

impl State {
    fn is_idle(&self) -> bool {
        self.records.is_empty() && !self.is_writing && self.gap.is_none()
    }
}

impl Gap {
    fn line(&self) -> String {
        let Self { since, until, count } = self;
        let (since, until) = (Utc(*since), Utc(*until));
        format!("{{\"version\":1,\"time\":\"{until}\",\"decision\":\"lost\",\"lost\":{count},\"since\":\"{since}\"}}\n")
    }
}

fn line_of(record: &AuditRecord) -> String {
    // Nothing in a record has keys that are no strings, the one thing that JSON cannot hold.
    let mut line = serde_json::to_string(record).unwrap_or_else(|error| {
        format!("{{\"version\":1,\"time\":\"{}\",\"decision\":\"lost\",\"error\":\"{error}\"}}", Utc(record.at()))
    });
    line.push('\n');
    line
}

/// A file by its name, to which whole lines are appended.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: Option<File>,
    line: String,
    written: usize,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Self> {
        let file = Some(open(path)?);
        Ok(Self { path: path.to_owned(), file, line: String::new(), written: 0 })
    }

    fn begin(&mut self, line: String) {
        self.line = line;
        self.written = 0;
    }

    /// Writes what is left of the line. After an error it can be called again: nothing stands in the file twice.
    fn write_on(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) if is_still(&self.path, &file) => file,
            _ => {
                // Another file: the line begins again.
                self.written = 0;
                open(&self.path)?
            }
        };
        let outcome = loop {
            let rest = self.line.as_bytes().get(self.written..).unwrap_or_default();
            if rest.is_empty() {
                break Ok(());
            }
            match file.write(rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.file = Some(file);
        outcome
    }
}

/// Opens a file for appending. A line that was begun and never ended, as by the end of a machine, is ended.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut last = [b'\n'];
    // Devices and pipes cannot be asked.
    if file.metadata()?.is_file() && file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last)?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Whether the file is still the one of that name.
#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    match (std::fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(open)) => named.dev() == open.dev() && named.ino() == open.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> bool {
    true
}

/// How long to wait before a line that could not be written is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::tests::asked_for;

    const AMPLE: Limits = Limits { bytes: usize::MAX, records: usize::MAX };

    /// A queue whose writer is the test.
    fn queue(limits: Limits) -> Queue {
        Queue { state: Mutex::default(), limits, work: Condvar::new(), done: Condvar::new() }
    }

    #[test]
    fn a_queue_takes_as_much_as_its_limits_say_and_no_more() {
        let record = asked_for(Some("/orders"));
        let one = record.bytes();
        for (bytes, records, taken) in [
            (3 * one, 9, 3),
            (3 * one - 1, 9, 2),
            (9 * one, 3, 3),
            (9 * one, 2, 2),
            (one, 1, 1),
            (one - 1, 1, 0),
            (9 * one, 0, 0),
        ] {
            let queue = queue(Limits { bytes, records });
            let offered = [(); 5].map(|()| queue.add(record.clone()).is_ok());
            assert_eq!(offered, [0, 1, 2, 3, 4].map(|number| number < taken), "{bytes} {records}");
            assert_eq!(queue.lost(), 5 - taken);
        }
    }

    #[test]
    fn what_the_writer_has_in_hand_is_not_written_yet() {
        let queue = queue(AMPLE);
        assert!(queue.flush(Duration::ZERO));
        queue.add(asked_for(None)).unwrap();
        assert!(!queue.flush(Duration::ZERO), "queued");
        assert!(matches!(queue.next(), (Work::Record(_), false)));
        assert!(!queue.flush(Duration::ZERO), "in hand");
        // The program ends, and so does the writer when nothing is left.
        queue.end(Duration::ZERO);
        assert!(matches!(queue.next(), (Work::End, false)));
        assert!(queue.flush(Duration::ZERO));
    }

    #[test]
    fn a_file_is_opened_anew_once_for_each_time_that_it_was_asked() {
        let queue = queue(AMPLE);
        (0..3).for_each(|_| queue.add(asked_for(None)).unwrap());
        assert!(!queue.next().1);
        queue.reopen();
        assert!(queue.next().1);
        assert!(!queue.next().1);
    }

    #[test]
    fn a_line_that_cannot_be_written_is_given_up_when_the_program_ends() {
        let queue = queue(AMPLE);
        queue.end(Duration::ZERO);
        assert!(queue.wait_before_retry("no space left".to_owned()));
        assert_eq!(queue.trouble().as_deref(), Some("no space left"));
    }

    /// A disk that is full in the middle of a line, and a file that is rotated away before there is room again.
    #[cfg(unix)]
    #[test]
    fn a_line_that_was_begun_in_another_file_stands_whole_in_the_next() {
        let path = std::env::temp_dir().join(format!("tower-client-cert-lines-{}", std::process::id()));
        let mut lines = Lines::open(&path).unwrap();
        lines.begin("{\"whole\":1}\n".to_owned());
        lines.written = 4;
        std::fs::remove_file(&path).unwrap();
        lines.write_on().unwrap();
        lines.begin("{}\n".to_owned());
        lines.written = 1;
        lines.write_on().unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(written, "{\"whole\":1}\n}\n", "and in the same file it goes on where it was");
    }
}
