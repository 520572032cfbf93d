use http::HeaderName;

use super::status::StatusFormat;
use crate::encoding::Encoding;
use crate::error::{ConfigError, HeaderNameProblem};

/// How a gateway forwards the client's certificate: every header that has to do with it, and what is in each.
#[derive(Clone, Debug)]
pub(crate) struct Forwarding {
    leaf: CertificateHeader,
    other_leaves: Vec<CertificateHeader>,
    chain: Vec<CertificateHeader>,
    status: Option<StatusHeader>,
    ocsp_answer: Option<HeaderName>,
    absent_values: Vec<Box<[u8]>>,
}

/// A header that carries certificates.
#[derive(Clone, Debug)]
pub(crate) struct CertificateHeader {
    pub(crate) name: HeaderName,
    pub(crate) encoding: Encoding,
}

/// A header that tells what the gateway thinks of the certificate.
#[derive(Clone, Debug)]
pub(crate) struct StatusHeader {
    pub(crate) name: HeaderName,
    pub(crate) format: StatusFormat,
}

impl Forwarding {
    pub(super) fn set_header(&mut self, name: &str) -> Result<(), ConfigError> {
        let others = self.names().skip(1);
        self.leaf.name = usable(name, others)?;
        Ok(())
    }

    pub(super) fn set_encoding(&mut self, encoding: Encoding) {
        self.leaf.encoding = encoding;
    }

    pub(super) fn set_chain_header(&mut self, name: &str, encoding: Encoding) -> Result<(), ConfigError> {
        self.chain.clear();
        self.add_chain_header(name, encoding)
    }

    pub(super) fn set_numbered_chain_headers(&mut self, prefix: &str, encoding: Encoding) -> Result<(), ConfigError> {
        self.chain.clear();
        (0..MAX_NUMBERED_HEADERS).try_for_each(|number| self.add_chain_header(&format!("{prefix}{number}"), encoding))
    }

    fn add_chain_header(&mut self, name: &str, encoding: Encoding) -> Result<(), ConfigError> {
        let name = usable(name, self.names())?;
        self.chain.push(CertificateHeader { name, encoding });
        Ok(())
    }

    pub(super) fn add_other_leaf_header(&mut self, name: &str, encoding: Encoding) -> Result<(), ConfigError> {
        let name = usable(name, self.names())?;
        self.other_leaves.push(CertificateHeader { name, encoding });
        Ok(())
    }

    pub(super) fn set_status_header(&mut self, name: &str, format: StatusFormat) -> Result<(), ConfigError> {
        self.status = None;
        let name = usable(name, self.names())?;
        self.status = Some(StatusHeader { name, format });
        Ok(())
    }

    pub(super) fn set_ocsp_answer_header(&mut self, name: &str) -> Result<(), ConfigError> {
        self.ocsp_answer = None;
        self.ocsp_answer = Some(usable(name, self.names())?);
        Ok(())
    }

    pub(super) fn add_absent_value(&mut self, value: &[u8]) {
        self.absent_values.push(value.trim_ascii().into());
    }

    /// The header that carries the end entity.
    pub(crate) fn leaf(&self) -> &CertificateHeader {
        &self.leaf
    }

    /// Headers that carry the same end entity once more.
    pub(crate) fn other_leaves(&self) -> &[CertificateHeader] {
        &self.other_leaves
    }

    /// Headers that carry candidates for the path.
    pub(crate) fn chain(&self) -> &[CertificateHeader] {
        &self.chain
    }

    pub(crate) fn status(&self) -> Option<&StatusHeader> {
        self.status.as_ref()
    }

    /// The header that carries an OCSP answer about the end entity.
    pub(crate) fn ocsp_answer(&self) -> Option<&HeaderName> {
        self.ocsp_answer.as_ref()
    }

    /// Every header that is taken out of each request, the end entity's first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &HeaderName> + Clone {
        let leaf = std::iter::once(&self.leaf);
        let certificates = leaf.chain(&self.other_leaves).chain(&self.chain).map(|header| &header.name);
        certificates.chain(self.status.iter().map(|status| &status.name)).chain(&self.ocsp_answer)
    }

    /// Whether it is one of these headers. It nearly always is the end entity's.
    pub(crate) fn reads(&self, name: &HeaderName) -> bool {
        *name == self.leaf.name || self.names().skip(1).any(|own| own == name)
    }

    /// Spellings of absence besides the empty header.
    pub(super) fn absent_values(&self) -> impl Iterator<Item = &[u8]> {
        self.absent_values.iter().map(|value| &**value)
    }

    /// Whether the value, without blanks around it, says that there was no certificate.
    pub(crate) fn means_absent(&self, trimmed: &[u8]) -> bool {
        trimmed.is_empty() || self.absent_values.iter().any(|absent| **absent == *trimmed)
    }
}

impl Default for Forwarding {
    fn default() -> Self {
        Self {
            leaf: CertificateHeader { name: HeaderName::from_static(DEFAULT_HEADER), encoding: Encoding::Auto },
            other_leaves: Vec::new(),
            chain: Vec::new(),
            status: None,
            ocsp_answer: None,
            absent_values: Vec::new(),
        }
    }
}

/// A name that can carry a certificate and is not taken, by itself or by a name that only looks like it.
fn usable<'a>(name: &str, mut taken: impl Iterator<Item = &'a HeaderName>) -> Result<HeaderName, ConfigError> {
    let header = field_name(name)?;
    if taken.any(|other| is_same_or_look_alike(other, &header)) {
        return Err(ConfigError::HeaderName { value: name.to_owned(), problem: HeaderNameProblem::Taken });
    }
    Ok(header)
}

/// Reads the name of a header that is the layer's own, to be removed from each request.
pub(super) fn field_name(name: &str) -> Result<HeaderName, ConfigError> {
    let unusable = || ConfigError::HeaderName { value: name.to_owned(), problem: HeaderNameProblem::Unusable };
    HeaderName::from_bytes(name.as_bytes())
        .ok()
        .filter(|header| !UNUSABLE_HEADERS.contains(&header.as_str()))
        .ok_or_else(unusable)
}

/// Whether two names are the same to a service that takes `_` and `.` for `-`, as CGI does.
pub(crate) fn is_same_or_look_alike(left: &HeaderName, right: &HeaderName) -> bool {
    let (left, right) = (left.as_str().as_bytes(), right.as_str().as_bytes());
    // Equal as a whole, where they are: byte by byte takes several times as long.
    left.len() == right.len()
        && (left == right
            || left.iter().zip(right).all(|(left, right)| fold_separator(*left) == fold_separator(*right)))
}

fn fold_separator(byte: u8) -> u8 {
    if matches!(byte, b'_' | b'.') { b'-' } else { byte }
}

/// The header that carries the certificate unless configured otherwise.
const DEFAULT_HEADER: &str = "x-client-cert";

/// Most headers of a numbered chain: as many certificates as one request may have by default.
const MAX_NUMBERED_HEADERS: usize = 10;

/// Fields that cannot carry a certificate: removing them would break HTTP, gRPC or the service's own use of them.
const UNUSABLE_HEADERS: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];
