//! OCSP, as it stands in the effective policy.

use super::{Ocsp, OcspOptions};
use crate::policy::EffectivePolicy;

impl Ocsp {
    pub(in crate::revocation) fn describe(&self, policy: &mut EffectivePolicy) {
        let answers = self.places().map(|places| places.describe());
        policy
            .add("revocation.ocsp_answers", "files with OCSP answers", answers.as_deref().unwrap_or("none"))
            .set_if(answers.is_some());
        #[cfg(feature = "ocsp")]
        if let Some(client) = &self.client {
            client.options().describe(policy);
        }
        let (OcspOptions { ages, max_certificates }, usual) = (&self.options, OcspOptions::default());
        policy
            .add("revocation.max_ocsp_age_seconds", "seconds that an answer speaks at most", ages.most.as_secs())
            .set_if(ages.most != usual.ages.most);
        policy
            .add(
                "revocation.max_ocsp_age_without_next_update_seconds",
                "seconds that an answer without a next update speaks",
                ages.without_next_update.as_secs(),
            )
            .set_if(ages.without_next_update != usual.ages.without_next_update);
        policy
            .add("revocation.max_ocsp_certificates", "certificates whose status is kept", max_certificates)
            .set_if(*max_certificates != usual.max_certificates);
    }
}
