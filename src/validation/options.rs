use std::fmt;
use std::time::Duration;

use rustls_pki_types::SignatureVerificationAlgorithm;

use super::{DEFAULT_ALGORITHMS, IssuedBy, KeyPolicy, MAX_DEPTH, PinnedCertificates, RequiredPolicies};

/// How paths are judged; the same for every request.
#[derive(Clone)]
pub(crate) struct ValidationOptions {
    pub(crate) algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    pub(crate) key_policy: KeyPolicy,
    /// Authorities above the client, the anchor included.
    pub(crate) max_depth: usize,
    pub(crate) max_lifetime: Option<Duration>,
    /// Each of them must be met.
    pub(crate) required_policies: Vec<RequiredPolicies>,
    pub(crate) clock_skew: Duration,
    /// `None` allows every authority under the anchors; an empty list allows none.
    pub(crate) only_issued_by: Option<Vec<IssuedBy>>,
    /// The pins that are required beside a path; `None` requires none, an empty set allows nobody.
    pub(crate) only_pinned: Option<PinnedCertificates>,
}

impl Default for ValidationOptions {
    fn default() -> Self {
        Self {
            algorithms: DEFAULT_ALGORITHMS,
            key_policy: KeyPolicy::default(),
            max_depth: MAX_DEPTH,
            max_lifetime: None,
            required_policies: Vec::new(),
            clock_skew: Duration::ZERO,
            only_issued_by: None,
            only_pinned: None,
        }
    }
}

impl fmt::Debug for ValidationOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValidationOptions")
            .field("algorithms", &self.algorithms.len())
            .field("key_policy", &self.key_policy)
            .field("max_depth", &self.max_depth)
            .field("max_lifetime", &self.max_lifetime)
            .field("required_policies", &self.required_policies)
            .field("clock_skew", &self.clock_skew)
            .field("only_issued_by", &self.only_issued_by)
            .field("only_pinned", &self.only_pinned)
            .finish()
    }
}
