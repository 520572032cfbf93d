//! The options of the builder for those who run the service.

use std::time::Duration;

use super::ClientCertLayerBuilder;
#[cfg(feature = "audit")]
use crate::audit::Audit;

/// What is told to operators and to clients.
impl ClientCertLayerBuilder {
    /// Records every decision. Default: none is recorded beyond the log.
    #[cfg(feature = "audit")]
    pub fn audit(mut self, audit: Audit) -> Self {
        self.audit = Some(audit);
        self
    }

    /// Tells a client that its certificate expires within this time, by the header `client-certificate-expires` with
    /// the last second at which it is valid (`2026-03-01T00:00:00Z`) in each response. Such a response depends on the
    /// client, so it gets `Cache-Control: no-store`, unless the handler has set that field itself. Default: clients are not
    /// told.
    pub fn warn_before_expiry(mut self, time: Duration) -> Self {
        self.expiry_notice = Some(time);
        self
    }
}
