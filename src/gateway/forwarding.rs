use http::HeaderName;

use crate::encoding::Encoding;
use crate::error::ConfigError;

/// How a gateway forwards the client's certificate.
#[derive(Clone, Debug)]
pub(crate) struct Forwarding {
    header: HeaderName,
    encoding: Encoding,
    absent_values: Vec<Box<[u8]>>,
}

impl Forwarding {
    pub(super) fn set_header(&mut self, name: &str) -> Result<(), ConfigError> {
        self.header = field_name(name)?;
        Ok(())
    }

    pub(super) fn set_encoding(&mut self, encoding: Encoding) {
        self.encoding = encoding;
    }

    pub(super) fn add_absent_value(&mut self, value: &[u8]) {
        self.absent_values.push(value.trim_ascii().into());
    }

    /// The header that carries the certificate.
    pub(crate) fn header(&self) -> &HeaderName {
        &self.header
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the value, without blanks around it, says that there was no certificate.
    pub(crate) fn means_absent(&self, trimmed: &[u8]) -> bool {
        trimmed.is_empty() || self.absent_values.iter().any(|absent| **absent == *trimmed)
    }
}

impl Default for Forwarding {
    fn default() -> Self {
        Self { header: HeaderName::from_static(DEFAULT_HEADER), encoding: Encoding::Auto, absent_values: Vec::new() }
    }
}

/// Reads the name of a header that is the layer's own, to be removed from each request.
pub(super) fn field_name(name: &str) -> Result<HeaderName, ConfigError> {
    HeaderName::from_bytes(name.as_bytes())
        .ok()
        .filter(|header| !UNUSABLE_HEADERS.contains(&header.as_str()))
        .ok_or_else(|| ConfigError::HeaderName { value: name.to_owned() })
}

/// The header that carries the certificate unless configured otherwise.
const DEFAULT_HEADER: &str = "x-client-cert";

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
