use super::gateway_certificate::GatewayCertificate;
use super::peer::GatewayPeer;

/// What the server knows of the connection on which a request arrived.
#[derive(Clone, Debug)]
pub(crate) struct GatewayConnection {
    pub(crate) peer: Option<GatewayPeer>,
    pub(crate) certificate: Option<GatewayCertificate>,
}
