//! The options of the builder that say how paths are judged.

use std::time::Duration;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::ClientCertLayerBuilder;
use crate::error::ConfigError;
use crate::validation::{IssuedBy, KeyPolicy, PinnedCertificates, RequiredPolicies, ValidationOptions};

/// How certificates are judged. All of it holds for every anchor; what belongs to one authority alone is set on its
/// [`TrustAnchors`](crate::TrustAnchors).
impl ClientCertLayerBuilder {
    /// Allows for clocks that differ by this much, at most 5 minutes, at both ends of every certificate: clients', pinned
    /// ones', authorities' and anchors'. Default: none; dates are judged by this machine's clock alone.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.validation.clock_skew = skew;
        self
    }

    /// Accepts only these keys, in certificates of clients and authorities. Default: [`KeyPolicy::default`].
    pub fn key_policy(mut self, policy: KeyPolicy) -> Self {
        self.validation.key_policy = policy;
        self
    }

    /// The most authorities above a client's certificate, the anchor included. Default: 7, which is the most there can be.
    ///
    /// Counted as Apache httpd documents `SSLVerifyDepth`: with 1 the anchor itself must have issued the certificate, with
    /// 2 one intermediate may stand between. Self-issued intermediates, by which an authority passes from one key to
    /// the next, do not count.
    pub fn max_depth(mut self, authorities: usize) -> Self {
        self.validation.max_depth = authorities;
        self
    }

    /// Accepts only certificates that are valid for at most this long in all, from their first second to their last.
    /// Default: any time.
    pub fn max_lifetime(mut self, limit: Duration) -> Self {
        self.validation.max_lifetime = Some(limit);
        self
    }

    /// Accepts only certificates whose path has these policies; called again, those of each call. Default: none are asked
    /// for.
    pub fn require_policies(mut self, policies: RequiredPolicies) -> Self {
        self.validation.required_policies.push(policies);
        self
    }

    /// Accepts only clients with one of these authorities in their path. Default: every authority under the anchors.
    /// An empty list accepts nobody.
    pub fn only_issued_by(mut self, authorities: impl IntoIterator<Item = IssuedBy>) -> Self {
        self.validation.only_issued_by.get_or_insert_default().extend(authorities);
        self
    }

    /// Accepts only clients that are pinned *and* have a valid path. Default: a path is enough. An empty set accepts
    /// nobody. To accept a pin in place of a path, use [`trust_pinned`](Self::trust_pinned).
    pub fn only_pinned(mut self, pinned: PinnedCertificates) -> Self {
        let known = self.validation.only_pinned.take().unwrap_or_default();
        self.validation.only_pinned = Some(known.and(pinned));
        self
    }

    /// The signature algorithms that are accepted in certificates. Default: those of the provider feature, which are
    /// RSA of 2048 to 8192 bits, ECDSA with SHA-2 and Ed25519.
    pub fn signature_algorithms(mut self, algorithms: &'static [&'static dyn SignatureVerificationAlgorithm]) -> Self {
        self.validation.algorithms = algorithms;
        self
    }
}

/// What would refuse every certificate, or asks nothing.
pub(super) fn check(options: &ValidationOptions) -> Result<(), ConfigError> {
    if options.algorithms.is_empty() {
        return Err(ConfigError::NoAlgorithms);
    }
    if options.clock_skew > MAX_CLOCK_SKEW {
        return Err(ConfigError::ClockSkew { skew: options.clock_skew, limit: MAX_CLOCK_SKEW });
    }
    if options.required_policies.iter().any(RequiredPolicies::ask_nothing) {
        let problem =
            "require_policies asks for all of no policies: name those that must hold, or leave it out".to_owned();
        return Err(ConfigError::Contradiction { problem });
    }
    Ok(())
}

/// The most that clocks may differ. Clocks that are further apart need mending, and every second of it is one more in
/// which an expired certificate is accepted.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);
