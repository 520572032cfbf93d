//! The content of files and directories, for telling whether it has changed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// SHA-256 of what a path holds, or the kind of error by which it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Directory([u8; 32]),
    File([u8; 32]),
    Unreadable(io::ErrorKind),
}

impl Content {
    pub(super) fn of(path: &Path) -> Self {
        let digest = if path.is_dir() { directory(path).map(Self::Directory) } else { file(path).map(Self::File) };
        digest.unwrap_or_else(|error| Self::Unreadable(error.kind()))
    }

    pub(super) fn of_text(text: &str) -> Self {
        Self::File(Sha256::digest(text.as_bytes()).into())
    }
}

fn file(path: &Path) -> io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut file = File::open(path)?.take(MAX_FILE_BYTES);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// Of the files in it, by name. What lies deeper is read by nobody.
fn directory(path: &Path) -> io::Result<[u8; 32]> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        let path = path.join(&name);
        if path.is_dir() {
            continue;
        }
        digest.update(Sha256::digest(name.as_encoded_bytes()));
        match file(&path) {
            Ok(content) => digest.update(content),
            Err(error) => digest.update(error.kind().to_string().as_bytes()),
        }
    }
    Ok(digest.finalize().into())
}

/// What is compared of one file: more than is read of any.
const MAX_FILE_BYTES: u64 = 128 * 1024 * 1024;

const BUFFER_BYTES: usize = 64 * 1024;
