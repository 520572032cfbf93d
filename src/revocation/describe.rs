//! Revocation, as it stands in the effective policy.

use super::policy::Tolerance;
use super::{Revocation, RevocationPolicy, RevocationScope};
use crate::escape::Escaped;
use crate::policy::EffectivePolicy;
#[cfg(feature = "fetch")]
use crate::policy::listed;

impl Revocation {
    pub(crate) fn describe(&self, policy: &mut EffectivePolicy) {
        let (sources, options) = (self.sources(), self.options());
        let deny_list = sources.deny_list.as_ref().map(|list| format!("{} entries", list.len()));
        policy
            .add("revocation.deny_list", "certificates and keys that are refused", or_none(deny_list.as_deref()))
            .set_if(deny_list.is_some());
        let lists = sources.lists.as_ref().and_then(super::lists::Lists::describe);
        policy.add("revocation.crls", "files with revocation lists", or_none(lists.as_deref())).set_if(lists.is_some());
        match &sources.ocsp {
            Some(ocsp) => ocsp.describe(policy),
            None => drop(policy.add("revocation.ocsp", "responders and their answers", "none")),
        }
        let mode = sources.mode(options).map(|mode| format!("{mode:?}"));
        let mode = mode.as_deref().unwrap_or("none: revocation is not checked");
        policy.add("revocation.mode", "sources that must say that it is good", mode).set_if(options.mode.is_some());
        let scope = match options.scope {
            RevocationScope::EndEntity => "end-entity",
            RevocationScope::WholePath => "whole-path",
        };
        policy
            .add("revocation.scope", "certificates that a source must cover", scope)
            .set_if(options.scope != RevocationScope::default());
        let mut labels: Vec<_> = options.policies.iter().collect();
        labels.sort_by_key(|(label, _)| *label);
        for (label, tolerance) in labels {
            tolerance.describe(&format!("revocation.policy.{}", Escaped(label)), policy);
        }
    }
}

impl RevocationPolicy {
    fn describe(self, key: &str, policy: &mut EffectivePolicy) {
        let kinds = [
            ("stale", "a source past its next update", self.stale, "what was revoked since the last source"),
            ("no_source", "a certificate that no source covers", self.no_source, "revocation of these certificates"),
            ("unavailable", "a source that cannot be had", self.unavailable, "revocation while it cannot be had"),
        ];
        for (name, check, tolerance, gives_up) in kinds {
            let value = match tolerance {
                Tolerance::Always => "allowed".to_owned(),
                Tolerance::Never => "refused".to_owned(),
                Tolerance::Within(grace) => format!("allowed for {} s", grace.as_secs()),
            };
            let is_loose = tolerance != Tolerance::Never;
            policy.add(format!("{key}.{name}"), check, value).set_if(is_loose).allows_if(is_loose, gives_up);
        }
    }
}

/// Through what revocation data is fetched.
#[cfg(feature = "fetch")]
pub(super) fn fetcher(key: &str, fetcher: &dyn super::Fetch, policy: &mut EffectivePolicy) {
    policy.add(format!("{key}.http"), "through what it is fetched", fetcher.describe());
    let targets = fetcher.allowed_targets();
    policy
        .add(format!("{key}.http.allow_targets"), "addresses inside that may be reached", listed(&targets))
        .set_if(!targets.is_empty())
        .allows_if(!targets.is_empty(), "requests to addresses that only this network can reach");
}

fn or_none(text: Option<&str>) -> &str {
    text.unwrap_or("none")
}
