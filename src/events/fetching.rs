//! What comes of fetches.

use tracing::{debug, info, warn};

use super::{Events, TARGET, meters};
use crate::escape::Escaped;
use crate::revocation::{ListNews, NewsOutcome};

impl Events {
    /// A look for a revocation list.
    pub(crate) fn list_news(&self, news: &ListNews<'_>) {
        let url = Escaped(news.url.as_str());
        match &news.outcome {
            NewsOutcome::Fresh(lists) => {
                self.reachability.answered(news.url.as_str());
                self.tally.crl_fetches.add(1);
                meters::crl_fetched("fresh");
                for list in *lists {
                    let entries = list.entries();
                    info!(target: TARGET, url = %url, list = %Escaped(list.name()), entries, "revocation list in force");
                }
            }
            NewsOutcome::Unchanged => {
                self.reachability.answered(news.url.as_str());
                self.tally.crl_fetches.add(1);
                meters::crl_fetched("unchanged");
                debug!(target: TARGET, url = %url, "revocation list unchanged");
            }
            NewsOutcome::Failed(error) => self.list_not_fetched(news, "failed", *error),
            NewsOutcome::Refused(errors) => {
                for error in *errors {
                    self.list_not_fetched(news, "refused", error);
                }
            }
            NewsOutcome::StoreFailed(error) => {
                meters::store_failed();
                if let Some(suppressed) = self.tally.store_failures.add(1, self.now_seconds()) {
                    warn!(target: TARGET, url = %url, suppressed, detail = %error, "store of revocation data failed");
                }
            }
        }
    }

    fn list_not_fetched(&self, news: &ListNews<'_>, result: &'static str, detail: &dyn std::fmt::Display) {
        self.reachability.failed(news.url.as_str(), &detail.to_string(), self.clock.now());
        let url = Escaped(news.url.as_str());
        meters::crl_fetched(result);
        if let Some(suppressed) = self.tally.crl_fetch_failures.add(1, self.now_seconds()) {
            warn!(target: TARGET, %url, suppressed, %detail, "revocation list not fetched, what was in force stays");
        }
    }
}
