use std::time::Duration;

use super::ClientCertLayerBuilder;
use crate::revocation::{OcspAnswers, RevocationMode, RevocationPolicy, RevocationScope};

/// How it is judged whether certificates are revoked.
impl ClientCertLayerBuilder {
    /// Which certificates of a path a list must cover. Default: [`RevocationScope::EndEntity`].
    pub fn revocation_scope(mut self, scope: RevocationScope) -> Self {
        self.revocation.scope = scope;
        self
    }

    /// What becomes of clients under the anchors with this label when no current list covers them. Default:
    /// [`RevocationPolicy::deny`].
    pub fn revocation_policy(mut self, anchor_label: impl AsRef<str>, policy: RevocationPolicy) -> Self {
        self.revocation.policies.insert(anchor_label.as_ref().into(), policy);
        self
    }

    /// Which sources must say of a certificate that it is not revoked. Default: every kind that is configured; see
    /// [`RevocationMode`].
    pub fn revocation_mode(mut self, mode: RevocationMode) -> Self {
        self.revocation.mode = Some(mode);
        self
    }

    /// Checks clients against revocation lists that are fetched on a schedule. They stand beside those of
    /// [`crls`](Self::crls): the fresher list of an issuer speaks, wherever it came from. The layer must be built inside
    /// of a tokio runtime. Default: none.
    #[cfg(feature = "fetch")]
    pub fn fetched_crls(mut self, crls: crate::revocation::FetchedCrls) -> Self {
        self.fetched_crls.push(crls);
        self
    }

    /// Checks clients against OCSP answers that somebody else fetched: a path to a file or directory, or [`OcspAnswers`].
    /// Each is verified when it is read, with a certificate of the issuer among the anchors and the configured
    /// intermediates; one that cannot be used fails the build. Default: none, and the evidence says so.
    pub fn ocsp_answers(mut self, answers: impl Into<OcspAnswers>) -> Self {
        let answers = answers.into();
        self.ocsp.answers = Some(match self.ocsp.answers {
            Some(known) => known.and(answers),
            None => answers,
        });
        self
    }

    /// The longest that an OCSP answer says of a certificate that it is good, from its `thisUpdate` on, whatever its next
    /// update. Default: 7 days.
    pub fn max_ocsp_age(mut self, age: Duration) -> Self {
        self.ocsp.options.ages.most = age;
        self
    }

    /// The longest that an OCSP answer without a next update says of a certificate that it is good, from its `thisUpdate`
    /// on. Default: 1 hour.
    pub fn max_ocsp_age_without_next_update(mut self, age: Duration) -> Self {
        self.ocsp.options.ages.without_next_update = age;
        self
    }

    /// The most certificates whose OCSP status is kept. Beyond, those go that were asked about longest ago, revoked ones
    /// last. Default: 100,000, about 60 MB.
    pub fn max_ocsp_certificates(mut self, certificates: usize) -> Self {
        self.ocsp.options.max_certificates = certificates;
        self
    }
}
