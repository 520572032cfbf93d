//! What is probably not meant in whom is asked.

use super::Ocsp;
use crate::advice::{Advice, AdviceCode};
use crate::escape::Escaped;
use crate::revocation::advice::issuers_under;
use crate::revocation::policy::Tolerance;
use crate::revocation::{RevocationMode, RevocationOptions};
use crate::validation::{Trust, TrustAnchor};

impl Ocsp {
    pub(in crate::revocation) fn advise(
        &self,
        trusts: &[&Trust],
        options: &RevocationOptions,
        mode: Option<RevocationMode>,
        advice: &mut Vec<Advice>,
    ) {
        let Some(client) = &self.client else { return };
        let hosts = client.options().hosts.as_ref().map(|hosts| !hosts.is_empty());
        if hosts == Some(false) {
            let text = "responders are to be asked that certificates name, and no host is allowed, so none is: name the \
                        responders' hosts, or configure the responders themselves";
            advice.push(Advice::new(AdviceCode::OcspHostsMissing, text));
        }
        // Whom answers from files and addresses in certificates are about shows when they are there.
        let knows_others = hosts == Some(true) || self.places().is_some();
        let must_answer = matches!(mode, Some(RevocationMode::Both | RevocationMode::Ocsp));
        if knows_others || !must_answer {
            return;
        }
        for trust in trusts {
            for anchor in trust.anchors() {
                let is_refused = options.policy_of(anchor).no_source == Tolerance::Never;
                if is_refused && !self.answers_for(anchor, trust) {
                    let text = format!(
                        "no responder is asked about clients of anchor \"{}\": they are refused; add one, or say \
                         allow_no_source for its label",
                        Escaped(&anchor.name())
                    );
                    advice.push(Advice::new(AdviceCode::OcspMissing, text));
                }
            }
        }
    }

    /// Whether a configured responder is asked about some certificate below an anchor.
    fn answers_for(&self, anchor: &TrustAnchor, trust: &Trust) -> bool {
        let responders = self.client.iter().flat_map(|client| &client.options().responders);
        responders.into_iter().any(|responder| responder.is_for_any(anchor.label(), issuers_under(anchor, trust)))
    }
}
