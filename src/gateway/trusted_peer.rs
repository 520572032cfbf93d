use std::sync::Arc;

use super::sender_proof::Presented;
use super::{Gateway, GatewayPeer, UntrustedPeer};

/// Proof that the connection's peer is one of the configured gateways.
#[derive(Clone, Debug)]
pub(crate) struct TrustedPeer {
    peer: GatewayPeer,
    gateway: Arc<str>,
    proof: Arc<str>,
}

impl TrustedPeer {
    /// Judges the peer of the connection: the one gateway it proves to be is the one that speaks.
    pub(crate) fn judge<'g, G: AsRef<Gateway>>(
        presented: &Presented<'_>,
        gateways: &'g [G],
    ) -> Result<(Self, &'g G), UntrustedPeer> {
        let peer = presented.connection.peer.ok_or(UntrustedPeer::NoAddress)?;
        if peer.has_scope() {
            return Err(UntrustedPeer::ScopedAddress { peer });
        }
        let mut proven: Option<(Self, &G)> = None;
        let mut failure = None;
        for member in gateways {
            let gateway = member.as_ref();
            match (gateway.sender.prove(peer, presented), &proven) {
                (Ok(Some(_)), Some((first, _))) => {
                    let gateways = [first.gateway(), gateway.shared_name()];
                    return Err(UntrustedPeer::SeveralGateways { peer, gateways });
                }
                (Ok(Some(proof)), None) => {
                    proven = Some((Self { peer, gateway: gateway.shared_name(), proof }, member));
                }
                (Ok(None), _) => {}
                (Err(error), _) => {
                    let gateway = gateway.shared_name();
                    failure = failure.or(Some(UntrustedPeer::SecondFactor { peer, gateway, error }));
                }
            }
        }
        proven.ok_or_else(|| failure.unwrap_or_else(|| elsewhere(peer)))
    }

    /// Judges a peer by its place alone, for tests of what comes after.
    #[cfg(test)]
    pub(crate) fn by_place(peer: Option<GatewayPeer>, gateway: &Gateway) -> Result<Self, UntrustedPeer> {
        use std::time::SystemTime;

        use super::{GatewayConnection, TakenSecrets};
        use crate::validation::ValidationOptions;

        let connection = GatewayConnection { peer, certificate: None };
        let presented = Presented {
            connection: &connection,
            secrets: &TakenSecrets::default(),
            options: &ValidationOptions { algorithms: &[], ..ValidationOptions::default() },
            now: SystemTime::UNIX_EPOCH,
        };
        Self::judge(&presented, std::slice::from_ref(gateway)).map(|(trusted, _)| trusted)
    }

    pub(crate) fn peer(&self) -> GatewayPeer {
        self.peer
    }

    /// The gateway's name.
    pub(crate) fn gateway(&self) -> Arc<str> {
        Arc::clone(&self.gateway)
    }

    pub(crate) fn gateway_name(&self) -> &str {
        &self.gateway
    }

    /// What it was proven by: the place, and every second factor.
    pub(crate) fn proof(&self) -> Arc<str> {
        Arc::clone(&self.proof)
    }
}

/// The peer of no gateway's place.
fn elsewhere(peer: GatewayPeer) -> UntrustedPeer {
    match peer.ip() {
        Some(_) => UntrustedPeer::OutsideRanges { peer },
        None => UntrustedPeer::UnixSocket { peer },
    }
}
