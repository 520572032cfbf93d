//! Stage 1: who sent it.
//!
//! **Decides** whether the peer of the connection is the configured gateway, from the connection's own address alone.
//! **Trusts** the address that the operating system reports, and the operator's list of ranges.
//! **Refuses** everybody else: no list, no address, a Unix socket or an address in another spelling is not the
//! gateway. What such a peer sends is removed and never looked at.
//! **Standard:** RFC 9440 section 4 (fields only from a trusted proxy); RFC 4291 section 2.5.5.2 (IPv4-mapped
//! addresses are compared as IPv4, on both sides).
//!
//! ```
//! use tower_client_cert::Gateway;
//!
//! let gateway = Gateway::nginx(["10.1.0.0/24", "2001:db8:1::/64"])?;
//! # Ok::<(), tower_client_cert::ConfigError>(())
//! ```

mod address_range;
mod peer;
mod trusted_peer;

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderName;

pub use self::address_range::{AddressRange, IntoAddressRange};
pub use self::peer::GatewayPeer;
pub(crate) use self::trusted_peer::TrustedPeer;
pub use self::trusted_peer::UntrustedPeer;
use crate::encoding::Encoding;
use crate::error::ConfigError;

/// The TLS-terminating proxy in front of the service: the addresses it sends from, and how it forwards the client's
/// certificate.
///
/// One constructor per product sets what is known of it; the other methods override. The defaults are the header
/// `x-client-cert`, [`Encoding::Auto`] and no absent spelling besides the missing and the empty header.
///
/// An empty list of ranges trusts nobody.
///
/// ```
/// use tower_client_cert::{Encoding, Gateway};
///
/// let gateway = Gateway::custom("edge", ["192.0.2.0/28"])?
///     .header("x-edge-client-cert")?
///     .encoding(Encoding::Rfc9440)
///     .absent_value("::");
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gateway {
    name: Arc<str>,
    ranges: Vec<AddressRange>,
    header: HeaderName,
    encoding: Encoding,
    absent_values: Vec<Box<[u8]>>,
}

impl Gateway {
    /// Azure Application Gateway v2 with a rewrite rule that sets `X-Client-Cert` to `{var_client_certificate}`.
    ///
    /// It forwards percent-encoded PEM of the leaf alone, so issuing intermediates belong into the configuration. In
    /// passthrough mode it validates nothing. Every other listener of the gateway must empty the header by a rule of
    /// its own; a listener without one passes on whatever the client sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn azure_application_gateway<R: IntoAddressRange>(
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, ConfigError> {
        Ok(Self::custom("azure-application-gateway", ranges)?.encoding(Encoding::Pem))
    }

    /// nginx with `proxy_set_header X-Client-Cert $ssl_client_escaped_cert`.
    ///
    /// It forwards percent-encoded PEM of the leaf alone, and omits the header where there is no certificate. With
    /// `ssl_verify_client optional_no_ca` it validates no path.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn nginx<R: IntoAddressRange>(ranges: impl IntoIterator<Item = R>) -> Result<Self, ConfigError> {
        Ok(Self::custom("nginx", ranges)?.encoding(Encoding::Pem))
    }

    /// Any gateway, under a name for logs and evidence.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for a range that cannot be used.
    pub fn custom<R: IntoAddressRange>(
        name: impl AsRef<str>,
        ranges: impl IntoIterator<Item = R>,
    ) -> Result<Self, ConfigError> {
        let ranges = ranges.into_iter().map(R::into_address_range).collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.as_ref().into(),
            ranges,
            header: HeaderName::from_static(DEFAULT_HEADER),
            encoding: Encoding::Auto,
            absent_values: Vec::new(),
        })
    }

    /// The name under which the gateway stands in logs and evidence; by default the product's.
    #[must_use]
    pub fn named(self, name: impl AsRef<str>) -> Self {
        Self { name: name.as_ref().into(), ..self }
    }

    /// The header that carries the certificate.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] for text that is no field name (RFC 9110 section 5.1), and for fields that HTTP
    /// itself or every service needs, because the layer removes the header from each request.
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        let header = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .filter(|header| !UNUSABLE_HEADERS.contains(&header.as_str()))
            .ok_or_else(|| ConfigError::HeaderName { value: name.to_owned() })?;
        Ok(Self { header, ..self })
    }

    /// How the certificate is encoded.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// A value by which this gateway says that there was no certificate, such as `(null)`, `-` or `::`.
    ///
    /// It is compared as a whole. A missing and an empty header are always understood so.
    #[must_use]
    pub fn absent_value(mut self, value: impl AsRef<[u8]>) -> Self {
        self.absent_values.push(value.as_ref().trim_ascii().into());
        self
    }

    /// Believes the header from **every** address.
    ///
    /// Whoever reaches the service can then claim any certificate there is, since certificates are public. Only for a
    /// service that nothing but the gateway can reach, by other means than addresses.
    #[must_use]
    pub fn allow_any_address(mut self) -> Self {
        self.ranges.extend(AddressRange::everywhere());
        self
    }

    /// The name for logs and evidence.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ranges that are believed.
    #[must_use]
    pub fn ranges(&self) -> &[AddressRange] {
        &self.ranges
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn header_name(&self) -> &HeaderName {
        &self.header
    }

    pub(crate) fn header_encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the value, without blanks around it, says that there was no certificate.
    pub(crate) fn means_absent(&self, trimmed: &[u8]) -> bool {
        trimmed.is_empty() || self.absent_values.iter().any(|absent| **absent == *trimmed)
    }

    fn range_of(&self, canonical: IpAddr) -> Option<&AddressRange> {
        self.ranges.iter().find(|range| range.contains(canonical))
    }
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

#[cfg(test)]
mod tests;
