use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::certificate_matcher::GatewayCertificateError;
use super::peer::GatewayPeer;
use super::secret_header::SecretHeaderError;
use crate::escape::Escaped;
use crate::reason::Reason;

/// Why the peer of a connection is not believed to be a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UntrustedPeer {
    /// The server did not say who the peer is.
    NoAddress,
    /// The address lies in no range of a gateway.
    OutsideRanges {
        /// The peer.
        peer: GatewayPeer,
    },
    /// The address carries an IPv6 scope: the same address exists on every interface (RFC 4007), so it proves nothing.
    ScopedAddress {
        /// The peer.
        peer: GatewayPeer,
    },
    /// The peer is where a gateway sends from, but a second factor that is demanded there was not proven.
    SecondFactor {
        /// The peer.
        peer: GatewayPeer,
        /// The gateway whose place it is.
        gateway: Arc<str>,
        /// The factor.
        error: SecondFactorError,
    },
    /// The peer proved to be several gateways, which may read the same header differently.
    SeveralGateways {
        /// The peer.
        peer: GatewayPeer,
        /// The first two of them.
        gateways: [Arc<str>; 2],
    },
    /// The connection came over a Unix socket, which no gateway is configured to use.
    UnixSocket {
        /// The peer.
        peer: GatewayPeer,
    },
}

/// Which second factor was not proven, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecondFactorError {
    /// The gateway's own certificate.
    Certificate(GatewayCertificateError),
    /// A secret header.
    SecretHeader {
        /// The header's name.
        header: Box<str>,
        /// Why.
        error: SecretHeaderError,
    },
}

impl UntrustedPeer {
    /// What the operator can do about it, in one sentence; `None` where the text says it.
    #[must_use]
    pub fn mend(&self) -> Option<&'static str> {
        match self {
            Self::NoAddress => None,
            Self::OutsideRanges { .. } => {
                Some("if the peer is a gateway, add its subnet to the gateway's addresses; otherwise this is right")
            }
            Self::ScopedAddress { .. } => Some("let the gateway connect to a global or unique local address"),
            Self::SecondFactor { error: SecondFactorError::Certificate(_), .. } => Some(
                "give the gateway a certificate under the anchors of its matcher, with a name that the matcher has",
            ),
            Self::SecondFactor { error: SecondFactorError::SecretHeader { .. }, .. } => {
                Some("let the gateway replace the header by the secret that is configured here")
            }
            Self::SeveralGateways { .. } => {
                Some("give each gateway a proof of its own: other addresses, or other secrets")
            }
            Self::UnixSocket { .. } => Some("name the users who may connect over it with unix_socket"),
        }
    }

    pub(crate) fn peer(&self) -> Option<GatewayPeer> {
        match self {
            Self::NoAddress => None,
            Self::OutsideRanges { peer }
            | Self::ScopedAddress { peer }
            | Self::SecondFactor { peer, .. }
            | Self::SeveralGateways { peer, .. }
            | Self::UnixSocket { peer } => Some(*peer),
        }
    }

    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::SecondFactor { .. } => Reason::SenderUnproven,
            Self::SeveralGateways { .. } => Reason::SenderAmbiguous,
            Self::NoAddress | Self::OutsideRanges { .. } | Self::ScopedAddress { .. } | Self::UnixSocket { .. } => {
                Reason::UntrustedPeer
            }
        }
    }
}

impl fmt::Display for UntrustedPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str(
                "the server does not tell the address of the connection: serve axum with \
                 into_make_service_with_connect_info::<GatewayPeer>(), or insert a GatewayPeer into the extensions",
            ),
            Self::OutsideRanges { peer } => write!(f, "{peer} is in no address range of a gateway"),
            Self::ScopedAddress { peer } => {
                write!(f, "{peer} is a scoped address, which exists on every interface and proves no sender")
            }
            Self::SecondFactor { peer, gateway, error } => {
                write!(f, "{peer} is where gateway \"{}\" sends from, but {error}", Escaped(gateway))
            }
            Self::SeveralGateways { peer, gateways: [first, second] } => write!(
                f,
                "{peer} proved to be gateway \"{}\" and gateway \"{}\", expected one",
                Escaped(first),
                Escaped(second)
            ),
            Self::UnixSocket { peer } => write!(f, "connection over a {peer}, which no gateway is configured to use"),
        }
    }
}

impl Error for UntrustedPeer {}

impl fmt::Display for SecondFactorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => error.fmt(f),
            Self::SecretHeader { header, error } => write!(f, "secret header {header} {error}"),
        }
    }
}

impl Error for SecondFactorError {}
