use tracing::warn;

use super::{Events, TARGET};
use crate::escape::Escaped;
use crate::revocation::OcspObserver;

impl OcspObserver for Events {
    fn answered(&self) {
        self.tally.ocsp_answers.add(1);
    }

    fn failed(&self, responder: &str, detail: &str) {
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
}
