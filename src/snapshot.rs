//! Everything that can be replaced at run time, as one immutable value behind one atomic pointer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};
use http::HeaderName;

use crate::error::{ConfigError, SenderProblem};
use crate::gateway::{Gateway, check_apart};
use crate::policy::EffectivePolicy;
use crate::validation::{Intermediates, IssuedBy, PinnedCertificates, Trust, TrustAnchors};

/// One generation of trust. A request loads it once and keeps it to the end.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) gateways: Vec<TrustedGateway>,
    /// The certificate headers of all gateways, which leave every request.
    pub(crate) header_names: Box<[HeaderName]>,
    /// The headers in which gateways show their secrets, which leave every request too.
    pub(crate) secret_names: Box<[HeaderName]>,
    sources: TrustSources,
    /// Which one it is of those that were in force, counted up.
    pub(crate) generation: u64,
    /// When it was put in force.
    pub(crate) since: SystemTime,
}

/// A gateway with the trust by which its clients are judged.
#[derive(Clone, Debug)]
pub(crate) struct TrustedGateway {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) trust: Arc<Trust>,
    /// Its place in the snapshot.
    pub(crate) place: usize,
}

/// What a snapshot is made of.
#[derive(Clone, Debug)]
pub(crate) struct TrustSources {
    pub(crate) gateways: Vec<Arc<Gateway>>,
    pub(crate) anchors: TrustAnchors,
    pub(crate) intermediates: Intermediates,
    /// For gateways that have no anchors of their own.
    pub(crate) pinned: PinnedCertificates,
}

impl Snapshot {
    pub(crate) fn new(
        sources: TrustSources,
        only_issued_by: Option<&[IssuedBy]>,
        now: SystemTime,
    ) -> Result<Self, ConfigError> {
        check_apart(&sources.gateways)?;
        sources.gateways.iter().try_for_each(|gateway| gateway.check_elements())?;
        let gateways = sources.trusted_gateways()?;
        let anchors: Vec<_> = gateways.iter().flat_map(|member| member.trust.anchors()).map(Arc::clone).collect();
        for authority in only_issued_by.unwrap_or_default() {
            authority.check_label(&anchors)?;
        }
        // Whoever one gateway accepts as a client could turn up as another.
        for TrustedGateway { gateway, .. } in &gateways {
            gateways.iter().try_for_each(|other| gateway.check_clients(&other.trust))?;
        }
        let header_names = gateways.iter().flat_map(|member| member.gateway.forwarding().names()).cloned().collect();
        let secret_names = gateways.iter().flat_map(|member| member.gateway.secret_names()).cloned().collect();
        Ok(Self { gateways, header_names, secret_names, sources, generation: 0, since: now })
    }

    /// The gateways, and whose clients are accepted under which anchors.
    pub(crate) fn describe(&self, policy: &mut EffectivePolicy) {
        for (number, TrustedGateway { gateway, trust, .. }) in self.gateways.iter().enumerate() {
            let key = format!("gateway[{number}]");
            gateway.describe(&key, policy);
            if gateway.own_trust().0.is_some() {
                trust.describe(&format!("{key}."), policy);
            }
        }
        let common = self.gateways.iter().find(|member| member.gateway.own_trust().0.is_none());
        if let Some(TrustedGateway { trust, .. }) = common {
            trust.describe("", policy);
        }
    }

    /// The trust of every gateway, each once.
    pub(crate) fn distinct_trusts(&self) -> Vec<&Trust> {
        let mut distinct: Vec<&Trust> = Vec::new();
        for trust in self.trusts() {
            if !distinct.iter().any(|known| std::ptr::eq(*known, trust)) {
                distinct.push(trust);
            }
        }
        distinct
    }

    /// The trust of every gateway.
    pub(crate) fn trusts(&self) -> Vec<&Trust> {
        self.gateways.iter().map(|member| &*member.trust).collect()
    }
}

impl TrustSources {
    /// Replaces what one gateway has of its own.
    pub(crate) fn replace_of(
        &mut self,
        name: &str,
        anchors: TrustAnchors,
        intermediates: Intermediates,
    ) -> Result<(), ConfigError> {
        let Some(gateway) = self.gateways.iter_mut().find(|gateway| gateway.name() == name) else {
            let known = self.gateways.iter().map(|gateway| gateway.name().to_owned()).collect();
            return Err(SenderProblem::UnknownGateway { name: name.to_owned(), known }.into());
        };
        *gateway = Arc::new(gateway.with_trust(anchors, intermediates));
        Ok(())
    }

    fn trusted_gateways(&self) -> Result<Vec<TrustedGateway>, ConfigError> {
        // Made even where every gateway has its own, so that anchors that cannot be used are always told.
        let common = Arc::new(Trust::new(self.anchors.clone(), self.intermediates.clone(), self.pinned.clone())?);
        let trust_of = |gateway: &Gateway| match gateway.own_trust() {
            (None, own) if own.as_slice().is_empty() => Ok(Arc::clone(&common)),
            (anchors, own) => {
                let pinned = if anchors.is_none() { self.pinned.clone() } else { PinnedCertificates::default() };
                let anchors = anchors.unwrap_or(&self.anchors).clone();
                Trust::new(anchors, self.intermediates.clone().and(own.clone()), pinned).map(Arc::new)
            }
        };
        let member = |(place, gateway): (usize, &Arc<Gateway>)| {
            Ok(TrustedGateway { trust: trust_of(gateway)?, gateway: Arc::clone(gateway), place })
        };
        self.gateways.iter().enumerate().map(member).collect()
    }
}

impl AsRef<Gateway> for TrustedGateway {
    fn as_ref(&self) -> &Gateway {
        &self.gateway
    }
}

/// The snapshot in force.
#[derive(Debug)]
pub(crate) struct CurrentSnapshot {
    snapshot: ArcSwap<Snapshot>,
    /// Held while the next is made, so that of two changes at a time neither is lost.
    changing: Mutex<()>,
}

impl CurrentSnapshot {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self { snapshot: ArcSwap::from_pointee(snapshot), changing: Mutex::new(()) }
    }

    /// For the time of one request, which it costs less than [`load`](Self::load).
    pub(crate) fn in_force(&self) -> Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    pub(crate) fn load(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Makes the next snapshot from what the present one is made of. On an error, the present one stays.
    pub(crate) fn replace(
        &self,
        next: impl FnOnce(TrustSources) -> Result<Snapshot, ConfigError>,
    ) -> Result<(), ConfigError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let present = self.load();
        let snapshot = next(present.sources.clone())?;
        self.snapshot.store(Arc::new(Snapshot { generation: present.generation.wrapping_add(1), ..snapshot }));
        Ok(())
    }
}
