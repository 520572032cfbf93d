use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::ClientCertLayer;
use super::in_force::InForce;
use super::refusal::{References, Refusals};
use super::require::AccessTableHandle;
use super::service::Shared;
use super::{limit_options, memory_options, validation_options};
use crate::advice::AdviceCode;
use crate::audit::Audit;
use crate::authenticator::{Authenticator, Limits, Memory, UntrustedHeader};
use crate::authorization::{AccessTable, Presence};
use crate::clock::{Clock, SystemClock};
use crate::error::ConfigError;
use crate::events::Events;
use crate::gateway::Gateway;
use crate::re_emission::ReEmission;
use crate::reason::{GrpcCode, Reason};
#[cfg(feature = "fetch")]
use crate::revocation::FetchedCrls;
#[cfg(feature = "ocsp")]
use crate::revocation::OcspWorld;
use crate::revocation::{
    DenyList, ListSources, OcspSources, Revocation, RevocationGeneration, RevocationLists, RevocationOptions, Verifier,
};
use crate::snapshot::{CurrentSnapshot, Snapshot, TrustSources};
use crate::validation::{Intermediates, PinnedCertificates, TrustAnchors, ValidationOptions};
use crate::verdict_cache::MemoryLimits;

/// Sets the options of a [`ClientCertLayer`]; made by [`ClientCertLayer::builder`].
#[derive(Debug)]
#[must_use = "nothing is built before build()"]
pub struct ClientCertLayerBuilder {
    gateways: Vec<Gateway>,
    anchors: TrustAnchors,
    intermediates: Intermediates,
    pinned: PinnedCertificates,
    pub(super) validation: ValidationOptions,
    pub(super) ocsp: OcspSources,
    deny_list: Option<DenyList>,
    crls: Option<RevocationLists>,
    #[cfg(feature = "fetch")]
    pub(super) fetched_crls: Vec<FetchedCrls>,
    pub(super) revocation: RevocationOptions,
    untrusted_header: UntrustedHeader,
    re_emission: ReEmission,
    required: bool,
    except: Vec<String>,
    access: Option<AccessTable>,
    strict_advice: Vec<AdviceCode>,
    acknowledged_advice: Vec<AdviceCode>,
    pub(super) limits: Limits,
    pub(super) memory: Option<MemoryLimits>,
    clock: Arc<dyn Clock>,
    pub(super) audit: Option<Audit>,
    pub(super) expiry_notice: Option<Duration>,
    statuses: HashMap<Reason, StatusCode>,
    grpc_codes: HashMap<Reason, GrpcCode>,
}

impl ClientCertLayerBuilder {
    pub(super) fn new(gateway: Gateway, anchors: TrustAnchors) -> Self {
        Self {
            gateways: vec![gateway],
            anchors,
            intermediates: Intermediates::default(),
            pinned: PinnedCertificates::default(),
            validation: ValidationOptions::default(),
            deny_list: None,
            crls: None,
            #[cfg(feature = "fetch")]
            fetched_crls: Vec::new(),
            revocation: RevocationOptions::default(),
            ocsp: OcspSources::default(),
            untrusted_header: UntrustedHeader::default(),
            re_emission: ReEmission::default(),
            required: false,
            except: Vec::new(),
            access: None,
            strict_advice: Vec::new(),
            acknowledged_advice: Vec::new(),
            limits: Limits::default(),
            memory: Some(MemoryLimits::default()),
            clock: Arc::new(SystemClock),
            audit: None,
            expiry_notice: None,
            statuses: HashMap::new(),
            grpc_codes: HashMap::new(),
        }
    }

