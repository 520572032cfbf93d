//! The only file that logs or counts. The names of events and fields are API.
//!
//! One event per decision, with the target `tower_client_cert`: `client certificate accepted` at debug,
//! `client certificate refused` at warn (at error where the service is set up wrongly), anonymous requests at trace; and
//! `gateway trusted` at info for each gateway when a layer is built.
//! Warnings are rate-limited per reason; the next one that is shown tells how many were `suppressed`. Values from
//! certificates are escaped and cut. The header's bytes are never shown.

mod budget;

use std::array;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::{debug, error, info, trace, warn};

use self::budget::Budget;
use crate::authorization::AuthorizationError;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::escape::Escaped;
use crate::evidence::Outcome;
use crate::gateway::{Gateway, GatewayPeer, UntrustedPeer};
use crate::identity::ClientIdentity;
use crate::reason::{Reason, Stage};
use crate::rejection::Rejection;
use crate::utc::Utc;
use crate::validation::whole_seconds;

/// What one layer has decided since it was built.
#[derive(Debug)]
pub(crate) struct Events {
    clock: Arc<dyn Clock>,
    accepted: AtomicU64,
    anonymous: AtomicU64,
    revocation_allowed: AtomicU64,
    refused: [AtomicU64; REASONS],
    untrusted_headers: AtomicU64,
    look_alikes: AtomicU64,
    foreign_headers: AtomicU64,
    shadow_denials: AtomicU64,
    address_missing: AtomicBool,
    refusal_budgets: [Mutex<Budget>; REASONS],
    untrusted_header_budget: Mutex<Budget>,
    look_alike_budget: Mutex<Budget>,
    foreign_header_budget: Mutex<Budget>,
    revocation_allowed_budget: Mutex<Budget>,
    shadow_denial_budget: Mutex<Budget>,
}

/// What one layer has decided since it was built, as numbers.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    accepted: u64,
    anonymous: u64,
    revocation_allowed: u64,
    refused: [u64; REASONS],
    untrusted_headers: u64,
    look_alikes: u64,
    foreign_headers: u64,
    shadow_denials: u64,
}

