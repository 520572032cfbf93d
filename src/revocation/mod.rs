//! Stage 5: deny-list, CRL, OCSP.
//!
//! **Decides** whether a certificate of a valid path has been revoked since it was issued. Nothing is configured yet
//! that could answer, so the evidence of every identity says of each source that it was not asked.
//! **Standard:** RFC 5280 section 5 (CRL), RFC 6960 (OCSP).

use crate::evidence::{Check, Evidence, Outcome};
use crate::gateway::TrustedPeer;
use crate::validation::{ValidatedChain, ValidatedPath};

/// Proof that revocation was concluded upon.
#[derive(Debug)]
pub(crate) struct UnrevokedChain {
    pub(crate) peer: TrustedPeer,
    pub(crate) path: ValidatedPath,
    pub(crate) evidence: Evidence,
}

impl UnrevokedChain {
    pub(crate) fn conclude(chain: ValidatedChain) -> Self {
        let ValidatedChain { peer, path, mut evidence } = chain;
        for check in [Check::DenyList, Check::Crl, Check::Ocsp] {
            evidence.add(check, Outcome::NotConfigured);
        }
        Self { peer, path, evidence }
    }
}
