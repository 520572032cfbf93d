//! The straight line from a request to an identity.

use std::sync::Arc;

use http::HeaderMap;

use crate::authorization::Absence;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::encoding::ForwardedChain;
use crate::events::Events;
use crate::gateway::{Gateway, GatewayPeer, TrustedPeer, UntrustedPeer};
use crate::header::{RawCertificate, TakenHeader};
use crate::identity::ClientIdentity;
use crate::rejection::Rejection;
use crate::revocation::UnrevokedChain;
use crate::snapshot::CurrentSnapshot;
use crate::validation::{ValidatedChain, ValidationOptions};

/// Everything it takes to find out who a client is.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) gateway: Gateway,
    pub(crate) untrusted_header: UntrustedHeader,
    pub(crate) limits: Limits,
    pub(crate) validation: ValidationOptions,
    pub(crate) snapshot: CurrentSnapshot,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Arc<Events>,
}

/// What becomes of a request with a certificate header from a peer that is no gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UntrustedHeader {
    /// The header is removed and the request goes on as anonymous.
    #[default]
    Remove,
    /// The request is refused.
    Refuse,
}

/// Bounds on what one request may ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) header_bytes: usize,
    pub(crate) certificates: usize,
}

/// What the line found out about a request that may go on.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    Anonymous(Absence),
    Client(ClientIdentity),
}

/// A rejection, with the certificate it is about where one could be read.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) rejection: Rejection,
    pub(crate) certificate: Option<Arc<Certificate>>,
}

impl Authenticator {
    /// Follows the line. Whatever comes of it, the certificate header and its look-alikes leave the request.
    pub(crate) fn authenticate(&self, peer: Option<GatewayPeer>, headers: &mut HeaderMap) -> Result<Finding, Rejected> {
        let forwarding = self.gateway.forwarding();
        let taken = TakenHeader::take(headers, forwarding.header());
        self.events.look_alikes_removed(taken.look_alikes(), peer);
        let trusted = match TrustedPeer::judge(peer, &self.gateway) {
            Ok(trusted) => trusted,
            Err(untrusted) => return self.not_from_gateway(untrusted, &taken),
        };
        let raw = RawCertificate::find(trusted, forwarding, taken, self.limits.header_bytes)?;
        let Some(raw) = raw else {
            return Ok(Finding::Anonymous(Absence::NotPresented));
        };
        let now = self.clock.now();
        let chain = ForwardedChain::decode(raw, forwarding.encoding(), self.limits.certificates, now)?;
        let end_entity = Arc::clone(&chain.end_entity);
        let prove = || {
            let snapshot = self.snapshot.load();
            let validated = ValidatedChain::validate(chain, &snapshot.trust, &self.validation, now)?;
            let unrevoked = UnrevokedChain::conclude(validated);
            Ok(ClientIdentity::of(unrevoked, Arc::clone(&self.clock))?)
        };
        let identity = prove().map_err(|rejection| Rejected { rejection, certificate: Some(end_entity) })?;
        Ok(Finding::Client(identity))
    }

    /// From a peer that is no gateway nothing is judged.
    fn not_from_gateway(&self, peer: UntrustedPeer, taken: &TakenHeader) -> Result<Finding, Rejected> {
        if peer == UntrustedPeer::NoAddress {
            self.events.peer_address_missing(&peer);
        }
        let header_removed = taken.is_present();
        if header_removed {
            if self.untrusted_header == UntrustedHeader::Refuse {
                return Err(Rejection::from(peer).into());
            }
            self.events.header_from_untrusted_peer(&peer);
        }
        Ok(Finding::Anonymous(Absence::NotFromGateway { peer, header_removed }))
    }
}

impl<E: Into<Rejection>> From<E> for Rejected {
    fn from(error: E) -> Self {
        Self { rejection: error.into(), certificate: None }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { header_bytes: DEFAULT_MAX_HEADER_BYTES, certificates: DEFAULT_MAX_CERTIFICATES }
    }
}

/// Default limit of the certificate header, in bytes.
const DEFAULT_MAX_HEADER_BYTES: usize = 64 * 1024;

/// Default limit of certificates in one request.
const DEFAULT_MAX_CERTIFICATES: usize = 10;