    /// Adds another gateway, with its own proof, header and encoding, and perhaps its own anchors.
    ///
    /// The peer of the connection decides which one speaks; headers of the others are removed unread.
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateways.push(gateway);
        self
    }

    /// Adds certificates of issuing authorities. Needed wherever the gateway forwards the leaf alone and the anchor is
    /// not itself the issuer. Default: none.
    pub fn intermediates(mut self, intermediates: Intermediates) -> Self {
        self.intermediates = self.intermediates.and(intermediates);
        self
    }

    /// Accepts these certificates or keys in place of a path: registered partners and self-signed certificates (RFC 8705
    /// section 2.2). Dates, key and usages are checked; issuer, policies and lifetime are not. Default: none.
    ///
    /// They hold for every gateway that has no anchors of its own.
    pub fn trust_pinned(mut self, pinned: PinnedCertificates) -> Self {
        self.pinned = self.pinned.and(pinned);
        self
    }

    /// Refuses the certificates and keys on this list. Default: none. The handle replaces it, and the next request is
    /// judged by the new one.
    pub fn deny_list(mut self, deny_list: DenyList) -> Self {
        self.deny_list = Some(deny_list);
        self
    }

    /// Checks clients against revocation lists: a path to a file or directory, or [`RevocationLists`]. Each list is
    /// verified once, with a certificate of its issuer among the anchors and the configured intermediates; one that
    /// cannot be used fails the build. From then on a client that no current list covers is refused (see
    /// [`revocation_policy`](Self::revocation_policy)). Default: none, and the evidence says so.
    pub fn crls(mut self, lists: impl Into<RevocationLists>) -> Self {
        let lists = lists.into();
        self.crls = Some(match self.crls {
            Some(known) => known.and(lists),
            None => lists,
        });
        self
    }

    /// Refuses every request without a certificate. Default: it goes on, and handlers see that it is anonymous.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Paths that may be asked for without a certificate although it is [`required`](Self::required), such as the one
    /// that the gateway's health probe asks for. Compared as a whole with the path that this layer sees, without
    /// decoding. A certificate that is presented there and refused is refused all the same.
    pub fn except<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.except.extend(paths.into_iter().map(P::into));
        self
    }

    /// Asks this table of every request, in the layer itself: what it denies reaches no handler. Default: none, and rules
    /// stand where [`RequireClientCertLayer`](crate::RequireClientCertLayer) is put.
    ///
    /// Lines for templates of routes hold only where the framework has chosen the route before this layer runs, as
    /// `Router::layer` of axum does; elsewhere such requests are denied.
    pub fn access_table(mut self, table: AccessTable) -> Self {
        self.access = Some(table);
        self
    }

    /// Refuses requests that carry the certificate header but do not come from a gateway. Default: the header is
    /// removed, counted and warned about, and the request goes on as anonymous.
    pub fn refuse_untrusted_header(mut self) -> Self {
        self.untrusted_header = UntrustedHeader::Refuse;
        self
    }

    /// Hands the inner service a `Client-Cert` and a `Client-Cert-Chain` header as RFC 9440 has them, made anew from the
    /// path that was validated, for a service behind this one that believes it. Whatever came in under these names is
    /// removed, from whomever it came. Default: no header leaves the layer.
    pub fn re_emit_rfc9440(mut self) -> Self {
        self.re_emission = ReEmission::Rfc9440;
        self
    }

    /// The clock by which certificates are judged. Default: the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    #[cfg(feature = "config")]
    pub(crate) fn shared_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Answers a reason with another status than [`Reason::default_status`], from 400 to 599.
    pub fn status(mut self, reason: Reason, status: StatusCode) -> Self {
        self.statuses.insert(reason, status);
        self
    }

    /// Answers a reason with another gRPC code than [`Reason::default_grpc_code`].
    pub fn grpc_code(mut self, reason: Reason, code: GrpcCode) -> Self {
        self.grpc_codes.insert(reason, code);
        self
    }

    /// Makes advice of these codes an error: what is probably not meant then builds no layer. Default: none.
    pub fn strict_advice(mut self, codes: impl IntoIterator<Item = AdviceCode>) -> Self {
        self.strict_advice.extend(codes);
        self
    }

    /// Logs advice of these codes no more, because somebody has looked at it. Default: all is logged.
    /// [`ClientCertLayer::advice`] and [`strict_advice`](Self::strict_advice) know it all the same.
    pub fn acknowledge_advice(mut self, codes: impl IntoIterator<Item = AdviceCode>) -> Self {
        self.acknowledged_advice.extend(codes);
        self
    }

    /// Builds the layer.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] that names the value and how to mend it.
    pub fn build(self) -> Result<ClientCertLayer, ConfigError> {
        ClientCertLayer::start(InForce::new(self.generation(None)?))
    }

    /// The next generation of a layer, or the first one. It counts on where the one before left off, and no revocation
    /// list of it goes back in time.
    pub(crate) fn generation(self, before: Option<&Shared>) -> Result<Shared, ConfigError> {
        limit_options::check(&self)?;
        let presence = match (self.required, self.except) {
            (true, except) => Presence::required_except(except)?,
            (false, except) if except.is_empty() => Presence::Optional,
            (false, _) => return Err(ConfigError::ExceptWithoutRequired),
        };
        validation_options::check(&self.validation)?;
        memory_options::check(self.memory)?;
        if let Some(status) = self.statuses.values().find(|status| !(400..600).contains(&status.as_u16())) {
            return Err(ConfigError::Status { value: status.as_u16() });
        }
        let mut validation = self.validation;
        validation.only_pinned = validation.only_pinned.map(PinnedCertificates::distinct).transpose()?;
        let now = self.clock.now();
        let gateways: Vec<_> = self.gateways.into_iter().map(Arc::new).collect();
        let sources =
            TrustSources { gateways, anchors: self.anchors, intermediates: self.intermediates, pinned: self.pinned };
        let snapshot = Snapshot::new(sources, validation.only_issued_by.as_deref(), now)?;
        let verifier = Verifier { trusts: snapshot.trusts(), algorithms: validation.algorithms, now };
        let events = match before {
            Some(before) => Arc::clone(&before.refusals.events),
            None => Arc::new(Events::new(Arc::clone(&self.clock))),
        };
        #[cfg(feature = "ocsp")]
        let world = OcspWorld {
            clock: Arc::clone(&self.clock),
            algorithms: validation.algorithms,
            observer: Arc::<Events>::clone(&events),
        };
        #[cfg(feature = "fetch")]
        let fetched_crls: Vec<_> = self.fetched_crls.into_iter().map(FetchedCrls::for_generation).collect();
        #[cfg(feature = "fetch")]
        let lists = ListSources::of(self.crls, &fetched_crls);
        #[cfg(not(feature = "fetch"))]
        let lists = self.crls.map(|places| ListSources { places });
        let are_stapled = snapshot.gateways.iter().any(|known| known.gateway.forwarding().ocsp_answer().is_some());
        let revocation = Revocation::new(
            self.revocation,
            self.deny_list,
            lists,
            OcspSources { are_stapled, ..self.ocsp },
            &verifier,
            #[cfg(feature = "ocsp")]
            world,
        )?;
        let revocation = match before {
            Some(before) => before.authenticator.revocation.succeeding(revocation, &verifier),
            None => RevocationGeneration::first(revocation),
        };
        for member in &snapshot.gateways {
            Events::gateway_trusted(&member.gateway);
        }
        let authenticator = Authenticator {
            untrusted_header: self.untrusted_header,
            limits: self.limits,
            validation,
            snapshot: CurrentSnapshot::new(snapshot),
            revocation,
            memory: match before {
                Some(before) => before.authenticator.memory.succeeding(self.memory),
                None => Memory::new(self.memory),
            },
            validations: self.limits.validations(),
            clock: self.clock,
            events: Arc::clone(&events),
        };
        let refusals = Arc::new(Refusals {
            events,
            audit: self.audit,
            statuses: self.statuses,
            grpc_codes: self.grpc_codes,
            references: References::default(),
        });
        let access = self.access.map(AccessTableHandle::new);
        let shared = Shared {
            authenticator,
            re_emission: self.re_emission,
            presence,
            access,
            #[cfg(feature = "fetch")]
            fetched_crls,
            memory: self.memory,
            expiry_notice: self.expiry_notice,
            refusals,
        };
        let (errors, advice): (Vec<_>, Vec<_>) =
            shared.advice().into_iter().partition(|advice| self.strict_advice.contains(&advice.code()));
        if !errors.is_empty() {
            return Err(ConfigError::Advice { advice: errors });
        }
        for advice in advice.iter().filter(|advice| !self.acknowledged_advice.contains(&advice.code())) {
            Events::advised(advice);
        }
        Ok(shared)
    }
}
