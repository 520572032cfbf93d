//! The only module that logs or counts. The names of events and fields are API.
//!
//! One event per decision, with the target `tower_client_cert`: `client certificate accepted` at debug,
//! `client certificate refused` at warn (at error where the service is set up wrongly), anonymous requests at trace;
//! `gateway trusted` at info for each gateway when a layer is built; `replaced` at info and `replacement failed` at error
//! when something is replaced at run time; `replaced by hand, until the configuration is reloaded` and `what was replaced by
//! hand is as the configuration says again` at warn, where both the handle and a file say what is in force.
//! Warnings are rate-limited per reason; the next one that is shown tells how many were `suppressed`. Values from
//! certificates are escaped and cut. The header's bytes are never shown.

mod budget;
#[cfg(feature = "fetch")]
mod fetching;
#[cfg_attr(not(feature = "metrics"), path = "no_meters.rs")]
mod meters;
#[cfg(feature = "ocsp")]
mod ocsp;
#[cfg(feature = "fetch")]
mod reachability;
mod replaced;
mod revocation_fields;
mod tally;

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use tracing::{debug, error, info, trace, warn};

#[cfg(feature = "fetch")]
use self::reachability::Reachability;
pub(crate) use self::replaced::Replaced;
use self::revocation_fields::RevocationFields;
pub use self::tally::Counts;
use self::tally::Tally;
use crate::advice::Advice;
use crate::audit::AuditLost;
use crate::authorization::AuthorizationError;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::error::{ConfigError, OcspAnswerProblem};
use crate::escape::Escaped;
use crate::evidence::Outcome;
use crate::gateway::{Gateway, GatewayPeer, UntrustedPeer};
use crate::identity::ClientIdentity;
use crate::readiness::{Readiness, UnreachableSource};
use crate::reason::Stage;
use crate::rejection::Rejection;
use crate::utc::Utc;
use crate::utc::whole_seconds;

/// What one layer has decided since it was built.
#[derive(Debug)]
pub(crate) struct Events {
    clock: Arc<dyn Clock>,
    tally: Tally,
    #[cfg(feature = "fetch")]
    reachability: Reachability,
    address_missing: AtomicBool,
    has_told_lists: AtomicBool,
}

impl Events {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        meters::describe();
        Self {
            clock,
            tally: Tally::new(),
            #[cfg(feature = "fetch")]
            reachability: Reachability::default(),
            address_missing: AtomicBool::new(false),
            has_told_lists: AtomicBool::new(false),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Servers of revocation data that gave nothing usable when they were last asked.
    #[cfg(feature = "fetch")]
    pub(crate) fn unreachable(&self, now: SystemTime) -> Vec<UnreachableSource> {
        self.reachability.unreachable(now)
    }

    /// Nothing is asked without the feature.
    #[cfg(not(feature = "fetch"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn unreachable(&self, _: SystemTime) -> Vec<UnreachableSource> {
        Vec::new()
    }

    /// The whole configuration was replaced, or stayed as it was.
    #[cfg(feature = "config")]
    pub(crate) fn reloaded(&self, outcome: Result<(), &ConfigError>) {
        match outcome {
            Ok(()) => self.tally.reloads.add(1),
            Err(_) => self.tally.failed_reloads.add(1),
        }
        Self::replaced(Replaced::Configuration, outcome);
    }

    /// Something was replaced through the handle of a layer that can be reloaded.
    #[cfg(feature = "config")]
    pub(crate) fn lasts_until_reload(what: Replaced) {
        warn!(target: TARGET, what = what.name(), "replaced by hand, until the configuration is reloaded");
    }

    /// What was replaced through the handle is as the configuration says again.
    #[cfg(feature = "config")]
    pub(crate) fn taken_back(what: Replaced) {
        warn!(target: TARGET, what = what.name(), "what was replaced by hand is as the configuration says again");
    }

    pub(crate) fn accepted(&self, identity: &ClientIdentity) {
        self.tally.accepted.add(1);
        meters::accepted(identity, || self.clock.now());
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
        for outcome in identity.tolerated() {
            if let Outcome::Tolerated { why, source, .. } = outcome {
                meters::revocation_allowed(identity.gateway());
                self.revocation_allowed(certificate, why, source);
            }
        }
    }

