use super::service::Shared;
use super::{ClientCertHandle, ClientCertLayer};
use crate::advice::Advice;
use crate::gateway::advise_together;

impl ClientCertLayer {
    /// What works and is probably not meant; see [`AdviceCode`](crate::AdviceCode) for everything that is looked for.
    ///
    /// The same is logged when the layer is built and reloaded, but for what
    /// [`acknowledge_advice`](crate::ClientCertLayerBuilder::acknowledge_advice) names.
    #[must_use]
    pub fn advice(&self) -> Vec<Advice> {
        self.in_force.load().advice()
    }
}

impl ClientCertHandle {
    /// What works and is probably not meant, of what is in force now.
    #[must_use]
    pub fn advice(&self) -> Vec<Advice> {
        self.in_force.load().advice()
    }
}

impl Shared {
    pub(super) fn advice(&self) -> Vec<Advice> {
        let mut advice = Vec::new();
        let authenticator = &self.authenticator;
        let snapshot = authenticator.snapshot.load();
        let now = authenticator.clock.now();
        let checks_revocation = authenticator.revocation.is_checked();
        for member in &snapshot.gateways {
            member.gateway.advise(&member.trust, checks_revocation, &mut advice);
        }
        let gateways: Vec<_> = snapshot.gateways.iter().map(|member| &*member.gateway).collect();
        advise_together(&gateways, &mut advice);
        let trusts = snapshot.distinct_trusts();
        for trust in &trusts {
            trust.advise(&authenticator.validation, now, &mut advice);
        }
        authenticator.revocation.advise(&trusts, now, &mut advice);
        if let Some(table) = &self.access {
            let anchors: Vec<_> =
                trusts.iter().flat_map(|trust| trust.anchors()).map(|anchor| (**anchor).clone()).collect();
            advice.extend(table.load().advice(&anchors, now));
        }
        advice
    }
}
