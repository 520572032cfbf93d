//! Stage 4: path, dates, purpose, issuer.
//!
//! **Decides** whether a path of valid signatures leads from the client's certificate to a configured trust anchor, at
//! this moment, for client authentication, through an authority that is allowed; or whether the certificate itself has
//! been pinned.
//! **Trusts** the configured anchors and pins alone. Intermediates, configured or forwarded, are candidates for the path.
//! **Refuses** everything that does not end at an anchor; certificates and anchors outside their dates; an end entity
//! that does not name clientAuth; authorities as clients; keys used against their usage; weak keys and signatures;
//! unknown critical extensions; paths that are longer than an authority or the operator allows.
//! **Standard:** RFC 5280 section 6, with sections 4.2.1.3 (key usage), 4.2.1.4 (policies), 4.2.1.9 (basic constraints),
//! 4.2.1.10 (name constraints), 4.2.1.12 (extended key usage) and 4.1.2.5 (both ends of the validity are inclusive).
//! Dates and lengths of anchors are checked too, which section 6.2 leaves to the application. RFC 8705 section 2.2 for
//! pins, SPIFFE X509-SVID for trust domains.
//!
//! Signatures, dates, lengths, name constraints and the search for a path are rustls-webpki's. What it leaves out is
//! asked in its callback for each candidate path by [`judge`], so that a path that we refuse does not end the search for
//! another. The reason that is shown for a refusal is found afterwards by `diagnosis`, which decides nothing.

mod advice;
mod algorithms;
mod allowance;
#[cfg(feature = "cli")]
mod alone;
mod anchor_profile;
mod anchor_use;
mod busy;
mod candidates;
mod certificate_files;
mod check;
mod curve;
mod dates;
mod depth;
mod describe;
mod diagnosis;
mod error;
mod gateway_path;
mod horizon;
mod intermediates;
mod issued_by;
mod issuer;
mod key_policy;
mod key_usage;
mod lifetime;
mod mend;
mod meter;
mod name_constraints;
mod options;
mod path;
mod pins;
mod policies;
mod problem;
mod problem_text;
mod purpose;
mod record;
mod search;
mod signature_memory;
mod spiffe;
mod strict_profile;
mod trust;
mod trust_anchor;
mod trust_anchors;

use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use self::algorithms::DEFAULT as DEFAULT_ALGORITHMS;
use self::allowance::Allowance;
#[cfg(feature = "cli")]
pub(crate) use self::alone::problems_alone;
pub(crate) use self::busy::MAX_VALIDATION_WAIT;
pub use self::busy::ValidationBusy;
use self::candidates::Candidates;
pub(crate) use self::certificate_files::one as one_certificate;
pub(crate) use self::dates::is_in_date;
pub(crate) use self::depth::MAX_DEPTH;
use self::diagnosis::Diagnosis;
pub use self::error::{PathCertificate, Place, ValidationError};
pub(crate) use self::gateway_path::validate_gateway;
pub use self::intermediates::Intermediates;
pub use self::issued_by::IssuedBy;
pub use self::key_policy::{KeyKind, KeyPolicy};
pub(crate) use self::options::ValidationOptions;
pub(crate) use self::path::{TrustSource, ValidatedPath};
pub use self::pins::{Pin, PinKind, PinnedCertificates};
pub use self::policies::RequiredPolicies;
pub use self::problem::ValidationProblem;
pub(crate) use self::record::PathRecord;
use self::record::{Asked, Configured};
use self::search::{Found, Search};
pub(crate) use self::signature_memory::SignatureMemory;
use self::trust::Bundle;
pub(crate) use self::trust::Trust;
use self::trust_anchor::Profile;
pub use self::trust_anchor::TrustAnchor;
pub use self::trust_anchors::TrustAnchors;
use crate::certificate::Certificate;
use crate::encoding::ForwardedChain;
use crate::evidence::Check;
use crate::horizon::Horizon;

/// Proof that the client's certificate is pinned or that a path of it is valid.
///
/// It says nothing about the request in which the certificate came, so that it can be kept for the next one.
#[derive(Debug)]
pub(crate) struct ValidatedChain {
    first: Arc<ProvenPath>,
    /// In the order in which they were found.
    others: Vec<Arc<ProvenPath>>,
    horizon: Horizon,
}

/// One of the ways in which a certificate is valid, with what was checked of it.
#[derive(Debug)]
pub(crate) struct ProvenPath {
    pub(crate) path: ValidatedPath,
    pub(crate) record: PathRecord,
}

/// How many valid paths are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// All there are, for stages that refuse a client for what is on any of them.
    EveryPath,
    /// The first that is found.
    FirstPath,
}

/// A path that passed, with the options without which it would not have.
#[derive(Debug)]
struct JudgedPath {
    path: ValidatedPath,
    allowed: Vec<(Check, Allowance)>,
}

