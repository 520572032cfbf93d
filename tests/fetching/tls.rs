//! `https`, with roots of the operator's own.

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower_client_cert::{Fetch as _, FetchError, FetchRequest, FetchUrl, HttpFetcher, TrustAnchors};

use crate::support::clock::Fixed;
use crate::support::pki::{Minted, Pki, Shape, days};

/// Answers with `list` over TLS, with this certificate; the address is that of its name.
async fn serve(certificate: &Minted) -> String {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.certificate_der()], certificate.key_der())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlist").await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    format!("https://localhost:{port}/a.crl")
}

async fn fetch(root: &Minted, url: &str) -> Result<Vec<u8>, FetchError> {
    let roots = TrustAnchors::from_der(root.der()).unwrap();
    let fetcher = HttpFetcher::new().allow_targets("127.0.0.1").unwrap().https_roots(&roots, Fixed::usual()).unwrap();
    let request = FetchRequest::get(FetchUrl::configured(url).unwrap());
    Ok(fetcher.fetch(request).await?.into_octets()?.octets().to_vec())
}

#[tokio::test]
async fn a_server_with_a_certificate_under_the_roots_is_fetched_from() {
    let Pki { root, .. } = Pki::new();
    let url = serve(&root.issue(&Shape::server("localhost"))).await;
    assert_eq!(fetch(&root, &url).await.unwrap(), b"list");
}

#[tokio::test]
async fn other_roots_other_names_and_expired_certificates_are_refused() {
    let Pki { root, .. } = Pki::new();
    let trusted = serve(&root.issue(&Shape::server("localhost"))).await;
    let other_name = serve(&root.issue(&Shape::server("crl.example"))).await;
    let expired = serve(&root.issue(&Shape::server("localhost").valid(days(-9), days(-1)))).await;
    for (root, url) in [(&Pki::new().root, trusted), (&root, other_name), (&root, expired)] {
        let error = fetch(root, &url).await.unwrap_err();
        assert!(matches!(error, FetchError::Tls { .. }), "{error}");
    }
}

#[tokio::test]
async fn plain_http_still_works_beside() {
    let Pki { root, .. } = Pki::new();
    let server = crate::support::faulty_server::FaultyServer::always(crate::support::faulty_server::Behaviour::ok(
        "text/plain",
        b"list",
    ))
    .await;
    assert_eq!(fetch(&root, &server.url("/")).await.unwrap(), b"list");
}

#[test]
fn no_roots_are_refused() {
    let none = TrustAnchors::none();
    assert!(HttpFetcher::new().https_roots(&none, Fixed::usual()).is_err());
}