impl Events {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            accepted: AtomicU64::new(0),
            anonymous: AtomicU64::new(0),
            revocation_allowed: AtomicU64::new(0),
            refused: array::from_fn(|_| AtomicU64::new(0)),
            untrusted_headers: AtomicU64::new(0),
            look_alikes: AtomicU64::new(0),
            foreign_headers: AtomicU64::new(0),
            shadow_denials: AtomicU64::new(0),
            address_missing: AtomicBool::new(false),
            refusal_budgets: array::from_fn(|_| Mutex::default()),
            untrusted_header_budget: Mutex::default(),
            look_alike_budget: Mutex::default(),
            foreign_header_budget: Mutex::default(),
            revocation_allowed_budget: Mutex::default(),
            shadow_denial_budget: Mutex::default(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            accepted: read(&self.accepted),
            anonymous: read(&self.anonymous),
            revocation_allowed: read(&self.revocation_allowed),
            refused: array::from_fn(|index| self.refused.get(index).map_or(0, read)),
            untrusted_headers: read(&self.untrusted_headers),
            look_alikes: read(&self.look_alikes),
            foreign_headers: read(&self.foreign_headers),
            shadow_denials: read(&self.shadow_denials),
        }
    }

    pub(crate) fn accepted(&self, identity: &ClientIdentity) {
        count(&self.accepted, 1);
        let certificate = identity.certificate();
        debug!(
            target: TARGET,
            gateway = %Escaped(identity.gateway()),
            gateway.address = %identity.gateway_peer(),
            anchor = %Escaped(&identity.path().trusted_by_name()),
            tls.client.subject = %Escaped(&certificate.subject().to_string()),
            tls.client.issuer = %Escaped(&certificate.issuer().to_string()),
            tls.client.x509.serial_number = %certificate.serial(),
            tls.client.not_before = %Utc(certificate.not_before()),
            tls.client.not_after = %Utc(certificate.not_after()),
            tls.client.hash.sha256 = format_args!("{:X}", certificate.fingerprint()),
            "client certificate accepted"
        );
        for entry in identity.evidence().entries() {
            if let Outcome::Tolerated { why, source, .. } = &entry.outcome {
                self.revocation_allowed(certificate, why, source);
            }
        }
    }

    /// A check that did not pass, and a policy that let the client go on.
    fn revocation_allowed(&self, certificate: &Certificate, why: &str, source: &str) {
        count(&self.revocation_allowed, 1);
        if let Some(suppressed) = self.show(&self.revocation_allowed_budget) {
            warn!(
                target: TARGET,
                suppressed,
                why,
                source = %Escaped(source),
                tls.client.subject = %Escaped(&certificate.subject().to_string()),
                tls.client.x509.serial_number = %certificate.serial(),
                tls.client.hash.sha256 = format_args!("{:X}", certificate.fingerprint()),
                "client certificate accepted without a current revocation status"
            );
        }
    }

    pub(crate) fn anonymous(&self, peer: Option<GatewayPeer>) {
        count(&self.anonymous, 1);
        trace!(target: TARGET, { gateway.address = %Peer(peer) }, "no client certificate");
    }

    pub(crate) fn refused(
        &self,
        rejection: &Rejection,
        certificate: Option<&Certificate>,
        peer: Option<GatewayPeer>,
        reference: &str,
    ) {
        let reason = rejection.reason();
        let index = index_of(reason);
        if let Some(counter) = self.refused.get(index) {
            count(counter, 1);
        }
        let Some(suppressed) = self.refusal_budgets.get(index).and_then(|budget| self.show(budget)) else {
            return;
        };
        if rejection.stage() == Stage::Setup {
            setup_mistake(rejection, reference, suppressed);
            return;
        }
        let Some(certificate) = certificate else {
            warn!(
                target: TARGET,
                reason = reason.code(),
                stage = rejection.stage().name(),
                gateway.address = %Peer(peer),
                reference,
                suppressed,
                detail = %rejection,
                "client certificate refused"
            );
            return;
        };
        warn!(
            target: TARGET,
            reason = reason.code(),
            stage = rejection.stage().name(),
            gateway.address = %Peer(peer),
            reference,
            suppressed,
            tls.client.subject = %Escaped(&certificate.subject().to_string()),
            tls.client.issuer = %Escaped(&certificate.issuer().to_string()),
            tls.client.x509.serial_number = %certificate.serial(),
            tls.client.not_before = %Utc(certificate.not_before()),
            tls.client.not_after = %Utc(certificate.not_after()),
            tls.client.hash.sha256 = format_args!("{:X}", certificate.fingerprint()),
            detail = %rejection,
            mend = rejection.mend(),
            "client certificate refused"
        );
    }

    pub(crate) fn header_from_untrusted_peer(&self, peer: &UntrustedPeer) {
        count(&self.untrusted_headers, 1);
        if let Some(suppressed) = self.show(&self.untrusted_header_budget) {
            warn!(
                target: TARGET,
                suppressed,
                gateway.address = %Peer(peer.peer()),
                detail = %peer,
                "certificate header removed: it did not come from a gateway"
            );
        }
    }

    pub(crate) fn look_alikes_removed(&self, removed: usize, peer: Option<GatewayPeer>) {
        if removed == 0 {
            return;
        }
        count(&self.look_alikes, u64::try_from(removed).unwrap_or(u64::MAX));
        if let Some(suppressed) = self.show(&self.look_alike_budget) {
            warn!(
                target: TARGET,
                removed,
                suppressed,
                gateway.address = %Peer(peer),
                "headers removed whose names differ from the certificate header only in separators"
            );
        }
    }

    pub(crate) fn foreign_headers_removed(&self, removed: usize, gateway: &str, peer: Option<GatewayPeer>) {
        if removed == 0 {
            return;
        }
        count(&self.foreign_headers, u64::try_from(removed).unwrap_or(u64::MAX));
        if let Some(suppressed) = self.show(&self.foreign_header_budget) {
            warn!(
                target: TARGET,
                removed,
                suppressed,
                gateway = %Escaped(gateway),
                gateway.address = %Peer(peer),
                "certificate headers removed that belong to another gateway"
            );
        }
    }

    /// What the layer relies on, said once when it is built: the product's own validation, and what a client can do about
    /// its header.
    pub(crate) fn gateway_trusted(gateway: &Gateway) {
        let name = Escaped(gateway.name());
        let Some(facts) = gateway.facts() else {
            info!(target: TARGET, gateway = %name, "gateway trusted");
            return;
        };
        info!(
            target: TARGET,
            gateway = %name,
            product = facts.product,
            validates = %facts.validates,
            removes_client_copy = %facts.removes_client_copy,
            client_can_drop = %facts.client_can_drop,
            page = facts.page,
            "gateway trusted"
        );
    }

    /// A rule that is only rehearsed would have refused the request.
    pub(crate) fn shadow_denied(&self, error: &AuthorizationError, certificate: Option<&Certificate>) {
        count(&self.shadow_denials, 1);
        if let Some(suppressed) = self.show(&self.shadow_denial_budget) {
            warn!(
                target: TARGET,
                reason = error.reason().code(),
                suppressed,
                tls.client.hash.sha256 = certificate.map(|known| format!("{:X}", known.fingerprint())),
                detail = %error,
                "request passed that a rule in shadow mode would refuse"
            );
        }
    }

    /// The likeliest mistake when a layer is first set up, said once and loudly.
    pub(crate) fn peer_address_missing(&self, peer: &UntrustedPeer) {
        if !self.address_missing.swap(true, Ordering::Relaxed) {
            error!(target: TARGET, detail = %peer, "every request is anonymous");
        }
    }

    fn show(&self, budget: &Mutex<Budget>) -> Option<u64> {
        let now = whole_seconds(self.clock.now());
        budget.lock().unwrap_or_else(PoisonError::into_inner).take(now)
    }
}

