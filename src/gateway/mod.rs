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
mod forwarding;
mod peer;
mod presets;
mod sender;
mod trusted_peer;

use std::sync::Arc;

pub use self::address_range::{AddressRange, IntoAddressRange};
pub(crate) use self::forwarding::Forwarding;
pub use self::peer::GatewayPeer;
use self::sender::Sender;
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
    sender: Sender,
    forwarding: Forwarding,
}

impl Gateway {
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
        Ok(Self { name: name.as_ref().into(), sender: Sender::new(ranges), forwarding: Forwarding::default() })
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
    pub fn header(mut self, name: &str) -> Result<Self, ConfigError> {
        self.forwarding.set_header(name)?;
        Ok(self)
    }

    /// How the certificate is encoded.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.forwarding.set_encoding(encoding);
        self
    }

    /// A value by which this gateway says that there was no certificate, such as `(null)`, `-` or `::`.
    ///
    /// It is compared as a whole. A missing and an empty header are always understood so.
    #[must_use]
    pub fn absent_value(mut self, value: impl AsRef<[u8]>) -> Self {
        self.forwarding.add_absent_value(value.as_ref());
        self
    }

    /// Believes the header from **every** address.
    ///
    /// Whoever reaches the service can then claim any certificate there is, since certificates are public. Only for a
    /// service that nothing but the gateway can reach, by other means than addresses.
    #[must_use]
    pub fn allow_any_address(mut self) -> Self {
        self.sender.allow_any_address();
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
        self.sender.ranges()
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn forwarding(&self) -> &Forwarding {
        &self.forwarding
    }
}

#[cfg(test)]
mod tests;
