//! Who sends a request, as text.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use tower_client_cert::GatewayPeer;

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) GatewayPeer);

impl Peer {
    pub(crate) fn at(address: IpAddr) -> Self {
        Self(GatewayPeer::tcp(SocketAddr::new(address, ANY_PORT)))
    }
}

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let problem = || format!("{text} is no peer: expected an address, `unix`, or `unix:` and a user id");
        // Both as arguments have it and as records show it.
        if matches!(text, "unix" | "unix socket") {
            return Ok(Self(GatewayPeer::unix(None)));
        }
        if let Some(uid) = text.strip_prefix("unix:").or_else(|| text.strip_prefix("unix socket of uid ")) {
            return uid.parse().map(|uid| Self(GatewayPeer::unix(Some(uid)))).map_err(|_| problem());
        }
        match (text.parse(), text.parse()) {
            (Ok(address), _) => Ok(Self::at(address)),
            (_, Ok(address)) => Ok(Self(GatewayPeer::tcp(address))),
            _ => Err(problem()),
        }
    }
}

/// Nothing depends on the peer's port.
const ANY_PORT: u16 = 0;
