//! Stage 5: deny-list, CRL, OCSP.
//!
//! **Decides** whether a certificate of a valid path has been revoked since it was issued.
//! **Trusts** the operator's deny-list, and lists and answers by the certificate's own issuer (see [`crl`] and
//! [`ocsp`]).
//! **Refuses** every client with a revoked or denied certificate on any path that could be built for it: one *revoked*
//! beats every *good*, and another path cannot mend it. Refuses clients of whose certificate no current source says
//! that it is good, unless a policy for their anchor allows it by name.
//! **Standard:** RFC 5280 sections 5 and 6.3, RFC 6960.
//!
//! What is not configured is said to be so in the evidence of every identity.

mod advice;
#[cfg(all(test, feature = "fetch"))]
mod caused;
mod crl;
mod current_sources;
mod deny_list;
mod describe;
mod error;
#[cfg(feature = "fetch")]
mod fetch;
mod generation;
mod judgement;
mod lists;
mod members;
mod ocsp;
mod open;
mod policy;
mod record;
#[cfg(feature = "fetch")]
mod schedule;
mod signature;
mod sources;
mod status;
#[cfg(feature = "fetch")]
mod store;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

#[cfg(any(fuzzing, test))]
pub(crate) use self::crl::ProbedList;
#[cfg(feature = "fetch")]
pub(crate) use self::crl::{Added, Delivery};
pub use self::crl::{RevocationListInForce, RevocationLists};
pub use self::deny_list::DenyList;
pub use self::error::{DenyListMatch, RevocationError, RevocationProblem};
#[cfg(feature = "http-client")]
pub use self::fetch::HttpFetcher;
#[cfg(feature = "fetch")]
pub use self::fetch::{
    AllowedHosts, Fetch, FetchError, FetchPost, FetchRequest, FetchUrl, FetchValidators, Fetched, FetchedOctets,
    Fetching, GuardedFetch,
};
pub(crate) use self::generation::RevocationGeneration;
use self::judgement::{Judged, Judgement, Passed};
use self::members::Members;
pub use self::ocsp::OcspAnswers;
#[cfg(any(fuzzing, test))]
pub(crate) use self::ocsp::ProbedAnswer;
pub(crate) use self::ocsp::StapledAnswer;
use self::ocsp::WatchedState;
#[cfg(feature = "ocsp")]
pub use self::ocsp::{CertIdHash, OcspMethod, OcspNonce, OcspResponder};
#[cfg(feature = "ocsp")]
pub(crate) use self::ocsp::{OcspObserver, OcspWorld};
pub(crate) use self::open::OpenQuestions;
pub use self::policy::{RevocationMode, RevocationPolicy, RevocationScope};
pub(crate) use self::record::RevocationRecord;
#[cfg(feature = "fetch")]
pub use self::schedule::FetchedCrls;
#[cfg(feature = "fetch")]
pub(crate) use self::schedule::{ListKeeper, ListNews, NewsOutcome};
pub(crate) use self::sources::{ListSources, OcspSources, Revocation, Sources, Verifier};
pub use self::status::RevocationReason;
use self::status::{CertificateStatus, Standing};
#[cfg(feature = "ocsp")]
pub(crate) use self::store::SharedStore;
#[cfg(feature = "fetch")]
pub use self::store::{DirectoryStore, RevocationStore, StoreError, StoreKey, Storing};
use crate::certificate::Certificate;
use crate::error::OcspAnswerProblem;
use crate::evidence::{Check, Outcome};
use crate::horizon::Horizon;
use crate::validation::{Place, ProvenPath, TrustAnchor, ValidatedChain, ValidatedPath};

/// How revocation is judged; the same for every request.
#[derive(Clone, Debug, Default)]
pub(crate) struct RevocationOptions {
    pub(crate) scope: RevocationScope,
    /// `None` for the one that the configured sources make usual.
    pub(crate) mode: Option<RevocationMode>,
    /// By the label of the anchor; where there is none, everything is denied that is not known to be good.
    pub(crate) policies: HashMap<Box<str>, RevocationPolicy>,
}

/// Proof that revocation was concluded upon.
#[derive(Debug)]
pub(crate) struct UnrevokedChain {
    pub(crate) proven: Arc<ProvenPath>,
    pub(crate) record: RevocationRecord,
    pub(crate) watch: RevocationWatch,
}

/// Asks again of a path that was concluded upon.
#[derive(Clone, Debug)]
pub(crate) struct RevocationWatch {
    revocation: RevocationGeneration,
    proven: Arc<ProvenPath>,
    /// The other valid paths that were found. What is on any of them refuses.
    others: Box<[Arc<ProvenPath>]>,
    /// Which sources were asked. Only their number, so that those that were replaced can be freed.
    version: u64,
    /// What was known of the certificates by OCSP, which changes within the same sources.
    watched: Vec<WatchedState>,
    horizon: Horizon,
}

