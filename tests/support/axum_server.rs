//! A service of axum over real sockets.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use tokio::net::TcpListener;
use tower_client_cert::GatewayPeer;

/// Serves at a free port of this machine, as long as the runtime runs.
pub(crate) async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.into_make_service_with_connect_info::<GatewayPeer>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}
