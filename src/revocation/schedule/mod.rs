//! Revocation lists from addresses, kept fresh in the background.
//!
//! Each list is fetched at once, and again at an interval and ahead of its next update. What comes is verified like a
//! file. A failed fetch takes no list out of force, and neither does a list that is older than the one in force.
//!
//! A store is asked before the authority, and only what is newer than the list in force is taken from it. After a list
//! from the store, the authority is asked the next time, whatever the store has, so that a store that holds back lists
//! holds them back for one interval.
//!
//! Addresses are the operator's, or those of certificates of valid paths, on hosts that the operator allowed. Only for the
//! first look at one of the latter a client may wait; from then on it is looked after like the others.

mod due;
mod points;
mod run;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

pub(crate) use self::points::{DistributionPoints, Look, Named, PointPlace};
use self::points::{MAX_POINTS, Point};
pub(crate) use self::run::{ListKeeper, ListNews, NewsOutcome};
use super::crl::Numbering;
use super::fetch::{AllowedHosts, Fetch, FetchUrl};
use super::store::{RevocationStore, SharedStore};
use crate::error::{ConfigError, FetchUrlProblem};
use crate::escape::Escaped;
use crate::policy::{EffectivePolicy, listed};

/// Revocation lists that are fetched from addresses, on a schedule, and put in force beside those from files.
///
/// Fetching begins when the layer is built, inside of a tokio runtime, and ends with the last clone of the layer, its
/// services and handles. Until the first list has come, clients that need it are refused as without a source.
///
/// ```no_run
/// # #[cfg(feature = "http-client")] {
/// use std::time::Duration;
/// use tower_client_cert::{FetchedCrls, HttpFetcher};
///
/// let crls = FetchedCrls::new(HttpFetcher::new(), ["http://crl.partner.example/issuing.crl"])?
///     .interval(Duration::from_secs(15 * 60))?;
/// # let _ = crls;
/// # }
/// # Ok::<(), tower_client_cert::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FetchedCrls {
    pub(super) fetcher: Arc<dyn Fetch>,
    pub(super) urls: Vec<FetchUrl>,
    /// Where lists may be that certificates name.
    pub(super) hosts: Option<AllowedHosts>,
    /// Those of a running layer.
    pub(super) points: Option<Arc<DistributionPoints>>,
    pub(super) wait: Duration,
    pub(super) store: Option<SharedStore>,
    pub(super) interval: Duration,
    pub(super) max_octets: usize,
    pub(super) time_limit: Duration,
    pub(super) numbering: Numbering,
    /// As many permits as configured addresses were looked at.
    pub(super) looked_at: Arc<Semaphore>,
}

impl FetchedCrls {
    /// Lists in DER or PEM at these addresses, at most 64.
    ///
    /// # Errors
    ///
    /// [`ConfigError::FetchUrl`] for an address that is none, that the fetcher can never fetch from, and for none or too
    /// many of them.
    pub fn new<U: AsRef<str>>(fetcher: impl Fetch, urls: impl IntoIterator<Item = U>) -> Result<Self, ConfigError> {
        let urls = urls.into_iter().map(FetchUrl::configured).collect::<Result<Vec<_>, _>>()?;
        let refuse = |value: &str, problem| ConfigError::FetchUrl { value: value.to_owned(), problem };
        if urls.is_empty() {
            return Err(refuse("", FetchUrlProblem::Missing));
        }
        if let Some(url) = urls.get(MAX_URLS) {
            return Err(refuse(url.as_str(), FetchUrlProblem::TooMany { limit: MAX_URLS }));
        }
        for url in &urls {
            fetcher
                .check(url)
                .map_err(|error| refuse(url.as_str(), FetchUrlProblem::Unreachable { why: error.to_string() }))?;
        }
        Ok(Self { urls, max_octets: DEFAULT_MAX_OCTETS, ..Self::from_nowhere(fetcher) })
    }

    /// Lists at the addresses that clients' certificates name (distribution points, RFC 5280 section 4.2.1.13), on these
    /// hosts alone. Whoever can make an authority under the anchors issue a certificate then chooses where on them this
    /// machine sends requests.
    ///
    /// An address is looked at when a valid certificate names it whose issuer has no list in force, and is looked after
    /// from then on, at most 256 of them. Only the first client waits for its list, [`wait`](Self::wait) at most. What comes is
    /// verified like every list, by the authorities of the layer or the issuer that the client's path proved, and must
    /// cover the certificate. An address without a current list for a day is left alone until a certificate names it again.
    ///
    /// Of each list, 8 MiB are read at most ([`max_octets`](Self::max_octets)).
    ///
    /// ```no_run
    /// # #[cfg(feature = "http-client")] {
    /// use tower_client_cert::{AllowedHosts, FetchedCrls, HttpFetcher};
    ///
    /// let hosts = AllowedHosts::new(["crl.partner.example"])?;
    /// let crls = FetchedCrls::allow_distribution_points(HttpFetcher::new(), hosts);
    /// # let _ = crls;
    /// # }
    /// # Ok::<(), tower_client_cert::ConfigError>(())
    /// ```
    #[must_use]
    pub fn allow_distribution_points(fetcher: impl Fetch, hosts: AllowedHosts) -> Self {
        Self { hosts: Some(hosts), ..Self::from_nowhere(fetcher) }
    }

