//! A TLS client in the test's own process, with or without a client certificate.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::pki::{Minted, NOW_UNIX_SECONDS};

/// Connects to one gateway; remembers its TLS sessions unless told not to.
#[derive(Clone, Debug)]
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
}

/// What is spoken inside the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Whether a later connection may resume the session of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sessions {
    Fresh,
    Resumed,
}

impl TlsClient {
    /// A client that shows `chain` (leaf first, nothing when it is empty) and trusts `server_root`.
    pub(crate) fn new(server_root: &Minted, chain: &[&Minted], protocol: Protocol, sessions: Sessions) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(server_root.certificate_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_details(provider, Arc::new(FixedTime))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match chain.first() {
            None => builder.with_no_client_auth(),
            Some(leaf) => {
                let certificates = chain.iter().map(|minted| minted.certificate_der()).collect();
                builder.with_client_auth_cert(certificates, leaf.key_der()).unwrap()
            }
        };
        config.alpn_protocols = match protocol {
            Protocol::Http1 => vec![b"http/1.1".to_vec()],
            Protocol::Http2 => vec![b"h2".to_vec()],
        };
        if sessions == Sessions::Fresh {
            config.resumption = Resumption::disabled();
        }
        Self { config: Arc::new(config) }
    }

    pub(crate) async fn connect(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        self.try_connect(address).await.expect("the gateway accepts")
    }

    pub(crate) async fn try_connect(&self, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
        let connecting = async { self.shake_hands(TcpStream::connect(address).await?).await };
        tokio::time::timeout(CONNECT_TIMEOUT, connecting).await?
    }

    pub(crate) async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> std::io::Result<TlsStream<S>> {
        let name = ServerName::try_from(SERVER_NAME).unwrap();
        TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await
    }
}

/// The clock of handshakes.
#[derive(Debug)]
pub(crate) struct FixedTime;

impl TimeProvider for FixedTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(NOW_UNIX_SECONDS)))
    }
}

/// The name in the certificate of every gateway in the tests.
pub(crate) const SERVER_NAME: &str = "gateway.test";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