impl ValidatedChain {
    /// Finds the certificate among the pins, or finds paths and judges them.
    pub(crate) fn validate(
        chain: ForwardedChain,
        trust: &Trust,
        options: &ValidationOptions,
        signatures: Option<&SignatureMemory>,
        breadth: Breadth,
        now: SystemTime,
    ) -> Result<Self, Box<ValidationError>> {
        let ForwardedChain { end_entity, candidates, .. } = chain;
        let own_dates = Horizon::around(now, horizon::dates([&*end_entity], options.clock_skew));
        let configured = Configured::by(options);
        if let Some(pin) = trust.pinned().find(&end_entity) {
            let allowed = pins::check(pin, &end_entity, options, now)?;
            let allowed = allowed.into_iter().map(|allowance| (Check::Pin, allowance)).collect();
            let trusted_by = TrustSource::Pin(Arc::clone(pin));
            let path = ValidatedPath { end_entity, intermediates: Vec::new(), trusted_by };
            let pinned = JudgedPath { path, allowed }.recorded(Asked::OfPin(configured), now);
            return Ok(Self { first: Arc::new(pinned), others: Vec::new(), horizon: own_dates });
        }
        let ((first, others), horizon) = paths_of(&end_entity, candidates, trust, options, signatures, breadth, now)?;
        let recorded = |judged: JudgedPath| Arc::new(judged.recorded(Asked::OfPath(configured), now));
        Ok(Self { first: recorded(first), others: others.into_iter().map(recorded).collect(), horizon })
    }

    /// The valid paths, in the order in which they were found.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Arc<ProvenPath>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// For how long the same paths would be found.
    pub(crate) fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// How many bytes it keeps, besides what `trust` keeps anyway.
    pub(crate) fn bytes(&self, trust: &Trust) -> usize {
        let is_known =
            |certificate: &Arc<Certificate>| trust.intermediates().iter().any(|known| Arc::ptr_eq(known, certificate));
        let of_path = |proven: &Arc<ProvenPath>| {
            let forwarded = proven.path.intermediates.iter().filter(|certificate| !is_known(certificate));
            size_of::<(Counters, ProvenPath, Arc<ProvenPath>)>()
                + size_of_val(&*proven.record.allowed)
                + proven.path.intermediates.capacity() * size_of::<Arc<Certificate>>()
                + forwarded.map(|certificate| size_of::<Counters>() + certificate.bytes()).sum::<usize>()
        };
        size_of::<Counters>() + self.first.path.end_entity.bytes() + self.paths().map(of_path).sum::<usize>()
    }

    /// The path that was found first.
    pub(crate) fn first(&self) -> &Arc<ProvenPath> {
        &self.first
    }

    /// The paths that were found after the first.
    pub(crate) fn others(&self) -> &[Arc<ProvenPath>] {
        &self.others
    }
}

impl JudgedPath {
    fn recorded(self, asked: Asked, now: SystemTime) -> ProvenPath {
        ProvenPath { path: self.path, record: PathRecord::new(asked, self.allowed, now) }
    }
}

fn paths_of(
    end_entity: &Arc<Certificate>,
    forwarded: Vec<rustls_pki_types::CertificateDer<'static>>,
    trust: &Trust,
    options: &ValidationOptions,
    signatures: Option<&SignatureMemory>,
    breadth: Breadth,
    now: SystemTime,
) -> Result<(Found, Horizon), Box<ValidationError>> {
    let nothing = Bundle::empty(None);
    let bundle = spiffe::bundle_for(end_entity, trust)?.unwrap_or(&nothing);
    let candidates = Candidates::choose(forwarded, end_entity, trust);
    let search = Search { end_entity, candidates: &candidates, bundle, options, signatures, breadth, now };
    let found = search.paths().map_err(|dead| Box::new(Diagnosis::of(&search, trust).reason_for(dead)))?;
    Ok((found, search.horizon()))
}

/// Asks of a path what webpki leaves out.
fn judge(
    path: ValidatedPath,
    anchor: &TrustAnchor,
    options: &ValidationOptions,
    now: SystemTime,
) -> Result<JudgedPath, Box<ValidationError>> {
    let mut allowed = Vec::new();
    let mut note = |check, allowance: Option<Allowance>| allowed.extend(allowance.map(|allowance| (check, allowance)));
    note(Check::Path, anchor_use::check(&path, anchor, now)?);
    note(Check::Purpose, purpose::check(&path)?);
    note(Check::KeyUsage, key_usage::check(&path)?);
    note(Check::Key, key_policy::check(&path, &options.key_policy)?);
    note(Check::Path, name_constraints::check(&path)?);
    if anchor.profile() == Profile::Strict {
        note(Check::Path, strict_profile::check(&path)?);
    }
    note(Check::Path, depth::check(&path, options.max_depth)?);
    if let Some(limit) = options.max_lifetime {
        note(Check::Lifetime, lifetime::check(&path, limit)?);
    }
    for required in &options.required_policies {
        note(Check::Policies, policies::check(&path, required)?);
    }
    if let Some(authorities) = &options.only_issued_by {
        note(Check::Issuer, issuer::check(&path, anchor, authorities)?);
    }
    if let Some(pins) = &options.only_pinned {
        note(Check::Pin, pins::check_beside_path(pins, &path)?);
    }
    Ok(JudgedPath { path, allowed })
}

/// What an `Arc` keeps beside its value: how many have it, strongly and weakly.
pub(crate) type Counters = [usize; 2];

/// The most intermediates a path can have: the ceiling of rustls-webpki.
pub(crate) const MAX_INTERMEDIATES: usize = 6;
