use std::sync::Arc;
use std::time::Duration;

use super::responder::OcspResponder;
use crate::error::ConfigError;
use crate::policy::EffectivePolicy;
use crate::revocation::fetch::{AllowedHosts, Fetch};
use crate::revocation::store::SharedStore;
use crate::validation::TrustAnchor;

/// Whom to ask, as configured.
#[derive(Clone, Debug)]
pub(crate) struct OcspClientOptions {
    pub(crate) responders: Vec<OcspResponder>,
    /// Where responders may be that certificates name.
    pub(crate) hosts: Option<AllowedHosts>,
    pub(crate) fetcher: Option<Arc<dyn Fetch>>,
    /// That the operator chose one.
    pub(crate) is_fetcher_given: bool,
    /// What is shared with other replicas.
    pub(crate) store: Option<SharedStore>,
    /// The longest between two answers about one certificate.
    pub(crate) refresh_interval: Duration,
    /// The longest that a client waits which was never seen before.
    pub(crate) wait: Duration,
}

impl OcspClientOptions {
    pub(in crate::revocation) fn is_configured(&self) -> bool {
        !self.responders.is_empty() || self.hosts.is_some()
    }

    /// Forgets how to ask where there is nobody to.
    #[cfg(feature = "config")]
    pub(crate) fn forget_where_unused(&mut self) {
        if !self.is_configured() {
            *self = Self::default();
        }
    }

    /// Who says how to ask means to ask: without a responder every client would pass unasked, and nobody would know.
    pub(in crate::revocation) fn check_is_unset(&self) -> Result<(), ConfigError> {
        let unset = Self::default();
        let set = [
            ("ocsp_fetcher", self.is_fetcher_given),
            ("ocsp_store", self.store.is_some()),
            ("ocsp_wait", self.wait != unset.wait),
            ("ocsp_refresh_interval", self.refresh_interval != unset.refresh_interval),
        ];
        match set.into_iter().find(|(_, is_set)| *is_set) {
            Some((option, _)) => Err(ConfigError::NoResponder { option }),
            None => Ok(()),
        }
    }

    /// Puts something in front of the client. Where there is none to be had, building tells so.
    pub(crate) fn fetch_through<F: Fetch>(&mut self, wrap: impl Fn(Arc<dyn Fetch>) -> F) {
        if let Some(fetcher) = self.fetcher.take().or_else(|| usual_fetcher().ok()) {
            self.fetcher = Some(Arc::new(wrap(fetcher)));
        }
    }

    /// Whether the same responders are asked in the same way, and believed on the same grounds.
    pub(in crate::revocation::ocsp) fn asks_as(&self, other: &Self) -> bool {
        self.responders == other.responders && self.hosts == other.hosts
    }

    /// A label that no anchor has would never apply.
    pub(in crate::revocation) fn check_labels(&self, anchors: &[Arc<TrustAnchor>]) -> Result<(), ConfigError> {
        self.responders.iter().filter_map(OcspResponder::issuer).try_for_each(|issuer| issuer.check_label(anchors))
    }

    /// As they stand in the effective policy.
    pub(in crate::revocation::ocsp) fn describe(&self, policy: &mut EffectivePolicy) {
        for (index, responder) in self.responders.iter().enumerate() {
            let key = format!("revocation.ocsp[{index}]");
            policy.add(key, "a responder that is asked", responder.describe()).set_if(true);
        }
        let hosts = self.hosts.as_ref().map(ToString::to_string);
        policy
            .add(
                "revocation.allow_aia_responders",
                "hosts of responders that certificates name",
                hosts.as_deref().unwrap_or("none"),
            )
            .set_if(hosts.is_some())
            .allows_if(hosts.is_some(), "the choice of where requests are sent, to authorities under the anchors");
        let store = self.store.as_ref().map(SharedStore::describe);
        policy
            .add("revocation.ocsp_store", "where answers are shared", store.as_deref().unwrap_or("none"))
            .set_if(store.is_some());
        policy
            .add("revocation.ocsp_wait_milliseconds", "how long a new client waits", self.wait.as_millis())
            .set_if(self.wait != DEFAULT_WAIT);
        policy
            .add(
                "revocation.ocsp_refresh_interval_seconds",
                "seconds between two answers at most",
                self.refresh_interval.as_secs(),
            )
            .set_if(self.refresh_interval != DEFAULT_REFRESH_INTERVAL);
        if let Some(fetcher) = &self.fetcher {
            crate::revocation::describe::fetcher("revocation.ocsp", &**fetcher, policy);
        }
    }

    /// Takes the usual fetcher where none is given, and says whether it can fetch from every configured responder.
    pub(super) fn checked_fetcher(&mut self) -> Result<Arc<dyn Fetch>, ConfigError> {
        let fetcher = match &self.fetcher {
            Some(fetcher) => Arc::clone(fetcher),
            None => Arc::clone(self.fetcher.insert(usual_fetcher()?)),
        };
        for responder in &self.responders {
            fetcher.check(&responder.url).map_err(|error| ConfigError::Responder {
                url: responder.url.as_str().to_owned(),
                problem: error.to_string(),
            })?;
        }
        Ok(fetcher)
    }
}

/// The one that is used where none is given.
#[cfg(feature = "http-client")]
#[expect(clippy::unnecessary_wraps, reason = "there is none without the feature")]
fn usual_fetcher() -> Result<Arc<dyn Fetch>, ConfigError> {
    Ok(Arc::new(crate::revocation::fetch::HttpFetcher::new()))
}

#[cfg(not(feature = "http-client"))]
fn usual_fetcher() -> Result<Arc<dyn Fetch>, ConfigError> {
    Err(ConfigError::NoFetcher)
}

impl Default for OcspClientOptions {
    fn default() -> Self {
        Self {
            responders: Vec::new(),
            hosts: None,
            fetcher: None,
            is_fetcher_given: false,
            store: None,
            refresh_interval: DEFAULT_REFRESH_INTERVAL,
            wait: DEFAULT_WAIT,
        }
    }
}

const DEFAULT_REFRESH_INTERVAL: Duration = Duration::from_secs(60 * 60);
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it is not so, an answer that a certificate is good does not outlive a reload.
    #[test]
    fn options_ask_as_others_where_both_responders_and_hosts_are_the_same() {
        let at = |url: &str| vec![OcspResponder::at(url).unwrap()];
        let on = |host: &str| Some(AllowedHosts::new([host]).unwrap());
        let options = |responders, hosts| OcspClientOptions { responders, hosts, ..OcspClientOptions::default() };
        let usual = || options(at("http://ocsp.test/"), on("aia.test"));
        assert!(usual().asks_as(&usual()));
        for other in [
            options(at("http://other.test/"), on("aia.test")),
            options(at("http://ocsp.test/"), on("other.test")),
            options(at("http://ocsp.test/"), None),
            options(Vec::new(), on("aia.test")),
        ] {
            assert!(!usual().asks_as(&other) && !other.asks_as(&usual()), "{other:?}");
        }
    }
}
