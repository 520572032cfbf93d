use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};
use tokio::task::spawn_blocking;

use super::{RevocationStore, StoreError, StoreKey, Storing};
use crate::error::ConfigError;

/// A store in a directory, for replicas on one machine or with a file system in common, and over restarts.
///
/// Each entry is a file named by a hash, written beside and renamed into place, so that a reader sees a whole entry or
/// none. An entry that is cut off or damaged is told and passed over. Where there is no room, entries go that were written
/// longest ago. Nothing in the directory is trusted: who can write there
/// can make the service ask its authorities, and no more.
///
/// ```no_run
/// use tower_client_cert::DirectoryStore;
///
/// let store = DirectoryStore::at("/var/cache/service/revocation")?.max_octets(512 * 1024 * 1024);
/// # let _ = store;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DirectoryStore {
    directory: Arc<Path>,
    max_octets: u64,
    max_entries: usize,
}

/// Held by who makes room and writes: two who did so at once would both find room for one. It is the process's, since a
/// reload makes another store of the same directory.
static WRITING: Mutex<()> = Mutex::new(());

/// A file of the store.
#[derive(Debug)]
struct Entry {
    path: PathBuf,
    octets: u64,
    written: SystemTime,
}

impl DirectoryStore {
    /// A store in this directory, which is made if it is not there. At most 256 MiB in 10,000 entries.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`] if it is no directory that can be made and read.
    pub fn at(directory: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let directory = directory.as_ref();
        let error = |source| ConfigError::File { path: directory.to_owned(), source };
        fs::create_dir_all(directory).map_err(error)?;
        drop(fs::read_dir(directory).map_err(error)?);
        Ok(Self { directory: directory.into(), max_octets: DEFAULT_MAX_OCTETS, max_entries: DEFAULT_MAX_ENTRIES })
    }

    /// The most octets of all entries together. An entry that is larger than a half of it is not kept. Processes that write
    /// at one moment can be over it until the next entry comes.
    #[must_use]
    pub fn max_octets(mut self, octets: u64) -> Self {
        self.max_octets = octets;
        self
    }

    /// The most entries, with the same reservation.
    #[must_use]
    pub fn max_entries(mut self, entries: usize) -> Self {
        self.max_entries = entries;
        self
    }

    fn path(&self, key: &StoreKey) -> PathBuf {
        self.directory.join(format!("{key}{EXTENSION}"))
    }

    fn read(&self, key: &StoreKey, max_octets: usize) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(key);
        // A pipe or device in place of a file would hold up whoever opens it.
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Err(StoreError::Corrupt),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let limit = u64::try_from(max_octets.saturating_add(HEAD_OCTETS)).unwrap_or(u64::MAX);
        let mut octets = Vec::new();
        let mut file = File::open(&path)?.take(limit.saturating_add(1));
        file.read_to_end(&mut octets)?;
        if file.limit() == 0 {
            return Ok(None);
        }
        let (digest, body) = octets.split_at_checked(HEAD_OCTETS).ok_or(StoreError::Corrupt)?;
        if digest != Sha256::digest(body).as_slice() {
            return Err(StoreError::Corrupt);
        }
        Ok(Some(body.to_vec()))
    }

    fn write(&self, key: &StoreKey, octets: &[u8]) -> Result<(), StoreError> {
        let wanted = u64::try_from(octets.len().saturating_add(HEAD_OCTETS)).unwrap_or(u64::MAX);
        if wanted > self.max_octets / 2 {
            return Err(StoreError::Full { limit_octets: self.max_octets / 2 });
        }
        let path = self.path(key);
        let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        self.make_room(&path, wanted)?;
        let unfinished = Unfinished::create(&self.directory)?;
        unfinished.fill(&[Sha256::digest(octets).as_slice(), octets])?;
        unfinished.rename(&path)
    }

    /// Removes entries until one more fits, and what processes left over that died while they wrote.
    fn make_room(&self, path: &Path, wanted: u64) -> Result<(), StoreError> {
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.directory)?.flatten() {
            let Ok(metadata) = file.metadata() else { continue };
            let is_ours = file.file_name().to_str().is_some_and(|name| name.ends_with(EXTENSION));
            let is_left_over = file.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED));
            if metadata.is_file() && (is_ours || is_left_over) && file.path() != path {
                let written = metadata.modified().unwrap_or(UNIX_EPOCH);
                entries.push(Entry { path: file.path(), octets: metadata.len(), written });
            }
        }
        entries.sort_by_key(|entry| entry.written);
        let mut total: u64 = entries.iter().map(|entry| entry.octets).sum();
        let mut count = entries.len();
        for entry in entries {
            if total.saturating_add(wanted) <= self.max_octets && count < self.max_entries.max(1) {
                break;
            }
            match fs::remove_file(&entry.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                // Another replica may have been faster.
                _ => {}
            }
            total = total.saturating_sub(entry.octets);
            count = count.saturating_sub(1);
        }
        Ok(())
    }
}

impl RevocationStore for DirectoryStore {
    fn load<'a>(&'a self, key: &'a StoreKey, max_octets: usize) -> Storing<'a, Option<Vec<u8>>> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(async move {
            spawn_blocking(move || store.read(&key, max_octets)).await.unwrap_or(Err(StoreError::Aborted))
        })
    }

    fn save<'a>(&'a self, key: &'a StoreKey, octets: &'a [u8], _: SystemTime) -> Storing<'a, ()> {
        let (store, key, octets) = (self.clone(), key.clone(), octets.to_vec());
        Box::pin(
            async move { spawn_blocking(move || store.write(&key, &octets)).await.unwrap_or(Err(StoreError::Aborted)) },
        )
    }

    fn describe(&self) -> String {
        let Self { directory, max_octets, max_entries } = self;
        format!("directory {}, at most {max_octets} octets in {max_entries} entries", directory.display())
    }
}

/// A file that is being written; removed unless it is renamed.
#[derive(Debug)]
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    fn create(directory: &Path) -> Result<Self, StoreError> {
        for attempt in 0..MAX_ATTEMPTS {
            let path = directory.join(format!("{UNFINISHED}{:016x}", RandomState::new().hash_one(attempt)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { path, file }),
                // Chosen by another writer, which is next to impossible.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::File { kind: ErrorKind::AlreadyExists })
    }

    fn fill(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        let mut file = &self.file;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        Ok(file.sync_all()?)
    }

    fn rename(self, to: &Path) -> Result<(), StoreError> {
        Ok(fs::rename(&self.path, to)?)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the renaming there is nothing to remove.
        drop(fs::remove_file(&self.path));
    }
}

const EXTENSION: &str = ".entry";

const UNFINISHED: &str = ".unfinished-";

/// What stands before the entry itself: its SHA-256.
const HEAD_OCTETS: usize = 32;

const MAX_ATTEMPTS: u32 = 4;

const DEFAULT_MAX_OCTETS: u64 = 256 * 1024 * 1024;

const DEFAULT_MAX_ENTRIES: usize = 10_000;