    fn from_nowhere(fetcher: impl Fetch) -> Self {
        Self {
            fetcher: Arc::new(fetcher),
            urls: Vec::new(),
            hosts: None,
            points: None,
            wait: DEFAULT_WAIT,
            store: None,
            interval: DEFAULT_INTERVAL,
            max_octets: DEFAULT_MAX_POINT_OCTETS,
            time_limit: DEFAULT_TIME_LIMIT,
            numbering: Numbering::Required,
            looked_at: Arc::new(Semaphore::new(0)),
        }
    }

    /// Puts something in front of the client.
    pub(crate) fn fetch_through<F: Fetch>(&mut self, wrap: impl Fn(Arc<dyn Fetch>) -> F) {
        self.fetcher = Arc::new(wrap(Arc::clone(&self.fetcher)));
    }

    /// Waits until every configured address was looked at once.
    pub(crate) async fn looked_for(&self) {
        let addresses = u32::try_from(self.urls.len()).unwrap_or(u32::MAX);
        // An error is a semaphore that was closed, which nobody does.
        drop(self.looked_at.acquire_many(addresses).await);
    }

    /// The longest that a client waits whose distribution point was never looked at before. Default: 5 seconds. No client
    /// waits for a list at an address that the operator wrote down.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Shares fetched lists with other replicas, or keeps them over a restart. Default: no store.
    #[must_use]
    pub fn store(mut self, store: impl RevocationStore) -> Self {
        self.store = Some(SharedStore::new(Arc::new(store)));
        self
    }

    /// How long to wait between two looks at an address, where the list does not end before. Default: 1 hour.
    ///
    /// # Errors
    ///
    /// [`ConfigError::FetchInterval`] for less than 10 seconds.
    pub fn interval(mut self, interval: Duration) -> Result<Self, ConfigError> {
        if interval < MIN_INTERVAL {
            return Err(ConfigError::FetchInterval { interval, least: MIN_INTERVAL });
        }
        self.interval = interval;
        Ok(self)
    }

    /// The most octets at one address. Default: 64 MiB; 8 MiB at a distribution point.
    #[must_use]
    pub fn max_octets(mut self, octets: usize) -> Self {
        self.max_octets = octets;
        self
    }

    /// How long one fetch may take. Default: 60 seconds.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Accepts lists of version 2 without a number; see
    /// [`RevocationLists::allow_missing_number`](crate::RevocationLists::allow_missing_number).
    #[must_use]
    pub fn allow_missing_number(mut self) -> Self {
        self.numbering = Numbering::Optional;
        self
    }

    /// The same for one generation of a layer, with a register of its own of the addresses that certificates name.
    pub(crate) fn for_generation(self) -> Self {
        let points = self.hosts.clone().map(|hosts| Arc::new(DistributionPoints::new(hosts, self.wait)));
        Self { points, ..self }
    }

    /// The addresses that the operator wrote down.
    pub(crate) fn urls(&self) -> &[FetchUrl] {
        &self.urls
    }

    /// The addresses that certificates name.
    pub(crate) fn points(&self) -> Option<&Arc<DistributionPoints>> {
        self.points.as_ref()
    }

    /// As it stands in the effective policy.
    pub(crate) fn describe(&self, key: &str, policy: &mut EffectivePolicy) {
        let is_lenient = self.numbering == Numbering::Optional;
        let places = match &self.hosts {
            Some(hosts) => {
                let wait = self.wait.as_millis();
                format!("at most {MAX_POINTS} addresses in certificates, on {hosts}, {wait} ms for the first client,")
            }
            None => listed(self.urls.iter().map(|url| Escaped(url.as_str()))),
        };
        let value = format!(
            "{places} every {} s and ahead of their next update, at most {} octets in {} s{}",
            self.interval.as_secs(),
            self.max_octets,
            self.time_limit.as_secs_f64(),
            if is_lenient { ", lists without a number too" } else { "" }
        );
        policy
            .add(key, "revocation lists that are fetched", value)
            .set_if(true)
            .allows_if(is_lenient, "the numbers by which an older list is told from a newer one")
            .allows_if(
                self.hosts.is_some(),
                "where requests are sent: to a listed host, at an address that a certificate names",
            );
        super::describe::fetcher(key, &*self.fetcher, policy);
        let store = self.store.as_ref().map_or_else(|| "none".to_owned(), SharedStore::describe);
        policy.add(format!("{key}.store"), "where fetched lists are kept", store).set_if(self.store.is_some());
    }
}

const MAX_URLS: usize = 64;

const DEFAULT_INTERVAL: Duration = Duration::from_secs(60 * 60);

const MIN_INTERVAL: Duration = Duration::from_secs(10);

const DEFAULT_MAX_OCTETS: usize = 64 * 1024 * 1024;

/// Octets of a list at a distribution point: about 200,000 entries.
const DEFAULT_MAX_POINT_OCTETS: usize = 8 * 1024 * 1024;

const DEFAULT_WAIT: Duration = Duration::from_secs(5);

const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(60);
