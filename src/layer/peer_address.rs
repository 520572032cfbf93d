//! Finds what the server knows of the connection among the extensions of a request.

use http::Extensions;

use crate::gateway::{GatewayCertificate, GatewayConnection, GatewayPeer};

pub(super) fn connection_of(extensions: &Extensions) -> GatewayConnection {
    GatewayConnection { peer: peer_of(extensions), certificate: certificate_of(extensions) }
}

/// The certificate of the connection's own handshake. It proves the gateway at most, and is no client's.
fn certificate_of(extensions: &Extensions) -> Option<GatewayCertificate> {
    extensions.get::<GatewayCertificate>().cloned().or_else(|| tonic_certificate(extensions))
}

/// The peer that the server reported. A [`GatewayPeer`] goes before the frameworks' types, since only the server itself
/// can have set it; the address of a header is never among them.
fn peer_of(extensions: &Extensions) -> Option<GatewayPeer> {
    let own = || extensions.get::<GatewayPeer>().copied();
    own().or_else(|| axum(extensions)).or_else(|| tonic(extensions))
}

#[cfg(feature = "axum")]
fn axum(extensions: &Extensions) -> Option<GatewayPeer> {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;

    let typed = || extensions.get::<ConnectInfo<GatewayPeer>>().map(|info| info.0);
    let plain = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| GatewayPeer::tcp(info.0));
    typed().or_else(plain)
}

#[cfg(not(feature = "axum"))]
fn axum(_: &Extensions) -> Option<GatewayPeer> {
    None
}

#[cfg(feature = "tonic")]
fn tonic(extensions: &Extensions) -> Option<GatewayPeer> {
    use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

    let tcp = || extensions.get::<TcpConnectInfo>().and_then(TcpConnectInfo::remote_addr);
    let tls = || extensions.get::<TlsConnectInfo<TcpConnectInfo>>().and_then(|info| info.get_ref().remote_addr());
    tcp().or_else(tls).map(GatewayPeer::tcp).or_else(|| unix(extensions))
}

#[cfg(not(feature = "tonic"))]
fn tonic(_: &Extensions) -> Option<GatewayPeer> {
    None
}

#[cfg(feature = "tonic")]
fn tonic_certificate(extensions: &Extensions) -> Option<GatewayCertificate> {
    use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

    let tcp = || extensions.get::<TlsConnectInfo<TcpConnectInfo>>().and_then(TlsConnectInfo::peer_certs);
    tcp().map(GatewayCertificate::shared).or_else(|| unix_certificate(extensions))
}

#[cfg(not(feature = "tonic"))]
fn tonic_certificate(_: &Extensions) -> Option<GatewayCertificate> {
    None
}

#[cfg(all(feature = "tonic", unix))]
fn unix_certificate(extensions: &Extensions) -> Option<GatewayCertificate> {
    use tonic::transport::server::{TlsConnectInfo, UdsConnectInfo};

    let info = extensions.get::<TlsConnectInfo<UdsConnectInfo>>()?;
    info.peer_certs().map(GatewayCertificate::shared)
}

#[cfg(all(feature = "tonic", not(unix)))]
fn unix_certificate(_: &Extensions) -> Option<GatewayCertificate> {
    None
}

#[cfg(all(feature = "tonic", unix))]
fn unix(extensions: &Extensions) -> Option<GatewayPeer> {
    use tonic::transport::server::{TlsConnectInfo, UdsConnectInfo};

    let plain = || extensions.get::<UdsConnectInfo>();
    let tls = || extensions.get::<TlsConnectInfo<UdsConnectInfo>>().map(TlsConnectInfo::get_ref);
    let info = plain().or_else(tls)?;
    Some(GatewayPeer::unix(info.peer_cred.map(|credentials| credentials.uid())))
}

#[cfg(all(feature = "tonic", not(unix)))]
fn unix(_: &Extensions) -> Option<GatewayPeer> {
    None
}

#[cfg(all(test, feature = "axum", feature = "tonic", unix))]
mod tests {
    use std::net::SocketAddr;

    use ::axum::extract::ConnectInfo;
    use ::tonic::transport::server::{TcpConnectInfo, UdsConnectInfo};

    use super::*;

    #[test]
    fn what_the_server_says_itself_goes_before_what_frameworks_know_and_tcp_before_unix() {
        let address = |last: u8| SocketAddr::from(([10, 0, 0, last], 50_000));
        let tcp = |remote_addr| TcpConnectInfo { local_addr: Some(address(9)), remote_addr };
        let mut extensions = Extensions::new();
        assert_eq!(peer_of(&extensions), None);
        extensions.insert(tcp(None));
        assert_eq!(peer_of(&extensions), None);
        extensions.insert(UdsConnectInfo { peer_addr: None, peer_cred: None });
        assert_eq!(peer_of(&extensions), Some(GatewayPeer::unix(None)));
        extensions.insert(tcp(Some(address(1))));
        assert_eq!(peer_of(&extensions), Some(GatewayPeer::tcp(address(1))));
        extensions.insert(ConnectInfo(address(2)));
        assert_eq!(peer_of(&extensions), Some(GatewayPeer::tcp(address(2))));
        extensions.insert(ConnectInfo(GatewayPeer::tcp(address(3))));
        assert_eq!(peer_of(&extensions), Some(GatewayPeer::tcp(address(3))));
        extensions.insert(GatewayPeer::tcp(address(4)));
        assert_eq!(peer_of(&extensions), Some(GatewayPeer::tcp(address(4))));
    }
}
