//! What was handed in, and what it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::head::{self, Head};
use super::trouble::Trouble;

/// What was handed in, by the look of it.
pub(crate) enum Input {
    /// A file with certificates.
    Certificates(Vec<u8>),
    /// Header lines, perhaps below a request line.
    Head(Box<Head>),
    /// One header value.
    Value(Vec<u8>),
}

impl Input {
    pub(crate) fn of(octets: Vec<u8>) -> Result<Self, Trouble> {
        if octets.trim_ascii().is_empty() {
            return Err(Trouble::input("nothing was handed in: give a header value, --file, or standard input"));
        }
        if octets.starts_with(&[DER_SEQUENCE]) && octets.get(1).is_some_and(|length| !length.is_ascii_hexdigit()) {
            return Ok(Self::Certificates(octets));
        }
        if has_pem_lines(&octets) {
            return Ok(Self::Certificates(octets));
        }
        if head::is_head(&octets) {
            return Ok(Self::Head(Box::new(Head::read(&octets)?)));
        }
        Ok(Self::Value(octets.trim_ascii().to_vec()))
    }
}

/// A file, or standard input.
pub(crate) fn read(path: Option<&Path>) -> Result<Vec<u8>, Trouble> {
    match path {
        Some(path) => {
            let failed = |source| Trouble::File { path: path.to_owned(), source };
            bounded(File::open(path).map_err(failed)?, &path.display().to_string()).map_err(|error| match error {
                Trouble::Output(source) => failed(source),
                other => other,
            })
        }
        None => bounded(io::stdin().lock(), "standard input"),
    }
}

/// `None` for `-`, which is standard input.
pub(crate) fn file_of(path: &Path) -> Option<&Path> {
    (path != Path::new("-")).then_some(path)
}

/// The certificates of a PEM file, in DER.
pub(crate) fn certificates(octets: &[u8]) -> Result<Vec<CertificateDer<'static>>, Trouble> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(octets).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(Trouble::input("there is no certificate in PEM where one is needed")),
    }
}

fn bounded(source: impl Read, name: &str) -> Result<Vec<u8>, Trouble> {
    let mut octets = Vec::new();
    source.take(MAX_INPUT_BYTES + 1).read_to_end(&mut octets)?;
    match u64::try_from(octets.len()) {
        Ok(length) if length <= MAX_INPUT_BYTES => Ok(octets),
        _ => Err(Trouble::input(format!("{name} is larger than {MAX_INPUT_BYTES} bytes"))),
    }
}

/// A begin line that ends as lines do, which no header value can hold.
fn has_pem_lines(octets: &[u8]) -> bool {
    let has = |text: &[u8]| octets.windows(text.len()).any(|window| window == text);
    has(b"-----BEGIN CERTIFICATE-----\n") || has(b"-----BEGIN CERTIFICATE-----\r\n")
}

const DER_SEQUENCE: u8 = 0x30;
/// More than any request head, and than any bundle of certificates that a person would look at.
const MAX_INPUT_BYTES: u64 = 4 * 1024 * 1024;
