//! By what a gateway is known.

use http::HeaderName;

use super::secret_header::SecretHeader;
use super::{AddressRange, Gateway, GatewayCertificateMatcher, Secret, SenderProof, UnixPeers};
use crate::error::ConfigError;

impl Gateway {
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

    /// The ranges that are believed, some perhaps with a second factor only.
    pub fn ranges(&self) -> impl Iterator<Item = &AddressRange> {
        self.sender.ranges()
    }

    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &HeaderName> {
        self.sender.secret_names()
    }
}
