use std::time::Duration;

use tracing::warn;

use super::{Events, TARGET, meters};
use crate::escape::Escaped;
use crate::revocation::{OcspObserver, StoreError};

impl OcspObserver for Events {
    fn answered(&self, responder: &str) {
        self.tally.ocsp_answers.add(1);
        self.reachability.answered(responder);
    }

    fn failed(&self, responder: &str, detail: &str) {
        self.reachability.failed(responder, detail, self.clock.now());
        if let Some(suppressed) = self.tally.ocsp_failures.add(1, self.now_seconds()) {
            warn!(
                target: TARGET,
                suppressed,
                responder = %Escaped(responder),
                detail = %Escaped(detail),
                "ocsp responder gave no answer that can be used"
            );
        }
    }

    fn asked(&self, took: Duration, is_answered: bool) {
        meters::ocsp_asked(took, is_answered);
    }

    fn store_failed(&self, responder: &str, error: &StoreError) {
        meters::store_failed();
        if let Some(suppressed) = self.tally.store_failures.add(1, self.now_seconds()) {
            let responder = Escaped(responder);
            warn!(target: TARGET, %responder, suppressed, detail = %error, "store of revocation data failed");
        }
    }
}
