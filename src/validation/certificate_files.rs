//! Certificates from files, directories and memory, for anchors and intermediates.

use std::fs;
use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::certificate::Certificate;
use crate::error::{CertificateProblem, ConfigError, Origin, PemProblem};

/// Reads every `CERTIFICATE` block of PEM text. Text between blocks is passed over; blocks of any other kind are an
/// error, because an anchor that is silently left out is a refused client later.
pub(crate) fn from_pem(pem: &[u8], origin: &Origin) -> Result<Vec<Certificate>, ConfigError> {
    let malformed = |_| ConfigError::Pem { origin: origin.clone(), problem: PemProblem::Malformed };
    let ders: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(malformed)?;
    let blocks = pem.split(|byte| *byte == b'\n').filter(|line| line.trim_ascii().starts_with(b"-----BEGIN ")).count();
    if blocks > ders.len() {
        let problem = PemProblem::OtherBlocks { count: blocks - ders.len() };
        return Err(ConfigError::Pem { origin: origin.clone(), problem });
    }
    let parse = |(index, der)| parse(der, origin, index + 1);
    let certificates: Vec<_> = ders.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?;
    if certificates.is_empty() {
        return Err(ConfigError::NoCertificates { origin: origin.clone() });
    }
    Ok(certificates)
}

/// Reads one DER certificate.
pub(crate) fn from_der(der: &[u8], origin: &Origin) -> Result<Certificate, ConfigError> {
    parse(CertificateDer::from(der.to_vec()), origin, 1)
}

/// Reads exactly one certificate, PEM or DER.
pub(crate) fn one(octets: &[u8]) -> Result<Certificate, ConfigError> {
    let origin = Origin::Memory;
    if octets.first() == Some(&DER_SEQUENCE) {
        return from_der(octets, &origin);
    }
    let mut certificates = from_pem(octets, &origin)?;
    match (certificates.pop(), certificates.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => {
            let problem = CertificateProblem::NotAlone { count: others + 1 };
            Err(ConfigError::Certificate { origin, position: 1, problem })
        }
    }
}

/// Reads a file with PEM blocks or one DER certificate.
pub(crate) fn from_file(path: &Path) -> Result<Vec<Certificate>, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let origin = Origin::File(path.to_owned());
    if bytes.first() == Some(&DER_SEQUENCE) { Ok(vec![from_der(&bytes, &origin)?]) } else { from_pem(&bytes, &origin) }
}

/// Reads every file of a directory that ends in `.pem`, `.crt`, `.cer` or `.der`, in the order of their names.
/// Subdirectories and hidden files are passed over, and nothing else: a link that leads nowhere is an error.
pub(crate) fn from_directory(path: &Path) -> Result<Vec<Certificate>, ConfigError> {
    let unreadable = |source| ConfigError::File { path: path.to_owned(), source };
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if is_certificate_file(&file) {
            files.push(file);
        }
    }
    files.sort();
    let mut certificates = Vec::new();
    for file in &files {
        certificates.extend(from_file(file)?);
    }
    if certificates.is_empty() {
        return Err(ConfigError::NoCertificates { origin: Origin::Directory(path.to_owned()) });
    }
    Ok(certificates)
}

fn is_certificate_file(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    !hidden && extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) && !path.is_dir()
}

fn parse(der: CertificateDer<'static>, origin: &Origin, position: usize) -> Result<Certificate, ConfigError> {
    Certificate::from_der(der).map_err(|problem| ConfigError::Certificate {
        origin: origin.clone(),
        position,
        problem: CertificateProblem::Unreadable(problem),
    })
}

const EXTENSIONS: &[&str] = &["cer", "crt", "der", "pem"];

/// The tag with which every DER certificate begins (X.690 section 8.9).
const DER_SEQUENCE: u8 = 0x30;
