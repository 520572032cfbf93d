//! A fetcher on hyper, with every guard against addresses that must not be reached.
//!
//! Names are resolved once for each fetch, the addresses are checked, and the connection goes to a checked address: a
//! name that stands for another address a moment later gains nothing. There is one connection for each fetch, no proxy,
//! no cookie, no credential, and no redirect.

mod exchange;
mod resolver;
mod targets;
#[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
mod tls;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use self::exchange::exchange;
use self::resolver::{Resolve, SystemResolver};
use self::targets::Targets;
#[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
use self::tls::Tls;
use super::{Fetch, FetchError, FetchRequest, FetchUrl, Fetched, Fetching};
use crate::error::ConfigError;
use crate::gate::Gate;
use crate::gateway::IntoAddressRange;

/// Fetches over HTTP/1.1, from addresses of the public internet and from ranges that are allowed by name.
///
/// Refused unless a range is given to [`allow_targets`](Self::allow_targets): loopback, private (RFC 1918, ULA),
/// link-local and with it the metadata services of clouds, CGNAT, multicast, broadcast, unspecified and reserved
/// addresses, and every spelling of them in IPv6 (mapped, NAT64, 6to4, Teredo).
///
/// Lists and answers are signed, so plain `http` is how they are served nearly everywhere. `https` hides which
/// certificates are asked for, and needs roots of its own (feature `https-client`).
///
/// ```
/// use std::time::Duration;
/// use tower_client_cert::HttpFetcher;
///
/// let public_internet = HttpFetcher::new();
/// let own_authority = HttpFetcher::new().allow_targets("10.20.0.0/28")?.connect_timeout(Duration::from_millis(500));
/// # let _ = (public_internet, own_authority);
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct HttpFetcher {
    targets: Targets,
    resolver: Arc<dyn Resolve>,
    gate: Arc<Gate>,
    connect_timeout: Duration,
    #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
    tls: Option<Tls>,
}

impl HttpFetcher {
    /// Fetches at a time where nothing else is said.
    pub(crate) const DEFAULT_MAX_RUNNING: usize = 8;

    /// Fetches that wait where nothing else is said.
    pub(crate) const DEFAULT_MAX_WAITING: usize = 64;

    /// A fetcher that reaches the public internet alone: 2 seconds for a connection, 8 fetches at a time, 64 that wait.
    #[must_use]
    pub fn new() -> Self {
        Self {
            targets: Targets::default(),
            resolver: Arc::new(SystemResolver),
            gate: Arc::new(Gate::new(Self::DEFAULT_MAX_RUNNING, Self::DEFAULT_MAX_WAITING)),
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
            tls: None,
        }
    }

    /// Lets hosts be reached in a range of addresses that is refused otherwise, such as that of a private authority.
    /// Name the authority's own addresses, not the whole network.
    ///
    /// # Errors
    ///
    /// [`ConfigError::AddressRange`] for what is no range, or covers every address.
    pub fn allow_targets(mut self, range: impl IntoAddressRange) -> Result<Self, ConfigError> {
        self.targets.list(range.into_address_range()?);
        Ok(self)
    }

    /// How long one attempt to connect may take, with the TLS handshake. Default: 2 seconds. The whole fetch is limited
    /// by its request.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How many fetches run at a time, and how many more may wait; one beyond fails with [`FetchError::Busy`]. At least
    /// one always runs. Default: 8 and 64.
    #[must_use]
    pub fn max_concurrent(mut self, running: usize, waiting: usize) -> Self {
        self.gate = Arc::new(Gate::new(running.clamp(1, MAX_RUNNING), waiting.min(MAX_RUNNING)));
        self
    }

    /// Fetches from `https` addresses whose certificate leads to one of these anchors and is valid by this clock.
    /// Default: none, and `https` is refused. The anchors of clients are no good choice here.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoCertificates`] without an anchor.
    #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
    pub fn https_roots(
        mut self,
        roots: &crate::validation::TrustAnchors,
        clock: impl crate::clock::Clock,
    ) -> Result<Self, ConfigError> {
        self.tls = Some(Tls::new(roots, clock)?);
        Ok(self)
    }

    #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
    fn https_anchors(&self) -> String {
        self.tls.as_ref().map_or_else(|| "refused".to_owned(), Tls::describe)
    }

    #[cfg(not(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring"))))]
    #[expect(clippy::unused_self, reason = "as with roots")]
    fn https_anchors(&self) -> &'static str {
        "refused"
    }

    async fn run(&self, request: &FetchRequest) -> Result<Fetched, FetchError> {
        let _entry = self.gate.enter().await.ok_or(FetchError::Busy { limit: self.gate.max_waiting })?;
        let url = request.url();
        let stream = self.connect(url).await?;
        if !url.is_https() {
            return exchange(stream, request).await;
        }
        #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
        if let Some(tls) = &self.tls {
            let handshake = timeout(self.connect_timeout, tls.connect(url, stream)).await;
            let stream = handshake.map_err(|_| FetchError::Tls { kind: io::ErrorKind::TimedOut })??;
            return exchange(stream, request).await;
        }
        Err(FetchError::HttpsNotConfigured)
    }

    /// Connects to the first address of the host that may be reached and answers.
    async fn connect(&self, url: &FetchUrl) -> Result<TcpStream, FetchError> {
        let addresses = match url.host().parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.resolve(url).await.unwrap_or_default(),
        };
        let mut failed = FetchError::NameNotResolved { host: url.host().to_owned() };
        for address in addresses {
            let checked = match self.targets.check(address) {
                Ok(checked) => checked,
                Err(refused) => {
                    failed = refused;
                    continue;
                }
            };
            let connecting = TcpStream::connect(SocketAddr::new(checked, url.port()));
            match timeout(self.connect_timeout, connecting).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failed = FetchError::Connect { kind: error.kind() },
                Err(_) => failed = FetchError::Connect { kind: io::ErrorKind::TimedOut },
            }
        }
        Err(failed)
    }
}

impl Default for HttpFetcher {
    fn default() -> Self {
        Self::new()
    }
}

impl Fetch for HttpFetcher {
    fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
        Box::pin(async move {
            self.check(request.url())?;
            let after = request.time_limit();
            timeout(after, self.run(&request)).await.unwrap_or(Err(FetchError::TimedOut { after }))
        })
    }

    fn check(&self, url: &FetchUrl) -> Result<(), FetchError> {
        #[cfg(all(feature = "https-client", any(feature = "aws-lc-rs", feature = "ring")))]
        if self.tls.is_some() {
            return Ok(());
        }
        if url.is_https() { Err(FetchError::HttpsNotConfigured) } else { Ok(()) }
    }

    fn describe(&self) -> String {
        let Gate { max_inside: running, max_waiting: waiting, .. } = &*self.gate;
        let connect = self.connect_timeout.as_millis();
        let https = self.https_anchors();
        format!("HTTP, {connect} ms to connect, {running} fetches at a time, {waiting} more wait, https {https}")
    }

    fn allowed_targets(&self) -> Vec<String> {
        self.targets.listed().map(|range| range.as_str().to_owned()).collect()
    }

    fn max_running(&self) -> Option<usize> {
        Some(self.gate.max_inside)
    }
}

/// Time for one attempt to connect where nothing else is said.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The most fetches at a time, and the most that wait.
const MAX_RUNNING: usize = 4096;

#[cfg(test)]
mod tests;
