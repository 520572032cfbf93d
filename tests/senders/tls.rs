//! A gateway that proves itself in a real TLS handshake with rustls, in front of axum and of tonic.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use sha2::Digest as _;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tonic::Code;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::transport::server::Connected as _;
use tower_client_cert::certificate::Fingerprint;
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{
    ClientCertLayer, ClientIdentity, Gateway, GatewayCertificate, GatewayCertificateMatcher, GatewayCertificateName,
    GatewayPeer, UnixPeers,
};

use crate::proofs::{anchors, layer, over, proven_by};
use crate::scene::ask;
use crate::support::http;
use crate::support::orders::{self, Orders};
use crate::support::pki::{Minted, Pki, Shape};
use crate::support::tls::{FixedTime, Protocol, SERVER_NAME, Sessions, TlsClient};

/// The house's authority, the service's certificate, and those of two machines, of which the first is the gateway.
pub(crate) struct House {
    pub(crate) authority: Minted,
    service: Minted,
    pub(crate) edge: Minted,
    pub(crate) other: Minted,
}

impl House {
    pub(crate) fn new() -> Self {
        let authority = Shape::authority("House").self_signed();
        let service = authority.issue(&Shape::server(SERVER_NAME));
        let [edge, other] = ["edge", "other"].map(|name| authority.issue(&Shape::client(name)));
        Self { authority, service, edge, other }
    }

    pub(crate) fn gateway(&self) -> Gateway {
        self.gateway_at(Gateway::nginx(["127.0.0.1"]).unwrap())
    }

    /// The gateway at a place, where it shows the certificate of the edge.
    fn gateway_at(&self, place: Gateway) -> Gateway {
        let edge = [GatewayCertificateName::common_name("edge")];
        place.certificate(GatewayCertificateMatcher::named(anchors(&self.authority), edge).unwrap())
    }

    /// Asks for a certificate of the house, and lets those in who have none.
    fn acceptor(&self, protocol: &[u8]) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.certificate_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(FixedTime))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.allow_unauthenticated().build().unwrap())
            .with_single_cert(vec![self.service.certificate_der()], self.service.key_der())
            .unwrap();
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.alpn_protocols = vec![protocol.to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    fn machine(&self, own: Option<&Minted>, protocol: Protocol) -> TlsClient {
        let chain: Vec<_> = own.into_iter().collect();
        TlsClient::new(&self.authority, &chain, protocol, Sessions::Fresh)
    }
}

pub(crate) async fn who(identity: Option<ClientIdentity>) -> String {
    identity.map_or("nobody".to_owned(), |identity| identity.subject().to_string())
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// axum behind an acceptor of its own, which fills in who connected.
pub(crate) async fn serve_axum(house: &House, layer: ClientCertLayer) -> SocketAddr {
    let (listener, address) = listen().await;
    let acceptor = house.acceptor(b"http/1.1");
    let app = Router::new().route("/", get(who)).layer(layer);
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let (acceptor, app) = (acceptor.clone(), app.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let app = filled_in(app, GatewayPeer::tcp(peer), &stream);
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                drop(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)).await);
            });
        }
    });
    address
}

fn filled_in(app: Router, peer: GatewayPeer, stream: &TlsStream<TcpStream>) -> Router {
    let app = app.layer(axum::Extension(peer));
    match stream.get_ref().1.peer_certificates() {
        Some(chain) => app.layer(axum::Extension(GatewayCertificate::new(chain))),
        None => app,
    }
}

#[tokio::test]
async fn axum_believes_the_machine_that_proved_to_be_the_gateway() {
    let (house, pki) = (House::new(), Pki::new());
    let address = serve_axum(&house, layer(house.gateway(), &pki)).await;
    let request = http::get("/", &[&format!("X-Client-Cert: {}", pki.good().escaped_pem())]);
    for (own, expected) in [
        (Some(&house.edge), "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH"),
        (Some(&house.other), "nobody"),
        (None, "nobody"),
    ] {
        let stream = house.machine(own, Protocol::Http1).connect(address).await;
        let answer = http::exchange(stream, request.as_bytes()).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    }
    let stream = house.machine(Some(&house.edge), Protocol::Http1).connect(address).await;
    assert_eq!(http::exchange(stream, http::get("/", &[]).as_bytes()).await.body, "nobody", "the gateway is no client");
}

/// tonic over the same acceptor, which tells who connected by its own `TlsConnectInfo`.
async fn serve_tonic(house: &House, layer: ClientCertLayer) -> SocketAddr {
    let (listener, address) = listen().await;
    let acceptor = house.acceptor(b"h2");
    let (accepted, incoming) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            drop(accepted.send(Ok::<_, Infallible>(stream)).await);
        }
    });
    let orders = Orders::new(|request| Ok(request.client_identity()?.subject().to_string()));
    let server = Server::builder().layer(layer).add_service(orders);
    tokio::spawn(server.serve_with_incoming(ReceiverStream::new(incoming)));
    address
}

#[tokio::test]
async fn tonic_believes_the_machine_that_proved_to_be_the_gateway() {
    let (house, pki) = (House::new(), Pki::new());
    let address = serve_tonic(&house, layer(house.gateway(), &pki)).await;
    let value = pki.good().escaped_pem();
    let call = async |own, headers: &[(&str, &str)]| {
        orders::get(orders::through_tls(&house.machine(own, Protocol::Http2), address).await, headers).await
    };
    let headers = [("x-client-cert", value.as_str())];
    let organization = call(Some(&house.edge), &headers).await.unwrap();
    assert_eq!(organization, "CN=data-exchange-svc01,O=Big Partner Foo SA,C=CH");
    for own in [Some(&house.other), None] {
        assert_eq!(call(own, &headers).await.unwrap_err().code(), Code::Unauthenticated);
    }
    let itself = call(Some(&house.edge), &[]).await.unwrap_err();
    assert_eq!(itself.code(), Code::Unauthenticated, "the gateway is no client");
}

/// What tonic tells of TLS over a Unix socket: the user and the machine, each of which must be the gateway's.
#[cfg(unix)]
#[tokio::test]
async fn tonic_tells_both_who_holds_the_socket_and_who_proved_what_over_it() {
    let (house, pki) = (House::new(), Pki::new());
    let value = pki.good().escaped_pem();
    let (mut uids, mut told) = (Vec::new(), Vec::new());
    for (own, is_listed, is_known) in [
        (Some(&house.edge), true, true),
        (Some(&house.edge), false, false),
        (Some(&house.other), true, false),
        (None, true, false),
    ] {
        let (near, far) = UnixStream::pair().unwrap();
        let uid = near.peer_cred().unwrap().uid();
        let machine = house.machine(own, Protocol::Http2);
        let (accepted, connected) = tokio::join!(house.acceptor(b"h2").accept(near), machine.shake_hands(far));
        let info = accepted.unwrap().connect_info();
        let peers = UnixPeers::uid(if is_listed { uid } else { uid + 1 });
        let layer = layer(house.gateway_at(Gateway::nginx([""; 0]).unwrap().unix_socket(peers)), &pki);
        let asked = ask(&layer, over(|all| drop(all.insert(info)), &[("x-client-cert", &value)])).await;
        assert_eq!(asked.identity().is_some(), is_known, "{own:?} {is_listed}");
        drop(connected.unwrap());
        uids.push(uid);
        told.extend(asked.identity().map(proven_by));
    }
    let edge = Fingerprint::new(sha2::Sha256::digest(house.edge.der()).into());
    assert_eq!(told, [format!("unix socket of uid {}, gateway certificate {edge}", uids[0])]);
}
