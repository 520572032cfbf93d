#[cfg(feature = "fetch")]
use std::sync::Arc;
use std::time::Duration;

use super::ClientCertLayerBuilder;
#[cfg(feature = "fetch")]
use crate::revocation::Fetch;
#[cfg(feature = "ocsp")]
use crate::revocation::{AllowedHosts, OcspResponder, RevocationStore, SharedStore};
use crate::revocation::{OcspAnswers, RevocationMode, RevocationPolicy, RevocationScope};

/// How it is judged whether certificates are revoked.
impl ClientCertLayerBuilder {
    /// Which certificates of a path a list must cover. Default: [`RevocationScope::EndEntity`].
    pub fn revocation_scope(mut self, scope: RevocationScope) -> Self {
        self.revocation.scope = scope;
        self
    }

    /// What becomes of clients under the anchors with this label when no current list covers them. Default:
    /// [`RevocationPolicy::deny`].
    pub fn revocation_policy(mut self, anchor_label: impl AsRef<str>, policy: RevocationPolicy) -> Self {
        self.revocation.policies.insert(anchor_label.as_ref().into(), policy);
        self
    }

    /// Which sources must say of a certificate that it is not revoked. Default: every kind that is configured; see
    /// [`RevocationMode`].
    pub fn revocation_mode(mut self, mode: RevocationMode) -> Self {
        self.revocation.mode = Some(mode);
        self
    }

    /// Checks clients against revocation lists that are fetched on a schedule. They stand beside those of
    /// [`crls`](Self::crls): the fresher list of an issuer speaks, wherever it came from. The layer must be built inside
    /// of a tokio runtime. Default: none.
    #[cfg(feature = "fetch")]
    pub fn fetched_crls(mut self, crls: crate::revocation::FetchedCrls) -> Self {
        self.fetched_crls.push(crls);
        self
    }

    /// Puts something of one's own in front of every client that is set by now and fetches lists or asks responders: that
    /// counts, goes through a queue, or asks nobody. It hands on what the client says of itself, or has the defaults of
    /// [`Fetch`](crate::Fetch).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use tower_client_cert::{ClientCertLayerBuilder, Fetch, FetchError, FetchRequest, FetchUrl, Fetching};
    ///
    /// #[derive(Debug)]
    /// struct Counted(Arc<dyn Fetch>, Arc<AtomicU64>);
    ///
    /// impl Fetch for Counted {
    ///     fn fetch(&self, request: FetchRequest) -> Fetching<'_> {
    ///         self.1.fetch_add(1, Ordering::Relaxed);
    ///         self.0.fetch(request)
    ///     }
    ///
    ///     fn check(&self, url: &FetchUrl) -> Result<(), FetchError> {
    ///         self.0.check(url)
    ///     }
    ///
    ///     fn describe(&self) -> String {
    ///         self.0.describe()
    ///     }
    ///
    ///     fn allowed_targets(&self) -> Vec<String> {
    ///         self.0.allowed_targets()
    ///     }
    ///
    ///     fn max_running(&self) -> Option<usize> {
    ///         self.0.max_running()
    ///     }
    /// }
    ///
    /// fn counting(builder: ClientCertLayerBuilder, count: Arc<AtomicU64>) -> ClientCertLayerBuilder {
    ///     builder.fetch_through(|client| Counted(client, Arc::clone(&count)))
    /// }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn fetch_through<F: Fetch>(mut self, wrap: impl Fn(Arc<dyn Fetch>) -> F) -> Self {
        for crls in &mut self.fetched_crls {
            crls.fetch_through(&wrap);
        }
        #[cfg(feature = "ocsp")]
        self.ocsp.client.fetch_through(&wrap);
        self
    }

    /// Checks clients against OCSP answers that somebody else fetched: a path to a file or directory, or [`OcspAnswers`].
    /// Each is verified when it is read, with a certificate of the issuer among the anchors and the configured
    /// intermediates; one that cannot be used fails the build. Default: none, and the evidence says so.
    pub fn ocsp_answers(mut self, answers: impl Into<OcspAnswers>) -> Self {
        let answers = answers.into();
        self.ocsp.answers = Some(match self.ocsp.answers {
            Some(known) => known.and(answers),
            None => answers,
        });
        self
    }

    /// The longest that an OCSP answer says of a certificate that it is good, from its `thisUpdate` on, whatever its next
    /// update. Default: 7 days.
    pub fn max_ocsp_age(mut self, age: Duration) -> Self {
        self.ocsp.options.ages.most = age;
        self
    }

    /// The longest that an OCSP answer without a next update says of a certificate that it is good, from its `thisUpdate`
    /// on. Default: 1 hour.
    pub fn max_ocsp_age_without_next_update(mut self, age: Duration) -> Self {
        self.ocsp.options.ages.without_next_update = age;
        self
    }

    /// The most certificates whose OCSP status is kept. Beyond, those go that were asked about longest ago, revoked ones
    /// last. Default: 100,000.
    pub fn max_ocsp_certificates(mut self, certificates: usize) -> Self {
        self.ocsp.options.max_certificates = certificates;
        self
    }
}

/// How responders are asked.
#[cfg(feature = "ocsp")]
impl ClientCertLayerBuilder {
    /// Asks an OCSP responder about clients; may be called several times, and the first that fits a certificate's issuer is
    /// asked about it. Default: none, and the evidence says so.
    ///
    /// A client that was never seen before waits for its answer, [`ocsp_wait`](Self::ocsp_wait) at most. From then on the
    /// answer is renewed in the background, on the tokio runtime that the layer is built or called in, and nobody waits.
    pub fn ocsp(mut self, responder: OcspResponder) -> Self {
        self.ocsp.client.responders.push(responder);
        self
    }

    /// Asks the responder that a client's certificate names (authority information access, RFC 5280 section 4.2.2.1), where
    /// no configured one fits and its host is on this list. Whoever can make an authority under the anchors issue a
    /// certificate then chooses where this machine sends a request. Default: no host.
    pub fn allow_aia_responders(mut self, hosts: AllowedHosts) -> Self {
        self.ocsp.client.hosts = Some(hosts);
        self
    }

    /// Through what responders are asked. Default: an `HttpFetcher` with the feature `http-client`, which
    /// reaches the public internet alone; without it there is none, and building fails.
    pub fn ocsp_fetcher(mut self, fetcher: impl Fetch) -> Self {
        self.ocsp.client.fetcher = Some(Arc::new(fetcher));
        self.ocsp.client.is_fetcher_given = true;
        self
    }

    /// Shares answers with other replicas, or keeps them over a restart. It need not be trusted: what is read from it is
    /// verified again. Answers to requests with a nonce are made for one request and not shared. Default: no store.
    pub fn ocsp_store(mut self, store: impl RevocationStore) -> Self {
        self.ocsp.client.store = Some(SharedStore::new(Arc::new(store)));
        self
    }

    /// The longest that a client waits which was never seen before. Default: 5 seconds.
    pub fn ocsp_wait(mut self, wait: Duration) -> Self {
        self.ocsp.client.wait = wait;
        self
    }

    /// The longest between two answers about one certificate, and so from a revocation to its effect where the responder is
    /// up to date. Earlier, where half of the time has passed that an answer has left. Default: 1 hour.
    pub fn ocsp_refresh_interval(mut self, interval: Duration) -> Self {
        self.ocsp.client.refresh_interval = interval;
        self
    }

    #[cfg(feature = "config")]
    pub(crate) fn without_unused_ocsp_options(mut self) -> Self {
        self.ocsp.client.forget_where_unused();
        self
    }
}
