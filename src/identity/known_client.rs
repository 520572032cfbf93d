use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, SystemTime};

use super::{CertificationPath, IdentityError};
use crate::clock::Clock;
use crate::evidence::{Check, Evidence, Outcome};
use crate::gateway::TrustedPeer;
use crate::revocation::{RevocationRecord, RevocationWatch, Sources, UnrevokedChain};

/// What was found out about a client from its certificate, whichever request it came in.
///
/// Nothing of a request or a connection is in it, so that the next request with the same certificate can have it too.
pub(crate) struct KnownClient {
    path: CertificationPath,
    carrier: Carrier,
    revocation: RevocationRecord,
    watch: RevocationWatch,
    valid_until: SystemTime,
    clock: Arc<dyn Clock>,
    clock_skew: Duration,
    /// How often anybody has asked for this client. It is of all its requests together, and says nothing of any.
    asks: AtomicUsize,
}

/// What a certificate came in. It is one for all requests with the same header.
#[derive(Clone, Debug)]
pub(crate) struct Carrier {
    /// The names of the headers.
    pub(crate) headers: Arc<str>,
    /// How the client's own certificate was written, in words.
    pub(crate) encoding: &'static str,
}

impl KnownClient {
    /// Reads the identity from a path that was validated and not revoked.
    ///
    /// `clock` may differ from other clocks by `clock_skew`.
    pub(crate) fn of(
        chain: UnrevokedChain,
        carrier: Carrier,
        clock: Arc<dyn Clock>,
        clock_skew: Duration,
    ) -> Result<Self, IdentityError> {
        let UnrevokedChain { proven, record, watch } = chain;
        if let Some(field) = proven.path.end_entity.name_with_nul() {
            return Err(IdentityError { field });
        }
        let valid_until = proven.path.not_after();
        let path = CertificationPath::new(proven);
        let asks = AtomicUsize::new(0);
        Ok(Self { path, carrier, revocation: record, watch, valid_until, clock, clock_skew, asks })
    }

    /// Whether the same would be found out now, by these sources.
    pub(crate) fn is_unchanged(&self, sources: &Sources, now: SystemTime) -> bool {
        self.watch.is_unchanged(sources, now)
    }

    pub(crate) fn asks(&self) -> &AtomicUsize {
        &self.asks
    }

    pub(super) fn path(&self) -> &CertificationPath {
        &self.path
    }

    pub(super) fn valid_until(&self) -> SystemTime {
        self.valid_until
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(super) fn is_still_valid(&self) -> bool {
        let now = self.clock.now();
        self.path.proven().path.is_in_date(now, self.clock_skew) && self.watch.ask(now).is_ok()
    }

    pub(super) fn tolerated(&self) -> impl Iterator<Item = &Outcome> {
        self.revocation.tolerated()
    }

    #[cfg(feature = "metrics")]
    pub(super) fn ocsp_answered_at(&self) -> Option<SystemTime> {
        self.revocation.answered_at()
    }

    /// The record of a request of this client. Stages 1 and 2 are the request's, the others the certificate's.
    pub(super) fn evidence(&self, peer: &TrustedPeer, arrived_at: SystemTime) -> Evidence {
        let proven = self.path.proven();
        let mut evidence = Evidence::default();
        evidence.add(Check::Sender, Outcome::passed(peer.proof(), arrived_at));
        evidence.add(Check::Header, Outcome::passed(Arc::clone(&self.carrier.headers), arrived_at));
        evidence.add(Check::Encoding, Outcome::passed(self.carrier.encoding.into(), proven.record.checked_at()));
        proven.record.write(&proven.path, &mut evidence);
        self.revocation.write(arrived_at, &mut evidence);
        evidence
    }
}

impl fmt::Debug for KnownClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownClient").field("path", &self.path).finish_non_exhaustive()
    }
}
