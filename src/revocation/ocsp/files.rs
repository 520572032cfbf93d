//! Answers from files and directories.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::response::MAX_ANSWER_OCTETS;
use crate::error::{OcspAnswerError, OcspAnswerProblem as Problem, Origin};

/// Reads a file, or every file of a directory that looks like an answer. A file that fails does not keep the others from
/// being read.
pub(super) fn read_path(path: &Path, found: &mut Vec<(Origin, Vec<u8>)>, errors: &mut Vec<OcspAnswerError>) {
    if !path.is_dir() {
        read_file(path, found, errors);
        return;
    }
    let error = |problem| OcspAnswerError { origin: Origin::Directory(path.to_owned()), problem };
    match answer_files(path) {
        Ok(files) if files.is_empty() => errors.push(error(Problem::Missing)),
        Ok(files) => {
            for file in &files {
                read_file(file, found, errors);
            }
        }
        Err(source) => errors.push(error(Problem::UnreadableFile { kind: source.kind() })),
    }
}

fn read_file(path: &Path, found: &mut Vec<(Origin, Vec<u8>)>, errors: &mut Vec<OcspAnswerError>) {
    let origin = Origin::File(path.to_owned());
    match read_octets(path) {
        Ok(octets) if octets.len() > MAX_ANSWER_OCTETS => {
            let problem = Problem::TooLarge { limit_octets: MAX_ANSWER_OCTETS };
            errors.push(OcspAnswerError { origin, problem });
        }
        Ok(octets) => found.push((origin, octets)),
        Err(source) => {
            let problem = Problem::UnreadableFile { kind: source.kind() };
            errors.push(OcspAnswerError { origin, problem });
        }
    }
}

/// One octet more than is allowed shows that there are too many.
fn read_octets(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(MAX_ANSWER_OCTETS).unwrap_or(u64::MAX).saturating_add(1);
    let mut octets = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut octets)?;
    Ok(octets)
}

/// The files of a directory with an answer's name, in the order of their names. Subdirectories and hidden files are passed
/// over.
fn answer_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        let is_hidden = file.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        let extension = file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        if !is_hidden && extension.is_some_and(|found| EXTENSIONS.contains(&found.as_str())) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

const EXTENSIONS: &[&str] = &["der", "ocsp", "ors"];