/// Why nothing was concluded.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Responders, or addresses of lists, have to be asked first.
    Open(OpenQuestions),
    Refused(Box<RevocationError>),
}

impl UnrevokedChain {
    /// Asks every source of every path, and takes the first path that the policy of its anchor lets pass. What responders
    /// have not answered by now counts as unavailable.
    pub(crate) fn conclude(
        chain: &ValidatedChain,
        revocation: &RevocationGeneration,
        sources: &Sources,
        now: SystemTime,
    ) -> Result<Self, Box<RevocationError>> {
        let watched = sources.watched(chain, now);
        sources.refuse_objections(chain, now)?;
        let judge = |proven: &Arc<ProvenPath>| -> Result<_, Box<RevocationError>> {
            let judged = Judgement::of(&proven.path, sources, revocation.options(), now);
            judged.outcome.map(|passed| (Arc::clone(proven), passed))
        };
        let (proven, passed) = match judge(chain.first()) {
            Ok(passed) => passed,
            // The reason shown is that of the first path.
            Err(error) => chain.others().iter().find_map(|other| judge(other).ok()).ok_or(error)?,
        };
        Ok(Self::of(chain, (proven, passed), watched, revocation, sources, now))
    }

    /// As [`conclude`](Self::conclude), but stops where a responder could be asked.
    pub(crate) fn conclude_or_ask(
        chain: &ValidatedChain,
        revocation: &RevocationGeneration,
        sources: &Sources,
        now: SystemTime,
    ) -> Result<Self, Halt> {
        let watched = sources.watched(chain, now);
        sources.refuse_objections(chain, now).map_err(Halt::Refused)?;
        let mut refused = None;
        for proven in chain.paths() {
            let Judged { outcome, open } = Judgement::of(&proven.path, sources, revocation.options(), now);
            match outcome {
                _ if !open.is_empty() => return Err(Halt::Open(OpenQuestions::new(sources.ocsp.as_ref(), open))),
                Ok(passed) => {
                    let passed = (Arc::clone(proven), passed);
                    return Ok(Self::of(chain, passed, watched, revocation, sources, now));
                }
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        // There is always a path, and here every one was refused.
        match refused {
            Some(error) => Err(Halt::Refused(error)),
            None => Self::conclude(chain, revocation, sources, now).map_err(Halt::Refused),
        }
    }

    fn of(
        chain: &ValidatedChain,
        (proven, Passed { crl, ocsp }): (Arc<ProvenPath>, Passed),
        watched: Vec<WatchedState>,
        revocation: &RevocationGeneration,
        sources: &Sources,
        now: SystemTime,
    ) -> Self {
        let record = RevocationRecord::new(sources.deny_list_outcome(now), crl, ocsp);
        let changes = chain.paths().flat_map(|proven| sources.changes(&proven.path, revocation.options()));
        let others = chain.paths().filter(|other| !Arc::ptr_eq(other, &proven)).map(Arc::clone).collect();
        let watch = RevocationWatch {
            revocation: revocation.clone(),
            proven: Arc::clone(&proven),
            others,
            version: sources.version,
            watched,
            horizon: Horizon::around(now, changes),
        };
        Self { proven, record, watch }
    }
}

impl RevocationWatch {
    /// Whether these sources, asked of every path now, could say nothing but what they said.
    pub(crate) fn is_unchanged(&self, sources: &Sources, now: SystemTime) -> bool {
        self.version == sources.version
            && self.watched.iter().all(|state| state.is_unchanged(now))
            && self.horizon.holds(now)
    }

    /// Whether the same would still be concluded, of the paths that were found, by the sources that are now in force.
    pub(crate) fn ask(&self, now: SystemTime) -> Result<(), Box<RevocationError>> {
        let revocation = self.revocation.latest();
        let sources = revocation.sources();
        let path = &self.proven.path;
        for known in std::iter::once(path).chain(self.others.iter().map(|other| &other.path)) {
            sources.refuse_objection(known, now)?;
        }
        Judgement::of(path, &sources, revocation.options(), now).outcome.map(|_| ())
    }
}

impl RevocationOptions {
    fn policy_of(&self, anchor: &TrustAnchor) -> RevocationPolicy {
        anchor.label().and_then(|label| self.policies.get(label)).copied().unwrap_or_default()
    }
}

impl Sources {
    /// Refuses a client with a certificate on any path that a source names.
    fn refuse_objections(&self, chain: &ValidatedChain, now: SystemTime) -> Result<(), Box<RevocationError>> {
        chain.paths().try_for_each(|proven| self.refuse_objection(&proven.path, now))
    }

    fn refuse_objection(&self, path: &ValidatedPath, now: SystemTime) -> Result<(), Box<RevocationError>> {
        self.refuse_denied(path, now)?;
        self.refuse_revoked(path, now)
    }

    /// Takes an answer about the end entity that came beside it. One path that it can be verified by is enough.
    pub(crate) fn take_stapled(
        &self,
        chain: &ValidatedChain,
        stapled: &StapledAnswer<'_>,
    ) -> Result<(), OcspAnswerProblem> {
        let Some(ocsp) = &self.ocsp else {
            return Ok(());
        };
        let mut outcome = Ok(());
        for path in chain.paths().map(|proven| &proven.path) {
            let label = path.anchor().and_then(|anchor| anchor.label());
            // A pinned certificate has no proven issuer.
            let Some(member) = Members::of(path).next() else { continue };
            outcome = ocsp.take_stapled(&member.question(), label, stapled);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn deny_list_outcome(&self, now: SystemTime) -> Outcome {
        self.deny_list.as_ref().map_or(Outcome::NotConfigured, |list| {
            let source = format!("deny-list of {} entries", list.len());
            Outcome::passed(source.into(), now)
        })
    }

    /// The moments at which what lists and answers say of a path changes of itself.
    fn changes(&self, path: &ValidatedPath, options: &RevocationOptions) -> Vec<SystemTime> {
        let policy = path.anchor().map(|anchor| options.policy_of(anchor)).unwrap_or_default();
        let mut changes = Vec::new();
        for member in Members::of(path) {
            changes.extend(self.lists.iter().flat_map(|lists| lists.table.changes(member.certificate, policy)));
            changes.extend(self.ocsp.iter().flat_map(|ocsp| ocsp.changes(&member.question(), policy)));
        }
        changes
    }

    /// What is known by OCSP of every certificate of every path. To be taken before it is judged by, so that no change in
    /// between is missed.
    fn watched(&self, chain: &ValidatedChain, now: SystemTime) -> Vec<WatchedState> {
        let Some(ocsp) = &self.ocsp else {
            return Vec::new();
        };
        let members = chain.paths().flat_map(|proven| Members::of(&proven.path));
        members.map(|member| ocsp.watch(&member.question(), now)).collect()
    }

    fn refuse_denied(&self, path: &ValidatedPath, now: SystemTime) -> Result<(), Box<RevocationError>> {
        let Some(deny_list) = &self.deny_list else {
            return Ok(());
        };
        let certificates = Members::of(path).certificates();
        for (index, (place, certificate)) in certificates.iter().enumerate() {
            let issuer = certificates.get(index + 1).map(|(_, issuer)| *issuer);
            if let Some(entry) = deny_list.find(certificate, issuer) {
                let problem = RevocationProblem::DenyListed { entry };
                return Err(RevocationError::new(problem, Check::DenyList, *place, certificate, now));
            }
        }
        Ok(())
    }

    /// Refuses a path with a certificate that is on any list, or revoked or not known by any answer, whatever the scope
    /// of the check.
    fn refuse_revoked(&self, path: &ValidatedPath, now: SystemTime) -> Result<(), Box<RevocationError>> {
        for member in Members::of(path) {
            if let Some(status) = self.objection(&member.question(), now) {
                return Err(refused(member.place, member.certificate, &status));
            }
        }
        // The issuer of a pinned certificate is not proven, so that every list of its name counts.
        let pinned = &path.end_entity;
        let by_name = || self.lists.as_ref()?.table.revocation_by_name(pinned, now);
        match path.anchor().map_or_else(by_name, |_| None) {
            Some(status) => Err(refused(Place::EndEntity, pinned, &status)),
            None => Ok(()),
        }
    }
}

fn refused(place: Place, certificate: &Certificate, status: &CertificateStatus) -> Box<RevocationError> {
    let source = status.source.clone().unwrap_or_else(|| "no source".into());
    let (this_update, next_update) = (status.this_update, status.next_update);
    let problem = match status.standing {
        Standing::Revoked { at, reason } => RevocationProblem::Revoked { at, reason, source, this_update },
        Standing::Stale => RevocationProblem::Stale { source, this_update, next_update },
        Standing::Unavailable => {
            let detail = status.detail.clone().unwrap_or_else(|| "gave no answer".into());
            RevocationProblem::Unavailable { source, detail }
        }
        Standing::Unknown => RevocationProblem::Unknown { source, this_update },
        // A policy refuses nothing that is good.
        Standing::Good | Standing::NoSource => RevocationProblem::NoSource { issuer: certificate.issuer().to_string() },
    };
    RevocationError::new(problem, status.check, place, certificate, status.checked_at)
}
