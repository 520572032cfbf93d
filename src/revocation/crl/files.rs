//! Revocation lists from files, directories and memory.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;

use crate::error::{Origin, RevocationListError, RevocationListProblem};

/// The octets of one list, and where they came from.
#[derive(Debug)]
pub(super) struct EncodedList {
    pub(super) origin: Origin,
    pub(super) position: usize,
    pub(super) der: CertificateRevocationListDer<'static>,
}

/// Takes PEM or DER apart. Text between PEM blocks is passed over; blocks of other kinds are an error, because a list
/// that is silently left out is a revoked client let in.
pub(super) fn read_octets(octets: Vec<u8>, origin: &Origin) -> Result<Vec<EncodedList>, RevocationListError> {
    let error = |problem| RevocationListError { origin: origin.clone(), position: 1, problem };
    let encoded = |(index, der)| EncodedList { origin: origin.clone(), position: index + 1, der };
    if octets.first() == Some(&DER_SEQUENCE) {
        return Ok(vec![encoded((0, octets.into()))]);
    }
    let ders: Vec<_> = CertificateRevocationListDer::pem_slice_iter(&octets)
        .collect::<Result<_, _>>()
        .map_err(|_| error(RevocationListProblem::PemMalformed))?;
    let blocks = octets.split(|octet| *octet == b'\n').filter(|line| line.trim_ascii().starts_with(b"-----BEGIN "));
    let blocks = blocks.count();
    if blocks > ders.len() {
        return Err(error(RevocationListProblem::OtherBlocks { count: blocks - ders.len() }));
    }
    if ders.is_empty() {
        return Err(error(RevocationListProblem::Missing));
    }
    Ok(ders.into_iter().enumerate().map(encoded).collect())
}

/// Reads a file, or every file of a directory that looks like a list. A file that fails does not keep the others from
/// being read.
pub(super) fn read_path(path: &Path, found: &mut Vec<EncodedList>, errors: &mut Vec<RevocationListError>) {
    if !path.is_dir() {
        match read_file(path) {
            Ok(lists) => found.extend(lists),
            Err(error) => errors.push(error),
        }
        return;
    }
    let origin = Origin::Directory(path.to_owned());
    let error = |problem| RevocationListError { origin: origin.clone(), position: 1, problem };
    match list_files(path) {
        Ok(files) if files.is_empty() => errors.push(error(RevocationListProblem::Missing)),
        Ok(files) => {
            for file in files {
                match read_file(&file) {
                    Ok(lists) => found.extend(lists),
                    Err(error) => errors.push(error),
                }
            }
        }
        Err(source) => errors.push(error(RevocationListProblem::UnreadableFile(source))),
    }
}

fn read_file(path: &Path) -> Result<Vec<EncodedList>, RevocationListError> {
    let origin = Origin::File(path.to_owned());
    let error = |problem| RevocationListError { origin: origin.clone(), position: 1, problem };
    let unreadable = |source| error(RevocationListProblem::UnreadableFile(source));
    let mut octets = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?.take(MAX_FILE_OCTETS + 1);
    file.read_to_end(&mut octets).map_err(unreadable)?;
    if file.limit() == 0 {
        return Err(error(RevocationListProblem::TooLarge { limit_octets: MAX_FILE_OCTETS }));
    }
    read_octets(octets, &origin)
}

/// The files of a directory with a list's name, in the order of their names. Subdirectories and hidden files are passed
/// over.
fn list_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if is_list_file(&file) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn is_list_file(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    let is_list = extension.is_some_and(|extension| {
        // `openssl rehash` names links to lists by hash and number: 9d66eef0.r0.
        let is_hashed = extension
            .strip_prefix('r')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|character| character.is_ascii_digit()));
        is_hashed || EXTENSIONS.contains(&extension.as_str())
    });
    !hidden && is_list && !path.is_dir()
}

const EXTENSIONS: &[&str] = &["crl", "der", "pem"];

/// The tag with which every DER list begins.
const DER_SEQUENCE: u8 = 0x30;

/// Octets of one file: a DER list of 64 MiB, or PEM of about 48 MiB.
const MAX_FILE_OCTETS: u64 = 64 * 1024 * 1024;
