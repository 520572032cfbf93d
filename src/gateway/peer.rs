use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::unix_peers::UnixPeers;

/// The other end of the connection on which a request arrived, as the operating system tells it.
///
/// It is *possibly* a gateway; only the configured [`Gateway`](crate::Gateway) decides. Never build one from a header:
/// an address that the client can choose turns the check into its opposite.
///
/// With axum, `into_make_service_with_connect_info::<GatewayPeer>()` fills it in for TCP and Unix listeners. A server
/// of your own inserts it into the extensions of each request:
///
/// ```
/// use std::net::SocketAddr;
///
/// use tower_client_cert::GatewayPeer;
///
/// let address: SocketAddr = "10.1.0.4:50123".parse()?;
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(GatewayPeer::tcp(address));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatewayPeer(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tcp(SocketAddr),
    Unix { uid: Option<u32> },
}

impl GatewayPeer {
    /// The peer of a TCP connection.
    #[must_use]
    pub const fn tcp(address: SocketAddr) -> Self {
        Self(Kind::Tcp(address))
    }

    /// The peer of a Unix socket, with the user id of the process behind it where the platform tells.
    #[must_use]
    pub const fn unix(uid: Option<u32>) -> Self {
        Self(Kind::Unix { uid })
    }

    /// The address in canonical form: IPv4-mapped IPv6 as IPv4 (RFC 4291 section 2.5.5.2). `None` for a Unix socket.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0 {
            Kind::Tcp(address) => Some(address.ip().to_canonical()),
            Kind::Unix { .. } => None,
        }
    }

    /// Whether it is one of these at the other end of a Unix socket.
    pub(super) fn is_one_of(&self, peers: &UnixPeers) -> bool {
        matches!(self.0, Kind::Unix { uid } if peers.hold(uid))
    }

    /// An IPv6 address that means something on one network interface only.
    pub(super) fn has_scope(&self) -> bool {
        matches!(self.0, Kind::Tcp(SocketAddr::V6(v6)) if v6.scope_id() != 0)
    }
}

impl fmt::Display for GatewayPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Tcp(address) => write!(f, "{}", address.ip().to_canonical()),
            Kind::Unix { uid: Some(uid) } => write!(f, "unix socket of uid {uid}"),
            Kind::Unix { uid: None } => f.write_str("unix socket"),
        }
    }
}