impl Counts {
    /// Requests with an identity.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Requests without a certificate that went on.
    #[must_use]
    pub fn anonymous(&self) -> u64 {
        self.anonymous
    }

    /// Requests with an identity of which no current source said that its certificate is not revoked: a policy allowed
    /// it. They are among the accepted.
    #[must_use]
    pub fn revocation_allowed(&self) -> u64 {
        self.revocation_allowed
    }

    /// Requests refused for a reason.
    #[must_use]
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused.get(index_of(reason)).copied().unwrap_or(0)
    }

    /// Certificate headers that were removed because their sender is no gateway: wrong ranges, or an attempt to claim
    /// somebody else's certificate.
    #[must_use]
    pub fn untrusted_headers(&self) -> u64 {
        self.untrusted_headers
    }

    /// Certificate headers that were removed because they are another gateway's than the one that sent them: it passes
    /// on what clients make up.
    #[must_use]
    pub fn foreign_headers(&self) -> u64 {
        self.foreign_headers
    }

    /// Requests that passed and that a rule in shadow mode would have refused.
    #[must_use]
    pub fn shadow_denials(&self) -> u64 {
        self.shadow_denials
    }

    /// Headers removed because their names differ from the certificate header's only in separators.
    #[must_use]
    pub fn look_alikes(&self) -> u64 {
        self.look_alikes
    }
}

/// An identity was asked for where no layer ran, so there is no layer's record to count in.
pub(crate) fn layer_missing(reference: &str) {
    setup_mistake(&Rejection::Setup(crate::rejection::SetupError::LayerMissing), reference, 0);
}

fn setup_mistake(rejection: &Rejection, reference: &str, suppressed: u64) {
    let reason = rejection.reason().code();
    let stage = rejection.stage().name();
    error!(target: TARGET, reason, stage, reference, suppressed, detail = %rejection, "request refused by a mistake in the set-up");
}

fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

fn index_of(reason: Reason) -> usize {
    Reason::ALL.iter().position(|known| *known == reason).unwrap_or(REASONS)
}

struct Peer(Option<GatewayPeer>);

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(peer) => peer.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

const REASONS: usize = Reason::ALL.len();

const TARGET: &str = "tower_client_cert";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        for (index, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(index_of(*reason), index);
        }
    }
}
