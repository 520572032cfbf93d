//! Gateways at the other end of a Unix socket, over real sockets.

use std::os::unix::fs::MetadataExt as _;

use axum::Router;
use axum::routing::get;
use tokio::net::{UnixListener, UnixStream};
use tower_client_cert::{ClientCertLayer, ClientIdentity, Gateway, GatewayPeer, UnixPeers};

use crate::proofs::{layer, over, proven_by};
use crate::scene::{ask, gateway};
use crate::support::http;
use crate::support::pki::Pki;
use crate::support::scratch::Scratch;

async fn restricted(identity: ClientIdentity) -> String {
    proven_by(&identity)
}

/// No address, and this user at the other end of a socket.
fn of(peers: UnixPeers) -> Gateway {
    Gateway::nginx([""; 0]).unwrap().unix_socket(peers)
}

/// The user of this process, as the file system tells it.
fn own_uid(scratch: &Scratch) -> u32 {
    std::fs::metadata(scratch.path()).unwrap().uid()
}

async fn ask_axum(layer: ClientCertLayer, scratch: &Scratch, pki: &Pki) -> (u16, String) {
    let path = scratch.path().join("axum");
    drop(std::fs::remove_file(&path));
    let listener = UnixListener::bind(&path).unwrap();
    let app = Router::new().route("/", get(restricted)).layer(layer);
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<GatewayPeer>());
    tokio::spawn(async move { server.await });
    let request = http::get("/", &[&format!("X-Client-Cert: {}", pki.good().escaped_pem())]);
    let answer = http::exchange(UnixStream::connect(&path).await.unwrap(), request.as_bytes()).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn axum_believes_the_user_that_the_system_tells() {
    let (pki, scratch) = (Pki::new(), Scratch::new("senders"));
    let uid = own_uid(&scratch);
    let answer = ask_axum(layer(of(UnixPeers::uid(uid)), &pki), &scratch, &pki).await;
    assert_eq!(answer, (200, format!("unix socket of uid {uid}")));
    let answer = ask_axum(layer(of(UnixPeers::anyone_with_access()), &pki), &scratch, &pki).await;
    assert_eq!(answer.0, 200);
}

#[tokio::test]
async fn axum_believes_no_other_user_and_nobody_without_an_opt_in() {
    let (pki, scratch) = (Pki::new(), Scratch::new("senders"));
    let other = own_uid(&scratch) + 1;
    let everywhere = Gateway::nginx([""; 0]).unwrap().allow_any_address();
    for gateway in [of(UnixPeers::uid(other)), of(UnixPeers::uids([])), gateway(), everywhere] {
        assert_eq!(ask_axum(layer(gateway, &pki), &scratch, &pki).await.0, 401);
    }
}

#[tokio::test]
async fn a_user_that_the_platform_does_not_tell_is_not_the_one_that_is_listed() {
    let pki = Pki::new();
    let value = pki.good().escaped_pem();
    for (peers, peer, accepted) in [
        (UnixPeers::uid(33), GatewayPeer::unix(Some(33)), true),
        (UnixPeers::uid(33), GatewayPeer::unix(Some(0)), false),
        (UnixPeers::uid(0), GatewayPeer::unix(None), false),
        (UnixPeers::anyone_with_access(), GatewayPeer::unix(None), true),
        (UnixPeers::anyone_with_access(), GatewayPeer::tcp(([127, 0, 0, 1], 1).into()), false),
    ] {
        let layer = layer(of(peers), &pki);
        let fill_in = |extensions: &mut ::http::Extensions| {
            extensions.insert(peer);
        };
        let asked = ask(&layer, over(fill_in, &[("x-client-cert", &value)])).await;
        assert_eq!(asked.identity().is_some(), accepted, "{peer}");
    }
}

#[cfg(feature = "tonic")]
mod tonic_server {
    use hyper_util::rt::TokioIo;
    use tonic::Code;
    use tonic::codegen::tokio_stream::wrappers::UnixListenerStream;
    use tonic::transport::{Endpoint, Server};
    use tower::service_fn;
    use tower_client_cert::tonic::ClientIdentityExt as _;

    use super::*;
    use crate::support::orders::{self, Orders};

    async fn call(layer: ClientCertLayer, scratch: &Scratch, pki: &Pki) -> Result<String, tonic::Status> {
        let path = scratch.path().join("tonic");
        drop(std::fs::remove_file(&path));
        let incoming = UnixListenerStream::new(UnixListener::bind(&path).unwrap());
        let orders = Orders::new(|request| Ok(proven_by(&request.client_identity()?)));
        tokio::spawn(Server::builder().layer(layer).add_service(orders).serve_with_incoming(incoming));
        let connector = service_fn(move |_: ::http::Uri| {
            let path = path.clone();
            async move { UnixStream::connect(path).await.map(TokioIo::new) }
        });
        let channel = Endpoint::from_static("http://socket").connect_with_connector(connector).await.unwrap();
        let value = pki.good().escaped_pem();
        orders::get(channel, &[("x-client-cert", &value)]).await
    }

    #[tokio::test]
    async fn tonic_believes_the_user_that_the_system_tells_and_no_other() {
        let (pki, scratch) = (Pki::new(), Scratch::new("senders"));
        let uid = own_uid(&scratch);
        let proof = call(layer(of(UnixPeers::uid(uid)), &pki), &scratch, &pki).await.unwrap();
        assert_eq!(proof, format!("unix socket of uid {uid}"));
        let refused = call(layer(of(UnixPeers::uid(uid + 1)), &pki), &scratch, &pki).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
}
