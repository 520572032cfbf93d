use crate::encoding::ForwardedChain;
use crate::events::Events;
use crate::gateway::{GatewayPeer, TrustedPeer, UntrustedPeer};
use crate::header::TakenHeaders;
use crate::snapshot::TrustedGateway;
use crate::validation::ValidatedChain;

/// Is told what the line finds on its way, and changes nothing about it. The layer logs and counts by it; an explanation
/// writes down what it is told.
pub(crate) trait Observer {
    /// What was taken out of the request, whoever sent it.
    fn taken(&mut self, _headers: &TakenHeaders, _peer: Option<GatewayPeer>) {}

    /// The peer is no gateway.
    fn not_from_gateway(&mut self, _peer: &UntrustedPeer) {}

    /// The request goes on without the certificate header that a peer sent which is no gateway.
    fn header_ignored(&mut self, _peer: &UntrustedPeer) {}

    /// Stage 1 passed; no header has been looked at.
    fn gateway_trusted(&mut self, _gateway: &TrustedGateway, _peer: &TrustedPeer, _headers: &TakenHeaders) {}

    /// Stage 3 passed.
    fn decoded(&mut self, _chain: &ForwardedChain) {}

    /// Stage 4 passed.
    fn validated(&mut self, _chain: &ValidatedChain) {}
}

impl Observer for &Events {
    fn taken(&mut self, headers: &TakenHeaders, peer: Option<GatewayPeer>) {
        self.look_alikes_removed(headers.look_alikes(), peer);
    }

    fn not_from_gateway(&mut self, peer: &UntrustedPeer) {
        if *peer == UntrustedPeer::NoAddress {
            self.peer_address_missing(peer);
        }
    }

    fn header_ignored(&mut self, peer: &UntrustedPeer) {
        self.header_from_untrusted_peer(peer);
    }

    fn gateway_trusted(&mut self, member: &TrustedGateway, peer: &TrustedPeer, headers: &TakenHeaders) {
        let gateway = &member.gateway;
        self.foreign_headers_removed(headers.foreign_to(gateway.forwarding()), gateway.name(), Some(peer.peer()));
    }
}
