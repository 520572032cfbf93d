//! The straight line from a request to an identity.

use std::sync::Arc;

use http::HeaderMap;

use crate::authorization::Absence;
use crate::certificate::Certificate;
use crate::clock::Clock;
use crate::encoding::ForwardedChain;
use crate::events::Events;
use crate::gateway::{GatewayConnection, Presented, TakenSecrets, TrustedPeer, UntrustedPeer};
use crate::header::{RawCertificate, TakenHeaders};
use crate::identity::ClientIdentity;
use crate::rejection::Rejection;
use crate::revocation::{Revocation, UnrevokedChain, Verifier};
use crate::snapshot::{CurrentSnapshot, Snapshot, TrustedGateway};
use crate::validation::{ValidatedChain, ValidationOptions};

/// Everything it takes to find out who a client is.
#[derive(Debug)]
pub(crate) struct Authenticator {
    pub(crate) untrusted_header: UntrustedHeader,
    pub(crate) limits: Limits,
    pub(crate) validation: ValidationOptions,
    pub(crate) snapshot: CurrentSnapshot,
    pub(crate) revocation: Arc<Revocation>,
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

impl Finding {
    pub(crate) fn identity(&self) -> Option<&ClientIdentity> {
        match self {
            Self::Client(identity) => Some(identity),
            Self::Anonymous(_) => None,
        }
    }
}

/// A rejection, with the certificate it is about where one could be read.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) rejection: Rejection,
    pub(crate) certificate: Option<Arc<Certificate>>,
}

impl Authenticator {
    /// Follows the line. Whatever comes of it, the secrets, the certificate headers of every gateway and their
    /// look-alikes leave the request.
    pub(crate) fn authenticate(
        &self,
        connection: &GatewayConnection,
        headers: &mut HeaderMap,
    ) -> Result<Finding, Rejected> {
        let snapshot = self.snapshot.load();
        let now = self.clock.now();
        let gateways = &snapshot.gateways;
        let secrets = TakenSecrets::take(headers, gateways.iter().flat_map(|known| known.gateway.secret_names()));
        let names = gateways.iter().flat_map(|known| known.gateway.forwarding().names());
        let taken = TakenHeaders::take(headers, &names);
        self.events.look_alikes_removed(taken.look_alikes(), connection.peer);
        let presented = Presented { connection, secrets: &secrets, options: &self.validation, now };
        let (trusted, TrustedGateway { gateway, trust }) = match TrustedPeer::judge(&presented, gateways) {
            Ok(proven) => proven,
            Err(untrusted) => return self.not_from_gateway(untrusted, &taken),
        };
        let forwarding = gateway.forwarding();
        self.events.foreign_headers_removed(taken.foreign_to(forwarding), gateway.name(), connection.peer);
        let raw = RawCertificate::find(trusted, forwarding, taken, self.limits.header_bytes)?;
        let Some(raw) = raw else {
            return Ok(Finding::Anonymous(Absence::NotPresented));
        };
        let chain = ForwardedChain::decode(raw, self.limits.certificates, now)?;
        let end_entity = Arc::clone(&chain.end_entity);
        let prove = || {
            let sources = self.revocation.sources();
            let validated = ValidatedChain::validate(chain, trust, &self.validation, sources.breadth(), now)?;
            let unrevoked = UnrevokedChain::conclude(validated, &self.revocation, &sources, now)?;
            Ok(ClientIdentity::of(unrevoked, Arc::clone(&self.clock))?)
        };
        let identity = prove().map_err(|rejection| Rejected { rejection, certificate: Some(end_entity) })?;
        Ok(Finding::Client(identity))
    }

    /// What lists are verified with when they are loaded.
    pub(crate) fn verifier<'a>(&self, snapshot: &'a Snapshot) -> Verifier<'a> {
        Verifier { trusts: snapshot.trusts(), algorithms: self.validation.algorithms, now: self.clock.now() }
    }

    /// From a peer that is no gateway nothing is judged.
    fn not_from_gateway(&self, peer: UntrustedPeer, taken: &TakenHeaders) -> Result<Finding, Rejected> {
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
