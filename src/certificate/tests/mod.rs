//! Reads the certificates in `tests/fixtures/names`.

mod asked;
mod der;
mod nul_bytes;
mod openssl;
mod read;
mod refused;
mod robustness;
#[cfg(feature = "serde")]
mod serialized;

use std::path::{Path, PathBuf};

use super::*;

/// Reads a file that must be readable.
#[track_caller]
fn read(name: &str) -> Certificate {
    try_read(&fixtures("read").join(format!("{name}.der"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn try_read(path: &Path) -> Result<Certificate, CertificateError> {
    let der = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Certificate::from_der(CertificateDer::from(der))
}

/// The certificates in a folder, sorted by name.
fn all(folder: &str) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(fixtures(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect();
    files.sort();
    files
}

fn fixtures(folder: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "names", folder].iter().collect()
}
