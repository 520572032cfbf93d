use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use rustls_pki_types::{ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::time_provider::TimeProvider;
use tokio_rustls::rustls::{ClientConfig, DEFAULT_VERSIONS, RootCertStore};

use crate::clock::Clock;
use crate::error::{ConfigError, Origin};
use crate::policy::listed;
use crate::revocation::fetch::{FetchError, FetchUrl};
use crate::validation::TrustAnchors;

/// TLS with roots of the operator's own.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    /// Fingerprints of the anchors.
    anchors: Arc<str>,
}

impl Tls {
    pub(super) fn new(roots: &TrustAnchors, clock: impl Clock) -> Result<Self, ConfigError> {
        let none = || ConfigError::NoCertificates { origin: Origin::Memory };
        let mut store = RootCertStore::empty();
        for anchor in roots.as_slice() {
            store.add(anchor.certificate().certificate_der().clone()).map_err(|_| none())?;
        }
        if store.is_empty() {
            return Err(none());
        }
        let config = ClientConfig::builder_with_details(Arc::new(provider()), Arc::new(Time(clock)))
            .with_protocol_versions(DEFAULT_VERSIONS)
            .map_err(|_| ConfigError::NoAlgorithms)?
            .with_root_certificates(store)
            .with_no_client_auth();
        let anchors = listed(roots.as_slice().iter().map(|anchor| anchor.certificate().fingerprint())).into();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), anchors })
    }

    /// As it stands in the effective policy.
    pub(super) fn describe(&self) -> String {
        format!("from servers under {}", self.anchors)
    }

    pub(super) async fn connect(&self, url: &FetchUrl, stream: TcpStream) -> Result<TlsStream<TcpStream>, FetchError> {
        let name = match url.host().parse::<IpAddr>() {
            Ok(address) => ServerName::from(address),
            Err(_) => ServerName::try_from(url.host().to_owned())
                .map_err(|_| FetchError::NameNotResolved { host: url.host().to_owned() })?,
        };
        self.connector.connect(name, stream).await.map_err(|error| FetchError::Tls { kind: error.kind() })
    }
}

/// The time of the crate's clock as rustls wants it.
#[derive(Debug)]
struct Time<C>(C);

impl<C: Clock> TimeProvider for Time<C> {
    fn current_time(&self) -> Option<UnixTime> {
        self.0.now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}

fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    return tokio_rustls::rustls::crypto::ring::default_provider();
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}
