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
mod apart;
mod certificate_matcher;
mod certificate_name;
mod connection;
pub mod facts;
mod forwarding;
mod gateway_certificate;
mod headers;
mod peer;
mod presets;
mod secret;
mod secret_header;
mod sender;
mod sender_proof;
mod status;
mod trusted_peer;
mod unix_peers;
mod untrusted_peer;

use std::sync::Arc;

use http::HeaderName;

pub use self::address_range::{AddressRange, IntoAddressRange};
pub(crate) use self::apart::check_apart;
pub use self::certificate_matcher::{GatewayCertificateError, GatewayCertificateMatcher};
pub use self::certificate_name::GatewayCertificateName;
pub(crate) use self::connection::GatewayConnection;
use self::facts::GatewayFacts;
pub(crate) use self::forwarding::{CertificateHeader, Forwarding, is_same_or_look_alike};
pub use self::gateway_certificate::GatewayCertificate;
pub use self::peer::GatewayPeer;
pub use self::secret::Secret;
use self::secret_header::SecretHeader;
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
use crate::error::{ConfigError, SenderProblem};
use crate::validation::{Intermediates, Trust, TrustAnchors};

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

    /// Believes the header from **every** address.
    ///
    /// Without a second factor, whoever reaches the service can then claim any certificate there is, since certificates
    /// are public. Only for a gateway that proves itself otherwise, or a service that nothing else can reach.
    #[must_use]
    pub fn allow_any_address(mut self) -> Self {
        self.sender.allow_any_address();
        self
    }

    /// Believes processes at the other end of a Unix socket too. Short for [`or`](Self::or) with
    /// [`SenderProof::unix_socket`].
    #[must_use]
    pub fn unix_socket(self, peers: UnixPeers) -> Self {
        self.or(SenderProof::unix_socket(peers))
    }

    /// Adds another way to prove this gateway: **any of** the ways will do.
    #[must_use]
    pub fn or(mut self, way: SenderProof) -> Self {
        self.sender.add_way(way);
        self
    }

    /// Demands that a header holds a secret, on exactly one line and **in addition** to everything else that is
    /// demanded, whichever way the gateway takes. The header is removed from every request.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] for text that is no field name, and for fields that every request needs.
    pub fn secret_header(mut self, name: &str, secret: Secret) -> Result<Self, ConfigError> {
        self.sender.add_secret(SecretHeader::new(name, secret)?);
        Ok(self)
    }

    /// Demands a certificate of the gateway's own, **in addition** to everything else that is demanded, whichever way
    /// the gateway takes.
    #[must_use]
    pub fn certificate(mut self, matcher: GatewayCertificateMatcher) -> Self {
        self.sender.add_certificate(matcher);
        self
    }

    /// Accepts clients of this gateway under these anchors, and **not** under those of the layer.
    #[must_use]
    pub fn anchors(self, anchors: TrustAnchors) -> Self {
        Self { anchors: Some(anchors), ..self }
    }

    /// Adds certificates of issuing authorities for clients of this gateway, besides those of the layer.
    #[must_use]
    pub fn intermediates(mut self, intermediates: Intermediates) -> Self {
        self.intermediates = self.intermediates.and(intermediates);
        self
    }

    /// The name for logs and evidence.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ranges that are believed, some perhaps with a second factor only.
    pub fn ranges(&self) -> impl Iterator<Item = &AddressRange> {
        self.sender.ranges()
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub(crate) fn forwarding(&self) -> &Forwarding {
        &self.forwarding
    }

    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &HeaderName> {
        self.sender.secret_names()
    }

    /// Anchors and intermediates of its own.
    pub(crate) fn own_trust(&self) -> (Option<&TrustAnchors>, &Intermediates) {
        (self.anchors.as_ref(), &self.intermediates)
    }

    /// With other anchors and intermediates of its own.
    pub(crate) fn with_trust(&self, anchors: TrustAnchors, intermediates: Intermediates) -> Self {
        Self { anchors: Some(anchors), intermediates, ..self.clone() }
    }

    /// Makes sure that no client is taken for the gateway because of its own certificate.
    pub(crate) fn check_clients(&self, clients: &Trust) -> Result<(), ConfigError> {
        match self.sender.anchor_above(clients) {
            Some(subject) => Err(SenderProblem::AnchorShared { gateway: self.name.to_string(), subject }.into()),
            None => Ok(()),
        }
    }
}

impl AsRef<Self> for Gateway {
    fn as_ref(&self) -> &Self {
        self
    }
}

#[cfg(test)]
mod tests;
