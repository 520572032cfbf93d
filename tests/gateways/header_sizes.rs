//! What `docs/gateways/header-sizes.md` says of HTTP/2 servers and of headers past their limits.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Status};
use tower_client_cert::tonic::ClientIdentityExt as _;
use tower_client_cert::{ClientCertLayer, Gateway, Intermediates, TrustAnchors, XfccElement};

use crate::support::clock::Fixed;
use crate::support::orders::{self, Orders};
use crate::support::pki::{Minted, Pki, Shape, escaped_pem};

#[tokio::test]
async fn a_chain_past_16_kib_needs_the_servers_setting() {
    let pki = Pki::new();
    let value = xfcc(&large(&pki), &pki.intermediate);
    assert!((20_000..60_000).contains(&value.len()), "{}", value.len());

    let by_default = ask(serve(&pki, None, LAYERS_DEFAULT_BYTES).await, &value).await.unwrap_err();
    // The answer is the HTTP/2 library's: status 431 and no word about gRPC.
    assert!(by_default.message().contains("431"), "{by_default:?}");

    let set = serve(&pki, Some(SERVER_BYTES), LAYERS_DEFAULT_BYTES).await;
    assert_eq!(ask(set, &value).await.unwrap(), "Large SA");
}

#[tokio::test]
async fn the_layers_own_limit_is_refused_in_the_words_of_grpc() {
    let pki = Pki::new();
    let value = xfcc(&large(&pki), &pki.intermediate);
    let service = serve(&pki, Some(SERVER_BYTES), value.len() - 1).await;
    assert_eq!(ask(service, &value).await.unwrap_err().code(), Code::ResourceExhausted);
    let service = serve(&pki, Some(SERVER_BYTES), value.len()).await;
    assert_eq!(ask(service, &value).await.unwrap(), "Large SA");
}

/// A certificate of about 9 KB, as a signature and key of ML-DSA would make it.
fn large(pki: &Pki) -> Minted {
    let octets = [[0x04, 0x82, 0x1f, 0x40].as_slice(), &[0xa5; 8000]].concat();
    pki.issue(&Shape::client("large").organization("Large SA").extension(&[1, 2, 3, 4], &octets))
}

fn xfcc(leaf: &Minted, issuer: &Minted) -> String {
    use sha2::{Digest, Sha256};

    let hash = Sha256::digest(leaf.der()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (leaf, issuer) = (escaped_pem(leaf.der()), escaped_pem(issuer.der()));
    format!("Hash={hash};Cert=\"{leaf}\";Chain=\"{leaf}{issuer}\"")
}

async fn ask(service: SocketAddr, value: &str) -> Result<String, Status> {
    orders::get(orders::plain(service).await, &[("x-forwarded-client-cert", value)]).await
}

async fn serve(pki: &Pki, max_header_list_bytes: Option<u32>, max_header_bytes: usize) -> SocketAddr {
    let gateway = Gateway::envoy(["127.0.0.1/32"], XfccElement::Only).unwrap();
    let layer = ClientCertLayer::builder(gateway, TrustAnchors::from_der(pki.root.der()).unwrap())
        .intermediates(Intermediates::from_der(pki.intermediate.der()).unwrap())
        .max_header_bytes(max_header_bytes)
        .clock(Fixed::usual())
        .build()
        .unwrap();
    let orders =
        Orders::new(|request| Ok(request.client_identity()?.subject().organization().unwrap_or("?").to_owned()));
    let server = Server::builder().http2_max_header_list_size(max_header_list_bytes).layer(layer).add_service(orders);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

const SERVER_BYTES: u32 = 128 * 1024;
const LAYERS_DEFAULT_BYTES: usize = 64 * 1024;
