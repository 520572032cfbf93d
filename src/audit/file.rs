use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::file_writer::{Limits, Queue};
use super::{AuditLost, AuditRecord, AuditSink};
use crate::error::ConfigError;

/// Appends records to a file, one line of JSON each. Cheap to clone; every clone is the same file.
///
/// Records are queued, and written by a thread of their own, so that no request waits for a disk. While writing fails,
/// as on a full disk, what is queued is kept and tried again every second. A record that finds the queue full is lost; it
/// is counted, and a line with `"decision":"lost"` and the number stands in the file as soon as it can be written. Lines
/// reach the operating system at once and the disk when it pleases: they survive the end of this process, and not that of
/// the machine.
///
/// A file that was renamed or removed is opened anew by its name before the next line, so that logrotate needs no
/// signal (its `copytruncate` does as well). Where the platform tells no file from another, call
/// [`reopen`](Self::reopen). A file that is made here can be read by its owner alone.
///
/// When the last clone is dropped, what is queued is written, for at most five seconds.
#[derive(Clone, Debug)]
pub struct AuditFile {
    queue: Arc<Owner>,
}

/// Ends the writer with the last clone.
#[derive(Debug)]
struct Owner(Arc<Queue>);

impl AuditFile {
    /// Opens a file for appending, or makes it. At most 16 MiB and 65,536 records are queued.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] when it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::open_with_limits(path, MAX_QUEUED_BYTES, MAX_QUEUED_RECORDS)
    }

    /// As [`open`](Self::open), with other limits of what is queued while the disk is slow or full.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_with_limits(
        path: impl AsRef<Path>,
        max_queued_bytes: usize,
        max_queued_records: usize,
    ) -> Result<Self, ConfigError> {
        let limits = Limits { bytes: max_queued_bytes, records: max_queued_records };
        let path = path.as_ref();
        let queue = Queue::start(path, limits).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        Ok(Self { queue: Arc::new(Owner(queue)) })
    }

    /// Opens the file anew by its name, before the next line.
    pub fn reopen(&self) {
        self.queue.0.reopen();
    }

    /// Waits until every record that was taken before is written, or the time is over; says whether they are. Blocks the
    /// thread.
    #[must_use]
    pub fn flush(&self, timeout: Duration) -> bool {
        self.queue.0.flush(timeout)
    }

    /// How many records were lost so far because the queue was full.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.queue.0.lost()
    }
}

impl AuditSink for AuditFile {
    fn record(&self, record: AuditRecord) -> Result<(), AuditLost> {
        self.queue.0.add(record)
    }

    fn trouble(&self) -> Option<String> {
        self.queue.0.trouble()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.end(MAX_END_TIME);
    }
}

/// Records that are queued at most, by what they take in memory, in bytes.
const MAX_QUEUED_BYTES: usize = 16 * 1024 * 1024;

/// Records that are queued at most.
const MAX_QUEUED_RECORDS: usize = 65_536;

/// How long the end of the program is held up for what is queued.
const MAX_END_TIME: Duration = Duration::from_secs(5);
