//! Where connections come from: IPv4, IPv6, IPv4 on an IPv6 listener, Unix sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get as route_get;
use tokio::net::{TcpListener, TcpStream};
use tower_client_cert::{ClientIdentity, GatewayPeer};

use crate::served::{get, layer, serve, trusting};
use crate::support::http;
use crate::support::pki::Pki;
use crate::support::programs::skipped;

async fn who(ConnectInfo(peer): ConnectInfo<SocketAddr>, identity: Option<ClientIdentity>) -> String {
    format!("{} {}", peer.ip(), if identity.is_some() { "client" } else { "nobody" })
}

/// Serves on every address of this machine, IPv4 included; `None` where there is no IPv6.
async fn serve_dual_stack(app: Router) -> Option<u16> {
    let Ok(listener) = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).await else {
        skipped("this machine has no IPv6");
        return None;
    };
    let port = listener.local_addr().unwrap().port();
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Some(port)
}

#[tokio::test]
async fn an_ipv4_gateway_is_itself_on_a_listener_for_both_families() {
    let pki = Pki::new();
    for (range, expected) in [
        ("127.0.0.1/32", "client"),
        ("::ffff:127.0.0.1/128", "client"),
        ("127.0.0.1", "client"),
        ("::1/128", "nobody"),
        ("::/1", "nobody"),
        ("10.0.0.0/8", "nobody"),
    ] {
        let app = Router::new().route("/", route_get(who)).layer(trusting(range, &pki).build().unwrap());
        let Some(port) = serve_dual_stack(app).await else { return };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let answer = get(address, "/", Some(&pki.good())).await;
        assert_eq!(answer.body, format!("::ffff:127.0.0.1 {expected}"), "{range}");
    }
}

#[tokio::test]
async fn an_ipv6_gateway_is_trusted_by_an_ipv6_range_alone() {
    let pki = Pki::new();
    for (range, expected) in [("::1/128", "client"), ("127.0.0.1/32", "nobody"), ("::ffff:0:0/97", "nobody")] {
        let app = Router::new().route("/", route_get(who)).layer(trusting(range, &pki).build().unwrap());
        let Some(port) = serve_dual_stack(app).await else { return };
        if TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.is_err() {
            return skipped("this machine has no address ::1");
        }
        let answer = get(SocketAddr::from((Ipv6Addr::LOCALHOST, port)), "/", Some(&pki.good())).await;
        assert_eq!(answer.body, format!("::1 {expected}"), "{range}");
    }
}

#[tokio::test]
async fn a_neighbour_of_the_gateway_is_nobody() {
    let pki = Pki::new();
    let address = serve(Router::new().route("/", route_get(restricted)).layer(layer(&pki))).await;
    let request = http::get("/", &[&format!("X-Client-Cert: {}", pki.good().escaped_pem())]);
    assert_eq!(http::send(address, &request).await.status, 200);
    let Some(answer) = http::send_from(IpAddr::from([127, 0, 0, 2]), address, &request).await else { return };
    assert_eq!(answer.status, 401);
}

async fn restricted(_: ClientIdentity) {}

#[cfg(unix)]
mod unix {
    use tokio::net::{UnixListener, UnixStream};
    use tonic::transport::{Endpoint, Server};
    use tonic::{Code, codegen::tokio_stream::wrappers::UnixListenerStream};
    use tower::service_fn;

    use super::*;
    use crate::support::orders;
    use crate::support::scratch::Scratch;
    use crate::tonic_server;

    #[tokio::test]
    async fn whoever_comes_over_a_unix_socket_is_nobody_to_axum() {
        let pki = Pki::new();
        let scratch = Scratch::new("axum");
        let path = scratch.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let app = Router::new().route("/", route_get(restricted)).layer(layer(&pki));
        let service = app.into_make_service_with_connect_info::<GatewayPeer>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let request = http::get("/", &[&format!("X-Client-Cert: {}", pki.good().escaped_pem())]);
        let answer = http::exchange(UnixStream::connect(&path).await.unwrap(), request.as_bytes()).await;
        assert_eq!(answer.status, 401);
    }

    #[tokio::test]
    async fn whoever_comes_over_a_unix_socket_is_nobody_to_tonic() {
        let pki = Pki::new();
        let scratch = Scratch::new("tonic");
        let path = scratch.path().join("socket");
        let incoming = UnixListenerStream::new(UnixListener::bind(&path).unwrap());
        let server = Server::builder().layer(layer(&pki)).add_service(tonic_server::restricted());
        tokio::spawn(server.serve_with_incoming(incoming));
        let connector = service_fn(move |_: ::http::Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(hyper_util::rt::TokioIo::new) }
        });
        let channel = Endpoint::from_static("http://socket").connect_with_connector(connector).await.unwrap();
        let value = pki.good().escaped_pem();
        let status = orders::get(channel, &[("x-client-cert", &value)]).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
    }
}
