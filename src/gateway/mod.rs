//! Stage 1: who sent it.
//!
//! **Decides** which of the configured gateways the peer of the connection is: by the connection's own address, and by
//! whatever second factors are demanded there.
//! **Trusts** the address or the user that the operating system reports, the operator's list of them, a secret that a
//! header holds, and the certificate that the gateway proved to hold in its own TLS handshake.
//! **Refuses** everybody else: no list, no address, an address in another spelling, a Unix socket without an opt-in, a
//! secret that is missing, wrong or there twice, and a peer that proves to be two gateways. What such a peer sends is
//! removed and never looked at.
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
mod advice;
mod apart;
mod certificate_matcher;
mod certificate_name;
mod connection;
mod describe;
pub mod facts;
mod forwarding;
mod gateway_certificate;
mod headers;
mod peer;
mod presets;
mod secret;
mod secret_header;
mod sender;
mod sender_options;
mod sender_proof;
mod status;
mod trust_options;
mod trusted_peer;
mod unix_peers;
mod untrusted_peer;

use std::sync::Arc;

pub use self::address_range::{AddressRange, IntoAddressRange};
pub(crate) use self::advice::advise_together;
pub(crate) use self::apart::check_apart;
pub use self::certificate_matcher::{GatewayCertificateError, GatewayCertificateMatcher};
pub use self::certificate_name::GatewayCertificateName;
pub(crate) use self::connection::GatewayConnection;
use self::facts::GatewayFacts;
pub(crate) use self::forwarding::{CertificateHeader, Forwarding, is_same_or_look_alike};
pub use self::gateway_certificate::GatewayCertificate;
pub use self::peer::GatewayPeer;
#[cfg(feature = "cli")]
pub(crate) use self::presets::known_gateways;
pub use self::secret::Secret;
pub use self::secret_header::SecretHeaderError;
pub(crate) use self::secret_header::TakenSecrets;
use self::sender::Sender;
pub(crate) use self::sender_proof::Presented;
pub use self::sender_proof::SenderProof;
pub(crate) use self::status::CertificatePresence;
pub use self::status::StatusFormat;
pub(crate) use self::trusted_peer::TrustedPeer;
pub use self::unix_peers::UnixPeers;
pub use self::untrusted_peer::{SecondFactorError, UntrustedPeer};
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::validation::{Intermediates, TrustAnchors};

/// The TLS-terminating proxy in front of the service: by what it is known, how it forwards the client's certificate,
/// and, where they differ from the layer's, the anchors under which its clients are accepted.
///
/// One constructor per product sets what is known of it; the other methods override. The defaults are the header
/// `x-client-cert`, [`Encoding::Auto`] and no absent spelling besides the missing and the empty header.
///
/// An empty list of ranges trusts nobody. Where addresses are shared with others, demand a second factor:
///
/// ```
/// use tower_client_cert::{Gateway, Secret};
///
/// // Every customer of Front Door sends from the same addresses; the id tells one's own.
/// let own_id = Secret::new("00000000-1111-2222-3333-444444444444")?;
/// let gateway = Gateway::custom("front-door", ["147.243.0.0/16"])?.secret_header("x-azure-fdid", own_id)?;
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
///
/// Everything about the forwarding can be set:
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
    facts: Option<&'static GatewayFacts>,
    anchors: Option<TrustAnchors>,
    intermediates: Intermediates,
    /// By its own file; for advice alone.
    client_authorities: Option<TrustAnchors>,
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
        Ok(Self {
            name: name.as_ref().into(),
            sender: Sender::new(SenderProof::addresses(ranges)?),
            forwarding: Forwarding::default(),
            facts: None,
            anchors: None,
            intermediates: Intermediates::default(),
            client_authorities: None,
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

    /// The name for logs and evidence.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn forwarding(&self) -> &Forwarding {
        &self.forwarding
    }
}

impl AsRef<Self> for Gateway {
    fn as_ref(&self) -> &Self {
        self
    }
}

#[cfg(test)]
mod tests;