    /// A check that did not pass, and a policy that let the client go on.
    fn revocation_allowed(&self, certificate: &Certificate, why: &str, source: &str) {
        if let Some(suppressed) = self.tally.revocation_allowed.add(1, self.now_seconds()) {
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

    pub(crate) fn anonymous(&self, gateway: Option<&str>, peer: Option<GatewayPeer>) {
        self.tally.anonymous.add(1);
        meters::anonymous(gateway);
        trace!(target: TARGET, { gateway.address = %Peer(peer) }, "no client certificate");
    }

    pub(crate) fn refused(
        &self,
        rejection: &Rejection,
        certificate: Option<&Certificate>,
        peer: Option<GatewayPeer>,
        gateway: Option<&str>,
        reference: &str,
    ) {
        let reason = rejection.reason();
        meters::refused(reason, gateway);
        let Some(suppressed) = self.tally.refused(reason).and_then(|warning| warning.add(1, self.now_seconds())) else {
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
                mend = rejection.mend(),
                "client certificate refused"
            );
            return;
        };
        let revocation = RevocationFields::of(rejection);
        warn!(
            target: TARGET,
            reason = reason.code(),
            stage = rejection.stage().name(),
            gateway.address = %Peer(peer),
            reference,
            suppressed,
            revocation.status = revocation.status,
            revocation.reason = revocation.reason,
            revocation.revoked_at = revocation.revoked_at,
            revocation.source = revocation.source,
            revocation.this_update = revocation.this_update,
            revocation.next_update = revocation.next_update,
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
        meters::untrusted_header();
        if let Some(suppressed) = self.tally.untrusted_headers.add(1, self.now_seconds()) {
            warn!(
                target: TARGET,
                suppressed,
                gateway.address = %Peer(peer.peer()),
                detail = %peer,
                "certificate header removed: it did not come from a gateway"
            );
        }
    }

    pub(crate) fn stapled_answer_refused(&self, gateway: &str, problem: &OcspAnswerProblem) {
        meters::stapled_refused(gateway);
        if let Some(suppressed) = self.tally.stapled_refused.add(1, self.now_seconds()) {
            let gateway = Escaped(gateway);
            warn!(target: TARGET, suppressed, %gateway, detail = %problem, "ocsp answer of the gateway not used");
        }
    }

    pub(crate) fn look_alikes_removed(&self, removed: usize, peer: Option<GatewayPeer>) {
        if removed == 0 {
            return;
        }
        let count = u64::try_from(removed).unwrap_or(u64::MAX);
        meters::look_alikes(count);
        if let Some(suppressed) = self.tally.look_alikes.add(count, self.now_seconds()) {
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
        let count = u64::try_from(removed).unwrap_or(u64::MAX);
        meters::foreign_headers(count, gateway);
        if let Some(suppressed) = self.tally.foreign_headers.add(count, self.now_seconds()) {
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
        meters::shadow_denied(error.reason());
        if let Some(suppressed) = self.tally.shadow_denials.add(1, self.now_seconds()) {
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

    /// A decision that the audit has no record of.
    pub(crate) fn audit_lost(&self, lost: &AuditLost) {
        meters::audit_lost();
        if let Some(suppressed) = self.tally.audit_lost.add(1, self.now_seconds()) {
            error!(target: TARGET, suppressed, detail = %lost, "audit record lost");
        }
    }

    /// Something was replaced at run time, or what was in force stayed because its successor cannot be used.
    pub(crate) fn replaced(what: Replaced, outcome: Result<(), &ConfigError>) {
        meters::replaced(what, outcome.is_ok());
        let what = what.name();
        match outcome {
            Ok(()) => info!(target: TARGET, what, "replaced"),
            Err(error) => error!(target: TARGET, what, detail = %Chain(error), "replacement failed"),
        }
    }

    /// Decodes and validates a header, and tells how long that took.
    pub(crate) fn timed<T>(validate: impl FnOnce() -> T) -> T {
        meters::timed(validate)
    }

    /// Says whether a header was validated, or its verdict remembered.
    pub(crate) fn judged(is_validated: bool) {
        meters::judged(is_validated);
    }

    /// What is probably not meant, said when a layer is built or reloaded.
    pub(crate) fn advised(advice: &Advice) {
        warn!(target: TARGET, code = advice.code().code(), detail = advice.text(), "advice");
    }

    /// What requests are judged by from now on.
    pub(crate) fn in_force(&self, readiness: &Readiness) {
        let had_lists = self.has_told_lists.fetch_or(!readiness.crls().is_empty(), Ordering::Relaxed);
        meters::in_force(readiness, had_lists);
    }

    /// The likeliest mistake when a layer is first set up, said once and loudly.
    pub(crate) fn peer_address_missing(&self, peer: &UntrustedPeer) {
        if !self.address_missing.swap(true, Ordering::Relaxed) {
            error!(target: TARGET, detail = %peer, "every request is anonymous");
        }
    }

    fn now_seconds(&self) -> u64 {
        whole_seconds(self.clock.now())
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

/// An error with what it comes from.
struct Chain<'a>(&'a ConfigError);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

struct Peer(Option<GatewayPeer>);

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(peer) => peer.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

const TARGET: &str = "tower_client_cert";
