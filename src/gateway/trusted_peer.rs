use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{Gateway, GatewayPeer};

/// Proof that the connection's peer is the configured gateway.
#[derive(Clone, Debug)]
pub(crate) struct TrustedPeer {
    peer: GatewayPeer,
    gateway: Arc<str>,
    range: Arc<str>,
}

impl TrustedPeer {
    /// Judges the peer of the connection.
    pub(crate) fn judge(peer: Option<GatewayPeer>, gateway: &Gateway) -> Result<Self, UntrustedPeer> {
        let peer = peer.ok_or(UntrustedPeer::NoAddress)?;
        let Some(address) = peer.ip() else {
            return Err(UntrustedPeer::UnixSocket { peer });
        };
        if peer.has_scope() {
            return Err(UntrustedPeer::ScopedAddress { peer });
        }
        match gateway.sender.range_of(address) {
            Some(range) => Ok(Self { peer, gateway: gateway.shared_name(), range: range.text() }),
            None => Err(UntrustedPeer::OutsideRanges { peer }),
        }
    }

    pub(crate) fn peer(&self) -> GatewayPeer {
        self.peer
    }

    /// The gateway's name.
    pub(crate) fn gateway(&self) -> Arc<str> {
        Arc::clone(&self.gateway)
    }

    /// The range that holds the address.
    pub(crate) fn range(&self) -> Arc<str> {
        Arc::clone(&self.range)
    }
}

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
    /// The connection came over a Unix socket, which no gateway is configured to use.
    UnixSocket {
        /// The peer.
        peer: GatewayPeer,
    },
}

impl UntrustedPeer {
    pub(crate) fn peer(&self) -> Option<GatewayPeer> {
        match self {
            Self::NoAddress => None,
            Self::OutsideRanges { peer } | Self::ScopedAddress { peer } | Self::UnixSocket { peer } => Some(*peer),
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
            Self::UnixSocket { peer } => write!(f, "connection over a {peer}, which no gateway is configured to use"),
        }
    }
}

impl Error for UntrustedPeer {}
